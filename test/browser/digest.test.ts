import { beforeEach, expect, test } from 'vitest'
import type { DepartmentId, EscalationId, StaffId } from '../../server/kernel/ids.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { openBrowser, openPage, violations, widthBeyond } from '../support/pages.ts'
import { hire, putOnPost, welcome } from '../support/people.ts'
import { openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
let mei: StaffId
let research: DepartmentId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
  const { db } = database
  mei = await hire(db, '林玫')
  await putOnPost(db, mei)
  const { id } = await db
    .insertInto('departments')
    .values({ code: 'research', name: JSON.stringify({ 'zh-CN': '研发部', en: 'Engineering' }) })
    .returning('id')
    .executeTakeFirstOrThrow()
  research = id as DepartmentId
  const wu = await hire(db, '吴凯', { roles: ['handler'] })
  await db
    .updateTable('staff')
    .set({ department_id: id, email: 'wu@example.com', language: 'en' })
    .where('id', '=', wu)
    .execute()
})

async function asked(name: string): Promise<EscalationId> {
  const does = conversations(house)
  const ticketId = await does.ask(await welcome(database.db, name, 'en'), `SSH is down at ${name}`, { language: 'en' })
  const epoch = await does.take(ticketId, mei)
  const promisedAt = new Date('2026-11-24T12:00:00+08:00')
  return does.sendTo(ticketId, { staffId: mei, epoch }, { departmentId: research, promisedAt })
}
const stateOf = async (id: EscalationId) =>
  database.db.selectFrom('escalations').select(['state', 'return_reason']).where('id', '=', id).executeTakeFirst()

test('from the morning mail on a phone a department accepts one request and says of another that it is not theirs, without signing in', async () => {
  const [taken, foreign] = [await asked('Su'), await asked('Tan')]
  const server = await mailServer()
  const night = openTelling(house, { smtpUrl: server.url })
  await night.tick(['plan-mornings'])
  clock.set('2026-11-24T06:30:00+08:00')
  await night.tick(['write-digests'])
  await night.tick(['send-mail'])
  const digest = server.taken.map(readMail).find(({ headers }) => /Engineering: /.test(headers.get('subject') ?? ''))
  const linkBehind = (label: string, about: string): string => {
    const part = digest?.text.slice(digest.text.indexOf(about)) ?? ''
    return new RegExp(`${label}: (\\S+)`).exec(part)?.[1] ?? ''
  }
  const context = await openBrowser(house.url, { language: 'en', width: 390, height: 844, phone: true })
  const page = await openPage(context)
  await page.goto(linkBehind('Accept', 'SSH is down at Su'))
  expect(await widthBeyond(page)).toBe(0)
  expect(await violations(page)).toEqual([])
  expect(await stateOf(taken)).toMatchObject({ state: 'sent' })
  await page.locator('form[action$="/acceptance"] button').click()
  await expect.poll(() => stateOf(taken)).toMatchObject({ state: 'accepted' })

  await page.goto(linkBehind('Not ours', 'SSH is down at Tan'))
  await page.locator('#reason').waitFor()
  await page.locator('#reason').selectOption('not_ours')
  await page.locator('form[action$="/return"] textarea').fill('This is the network group’s.')
  await page.locator('form[action$="/return"] button').click()
  await expect.poll(() => stateOf(foreign)).toEqual({ state: 'returned', return_reason: 'not_ours' })
  expect(page.wrongs).toEqual([])
})
