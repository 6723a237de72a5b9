import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { forgetFiles } from '../../../jobs/forget-files.ts'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { keeping } from '../../../server/reactions.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { aLife, MARKER, whereStands } from '../../support/kept.ts'
import { hire, welcome } from '../../support/people.ts'
import { heard } from '../../support/server.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let yan: StaffId
let office: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  for await (const { id } of house.deps.files.list()) await house.deps.files.delete(id)
  yan = await hire(database.db, '严明', { roles: ['administration'], posts: [] })
  office = await signedIn(house, yan)
})

const ask = (id: string, fields = { reason: 'their_wish', words: '来信要求' }) =>
  office.post(`/customers/${id}/erasure`, fields)
const confirm = (id: string, typed: string) => office.post(`/customers/${id}/erasure/confirmation`, { typed })
const numberOf = async (id: string) =>
  (await database.db.selectFrom('tickets').select('number').where('id', '=', id).executeTakeFirstOrThrow()).number
const named = async (name: string) =>
  (await database.db.selectFrom('events').select('payload').where('name', '=', name).execute()).map(
    ({ payload }) => payload,
  )

/** Columns in which words can stand. */
const textColumns = async () =>
  (
    await sql<{ table: string; column: string; type: string }>`
      select c.table_name as table, c.column_name as column, c.data_type as type from information_schema.columns c
      join information_schema.tables t on t.table_name = c.table_name and t.table_schema = 'public' and t.table_type = 'BASE TABLE'
      where c.table_schema = 'public' and c.data_type in ('text', 'jsonb', 'json', 'character varying', 'ARRAY')
      order by 1, 2`.execute(database.db)
  ).rows

/** Tables in which no customer's words stand. Whoever adds one decides here, or adds it to the registry (keeping.ts). */
const WITHOUT_CUSTOMERS: readonly string[] = [
  // Whether colleagues came, left and were excused, and the places where they do.
  'absences',
  // Why a hard rule of the roster was broken by hand, and who answers for it: of colleagues.
  'roster_exceptions',
  // What the leader who was named for it says.
  'roster_signatures',
  'breaks',
  'leave_slips',
  'places',
  'presence_questions',
  'attendance_corrections',
  'arrival_tellings',
  'stays',
  // What was seen of a colleague's post, and what they say to it.
  'post_cases',
  'account_links',
  'alarms',
  'unled_nights',
  'allowed_sites',
  'article_versions',
  'articles',
  'assignments',
  'attendances',
  'call_declines',
  'canned_replies',
  'categories',
  'customer_letters',
  'customer_terms',
  'departments',
  'desk_engagements',
  'escalation_offers',
  'event_chain',
  'events',
  'incoming_files',
  'kysely_migration',
  'kysely_migration_lock',
  'looks',
  'mailbox_readers',
  'marks',
  // Who owed what; the reason of an excuse is a colleague's account of a colleague.
  'obligations',
  'offers',
  'outbox',
  // Of lines and the phones of staff; who called is in the calls.
  'phone_extensions',
  'phone_lines',
  'presence',
  'processed',
  'processes',
  'promises',
  'reminders',
  'report_counts',
  'report_nights',
  'report_subscriptions',
  'retention_runs',
  // Who stands when, and what HR knows of colleagues.
  'roster_cells',
  'roster_edits',
  'roster_inputs',
  'roster_months',
  'roster_reminders',
  'roster_needs',
  'roster_runs',
  'roster_versions',
  'roster_wishes',
  // Counts of marks; nobody's words and no customer.
  'satisfaction_asked',
  'satisfaction_changes',
  'satisfaction_months',
  'satisfaction_people',
  'satisfaction_said',
  'secrets',
  'sessions',
  'setting_changes',
  'settings',
  'shift_confirmations',
  'shifts',
  'sign_in_failures',
  'sla_policies',
  'staff',
  // Between colleagues, about their own shifts.
  'swaps',
  'staff_planning',
  'ticket_clocks',
  'ticket_holds',
  'ticket_merges',
  'ticket_pauses',
  'ticket_sla',
  'ticket_exclusions',
  // The month's appraisal: ids and figures of ratings and tickets, and what colleagues say about each other's work.
  'appraisal_inputs',
  'appraisal_measures',
  'appraisal_months',
  'appraisal_objections',
  'appraisal_results',
  'appraisal_scores',
  'appraisal_weights',
  'appraisal_words',
  'appraisals',
  'coaching_requests',
  // Colleagues about colleagues; customers' own words of praise stay in their ratings.
  'commendations',
  'praises',
  // What colleagues are asked for and answer in checks, and cases about their records.
  'document_requests',
  'document_answers',
  'false_records',
  'shift_notes',
  // What colleagues are told, and by what: kinds, states, their own devices; the brief of a night is the house's own account.
  'deliveries',
  'digests',
  'hooks',
  'night_briefs',
  'notice_choices',
  'notice_people',
  'notices',
  'push_devices',
  'transcripts',
]

test('every table with texts either stands in the registry of what is kept about customers, or is known to hold nothing of them', async () => {
  const kept = new Set(keeping.keepers.flatMap((keeper) => keeper.kept.map(({ table }) => table)))
  const tables = [...new Set((await textColumns()).map(({ table }) => table))]
  expect(tables.filter((table) => !kept.has(table) && !WITHOUT_CUSTOMERS.includes(table))).toEqual([])
  expect(WITHOUT_CUSTOMERS.filter((table) => kept.has(table))).toEqual([])
})

/** Columns of those tables that hold codes, marks of our own, or what only staff wrote about their own act. */
const WITHOUT_WORDS: readonly string[] = [
  'abuse_cases.duty',
  'abuse_cases.lifted_why',
  'abuse_cases.number',
  'abuse_cases.state',
  'abuse_flags.reason',
  'abuse_flags.seqs',
  'abuse_steps.act',
  'call_recordings.kind',
  'call_recordings.state',
  'call_recordings.why',
  'callback_attempts.outcome',
  'callbacks.ended_why',
  'callbacks.state',
  'calls.call_key',
  'calls.cause',
  'calls.direction',
  'calls.logged_as',
  'calls.rejected_why',
  'calls.state',
  'calls.users',
  'customers.language',
  'erasures.counts',
  'erasures.reason',
  'erasures.state',
  'erasures.words',
  'escalations.post',
  'escalations.return_reason',
  'escalations.state',
  'escalation_notes.side',
  'incidents.kind',
  'incidents.level',
  'incidents.number',
  'incidents.state',
  'incoming_mails.mailbox',
  'incoming_mails.reason',
  'incoming_mails.remarks',
  'incoming_mails.state',
  'messages.author',
  'messages.code',
  'outgoing_mails.about',
  'outgoing_mails.channel',
  'outgoing_mails.error',
  // Their own shifts, to colleagues alone.
  'outgoing_mails.file_name',
  'outgoing_mails.file_text',
  'outgoing_mails.file_type',
  'outgoing_mails.kind',
  'outgoing_mails.recipient',
  'outgoing_mails.state',
  'rating_contests.ground',
  'rating_contests.state',
  'rating_exclusions.reason',
  'ratings.handlers',
  'ratings.reasons',
  'ratings.source',
  'ratings.state',
  'reveals.reason',
  'reveals.unusual',
  'tickets.channel',
  'tickets.language',
  'tickets.number',
  'tickets.priority',
  'tickets.state',
  'tickets.waiting_on',
  'visitors.language',
]

test('every column with texts of those tables is erased, or is known to hold no words of a customer', async () => {
  const kept = new Map(keeping.keepers.flatMap((keeper) => keeper.kept.map((one) => [one.table, one] as const)))
  const left = (await textColumns()).filter(({ table, column }) => {
    const one = kept.get(table)
    const taken = [...(one?.texts ?? []), ...(one?.cleared ?? []), ...(one?.file ? [one.file.column] : [])]
    return one && !one.removed && !taken.includes(column) && !WITHOUT_WORDS.includes(`${table}.${column}`)
  })
  expect(left.map(({ table, column }) => `${table}.${column}`)).toEqual([])
})

test('the columns that the registry names are there, and what it names is reached from a customer', async () => {
  const { who } = await aLife(house)
  const columns = new Set((await textColumns()).map(({ table, column }) => `${table}.${column}`))
  for (const { kept } of keeping.keepers)
    for (const { table, texts = [] } of kept) for (const text of texts) expect(columns).toContain(`${table}.${text}`)
  expect((await whereStands(house, MARKER)).length).toBeGreaterThan(15)
  expect((await office.get(`/customers/${who.customerId}`)).html).toContain('给同事的信')
})

test('after an erasure no table and no file holds anything that the customer said or that was said of them', async () => {
  const { who, ticketId } = await aLife(house)
  const before = await database.db
    .selectFrom('tickets')
    .selectAll()
    .where('id', '=', ticketId)
    .executeTakeFirstOrThrow()
  expect(new Set((await whereStands(house, MARKER)).map((place) => place.split(':')[0]))).toEqual(
    new Set([
      'abuse_cases',
      'abuse_flags',
      'abuse_steps',
      'article_votes',
      'contacts',
      'customers',
      'escalation_notes',
      'escalations',
      'file',
      'incidents',
      'messages',
      'notes',
      'outgoing_mails',
      'ratings',
      'tickets',
    ]),
  )
  await ask(who.customerId)
  expect((await confirm(who.customerId, before.number)).status).toBe(303)
  expect(await whereStands(house, MARKER)).toEqual([])
  expect(await whereStands(house, '13812340041')).toEqual([])
  expect(await whereStands(house, '138 1234 0041')).toEqual([])
  for await (const _left of house.deps.files.list()) expect.unreachable('a file was left')

  const after = await database.db.selectFrom('tickets').selectAll().where('id', '=', ticketId).executeTakeFirstOrThrow()
  const { subject, need, result, came_from, erased_at, ...kept } = after
  expect(kept).toEqual(Object.fromEntries(Object.keys(kept).map((key) => [key, before[key as keyof typeof before]])))
  expect(erased_at).toEqual(clock.now())
  expect(came_from).toBe(null)
  const messages = await database.db
    .selectFrom('messages')
    .select(['seq', 'at'])
    .where('ticket_id', '=', ticketId)
    .execute()
  expect(messages.length).toBe(before.last_seq)
  const [event] = await named('customer.erased')
  expect(event).toMatchObject({ customerId: who.customerId, by: yan, whole: true, tickets: 1, files: 2 })
  const page = (await office.get(`/customers/${who.customerId}`)).html
  expect(page).toContain('已删除：')
  expect(page).toContain('来信要求')
  expect(page).toContain(before.number)
  expect(page).toContain('备份')
}, 30_000)

test('the chain of the log holds after an erasure, as `npm run audit:verify` says', async () => {
  const { who, ticketId } = await aLife(house)
  await ask(who.customerId)
  await confirm(who.customerId, await numberOf(ticketId))
  await heard(house)
  const tool = await promisify(execFile)(process.execPath, ['server/tools/audit-verify.ts'], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      DATABASE_URL: database.url,
      DATA_DIR: house.deps.config.dataDir,
    },
  })
  expect(tool.stdout).toContain('The log is whole')
}, 30_000)

test('whoever reads an erased conversation reads “erased” in their language, and programs get an empty text', async () => {
  const { who, ticketId } = await aLife(house)
  await ask(who.customerId)
  await confirm(who.customerId, `苏${MARKER}`)
  const leader = await hire(database.db, '高岚', { roles: ['leadership'], posts: [] })
  const [zh, en] = [await signedIn(house, leader), await signedIn(house, leader, 'en')]
  expect((await zh.get(`/tickets/${ticketId}`)).html).toContain('已删除')
  const { html } = await en.get(`/tickets/${ticketId}`)
  expect(html).toContain('<p class="bubble" dir="auto" data-seq="1">erased</p>')
  expect(html).not.toMatch(/[\uFDD0\uFDD1]/)
  const json = { accept: 'application/json' }
  expect(JSON.parse((await en.get(`/tickets/${ticketId}`, { headers: json })).html)).toMatchObject({
    subject: '',
    customer: { name: '' },
    need: '',
    result: '',
  })
  for (const path of [`/tickets/${ticketId}/messages?after=0`, `/tickets/${ticketId}/notes`])
    expect((await en.get(path, { headers: json })).html).not.toMatch(/[\uFDD0\uFDD1]/)
  const note = await zh.post(`/tickets/${ticketId}/notes`, { clientId: crypto.randomUUID(), body: '她又来电' })
  expect(note.status).toBe(422)
  expect((await en.get(`/tickets/search?q=${MARKER}`)).html).not.toContain(`/desk/${ticketId}`)
})

test('their browser and their private link open nothing any more', async () => {
  const { who } = await aLife(house)
  const asks = async () =>
    (await house.app.request('/api/v1/tickets', { headers: { authorization: `Bearer ${who.token}` } })).status
  expect(await asks()).toBe(200)
  await ask(who.customerId)
  await confirm(who.customerId, `苏${MARKER}`)
  expect(await asks()).toBe(401)
  expect(await database.db.selectFrom('request_links').selectAll().execute()).toEqual([])
})

test('a letter that has not left stays here, without its words', async () => {
  const { who } = await aLife(house)
  await database.db.updateTable('outgoing_mails').set({ state: 'pending', due_at: clock.now() }).execute()
  await ask(who.customerId)
  await confirm(who.customerId, `苏${MARKER}`)
  const mails = await database.db.selectFrom('outgoing_mails').select(['state', 'due_at']).execute()
  expect(new Set(mails.map(({ state, due_at }) => `${state} ${due_at}`))).toEqual(new Set(['kept null']))
})

test('nothing is erased in one press, with another name typed, or after it was withdrawn; what was typed stays', async () => {
  const { who } = await aLife(house)
  const id = who.customerId
  expect((await confirm(id, `苏${MARKER}`)).html).toContain('没有人要求删除')
  const refused = await ask(id, { reason: 'other', words: '' })
  expect([refused.status, refused.html.includes('请简单写明原因')]).toEqual([422, true])
  await ask(id)
  const wrong = await confirm(id, '张三')
  expect(wrong.status).toBe(422)
  expect(wrong.html).toContain('value="张三"')
  await office.post(`/customers/${id}/erasure/withdrawal`)
  expect((await confirm(id, `苏${MARKER}`)).status).toBe(422)
  expect((await whereStands(house, MARKER)).length).toBeGreaterThan(15)
  expect(await named('customer.erased')).toEqual([])
})

test('a customer whose conversation is open, held, or part of an open incident is not erased', async () => {
  const { who, ticketId } = await aLife(house)
  const id = who.customerId
  await database.db
    .insertInto('ticket_holds')
    .values({ ticket_id: ticketId, kind: 'escalation', ref: '1', set_at: clock.now() })
    .execute()
  expect((await ask(id)).html).toContain('还有事情在别处办理')
  await database.db.deleteFrom('ticket_holds').execute()
  await database.db.updateTable('incidents').set({ state: 'resolved' }).execute()
  expect((await ask(id)).html).toContain('还没有关闭')
  await database.db.updateTable('incidents').set({ state: 'closed' }).execute()
  await conversations(house).ask(who, '又断了')
  expect((await ask(id)).html).toContain('还没有关闭')
  // What begins between the two presses is in the way as well.
  await database.db.updateTable('tickets').set({ state: 'closed' }).execute()
  await ask(id)
  await conversations(house).ask(who, '还是断')
  expect((await confirm(id, `苏${MARKER}`)).status).toBe(422)
  expect(await named('customer.erased')).toEqual([])
})

test('another customer with the same number loses nothing', async () => {
  const { who } = await aLife(house)
  const other = await welcome(database.db, '王芳')
  await database.db
    .insertInto('contacts')
    .values({
      customer_id: other.customerId,
      kind: 'phone',
      value: '+8613812340041',
      verified_at: null,
      created_at: clock.now(),
    })
    .execute()
  const theirs = await conversations(house).ask(other, '我的网也断了')
  await ask(who.customerId)
  await confirm(who.customerId, `苏${MARKER}`)
  const row = await database.db
    .selectFrom('tickets')
    .select('subject')
    .where('id', '=', theirs)
    .executeTakeFirstOrThrow()
  expect(row.subject).toBe('我的网也断了')
  expect((await whereStands(house, '+8613812340041')).length).toBe(1)
})

test('where the deleting of a file was cut off, the sweep finds it within the hour', async () => {
  const { who } = await aLife(house)
  const { files } = house.deps
  const kept: string[] = []
  for await (const { id } of files.list()) kept.push(id)
  await ask(who.customerId)
  await confirm(who.customerId, `苏${MARKER}`)
  clock.forward({ hours: 2 })
  const job = forgetFiles(house.deps)
  expect((await job.list(database.db, clock.now(), 9)).map(({ id }) => id).toSorted()).toEqual(kept.toSorted())
  for (const id of kept) await job.run(id)
  expect(await database.db.selectFrom('incoming_files').selectAll().execute()).toEqual([])
})

test('only administration finds, hands out and erases customers', async () => {
  const { who } = await aLife(house)
  for (const roles of [['hr'], ['administrator'], ['leadership'], ['handler']] as const) {
    const other = await signedIn(house, await hire(database.db, '某人', { roles: [...roles], posts: [] }))
    expect((await other.get('/customers')).status).toBe(403)
    expect((await other.get(`/customers/${who.customerId}`)).status).toBe(403)
    for (const act of ['exports', 'erasure', 'erasure/confirmation'])
      expect((await other.post(`/customers/${who.customerId}/${act}`)).status).toBe(403)
  }
  expect((await office.get('/customers/999999')).status).toBe(404)
})
