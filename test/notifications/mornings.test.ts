import { beforeEach, expect, test } from 'vitest'
import type { DepartmentId, EscalationId, StaffId } from '../../server/kernel/ids.ts'
import { instantOf } from '../../server/kernel/time.ts'
import { hasContent, linesOf, toneOf } from '../../server/notifications/briefs/rules.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { hire, putOnPost, welcome } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'
import { openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let night: ReturnType<typeof openTelling>
let db: typeof database.db
let mei: StaffId
let ji: StaffId
let wu: StaffId
let chief: StaffId
let research: DepartmentId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
  db = database.db
  night = openTelling(house)
  mei = await hire(db, '林玫')
  await putOnPost(db, mei)
  ji = await hire(db, '季然')
  await putOnPost(db, ji, 'manager')
  wu = await hire(db, '吴凯', { roles: ['handler'] })
  chief = await hire(db, '高岚', { rank: 'vice_president', roles: ['leadership'] })
  await db
    .insertInto('leadership_members')
    .values({
      staff_id: chief,
      chief: true,
      first_day: '2026-01-01',
      last_day: null,
      during: '[2026-01-01,)',
      appointed_at: clock.now(),
    })
    .execute()
  research = (
    await db
      .insertInto('departments')
      .values({ code: 'research', name: JSON.stringify({ 'zh-CN': '研发部', en: 'Engineering' }) })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id as DepartmentId
  await db
    .updateTable('staff')
    .set({ department_id: research, email: 'wu@example.com', language: 'en' })
    .where('id', '=', wu)
    .execute()
  await db.updateTable('staff').set({ email: 'gao@example.com' }).where('id', '=', chief).execute()
})

const MORNINGS = ['plan-mornings', 'write-digests', 'write-briefs']
const letters = (kind: 'digest' | 'brief') =>
  db.selectFrom('outgoing_mails').selectAll().where('kind', '=', kind).orderBy('id').execute()

async function request(name: string): Promise<EscalationId> {
  const id = await does.ask(await welcome(db, name), `SSH is down at ${name}`, { language: 'en', cameFrom: null })
  const by = { staffId: mei, epoch: await does.take(id, mei) }
  return does.sendTo(id, by, { departmentId: research, promisedAt: new Date('2026-11-24T12:00:00+08:00') })
}

test('at half past six a department gets its new and overdue requests in one letter, once, with a link for each', async () => {
  const server = await mailServer()
  const mailed = openTelling(house, { smtpUrl: server.url })
  const [late, fresh] = [await request('Su'), await request('Tan')]
  await db
    .updateTable('escalations')
    .set({ accept_due_at: new Date('2026-11-24T03:00:00+08:00') })
    .where('id', '=', late)
    .execute()
  await db
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
  const state = await db.selectFrom('escalations').select('state').where('id', '=', late).executeTakeFirstOrThrow()
  expect(state.state).toBe('sent')
})

test('a department with nothing to hear gets no letter', async () => {
  await night.tick(MORNINGS)
  clock.set('2026-11-24T06:30:00+08:00')
  await night.tick(MORNINGS)
  expect(await letters('digest')).toEqual([])
  const states = await db.selectFrom('digests').select('state').where('day', '=', '2026-11-24').execute()
  expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['empty']))
})

test('a house that stood still over its morning still sends it; one that begins in the afternoon sends none of that day', async () => {
  await request('Su')
  clock.set('2026-11-24T08:10:00+08:00')
  await night.tick(MORNINGS)
  await night.tick(MORNINGS)
  expect(await letters('digest')).toHaveLength(1)
  await db.deleteFrom('digests').execute()
  clock.set('2026-11-24T15:00:00+08:00')
  await night.tick(MORNINGS)
  expect(await db.selectFrom('digests').select('day').where('day', '=', '2026-11-24').execute()).toEqual([])
})

test('another time of the morning is in force for the day that is planned already', async () => {
  await night.tick(MORNINGS)
  const lan = await hire(db, '兰芝', { roles: ['administrator'] })
  await db
    .insertInto('settings')
    .values({ key: 'digestTime', value: JSON.stringify('07:15'), changed_by: lan, changed_at: clock.now() })
    .execute()
  forgetSettings()
  await night.tick(MORNINGS)
  const rows = await db.selectFrom('digests').select('due_at').where('day', '=', '2026-11-24').execute()
  for (const { due_at } of rows) expect(due_at).toEqual(new Date('2026-11-24T07:15:00+08:00'))
})

test('a house that moves to another zone gets its morning by the clock on its new wall', async () => {
  await night.tick(['plan-mornings'])
  await openTelling(house, { timeZone: 'Europe/Berlin' }).tick(['plan-mornings'])
  const rows = await db.selectFrom('digests').select('due_at').where('day', '=', '2026-11-24').execute()
  for (const { due_at } of rows) expect(due_at).toEqual(new Date('2026-11-24T05:30:00Z'))
})

test('when the clocks change the morning comes once: a time that does not exist moves forward, one that exists twice is the first', async () => {
  const abroad = openTelling(house, { timeZone: 'America/New_York' })
  await db
    .insertInto('settings')
    .values({ key: 'digestTime', value: JSON.stringify('01:30'), changed_by: null, changed_at: clock.now() })
    .execute()
  forgetSettings()
  clock.set('2026-11-01T04:00:00Z')
  await abroad.tick(['plan-mornings'])
  const rows = await db.selectFrom('digests').select('due_at').where('day', '=', '2026-11-01').execute()
  for (const { due_at } of rows) expect(due_at).toEqual(new Date('2026-11-01T05:30:00Z'))
  await request('Su')
  for (const at of ['05:30', '06:00', '06:30', '07:30']) {
    clock.set(`2026-11-01T${at}:00Z`)
    await abroad.tick(MORNINGS)
  }
  expect(await letters('digest')).toHaveLength(1)
  expect(instantOf('2026-03-08', '02:30', 'America/New_York')).toEqual(new Date('2026-03-08T07:30:00Z'))
})

test('row 11: a night in ten lines is drawn up in the morning, gets a word of its duty manager, and goes by half past eight', async () => {
  const server = await mailServer()
  const mailed = openTelling(house, { smtpUrl: server.url })
  await request('Su')
  await mailed.tick(MORNINGS)
  clock.set('2026-11-24T06:00:00+08:00')
  await mailed.tick(MORNINGS)
  expect((await mailed.notices()).filter(({ kind }) => kind === 'brief')).toHaveLength(1)
  const manager = await signedIn(house, ji)
  const draft = await manager.get('/brief/2026-11-23')
  expect(draft.html).toContain('name="words"')
  const version = /name="version" value="(\d+)"/.exec(draft.html)?.[1] ?? ''
  expect((await manager.post('/brief/2026-11-23/words', { words: '机房断电 20 分钟', version })).status).toBe(303)
  const stale = await manager.post('/brief/2026-11-23/words', { words: '又改', version })
  expect([stale.status, stale.html.includes('又改')]).toEqual([422, true])
  clock.set('2026-11-24T08:29:59+08:00')
  await mailed.tick(MORNINGS)
  expect(await letters('brief')).toHaveLength(0)
  clock.set('2026-11-24T08:30:00+08:00')
  await mailed.tick(MORNINGS)
  await mailed.tick(MORNINGS)
  await mailed.tick(['send-mail'])
  const letter = server.taken.map(readMail).filter(({ headers }) => headers.get('to') === 'gao@example.com')
  expect(letter).toHaveLength(1)
  expect(letter[0]?.text).toMatch(/机房断电 20 分钟[\s\S]*客户来找：1（前一夜 0，常态 –）/)
  const leader = await signedIn(house, chief)
  expect((await leader.get('/brief/2026-11-23')).html).toContain('机房断电')
})

test('row 11: its duty manager may send it at once, and nobody else adds a word or sees that it is there', async () => {
  await request('Su')
  await night.tick(MORNINGS)
  clock.set('2026-11-24T06:00:00+08:00')
  await night.tick(MORNINGS)
  const agent = await signedIn(house, mei)
  expect((await agent.get('/brief/2026-11-23')).status).toBe(404)
  expect((await agent.post('/brief/2026-11-23/words', { words: 'x', version: '2' })).status).toBe(404)
  const leader = await signedIn(house, chief)
  expect((await leader.post('/brief/2026-11-23/sending')).status).toBe(404)
  const manager = await signedIn(house, ji)
  await manager.post('/brief/2026-11-23/sending')
  expect(await letters('brief')).toHaveLength(1)
  clock.set('2026-11-24T08:30:00+08:00')
  await night.tick(MORNINGS)
  expect(await letters('brief')).toHaveLength(1)
})

test('row 11: a night stands against the night before and against the mean of four weeks, and no further back', async () => {
  const asked = async (daysAgo: number, count: number): Promise<void> => {
    clock.set(new Date(new Date('2026-11-23T23:00:00+08:00').getTime() - daysAgo * 86_400_000))
    for (let n = 0; n < count; n++) await does.ask(await welcome(db, `客户 ${daysAgo}-${n}`))
  }
  await asked(29, 20)
  for (let daysAgo = 28; daysAgo >= 2; daysAgo--) await asked(daysAgo, 2)
  await asked(1, 4)
  await asked(0, 1)
  clock.set('2026-11-24T06:00:00+08:00')
  await night.tick(MORNINGS)
  clock.set('2026-11-24T08:30:00+08:00')
  await night.tick(MORNINGS)
  const [letter] = await letters('brief')
  // 27 nights of two and one of four.
  expect(letter?.text).toContain('客户来找：1（前一夜 4，常态 2.1）')
  expect(letter?.html).toContain('2.1')
})

test('a night in which nothing happened sends nothing', async () => {
  await night.tick(MORNINGS)
  clock.set('2026-11-24T08:30:00+08:00')
  await night.tick(MORNINGS)
  expect(await letters('brief')).toEqual([])
  expect(await db.selectFrom('night_briefs').select('state').execute()).toEqual([{ state: 'empty' }])
})

test('a line is measured against the nights that had anything in them, and said to be bad only where it clearly is', () => {
  const none = {
    asked: 0,
    first_answer: null,
    longest_wait: null,
    solved: 0,
    not_taken: 0,
    escalated: 0,
    promises_broken: 0,
    complaints: 0,
    alarms: 0,
    missing: 0,
  }
  const lived = (first: number) => ({ ...none, asked: 10, first_answer: first })
  expect(hasContent(none)).toBe(false)
  const lines = linesOf(lived(300), [none, lived(40), lived(60), lived(50)])
  const answer = lines.find(({ key }) => key === 'first_answer')
  expect(answer).toEqual({ key: 'first_answer', tonight: 300, before: null, norm: 50 })
  expect(answer && toneOf(answer)).toBe('bad')
  expect(linesOf(lived(1), [lived(2)])[0]?.norm).toBe(null)
  expect(toneOf({ key: 'asked', tonight: 100, before: 1, norm: 1 })).toBe('quiet')
})
