import { beforeEach, expect, test } from 'vitest'
import { checkIn, checkOut, endBreak, startBreak } from '../../server/attendance/actions.ts'
import { giveTicket } from '../../server/desk/offers/actions.ts'
import { someoneOnPost } from '../../server/desk/on-post/queries.ts'
import { openWatch } from '../../server/desk/presence/watch.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { MINUTE } from '../../server/kernel/time.ts'
import { openLog } from '../../server/platform/log.ts'
import { assignTicket, transferTicket } from '../../server/tickets/assignments/actions.ts'
import { findOpenAssignment } from '../../server/tickets/assignments/queries.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { queuePlace } from '../../server/tickets/queue/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openNight } from '../support/night.ts'
import { as, hire, putOnPost, roster, TONIGHT, type Visitor, welcome } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
let well = true
const { transact, tick, awake, ask, asked } = openNight(database, clock, { wellFor: () => well })
let mei: StaffId
let zhou: StaffId
let suQing: Visitor

beforeEach(async () => {
  well = true
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟')
  suQing = await welcome(database.db, '苏晴')
})

const hold = async (ticketId: TicketId, staffId = mei) => {
  const duty = await database.db.selectFrom('attendances').select('shift_id').where('staff_id', '=', staffId).execute()
  const shiftId = (duty[0]?.shift_id ?? null) as never
  return (await transact(as(staffId), (tx) => assignTicket(tx, ticketId, { staffId, shiftId, how: 'offer' }))).epoch
}
const owner = async (ticketId: TicketId) => (await findOpenAssignment(database.db, ticketId))?.staffId
const why = async (ticketId: TicketId) =>
  (
    await database.db
      .selectFrom('assignments')
      .select('end_reason')
      .where('ticket_id', '=', ticketId)
      .orderBy('epoch', 'desc')
      .execute()
  )[0]?.end_reason

test('a closed laptop gets no offers after twenty seconds', async () => {
  await putOnPost(database.db, mei)
  clock.forward({ seconds: 21 })
  const ticket = await ask(suQing)
  await tick()
  expect(await asked(ticket)).toEqual([])
  expect(await someoneOnPost(database.db, clock.now())).toEqual({ count: 0, faces: [] })
  await awake(mei)
  await tick()
  expect(await asked(ticket)).toMatchObject([{ to: mei, state: 'made' }])
})

test('after ninety seconds of silence the work goes back to its old place, and the customer is told', async () => {
  await putOnPost(database.db, mei)
  const ticket = await ask(suQing)
  await hold(ticket)
  clock.forward({ seconds: 30 })
  const later = await ask(await welcome(database.db, '陈薇'))
  clock.forward({ seconds: 60 })
  await tick()
  expect(await owner(ticket)).toBe(mei)
  clock.forward({ seconds: 1 })
  await tick()
  expect(await owner(ticket)).toBeUndefined()
  expect(await why(ticket)).toBe('lease_lost')
  expect(await queuePlace(database.db, ticket)).toEqual({ place: 1, ahead: 0 })
  expect(await queuePlace(database.db, later)).toEqual({ place: 2, ahead: 1 })
  expect((await listMessages(database.db, ticket, 0)).at(-1)).toMatchObject({ author: 'house', code: 'returned' })
})

test('who is seen again in time keeps the work', async () => {
  await putOnPost(database.db, mei)
  const ticket = await ask(suQing)
  await hold(ticket)
  for (let n = 0; n < 4; n++) {
    clock.forward({ seconds: 80 })
    await awake(mei)
    await tick()
    expect(await owner(ticket)).toBe(mei)
  }
})

test('silence is judged only after the server itself has been well for as long', async () => {
  await putOnPost(database.db, mei)
  const ticket = await ask(suQing)
  await hold(ticket)
  clock.forward({ minutes: 10 })
  well = false
  await tick()
  expect(await owner(ticket)).toBe(mei)
  well = true
  await tick()
  expect(await owner(ticket)).toBeUndefined()
})

test('a process is well for as long as neither it slept, nor its machine, nor the database was away', async () => {
  const watch = openWatch({ db: database.db, clock, log: openLog('silent'), process: 'test' })
  try {
    expect(watch.wellFor(90_000)).toBe(false)
    clock.forward({ seconds: 10 })
    expect(watch.wellFor(10_000)).toBe(true)
    // The machine slept for ten minutes: everybody looks gone, and nobody is.
    clock.forward({ minutes: 10 })
    expect(watch.wellFor(90_000)).toBe(false)
  } finally {
    watch.stop()
  }
})

test('what was given to somebody who has not been there since is not theirs for ever', async () => {
  await putOnPost(database.db, mei, 'service', { seen: null })
  const ticket = await ask(suQing)
  await hold(ticket)
  clock.forward({ seconds: 90 })
  await tick()
  expect(await owner(ticket)).toBe(mei)
  clock.forward({ seconds: 1 })
  await tick()
  expect(await why(ticket)).toBe('lease_lost')
})

test('what is given to a closed laptop goes back too, however long that has been closed', async () => {
  await putOnPost(database.db, mei)
  clock.forward({ minutes: 30 })
  const ticket = await ask(suQing)
  const lead = await hire(database.db, '周启明', { rank: 'supervisor' })
  await transact(as(lead, 'manager'), (tx) => giveTicket(tx, ticket, mei))
  clock.forward({ seconds: 91 })
  await tick()
  expect(await owner(ticket)).toBeUndefined()
})

test('who goes off post gives everything back at once, also what they were being asked', async () => {
  await putOnPost(database.db, mei)
  const [one, two] = [await ask(suQing), await ask(await welcome(database.db, '陈薇'))]
  await hold(one)
  await tick()
  expect(await asked(two)).toMatchObject([{ to: mei, state: 'made' }])
  await transact(as(mei), checkOut)
  await tick()
  expect(await why(one)).toBe('returned')
  expect(await asked(two)).toMatchObject([{ to: mei, state: 'withdrawn' }])
})

test('what is handed over in the very second in which somebody leaves comes back', async () => {
  await putOnPost(database.db, mei)
  await putOnPost(database.db, zhou)
  const ticket = await ask(suQing)
  const epoch = await hold(ticket)
  // Zhou leaves while the transfer is on its way: his leaving is reacted to first.
  await transact(as(zhou), checkOut)
  await database.db.updateTable('attendances').set({ checked_out_at: null }).where('staff_id', '=', zhou).execute()
  await transact(as(mei), (tx) => transferTicket(tx, ticket, { epoch, to: zhou }))
  await database.db
    .updateTable('attendances')
    .set({ checked_out_at: clock.now() })
    .where('staff_id', '=', zhou)
    .execute()
  clock.forward({ seconds: 91 })
  await awake(mei)
  await tick()
  expect(await owner(ticket)).toBeUndefined()
})

test('on a break nothing is offered, what was asked goes to the next, and open conversations stay', async () => {
  await putOnPost(database.db, mei)
  const [one, two] = [await ask(suQing), await ask(await welcome(database.db, '陈薇'))]
  await hold(one)
  await tick()
  await putOnPost(database.db, zhou)
  await transact(as(mei), startBreak)
  await tick()
  await tick()
  expect(await owner(one)).toBe(mei)
  expect(await asked(two)).toMatchObject([
    { to: mei, state: 'withdrawn' },
    { to: zhou, hop: 1, state: 'made' },
  ])
  await transact(as(mei), endBreak)
  const third = await ask(await welcome(database.db, '王磊'))
  await tick()
  expect(await asked(third)).toMatchObject([{ to: mei, state: 'made' }])
})

test('a quarter of an hour before the end nothing new comes', async () => {
  await putOnPost(database.db, mei)
  clock.set('2026-11-24T05:45:00+08:00')
  await awake(mei)
  const ticket = await ask(suQing)
  await tick()
  expect(await asked(ticket)).toEqual([])
  expect(await owner(ticket)).toBeUndefined()
})

test('at the end a live conversation stays for half an hour at most, then it goes to the head of the queue', async () => {
  await putOnPost(database.db, mei)
  const ahead = await ask(await welcome(database.db, '陈薇'))
  const ticket = await ask(suQing)
  await hold(ticket)
  clock.set('2026-11-24T06:29:59+08:00')
  await awake(mei)
  await tick()
  expect(await owner(ticket)).toBe(mei)
  clock.forward({ seconds: 1 })
  await awake(mei)
  await tick()
  expect(await why(ticket)).toBe('shift_over')
  expect(await queuePlace(database.db, ticket)).toEqual({ place: 1, ahead: 0 })
  expect(await queuePlace(database.db, ahead)).toEqual({ place: 2, ahead: 1 })
})

test('at the end a conversation that has been quiet for ten minutes goes at once, and the post is closed', async () => {
  const { attendanceId } = await putOnPost(database.db, mei)
  const ticket = await ask(suQing)
  await hold(ticket)
  await database.db.updateTable('tickets').set({ waiting_on: 'customer' }).where('id', '=', ticket).execute()
  clock.set('2026-11-24T05:59:59+08:00')
  await awake(mei)
  await tick()
  expect(await owner(ticket)).toBe(mei)
  clock.forward({ seconds: 1 })
  await awake(mei)
  await tick()
  await tick()
  expect(await why(ticket)).toBe('shift_over')
  const attendance = await database.db
    .selectFrom('attendances')
    .select('checked_out_at')
    .where('id', '=', attendanceId)
    .executeTakeFirstOrThrow()
  expect(attendance.checked_out_at).toEqual(clock.now())
})

test('who goes straight on to the next shift keeps the conversations in hand', async () => {
  await putOnPost(database.db, mei)
  const ticket = await ask(suQing)
  await hold(ticket)
  const next = { from: TONIGHT.to, to: '2026-11-24T14:00:00+08:00', night: '2026-11-24' }
  const shiftId = await roster(database.db, mei, 'service', next)
  clock.set('2026-11-24T06:01:00+08:00')
  await awake(mei)
  await transact(as(mei), (tx) => checkIn(tx, shiftId))
  await tick()
  clock.forward({ minutes: 40 })
  await awake(mei)
  await tick()
  expect(await owner(ticket)).toBe(mei)
})

test('who only finishes after the shift gets nothing new, neither by transfer nor from the duty manager', async () => {
  await putOnPost(database.db, mei)
  const held = await ask(suQing)
  await hold(held)
  clock.set('2026-11-24T06:05:00+08:00')
  await awake(mei)
  await database.db
    .insertInto('attendances')
    .values({
      shift_id: await roster(database.db, zhou, 'service', { from: TONIGHT.to, to: '2026-11-24T14:00:00+08:00' }),
      staff_id: zhou,
      checked_in_at: clock.now(),
      arrival: 'ready',
      checked_out_at: null,
    })
    .execute()
  const ticket = await ask(await welcome(database.db, '陈薇'))
  const epoch = await hold(ticket, zhou)
  await expect(transact(as(zhou), (tx) => transferTicket(tx, ticket, { epoch, to: mei }))).rejects.toMatchObject({
    code: 'tickets.transfer_not_on_post',
  })
  const waiting = await ask(await welcome(database.db, '王磊'))
  const lead = await hire(database.db, '周启明', { rank: 'supervisor' })
  await expect(transact(as(lead, 'manager'), (tx) => giveTicket(tx, waiting, mei))).rejects.toMatchObject({
    code: 'tickets.transfer_not_on_post',
  })
  // Handing over goes the other way.
  const { epoch: mine } = (await findOpenAssignment(database.db, held)) ?? { epoch: 0 }
  await transact(as(mei), (tx) => transferTicket(tx, held, { epoch: mine, to: zhou }))
  expect(await owner(held)).toBe(zhou)
})

test('what a shift left to somebody who never came goes back when that shift is over', async () => {
  const shiftId = await roster(database.db, mei, 'service', TONIGHT)
  const ticket = await ask(suQing)
  await transact(as(mei), (tx) => assignTicket(tx, ticket, { staffId: mei, shiftId, how: 'offer' }))
  clock.set('2026-11-24T05:59:00+08:00')
  await tick()
  expect(await owner(ticket)).toBe(mei)
  clock.set('2026-11-24T06:02:00+08:00')
  await tick()
  expect(await owner(ticket)).toBeUndefined()
})

test('what was left while nobody was on post enters the queue when somebody comes, one for each free pair of hands', async () => {
  const left: TicketId[] = []
  for (let n = 0; n < 4; n++) left.push(await ask(await welcome(database.db, `客户 ${n}`), { live: false }))
  await tick()
  const state = async (id: TicketId | undefined) => (await getTicket(database.db, id as TicketId)).state
  expect(await state(left[0])).toBe('new')
  await putOnPost(database.db, mei)
  await tick()
  expect(await Promise.all(left.map(state))).toEqual(['queued', 'new', 'new', 'new'])
  await tick()
  // Mei is being asked about the first: the second waits until she has answered.
  expect(await asked(left[0] as TicketId)).toMatchObject([{ to: mei, state: 'made' }])
  expect(await state(left[1])).toBe('new')
  await putOnPost(database.db, zhou)
  await tick()
  expect(await Promise.all(left.map(state))).toEqual(['queued', 'queued', 'new', 'new'])
  const ticket = await getTicket(database.db, left[0] as TicketId)
  expect((ticket.answer_due_at?.getTime() ?? 0) - clock.now().getTime()).toBeLessThanOrEqual(MINUTE)
  expect(ticket.answer_due_at && ticket.answer_due_at > clock.now()).toBe(true)
})
