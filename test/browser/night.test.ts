import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { closeAttendances } from '../../jobs/close-attendances.ts'
import { askPresence, noteUnanswered } from '../../server/attendance/presence/actions.ts'
import type { PresenceQuestionId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { handSetClock } from '../support/clock.ts'
import { type Asked, aQuestion, call, newVisitor } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowserOf, openPage } from '../support/pages.ts'
import { hire, publishTerms, putOnPost, roster, see, TONIGHT, topic } from '../support/people.ts'
import { heard } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock('2026-11-23T21:40:00+08:00')
const house = testServer(database, clock)

const visit = async (staffId: StaffId, path: string): Promise<Page & { wrongs: string[] }> => {
  const context = await openBrowserOf(house, staffId, { language: 'en' })
  const page = await openPage(context)
  await page.goto(`${house.url}${path}`)
  return page
}
/** A customer asks by chat. */
const asks = async (name: string): Promise<TicketId> => {
  const token = await newVisitor(house.url)
  const body = aQuestion({ name, question: 'No line since ten', language: 'zh-CN' })
  const answer = await call<Asked>(house.url, 'POST', '/tickets', { token, body })
  return answer.body.ticket.id as TicketId
}
const offered = async (ticket: TicketId): Promise<StaffId[]> =>
  (await database.db.selectFrom('offers').select('staff_id').where('ticket_id', '=', ticket).execute()).map(
    ({ staff_id }) => staff_id as StaffId,
  )

test('rows 25 and 55: a night is checked in by the code at the desk, left with a slip, asked about and ended, and the routing follows each', async () => {
  const { db } = database
  await publishTerms(db, clock.now())
  await topic(db, '断网')
  const mei = await hire(db, '林玫', { posts: ['service'] })
  const lin = await hire(db, '何雨', { posts: ['service'] })
  const zhou = await hire(db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  const keeper = await hire(db, '严明', { roles: ['administration'], posts: [] })
  await roster(db, mei, 'service', TONIGHT)
  await roster(db, lin, 'service', TONIGHT)
  await putOnPost(db, zhou, 'manager')

  // The screen at the desk shows a code that turns; an old one is refused in words.
  const screen = await visit(keeper, '/attendance/places')
  await screen.getByLabel('Name of the place').fill('Night desk')
  await screen.getByRole('button', { name: 'Open a place' }).click()
  await screen.getByRole('link', { name: 'Open the screen' }).click()
  const shown = async (): Promise<string> => (await screen.locator('.place-code').textContent()) ?? ''
  const old = await shown()
  clock.forward({ minutes: 2 })
  await screen.reload()
  expect(await shown()).not.toBe(old)
  const agent = await visit(mei, '/duty')
  await agent.getByLabel('Code on the screen at the desk').fill(old)
  await agent.getByRole('button', { name: 'Go on post' }).click()
  await agent.getByText('That is not the code of this minute.').waitFor()
  await agent.getByLabel('Code on the screen at the desk').fill(await shown())
  await agent.getByRole('button', { name: 'Go on post' }).click()
  await agent.waitForURL((url) => url.pathname === '/desk')
  const lead = await visit(zhou, '/attendance')
  await lead.getByText('ready for the handover').first().waitFor()

  // Whoever is checked in is offered what comes, and nobody else.
  clock.set('2026-11-23T22:00:00+08:00')
  await agent.reload()
  const present = async () => {
    for (const one of [mei, lin]) await see(db, one, clock.now())
  }
  await present()
  const first = await asks('苏晴')
  await agent.locator('#desk-offer').getByText('No line since ten').waitFor()
  expect(await offered(first)).toEqual([mei])
  await agent.getByRole('button', { name: 'Take' }).first().click()
  await expect.poll(async () => (await db.selectFrom('assignments').select('staff_id').execute()).length).toBe(1)

  // With a colleague's cover she leaves for a while: nothing is offered until she is back.
  await agent.goto(`${house.url}/duty`)
  await agent.getByText('Leave the post for a while').click()
  await agent.getByLabel('Why').fill('Fetch medicine')
  await agent.getByRole('button', { name: 'Ask for cover' }).click()
  await agent.getByText('is asked to cover').waitFor()
  await lead.goto(`${house.url}/duty`)
  await lead.getByRole('button', { name: 'I cover' }).click()
  await expect.poll(async () => (await db.selectFrom('breaks').select('id').execute()).length).toBe(1)
  await agent.goto(`${house.url}/duty`)
  await agent.getByRole('heading', { name: 'You are on a break' }).waitFor()
  await present()
  const second = await asks('周启')
  await heard(house)
  expect(await offered(second)).toEqual([])
  clock.forward({ minutes: 10 })
  await present()
  await agent.getByRole('button', { name: 'Back on post' }).first().click()
  await expect.poll(() => offered(second)).toEqual([mei])

  // The question at random stands on whatever page she has open; one press answers it.
  const { id } = await db
    .insertInto('presence_questions')
    .values({
      attendance_id: (
        await db.selectFrom('attendances').select('id').where('staff_id', '=', mei).executeTakeFirstOrThrow()
      ).id,
      ask_at: clock.now(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await agent.goto(`${house.url}/desk`)
  await house.deps.transact(system, (tx) => askPresence(tx, id as PresenceQuestionId, async () => false))
  await agent.getByRole('button', { name: 'I am here' }).click()
  await agent.getByText('Are you at your post?').waitFor({ state: 'detached' })
  clock.forward({ minutes: 11 })
  await house.deps.transact(system, (tx) => noteUnanswered(tx, id as PresenceQuestionId))
  expect(await db.selectFrom('post_cases').select('id').execute()).toEqual([])

  // The end: she goes off post, and what comes now finds nobody.
  clock.set('2026-11-24T06:00:00+08:00')
  await db
    .updateTable('assignments')
    .set({ ended_at: clock.now(), end_reason: 'resolved' })
    .where('ended_at', 'is', null)
    .execute()
  const kind = closeAttendances(house.deps)
  for (const due of await kind.list(db, clock.now(), 10)) await kind.run(due.id)
  const hours = await visit(mei, '/attendance/hours?month=2026-11')
  await hours.getByText('21:42–06:00').waitFor()
  const third = await asks('李想')
  await heard(house)
  expect(await offered(third)).toEqual([])
  expect([...screen.wrongs, ...agent.wrongs, ...lead.wrongs, ...hours.wrongs]).toEqual([])
}, 120_000)
