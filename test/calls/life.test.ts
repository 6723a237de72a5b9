import { beforeEach, expect, test } from 'vitest'
import { closeStuckCalls } from '../../jobs/close-stuck-calls.ts'
import { fetchRecordings } from '../../jobs/fetch-recordings.ts'
import { sendTexts, writeTexts } from '../../jobs/send-texts.ts'
import { watchCallbacks } from '../../jobs/watch-callbacks.ts'
import { checkOut } from '../../server/attendance/actions.ts'
import * as owed from '../../server/calls/callbacks/actions.ts'
import { endCallback, giveUpCallback } from '../../server/calls/callbacks/ending/actions.ts'
import { listRinging } from '../../server/calls/log/queries.ts'
import { claimCall, declineCall, noteCall } from '../../server/calls/talking/actions.ts'
import { logCall, logWithoutTicket } from '../../server/calls/wrapping/actions.ts'
import type { Target } from '../../server/calls/wrapping/filing.ts'
import { offerNext } from '../../server/desk/offers/actions.ts'
import type { CallbackId, CallId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { Refusal } from '../../server/kernel/refusal.ts'
import { saveHook } from '../../server/notifications/channels/actions.ts'
import { system } from '../../server/platform/actor.ts'
import { aLine, giveExtension, type TestLine } from '../support/calls.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { as, hire, putOnPost, see, welcome } from '../support/people.ts'
import { heard, type QuietHouse } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let line: TestLine
let mei: StaffId
let chen: StaffId
let wang: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  chen = await hire(database.db, '陈舟')
  wang = await hire(database.db, '王磊', { rank: 'supervisor' })
  await putOnPost(database.db, mei)
  await putOnPost(database.db, chen)
  await putOnPost(database.db, wang, 'manager')
  await giveExtension(house, '803', mei)
  await giveExtension(house, '804', chen)
  line = await aLine(house)
})

const NUMBER = '+8613800138000'
const { stringify } = JSON
const of = (id: string) => ({ callId: id, from: '13800138000', to: '4006789000', direction: 'in' })
const rings = (id = 'a', more = {}) => line.says({ event: 'newCall', ...of(id), ...more })
const lifts = (id = 'a', user = '803') => line.says({ event: 'answer', ...of(id), user, answeringNumber: user })
const ends = (id = 'a', cause = 'normalClearing') => line.says({ event: 'hangup', ...of(id), cause })
const call = async (key = 'a') =>
  database.db.selectFrom('calls').selectAll().where('call_key', '=', key).executeTakeFirstOrThrow()
const idOf = async (key = 'a') => (await call(key)).id as CallId
const callbacks = () => database.db.selectFrom('callbacks').selectAll().orderBy('id').execute()
const firstOwed = async () => ((await callbacks())[0]?.id ?? '') as CallbackId
const run = async (job: typeof closeStuckCalls) => {
  const kind = job(house.deps)
  for (const { id } of await kind.list(database.db, clock.now(), 50)) await kind.run(id)
}
const does = <T>(
  who: StaffId,
  what: Parameters<QuietHouse['deps']['transact']>[1],
  duty: 'service' | 'manager' = 'service',
) => house.deps.transact(as(who, duty), what) as Promise<T>
const refusedWith = async (what: Promise<unknown>) => {
  const error = await what.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof Refusal ? error.code : stringify(error)
}
const into = (more: Partial<Target & { kind: 'new' }> = {}): Target => ({
  kind: 'new',
  customerId: null,
  name: '王小明',
  language: 'zh-CN',
  question: '宽带断了',
  clientId: crypto.randomUUID(),
  ...more,
})
const ringing = async (who: StaffId) => (await listRinging(database.db, who, clock.now())).map(({ id }) => id)

test('row 14: a call rings at everybody on post, the first who takes it has it and it rings nowhere else', async () => {
  await rings()
  const id = await idOf()
  expect([await ringing(mei), await ringing(chen)]).toEqual([[id], [id]])
  await does(mei, (tx) => declineCall(tx, id))
  expect([await ringing(mei), await ringing(chen)]).toEqual([[], [id]])
  const both = await Promise.allSettled([does(chen, (tx) => claimCall(tx, id)), does(mei, (tx) => claimCall(tx, id))])
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect([await ringing(mei), await ringing(chen)]).toEqual([[], []])
  const { claimed_by } = await call()
  // Whoever has it presses twice and it is once.
  await does(claimed_by as StaffId, (tx) => claimCall(tx, id))
})

test('where the line names whom it rings, only they are rung; whoever is off post is not asked', async () => {
  await rings('a', { user: ['804'] })
  expect([await ringing(mei), (await ringing(chen)).length]).toEqual([[], 1])
  await rings('b', { user: ['999'] })
  expect([(await ringing(mei)).length, (await ringing(chen)).length]).toEqual([1, 2])
})

test('who is on the phone is offered nothing and rung by nothing, until the call is over and written down', async () => {
  const who = await welcome(database.db, '苏青')
  await rings()
  await lifts()
  await rings('b')
  expect(await ringing(mei)).toEqual([])
  for (const one of [mei, chen]) await see(database.db, one, clock.now())
  await conversations(house).ask(who)
  await heard(house)
  const offers = () =>
    database.db.selectFrom('offers').select(['staff_id', 'state']).where('state', '=', 'made').execute()
  expect(await offers()).toEqual([{ staff_id: chen, state: 'made' }])
  await ends()
  const engaged = () => database.db.selectFrom('desk_engagements').select(['staff_id', 'until']).execute()
  expect(await engaged()).toMatchObject([{ staff_id: mei, until: new Date(clock.now().getTime() + 60_000) }])
  await does(mei, async (tx) => logCall(tx, await idOf(), { target: into(), note: '' }))
  expect(await engaged()).toEqual([])
  await house.deps.transact(system, offerNext)
})

test('a call that is answered is written down into a new ticket, with its note and its rating from the phone', async () => {
  await rings()
  await lifts()
  await does(mei, async (tx) => noteCall(tx, await idOf(), '光猫红灯'))
  await ends()
  await line.says({ event: 'rating', ...of('a'), score: 5 })
  const id = await idOf()
  const ticketId = await does<TicketId>(mei, (tx) => logCall(tx, id, { target: into(), note: '光猫红灯' }))
  expect(await does<TicketId>(mei, (tx) => logCall(tx, id, { target: into(), note: '光猫红灯' }))).toBe(ticketId)
  await heard(house)
  const tickets = await database.db
    .selectFrom('tickets')
    .select(['id', 'channel', 'state', 'last_handler_id'])
    .execute()
  expect(tickets).toEqual([{ id: ticketId, channel: 'phone', state: 'open', last_handler_id: mei }])
  expect(await database.db.selectFrom('notes').select('body').execute()).toEqual([{ body: '光猫红灯' }])
  const [rating] = await database.db.selectFrom('ratings').selectAll().execute()
  expect(rating).toMatchObject({ ticket_id: ticketId, service: 5, source: 'phone', state: 'given' })
  expect(rating?.handlers).toMatchObject([{ staffId: mei, share: 1 }])
})

test('a call without a key has no rating; a call may go into a ticket that is there, or be no request at all', async () => {
  const who = await welcome(database.db, '苏青')
  const ticketId = await conversations(house).ask(who)
  await conversations(house).take(ticketId, mei)
  await rings()
  await lifts()
  await ends()
  const target = { kind: 'ticket', ticketId, clientId: crypto.randomUUID() } as const
  await does(mei, async (tx) => logCall(tx, await idOf(), { target, note: '又来问' }))
  await rings('b')
  await lifts('b')
  await ends('b')
  await does(mei, async (tx) => logWithoutTicket(tx, await idOf('b'), { why: 'silent', note: '' }))
  await heard(house)
  expect(await call()).toMatchObject({ ticket_id: ticketId, logged_as: 'ticket' })
  expect(await call('b')).toMatchObject({ ticket_id: null, logged_as: 'silent' })
  expect(await database.db.selectFrom('ratings').select('id').execute()).toEqual([])
  expect(await refusedWith(does(chen, async (tx) => noteCall(tx, await idOf(), 'x')))).toBe('calls.not_yours')
})

test('row 14: a missed call is owed a call within ten minutes; the same number again only counts', async () => {
  await rings()
  await ends('a', 'noAnswer')
  await heard(house)
  clock.forward({ minutes: 4 })
  await rings('b')
  await ends('b', 'cancel')
  await heard(house)
  const [one, ...none] = await callbacks()
  expect(none).toEqual([])
  expect(one).toMatchObject({ number: NUMBER, state: 'due', times: 2 })
  expect((one?.due_at.getTime() ?? 0) - new Date(TWO_FOURTEEN).getTime()).toBe(600_000)
  await run(watchCallbacks)
  const alarms = () => database.db.selectFrom('alarms').select(['kind', 'settled_at']).execute()
  expect(await alarms()).toEqual([])
  clock.forward({ minutes: 6 })
  await run(watchCallbacks)
  await run(watchCallbacks)
  expect(await alarms()).toEqual([{ kind: 'callback_overdue', settled_at: null }])
  // They ring again and are answered: nobody is owed a call, and the bell stops.
  await rings('c')
  await lifts('c')
  await heard(house)
  expect(await callbacks()).toMatchObject([{ state: 'done', ended_why: 'answered' }])
  expect(await alarms()).toMatchObject([{ settled_at: clock.now() }])
})

test('a callback is claimed, tried, promised for a time like any other promise, and ends with a word', async () => {
  await rings()
  await ends('a', 'noAnswer')
  await heard(house)
  const id = await firstOwed()
  expect(await refusedWith(does(mei, (tx) => endCallback(tx, id, { note: 'x', target: null })))).toBe(
    'callbacks.not_yours',
  )
  await does(mei, (tx) => owed.claimCallback(tx, id))
  await does(mei, (tx) => owed.claimCallback(tx, id))
  expect(await refusedWith(does(chen, (tx) => owed.claimCallback(tx, id)))).toBe('callbacks.taken_already')
  const attempt = { outcome: 'no_answer', words: '', clientId: crypto.randomUUID() } as const
  await does(mei, (tx) => owed.tryCallback(tx, id, attempt))
  await does(mei, (tx) => owed.tryCallback(tx, id, attempt))
  expect(await callbacks()).toMatchObject([{ attempts: 1, claimed_by: mei }])
  expect(await refusedWith(does(mei, (tx) => giveUpCallback(tx, id, { reason: 'no_answer', words: '' })))).toBe(
    'callbacks.too_few_tries',
  )
  const dueAt = new Date('2026-11-24T03:30:00+08:00')
  await does(mei, (tx) => owed.promiseCallback(tx, id, { dueAt, target: into() }))
  await does(mei, (tx) => owed.promiseCallback(tx, id, { dueAt, target: into() }))
  await heard(house)
  const promises = () => database.db.selectFrom('promises').select(['kind', 'state', 'due_at', 'ref']).execute()
  expect(await promises()).toEqual([{ kind: 'call', state: 'open', due_at: dueAt, ref: `callback:${id}` }])
  expect(await callbacks()).toMatchObject([{ state: 'claimed', due_at: dueAt, promised_at: dueAt }])
  expect(await refusedWith(does(mei, (tx) => endCallback(tx, id, { note: ' ', target: null })))).toBe(
    'callbacks.note_missing',
  )
  await does(mei, (tx) => endCallback(tx, id, { note: '已解决', target: null }))
  await heard(house)
  expect(await callbacks()).toMatchObject([{ state: 'done', ended_why: 'noted', words: '已解决' }])
  expect(await promises()).toMatchObject([{ state: 'kept' }])
})

test('a callback is carried over with the night: whoever has it goes off post, and it waits for the next', async () => {
  await rings()
  await ends('a', 'noAnswer')
  await heard(house)
  await does(mei, async (tx) => owed.claimCallback(tx, await firstOwed()))
  clock.set('2026-11-24T06:01:00+08:00')
  await does(mei, (tx) => checkOut(tx))
  await heard(house)
  expect(await callbacks()).toMatchObject([{ state: 'due', claimed_by: null }])
})

test('calling them from the desk phone settles it where they lift, and counts as a try where they do not', async () => {
  await rings()
  await ends('a', 'noAnswer')
  await heard(house)
  const out = (id: string) => ({ callId: id, from: '803', to: '13800138000', direction: 'out' })
  await line.says({ event: 'newCall', ...out('o1'), user: '803' })
  await line.says({ event: 'hangup', ...out('o1'), cause: 'noAnswer' })
  await heard(house)
  expect(await callbacks()).toMatchObject([{ state: 'due', attempts: 1 }])
  await line.says({ event: 'newCall', ...out('o2'), user: '803' })
  await line.says({ event: 'answer', ...out('o2'), user: '803' })
  await heard(house)
  expect(await callbacks()).toMatchObject([{ state: 'done', ended_why: 'called', ended_by: mei }])
  expect(await call('o2')).toMatchObject({ direction: 'out', state: 'answered' })
})

test('a voicemail of a known number is a callback, of an unknown one a ticket and never a shared callback', async () => {
  await rings()
  await line.says({ event: 'answer', ...of('a'), user: 'voicemail' })
  await ends()
  for (const id of ['x', 'y']) {
    await line.says({ event: 'newCall', callId: id, from: 'anonymous', direction: 'in' })
    await line.says({ event: 'answer', callId: id, user: 'voicemail' })
    await line.says({ event: 'hangup', callId: id, cause: 'normalClearing' })
  }
  await line.says({ event: 'newCall', callId: 'z', from: 'anonymous', direction: 'in' })
  await line.says({ event: 'hangup', callId: 'z', cause: 'cancel' })
  await heard(house)
  expect(await callbacks()).toMatchObject([{ number: NUMBER }])
  expect(await database.db.selectFrom('tickets').select(['channel', 'state']).execute()).toEqual([
    { channel: 'phone', state: 'queued' },
    { channel: 'phone', state: 'queued' },
  ])
})

test('a call whose end nobody tells is closed by the ticker, and what is told later still counts', async () => {
  await rings('r')
  await rings('t')
  await lifts('t')
  clock.forward({ minutes: 2, seconds: 29 })
  await run(closeStuckCalls)
  expect((await call('r')).state).toBe('ringing')
  clock.forward({ seconds: 1 })
  await run(closeStuckCalls)
  await run(closeStuckCalls)
  expect([(await call('r')).state, (await call('t')).state]).toEqual(['missed', 'answered'])
  clock.forward({ hours: 2 })
  await run(closeStuckCalls)
  expect(await call('t')).toMatchObject({ state: 'ended', cause: 'stuck' })
  await ends('t')
  expect(await call('t')).toMatchObject({ state: 'ended', cause: 'normalClearing' })
})

test('a recording is fetched from an allowed host by the one guard alone; what points inside is written down and not asked for', async () => {
  const away = await aLine(house, { hosts: ['127.0.0.1', 'localhost'] })
  await away.says({ event: 'newCall', ...of('a') })
  const urls = ['http://127.0.0.1:9/a.wav', 'http://localhost:9/b.wav', 'https://elsewhere.example/c.wav']
  for (const recordingUrl of urls) await away.says({ event: 'recording', ...of('a'), recordingUrl })
  await away.says({ event: 'recording', ...of('a'), recordingUrl: urls[0] })
  await run(fetchRecordings)
  const kept = await database.db.selectFrom('call_recordings').select(['url', 'state', 'why']).orderBy('id').execute()
  expect(kept).toEqual([
    { url: urls[0], state: 'refused', why: 'address_inside' },
    { url: urls[1], state: 'refused', why: 'address_inside' },
    { url: urls[2], state: 'refused', why: 'host' },
  ])
})

test('whoever is promised a call hears of it by SMS where a gateway is configured, once', async () => {
  await rings()
  await ends('a', 'noAnswer')
  await heard(house)
  const admin = await hire(database.db, '管理员', { roles: ['administrator'] })
  const hook = {
    channel: 'sms',
    departmentId: null,
    address: 'https://sms.invalid/send',
    secret: 'long-enough',
  } as const
  await house.deps.transact(as(admin, null, ['administrator']), (tx) => saveHook(tx, hook, false))
  const id = await firstOwed()
  await does(mei, (tx) => owed.claimCallback(tx, id))
  await does(mei, (tx) =>
    owed.promiseCallback(tx, id, { dueAt: new Date('2026-11-24T03:30:00+08:00'), target: into() }),
  )
  await heard(house)
  await heard(house)
  await run(writeTexts)
  await run(writeTexts)
  const texts = () =>
    database.db
      .selectFrom('outgoing_mails')
      .select(['recipient', 'text', 'state'])
      .where('channel', '=', 'sms')
      .execute()
  expect(await texts()).toEqual([
    { recipient: NUMBER, text: '【夜班值守台】我们会在 03:30 前给您回电。', state: 'pending' },
  ])
  await run(sendTexts)
  expect((await texts())[0]?.state).not.toBe('sending')
})

test('row 14: the call back is due from customer service on post, then from whoever claims it, and done in time when they call', async () => {
  await rings()
  await ends('a', 'noAnswer')
  await heard(house)
  const id = await firstOwed()
  const due = () =>
    database.db
      .selectFrom('obligations')
      .select(['clause', 'post', 'staff_id', 'state', 'done_by'])
      .where('kind', '=', 'callback')
      .execute()
  expect(await due()).toEqual([{ clause: 14, post: 'service', staff_id: null, state: 'due', done_by: null }])
  await does(mei, (tx) => owed.claimCallback(tx, id))
  await heard(house)
  expect(await due()).toMatchObject([{ staff_id: mei, state: 'due' }])
  await does(mei, (tx) => owed.releaseCallback(tx, id))
  await heard(house)
  expect(await due()).toMatchObject([{ post: 'service', staff_id: null, state: 'due' }])
  await does(chen, (tx) => owed.claimCallback(tx, id))
  clock.forward({ minutes: 9 })
  await does(chen, (tx) => endCallback(tx, id, { note: '已回电', target: null }))
  await heard(house)
  expect(await due()).toMatchObject([{ state: 'done', done_by: chen }])
})
