import { beforeEach, expect, test } from 'vitest'
import { endOver } from '../../../jobs/end-what-is-over.ts'
import { ERASED } from '../../../server/kernel/erased.ts'
import { foldAbsence } from '../../../server/notifications/notices/actions.ts'
import { tell } from '../../../server/notifications/notices/telling.ts'
import { system } from '../../../server/platform/actor.ts'
import { leaveMail } from '../../../server/platform/outgoing.ts'
import { keeping } from '../../../server/reactions.ts'
import { forgetSettings } from '../../../server/settings/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { aLife, MARKER, whereStands } from '../../support/kept.ts'
import { hire, welcome } from '../../support/people.ts'
import { heard } from '../../support/server.ts'
import { signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const DAY = 86_400_000

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
  for await (const { id } of house.deps.files.list()) await house.deps.files.delete(id)
})

const after = (days: number, time = '13:00') =>
  clock.set(`${new Date(new Date(TWO_FOURTEEN).getTime() + days * DAY).toISOString().slice(0, 10)}T${time}:00+08:00`)
/** The run of this day, as the ticker starts it; how many it found due. */
async function run(): Promise<number> {
  const job = endOver(keeping)(house.deps)
  const due = await job.list(database.db, clock.now(), 10)
  for (const { id } of due) await job.run(id)
  return due.length
}
const ran = async () =>
  (
    await database.db.selectFrom('events').select('payload').where('name', '=', 'retention.ran').orderBy('id').execute()
  ).map(({ payload }) => payload)
const ticket = (id: string) =>
  database.db.selectFrom('tickets').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

test('once a day, from one o’clock on and not at night, what is over is looked for; twice is once', async () => {
  expect(await run()).toBe(0)
  after(1)
  expect(await run()).toBe(1)
  expect(await run()).toBe(0)
  expect(await ran()).toEqual([
    {
      conversations: 0,
      files: 0,
      visitors: 0,
      letters: 0,
      incoming: 0,
      recordings: 0,
      calls: 0,
      notices: 0,
      reminders: 0,
    },
  ])
  after(2, '12:59')
  expect(await run()).toBe(0)
})

test('a conversation that ended long ago goes by the same path as by hand, with its customer where nothing else of theirs is left', async () => {
  const { who, ticketId } = await aLife(house)
  after(729)
  await run()
  expect((await ticket(ticketId)).erased_at).toBe(null)
  after(732)
  await run()
  expect(await whereStands(house, MARKER)).toEqual([])
  for await (const _left of house.deps.files.list()) expect.unreachable('a file was left')
  expect(await database.db.selectFrom('erasures').selectAll().execute()).toMatchObject([
    { customer_id: who.customerId, reason: 'retention', asked_by: null, state: 'done', tickets: 1 },
  ])
  const [event] = await database.db.selectFrom('events').selectAll().where('name', '=', 'customer.erased').execute()
  expect(event).toMatchObject({ actor: 'system', payload: { by: null, whole: true } })
  expect((await ran()).at(-1)).toMatchObject({ conversations: 1 })
}, 30_000)

test('a customer who came back keeps their name, contacts and what is new; the old words go', async () => {
  const { who, ticketId } = await aLife(house)
  await database.db
    .updateTable('visitors')
    .set({ expires_at: new Date('2030-01-01T00:00:00Z') })
    .execute()
  after(600)
  const again = await conversations(house).ask(who, '又断网了')
  after(735)
  await run()
  expect((await ticket(ticketId)).subject).toBe(ERASED)
  expect((await ticket(again)).subject).toBe('又断网了')
  const left = new Set((await whereStands(house, MARKER)).map((place) => place.split(':')[0]))
  // Of `tickets` only where the new one came from would be left; it came from elsewhere.
  expect(left).toEqual(new Set(['abuse_cases', 'abuse_steps', 'article_votes', 'contacts', 'customers']))
  // Their own browser still opens the old conversation, and says in their language that its words are gone.
  for (const path of ['', `/${ticketId}`, `/${ticketId}/messages?after=0`]) {
    const headers = { authorization: `Bearer ${who.token}`, 'accept-language': 'en' }
    const said = await (await house.app.request(`/api/v1/tickets${path}`, { headers })).text()
    expect(said, path).toContain('"erased"')
    expect(said, path).not.toMatch(/[\uFDD0\uFDD1]/)
  }
  expect((await ran()).at(-1)).toMatchObject({ conversations: 1 })
})

test('what is held waits for the next run', async () => {
  const { ticketId } = await aLife(house)
  await database.db
    .insertInto('ticket_holds')
    .values({ ticket_id: ticketId, kind: 'escalation', ref: '1', set_at: clock.now() })
    .execute()
  after(735)
  await run()
  expect((await ticket(ticketId)).erased_at).toBe(null)
  await database.db.deleteFrom('ticket_holds').execute()
  after(736)
  await run()
  expect((await ticket(ticketId)).erased_at).not.toBe(null)
})

test('files go sooner than words, and the message keeps its place', async () => {
  const { ticketId, picture } = await aLife(house)
  after(200)
  await run()
  expect(await house.deps.files.exists(picture)).toBe(false)
  const messages = await database.db
    .selectFrom('messages')
    .select(['seq', 'body', 'code'])
    .where('ticket_id', '=', ticketId)
    .orderBy('seq')
    .execute()
  expect(messages.filter(({ code }) => code === 'file')).toEqual([])
  expect(messages.filter(({ body }) => body === ERASED).length).toBe(2)
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, at) => at + 1))
  expect((await ticket(ticketId)).subject).toContain(MARKER)
  expect((await ran()).at(-1)).toMatchObject({ files: 2, conversations: 0 })
})

test('letters lose the customer’s words, and old browsers are forgotten', async () => {
  await aLife(house)
  const { visitorId, token } = await welcome(database.db, '王芳')
  await database.db
    .updateTable('visitors')
    .set({ expires_at: new Date('2026-12-01T00:00:00Z') })
    .where('id', '=', visitorId)
    .execute()
  after(100)
  await run()
  const mails = await database.db
    .selectFrom('outgoing_mails')
    .select(['subject', 'text', 'state', 'ticket_id'])
    .execute()
  const quoting = mails.filter(({ ticket_id, state }) => ticket_id && state !== 'pending')
  expect(quoting.every(({ text }) => text === ERASED)).toBe(true)
  const answer = await house.app.request('/api/v1/tickets', { headers: { authorization: `Bearer ${token}` } })
  expect(answer.status).toBe(401)
  expect((await ran()).at(-1)).toMatchObject({ visitors: 1 })
  after(101)
  await run()
  expect((await ran()).at(-1)).toMatchObject({ visitors: 0, letters: 0 })
})

test('the page of settings says what the next run will do, what the last one did, and that backups keep it longer', async () => {
  const admin = await signedIn(house, await hire(database.db, '兰芝', { roles: ['administrator'], posts: [] }))
  await aLife(house)
  after(735, '10:00')
  const again = await signedIn(house, await hire(database.db, '韦一', { roles: ['administrator'], posts: [] }), 'en')
  const { html } = await again.get('/settings/privacy')
  for (const words of [
    'Today at 13:00 goes:',
    'conversations of 1 customer',
    '2 files',
    'Backups made before still hold it',
  ])
    expect(html).toContain(words)
  after(735)
  await run()
  expect((await again.get('/settings/privacy')).html).toMatch(/Last time, .*\n?.*conversations of 1 customer/)
  expect((await again.get('/settings/privacy')).html).toContain('conversations of 0 customers')
  expect((await admin.get('/settings/privacy')).status).toBe(303)
})

test('another number of days counts at the next run', async () => {
  const { ticketId } = await aLife(house)
  after(40)
  await run()
  expect((await ticket(ticketId)).erased_at).toBe(null)
  await database.db
    .insertInto('settings')
    .values({ key: 'retentionConversationDays', value: '30', changed_by: null, changed_at: clock.now() })
    .execute()
  forgetSettings()
  after(41)
  await run()
  expect((await ticket(ticketId)).erased_at).not.toBe(null)
})

test('notices go with their deliveries and receipts after their days, reminders as well; what is still on its way stays', async () => {
  const { db } = database
  const { transact } = house.deps
  const mei = await hire(db, '林玫')
  const to = [{ staffId: mei, part: 'own' as const }]
  const at = (ref: string) => transact(system, (tx) => tell(tx, { kind: 'answer', ref, path: '/desk', to }))
  for (const ref of ['answered:1', 'answered:2', 'answered:3']) await at(ref)
  await db.updateTable('notice_people').set({ next_at: null, up_at: null }).execute()
  await db.updateTable('deliveries').set({ state: 'sent', due_at: null }).execute()
  after(3, '09:00')
  await transact(system, (tx) => foldAbsence(tx, mei))
  await db.updateTable('notice_people').set({ next_at: null, up_at: null }).execute()
  await at('answered:4')
  const { id: last } = await db.selectFrom('deliveries').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()
  await db.updateTable('deliveries').set({ state: 'pending' }).where('id', '=', last).execute()
  const { ticketId } = await aLife(house)
  await heard(house)
  await db
    .insertInto('reminders')
    .values({
      staff_id: mei,
      kind: 'follow_up',
      part: 'owner',
      ticket_id: ticketId,
      promise_id: null,
      escalation_id: null,
      made_at: clock.now(),
      read_at: null,
      mail: 'none',
    })
    .execute()
  after(367)
  await run()
  expect((await ran()).at(-1)).toMatchObject({ notices: 3, reminders: 0 })
  after(370)
  await run()
  const left = await db.selectFrom('notices').select('ref').where('kind', '=', 'answer').execute()
  expect(left).toEqual([{ ref: 'answered:4' }])
  expect((await ran()).at(-1)).toMatchObject({ reminders: expect.any(Number) })
  expect(await db.selectFrom('reminders').select('id').execute()).toEqual([])
  expect(await db.selectFrom('notice_people').select('id').where('covered_by', 'is not', null).execute()).toEqual([])
})

test('a letter about no one conversation loses its words too, and is not sent again without them', async () => {
  const mei = await hire(database.db, '林玫')
  const letter = {
    subject: '早报',
    text: '客户的话',
    html: null,
    link: 'https://x.example',
    linkUntil: new Date('2030-01-01'),
  }
  const id = await house.deps.transact(system, (tx) =>
    leaveMail(tx, { ...letter, kind: 'digest', staffId: mei, recipient: 'mei@example.com' }),
  )
  await database.db.updateTable('outgoing_mails').set({ state: 'failed', due_at: null }).where('id', '=', id).execute()
  after(91)
  await run()
  const row = await database.db.selectFrom('outgoing_mails').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  expect(row).toMatchObject({
    subject: ERASED,
    text: ERASED,
    link: null,
    recipient: 'mei@example.com',
    state: 'failed',
  })
  const office = await signedIn(house, await hire(database.db, '兰芝', { roles: ['administrator'], posts: [] }))
  const back = await office.post(`/outgoing/${id}/sending`)
  expect([back.status, back.html.includes('文字已删除')]).toEqual([422, true])
  expect(back.html).not.toContain(ERASED)
})
