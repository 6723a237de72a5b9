import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { openAlarms } from '../../../server/desk/alarms/queries.ts'
import { deskReactions } from '../../../server/desk/reactions.ts'
import type { PromiseId, ShiftId, StaffId, TicketId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import * as tickets from '../../../server/tickets/actions.ts'
import { assignTicket, transferTicket } from '../../../server/tickets/assignments/actions.ts'
import {
  confirmSolved,
  endByCustomer,
  reopenTicket,
  resolveTicket,
  undoResolve,
} from '../../../server/tickets/endings/actions.ts'
import { listHolds } from '../../../server/tickets/holds/queries.ts'
import { postMessage } from '../../../server/tickets/messages/actions.ts'
import { listMessages } from '../../../server/tickets/messages/queries.ts'
import { followUp } from '../../../server/tickets/next/actions.ts'
import { listFollowUps, nextOf } from '../../../server/tickets/next/queries.ts'
import * as promises from '../../../server/tickets/promises/actions.ts'
import { getPromise, listDuePromises, promisesOf } from '../../../server/tickets/promises/queries.ts'
import { promiseReactions } from '../../../server/tickets/promises/reactions.ts'
import { getTicket } from '../../../server/tickets/queries.ts'
import { acts } from '../../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { as, hire, putOnPost, topic, type Visitor, welcome } from '../../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
const START = new Date(TWO_FOURTEEN).getTime()
const at = (minutes: number) => new Date(START + minutes * 60_000)
const uuid = () => crypto.randomUUID()
let mei: StaffId
let shiftId: ShiftId
let suQing: Visitor
let ticketId: TicketId
let epoch: number

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  announced.length = 0
  mei = await hire(database.db, '林玫')
  ;({ shiftId } = await putOnPost(database.db, mei))
  suQing = await welcome(database.db, '苏晴')
  ;({ ticketId } = await transact(suQing.actor, (tx) =>
    tickets.openTicket(tx, {
      customerId: suQing.customerId,
      visitorId: suQing.visitorId,
      channel: 'web',
      language: 'zh-CN',
      categoryId: null,
      question: '宽带断了',
      clientId: uuid(),
      cameFrom: null,
      live: true,
      promisedAt: null,
    }),
  ))
  ;({ epoch } = await transact(as(mei), (tx) => assignTicket(tx, ticketId, { staffId: mei, shiftId, how: 'offer' })))
})

const make = (kind: 'call' | 'update' | 'result', minutes: number) =>
  transact(as(mei), (tx) => promises.makePromise(tx, ticketId, { epoch, kind, dueAt: at(minutes) }))
const say = (body = '还在查') =>
  transact(as(mei), (tx) =>
    postMessage(tx, { ticketId, by: { kind: 'staff', staffId: mei, epoch }, clientId: uuid(), body }),
  )
const track = async () => {
  for (const one of await listDuePromises(database.db, clock.now(), 9))
    await transact(system, (tx) => promises.trackPromise(tx, one.id))
}
const state = async (id: PromiseId) => (await getPromise(database.db, id)).state
const names = () => announced.map(({ name }) => name).filter((name) => name.startsWith('promise.'))
const describe = async () => {
  const categoryId = await topic(database.db, uuid())
  await transact(as(mei), (tx) => tickets.describeTicket(tx, ticketId, { epoch, categoryId, need: 'a', result: 'b' }))
}
const resolve = () => transact(as(mei), (tx) => resolveTicket(tx, ticketId, { epoch }))

test('a promise is told to the customer, with its time, and belongs to the shift', async () => {
  const id = await make('call', 46)
  const [last] = (await listMessages(database.db, ticketId, 0)).slice(-1)
  expect(last).toMatchObject({ author: 'house', code: 'will_call', details: { at: at(46).toISOString() } })
  expect((await getTicket(database.db, ticketId)).promised_at).toEqual(at(46))
  expect((await getPromise(database.db, id)).shiftId).toBe(shiftId)
})

test('a promise in the past, and one out of sight, are refused under the field', async () => {
  await expect(make('call', 0)).rejects.toMatchObject({ code: 'promises.past', field: 'due' })
  await expect(make('call', 60 * 24 * 15)).rejects.toMatchObject({ code: 'promises.too_far' })
})

test('ten minutes before, its owner is reminded; at its time it is broken and the duty manager knows; each once, never early', async () => {
  const id = await make('result', 60)
  clock.set(new Date(at(50).getTime() - 1))
  await track()
  expect(names()).toEqual(['promise.made'])
  clock.set(at(50))
  await track()
  await track()
  clock.set(new Date(at(60).getTime() - 1))
  await track()
  expect(names()).toEqual(['promise.made', 'promise.due_soon'])
  clock.set(at(60))
  await track()
  await track()
  expect(names()).toEqual(['promise.made', 'promise.due_soon', 'promise.broken'])
  expect(await state(id)).toBe('broken')
  await transact(system, async (tx) =>
    deskReactions.on['promise.broken']?.(tx, { promiseId: id, ticketId, kind: 'result', by: null }),
  )
  expect((await openAlarms(database.db, ticketId)).map(({ kind }) => kind)).toEqual(['promise_broken'])
})

test('a word in time keeps the promise to say how it stands, even where the ticker looks too late', async () => {
  const id = await make('update', 30)
  clock.set(at(29))
  await say()
  clock.set(at(31))
  await track()
  expect(await getPromise(database.db, id)).toMatchObject({ state: 'kept', endedAt: at(29) })
})

test('a call is kept by hand and holds the ticket until then', async () => {
  const id = await make('call', 30)
  await describe()
  await expect(resolve()).rejects.toMatchObject({ code: 'tickets.held.promise' })
  await transact(as(mei), (tx) => promises.keepPromise(tx, id, { epoch }))
  await resolve()
})

test('kept after its time is broken', async () => {
  const id = await make('call', 30)
  clock.set(at(31))
  await transact(as(mei), (tx) => promises.keepPromise(tx, id, { epoch }))
  expect(await state(id)).toBe('broken')
})

test('a promise moves with a name, and the customer sees the new time', async () => {
  const id = await make('call', 30)
  const later = await transact(as(mei), (tx) => promises.movePromise(tx, id, { epoch, dueAt: at(90) }))
  expect((await promisesOf(database.db, ticketId)).map((one) => [one.id, one.state])).toEqual([
    [id, 'moved'],
    [later, 'open'],
  ])
  expect(announced.find(({ name }) => name === 'promise.moved')?.payload).toMatchObject({ by: mei })
  expect((await getTicket(database.db, ticketId)).promised_at).toEqual(at(90))
})

test('what was promised goes over to the shift that has the ticket now', async () => {
  const zhou = await hire(database.db, '周宇')
  const { shiftId: next } = await putOnPost(database.db, zhou)
  const id = await make('call', 120)
  await transact(as(mei), (tx) => transferTicket(tx, ticketId, { epoch, to: zhou }))
  const assigned = announced.findLast(({ name }) => name === 'ticket.assigned')?.payload as never
  await transact(system, async (tx) => promiseReactions.on['ticket.assigned']?.(tx, assigned))
  expect((await getPromise(database.db, id)).shiftId).toBe(next)
  await expect(transact(as(mei), (tx) => promises.keepPromise(tx, id, { epoch }))).rejects.toMatchObject({
    code: 'stale_assignment',
  })
})

test('an open ticket always has a next time: the table itself refuses one without', async () => {
  expect(await nextOf(database.db, ticketId)).not.toBeNull()
  await sql`alter table tickets disable trigger tickets_have_next_time`.execute(database.db)
  const forget = sql`update tickets set next_at = null where id = ${ticketId}`.execute(database.db)
  await expect(forget).rejects.toMatchObject({ constraint: 'tickets_open_have_next' })
  await sql`alter table tickets enable trigger tickets_have_next_time`.execute(database.db)
})

test('an open ticket on which nothing happens is brought back to whoever has it, and again an hour later', async () => {
  await say()
  const sweep = async () => {
    for (const one of await listFollowUps(database.db, clock.now(), 9))
      await transact(system, (tx) => followUp(tx, one.id))
  }
  const times = () => announced.filter(({ name }) => name === 'ticket.follow_up_due').length
  clock.set(at(61))
  await sweep()
  await sweep()
  expect(times()).toBe(1)
  clock.set(at(122))
  await sweep()
  expect(times()).toBe(2)
})

test('row 36: one person without help in the first round is a first contact, until the customer reopens it', async () => {
  await say()
  await describe()
  await resolve()
  const flag = async () =>
    (await database.db.selectFrom('tickets').select('first_contact').executeTakeFirstOrThrow()).first_contact
  expect(await flag()).toBe(true)
  await transact(suQing.actor, (tx) => reopenTicket(tx, ticketId))
  expect(await flag()).toBe(false)
})

test('the customer says that it is solved, once; a word still reopens it', async () => {
  await expect(transact(suQing.actor, (tx) => confirmSolved(tx, ticketId))).rejects.toMatchObject({
    code: 'tickets.not_resolved_yet',
  })
  await describe()
  await resolve()
  await transact(suQing.actor, (tx) => confirmSolved(tx, ticketId))
  await transact(suQing.actor, (tx) => confirmSolved(tx, ticketId))
  expect(announced.filter(({ name }) => name === 'ticket.confirmed')).toHaveLength(1)
  await transact(suQing.actor, (tx) => tickets.writeAsCustomer(tx, ticketId, { clientId: uuid(), body: '又断了' }))
  expect((await getTicket(database.db, ticketId)).state).toBe('queued')
})

const heard = async (name: 'ticket.resolved' | 'ticket.resolve_undone') => {
  const payload = announced.findLast((one) => one.name === name)?.payload as never
  await transact(system, async (tx) => promiseReactions.on[name]?.(tx, payload))
}
const undo = () => transact(as(mei), (tx) => undoResolve(tx, ticketId))

test('a resolve that is taken back owes again what it had ended, at its own time, and reminds and breaks as before', async () => {
  const id = await make('result', 60)
  const kept = await make('update', 30)
  clock.set(at(1))
  await say()
  await transact(system, (tx) => promises.keepByWord(tx, ticketId))
  await describe()
  await resolve()
  await heard('ticket.resolved')
  expect(await getPromise(database.db, id)).toMatchObject({ state: 'kept', endedAt: at(1) })
  await undo()
  await heard('ticket.resolve_undone')
  expect(await getPromise(database.db, id)).toMatchObject({ state: 'open', dueAt: at(60), endedAt: null })
  expect(await state(kept)).toBe('kept')
  expect((await getTicket(database.db, ticketId)).promised_at).toEqual(at(60))
  expect(names().filter((name) => name === 'promise.resumed')).toHaveLength(1)
  for (const minutes of [49, 50, 59, 60]) {
    clock.set(at(minutes))
    await track()
  }
  expect(names().slice(-2)).toEqual(['promise.due_soon', 'promise.broken'])
})

test('taken back before its end was heard, nothing ends; resolved anew before that was heard, nothing is owed', async () => {
  const id = await make('result', 60)
  await describe()
  await resolve()
  ;({ epoch } = await undo().then(() => getTicket(database.db, ticketId)))
  await heard('ticket.resolved')
  expect(await state(id)).toBe('open')
  await heard('ticket.resolve_undone')
  await resolve()
  await heard('ticket.resolved')
  await heard('ticket.resolve_undone')
  expect(await state(id)).toBe('kept')
  ;({ epoch } = await undo().then(() => getTicket(database.db, ticketId)))
  await heard('ticket.resolve_undone')
  expect(await state(id)).toBe('open')
})

test('what was resolved in time is kept in time, however late that is heard', async () => {
  const id = await make('result', 30)
  await describe()
  clock.set(at(29))
  await resolve()
  clock.set(at(31))
  await heard('ticket.resolved')
  expect(await getPromise(database.db, id)).toMatchObject({ state: 'kept', endedAt: at(29) })
})

test('what the customer ended, or has called solved, no colleague takes back', async () => {
  await describe()
  await resolve()
  await transact(suQing.actor, (tx) => confirmSolved(tx, ticketId))
  await expect(undo()).rejects.toMatchObject({ code: 'tickets.undo_too_late' })
  await transact(as(mei), (tx) => reopenTicket(tx, ticketId))
  await transact(suQing.actor, (tx) => endByCustomer(tx, ticketId))
  await expect(undo()).rejects.toMatchObject({ code: 'tickets.undo_not_yours' })
})

test('the customer sees what is promised also after the ticket has gone to a colleague', async () => {
  await make('result', 60)
  const zhou = await hire(database.db, '周宇')
  await putOnPost(database.db, zhou)
  await transact(as(mei), (tx) => transferTicket(tx, ticketId, { epoch, to: zhou }))
  expect((await getTicket(database.db, ticketId)).promised_at).toEqual(at(60))
})

test('a clock that is set back reminds nobody twice, breaks nothing early and asks nothing again', async () => {
  const id = await make('result', 60)
  clock.set(at(50))
  await track()
  clock.set(at(5))
  await track()
  clock.set(at(50))
  await track()
  expect(names().filter((name) => name === 'promise.due_soon')).toHaveLength(1)
  expect(await state(id)).toBe('open')
  clock.set(at(60))
  await track()
  clock.set(at(10))
  await track()
  clock.set(at(70))
  await track()
  expect(names().filter((name) => name === 'promise.broken')).toHaveLength(1)
  expect(await getPromise(database.db, id)).toMatchObject({ state: 'broken', endedAt: at(60) })
})

test('a call that ended with the round holds the ticket again when the round goes on', async () => {
  const id = await make('call', 60)
  await transact(suQing.actor, (tx) => endByCustomer(tx, ticketId))
  await heard('ticket.resolved')
  expect(await state(id)).toBe('void')
  const held = async () => (await listHolds(database.db, ticketId)).map(({ kind, ref }) => [kind, ref])
  expect(await held()).toEqual([])
  await database.db.updateTable('tickets').set({ state: 'open' }).where('id', '=', ticketId).execute()
  for (let twice = 0; twice < 2; twice++) await transact(system, (tx) => promises.resumeWithRound(tx, ticketId, 1))
  expect(await held()).toEqual([['promise', id]])
  expect(names().filter((name) => name === 'promise.resumed')).toHaveLength(1)
})
