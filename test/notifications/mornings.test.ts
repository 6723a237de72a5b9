import { expect, test } from 'vitest'
import { instantOf } from '../../server/kernel/time.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { MORNINGS, nightBeforeMorning } from '../support/mornings.ts'
import { hire } from '../support/people.ts'
import { openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const here = nightBeforeMorning({ database, house, does, clock })
const { letters, request } = here

test('at half past six a department gets its new and overdue requests in one letter, once, with a link for each', async () => {
  const server = await mailServer()
  const mailed = openTelling(house, { smtpUrl: server.url })
  const [late, fresh] = [await request('Su'), await request('Tan')]
  await database.db
    .updateTable('escalations')
    .set({ accept_due_at: new Date('2026-11-24T03:00:00+08:00') })
    .where('id', '=', late)
    .execute()
  await database.db
    .updateTable('escalations')
    .set({ accept_due_at: new Date('2026-11-24T09:00:00+08:00') })
    .where('id', '=', fresh)
    .execute()
  await mailed.tick(MORNINGS)
  clock.set('2026-11-24T06:29:59+08:00')
  await mailed.tick(MORNINGS)
  expect(await letters('digest')).toHaveLength(0)
  clock.set('2026-11-24T06:30:00+08:00')
  await mailed.tick(MORNINGS)
  await mailed.tick(MORNINGS)
  expect(await letters('digest')).toHaveLength(1)
  await mailed.tick(['send-mail'])
  const { text = '' } =
    server.taken.map(readMail).find(({ headers }) => headers.get('subject') === 'Engineering: 1 new, 1 overdue') ?? {}
  expect(text).toMatch(/Overdue[\s\S]*SSH is down at Su[\s\S]*New[\s\S]*SSH is down at Tan/)
  const links = [...text.matchAll(/Accept: \S+(\/e\/[\w-]{43})/g)].map(([, path]) => path)
  expect(links).toHaveLength(2)
  expect(text).toMatch(/Not ours: \S+\/e\/[\w-]{43}#reason/)
  // The link opens the request and alone accepts nothing.
  const page = await house.app.request(links[0] ?? '')
  expect(page.status).toBe(200)
  const state = await database.db
    .selectFrom('escalations')
    .select('state')
    .where('id', '=', late)
    .executeTakeFirstOrThrow()
  expect(state.state).toBe('sent')
})

test('a department with nothing to hear gets no letter', async () => {
  await here.night.tick(MORNINGS)
  clock.set('2026-11-24T06:30:00+08:00')
  await here.night.tick(MORNINGS)
  expect(await letters('digest')).toEqual([])
  const states = await database.db.selectFrom('digests').select('state').where('day', '=', '2026-11-24').execute()
  expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['empty']))
})

test('a house that stood still over its morning still sends it; one that begins in the afternoon sends none of that day', async () => {
  await request('Su')
  clock.set('2026-11-24T08:10:00+08:00')
  await here.night.tick(MORNINGS)
  await here.night.tick(MORNINGS)
  expect(await letters('digest')).toHaveLength(1)
  await database.db.deleteFrom('digests').execute()
  clock.set('2026-11-24T15:00:00+08:00')
  await here.night.tick(MORNINGS)
  expect(await database.db.selectFrom('digests').select('day').where('day', '=', '2026-11-24').execute()).toEqual([])
})

test('another time of the morning is in force for the day that is planned already', async () => {
  await here.night.tick(MORNINGS)
  const lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
  await database.db
    .insertInto('settings')
    .values({ key: 'digestTime', value: JSON.stringify('07:15'), changed_by: lan, changed_at: clock.now() })
    .execute()
  forgetSettings()
  await here.night.tick(MORNINGS)
  const rows = await database.db.selectFrom('digests').select('due_at').where('day', '=', '2026-11-24').execute()
  for (const { due_at } of rows) expect(due_at).toEqual(new Date('2026-11-24T07:15:00+08:00'))
})

test('a house that moves to another zone gets its morning by the clock on its new wall', async () => {
  await here.night.tick(['plan-mornings'])
  await openTelling(house, { timeZone: 'Europe/Berlin' }).tick(['plan-mornings'])
  const rows = await database.db.selectFrom('digests').select('due_at').where('day', '=', '2026-11-24').execute()
  for (const { due_at } of rows) expect(due_at).toEqual(new Date('2026-11-24T05:30:00Z'))
})

test('when the clocks change the morning comes once: a time that does not exist moves forward, one that exists twice is the first', async () => {
  const abroad = openTelling(house, { timeZone: 'America/New_York' })
  await database.db
    .insertInto('settings')
    .values({ key: 'digestTime', value: JSON.stringify('01:30'), changed_by: null, changed_at: clock.now() })
    .execute()
  forgetSettings()
  clock.set('2026-11-01T04:00:00Z')
  await abroad.tick(['plan-mornings'])
  const rows = await database.db.selectFrom('digests').select('due_at').where('day', '=', '2026-11-01').execute()
  for (const { due_at } of rows) expect(due_at).toEqual(new Date('2026-11-01T05:30:00Z'))
  await request('Su')
  for (const at of ['05:30', '06:00', '06:30', '07:30']) {
    clock.set(`2026-11-01T${at}:00Z`)
    await abroad.tick(MORNINGS)
  }
  expect(await letters('digest')).toHaveLength(1)
  expect(instantOf('2026-03-08', '02:30', 'America/New_York')).toEqual(new Date('2026-03-08T07:30:00Z'))
})
