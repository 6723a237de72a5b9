import { beforeEach, expect, test } from 'vitest'
import * as escalations from '../../../server/escalations/actions.ts'
import { followMerge, followSplit } from '../../../server/escalations/following/actions.ts'
import { getEscalation } from '../../../server/escalations/queries.ts'
import { decideEscalation, sendEscalation } from '../../../server/escalations/sending/actions.ts'
import type { DepartmentId, StaffId, TicketId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import { hashOf } from '../../../server/platform/tokens.ts'
import * as tickets from '../../../server/tickets/actions.ts'
import { endByCustomer } from '../../../server/tickets/endings/actions.ts'
import { listHolds } from '../../../server/tickets/holds/queries.ts'
import { findTicketByLink } from '../../../server/tickets/links/queries.ts'
import { mergeTicket, splitTicket } from '../../../server/tickets/merging/actions.ts'
import { listOrigins } from '../../../server/tickets/merging/queries.ts'
import { listMessages } from '../../../server/tickets/messages/queries.ts'
import { makePromise } from '../../../server/tickets/promises/actions.ts'
import { openPromisesOf } from '../../../server/tickets/promises/queries.ts'
import { getTicket } from '../../../server/tickets/queries.ts'
import { acts } from '../../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { as, hire, type Visitor, welcome } from '../../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
const uuid = () => crypto.randomUUID()
const later = () => new Date(clock.now().getTime() + 3_600_000)
let mei: StaffId
let suQing: Visitor

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  suQing = await welcome(database.db, '苏晴')
})

const opening = (who: Visitor, question: string) => ({
  customerId: who.customerId,
  language: 'zh-CN' as const,
  categoryId: null,
  question,
  clientId: uuid(),
})
const chat = (who = suQing) =>
  transact(who.actor, (tx) =>
    tickets.openTicket(tx, {
      ...opening(who, '宽带断了'),
      visitorId: who.visitorId,
      channel: 'web',
      cameFrom: null,
      live: true,
      promisedAt: null,
    }),
  )
/** Written down by the agent who took the call; open and theirs. */
const call = async (who = suQing) => {
  const { ticketId } = await transact(as(mei), (tx) => tickets.enterTicket(tx, opening(who, '电话里说宽带断了')))
  return { ticketId, epoch: (await getTicket(database.db, ticketId)).epoch }
}
const merge = (from: TicketId, into: TicketId, epoch = 0, who = as(mei)) =>
  transact(who, (tx) => mergeTicket(tx, from, { into, epoch }))
const split = (from: TicketId) => transact(as(mei), (tx) => splitTicket(tx, from))

test('two requests of one customer become one: the old one leads to the new one, messages keep their ticket and number', async () => {
  const { ticketId: from, linkToken } = await chat()
  const { ticketId: into } = await call()
  const before = await listMessages(database.db, from, 0)
  await merge(from, into)
  expect((await getTicket(database.db, from)).state).toBe('merged')
  expect(await findTicketByLink(database.db, hashOf(linkToken), clock.now())).toBe(into)
  expect((await listMessages(database.db, from, 0)).slice(0, before.length)).toEqual(before)
  expect((await listOrigins(database.db, into)).map(({ ticketId }) => ticketId)).toEqual([from])
  // The browser that had asked goes on in the one that is left.
  await transact(suQing.actor, (tx) => tickets.writeAsCustomer(tx, into, { clientId: uuid(), body: '对，就是这个' }))
})

test('merged twice is once, and what is merged is not merged again', async () => {
  const { ticketId: from } = await chat()
  const { ticketId: into, epoch: epochOfInto } = await call()
  await merge(from, into)
  await merge(from, into)
  const { ticketId: third, epoch } = await call()
  await expect(merge(from, third)).rejects.toMatchObject({ code: 'merging.from_ended' })
  await expect(merge(third, from, epoch)).rejects.toMatchObject({ code: 'merging.into_ended' })
  await expect(merge(into, into, epochOfInto)).rejects.toMatchObject({ code: 'merging.same' })
})

test('requests of two customers are never merged, because each would read the other’s words', async () => {
  const { ticketId: from } = await chat()
  const { ticketId: into } = await chat(await welcome(database.db, '高文博'))
  await expect(merge(from, into)).rejects.toMatchObject({ code: 'merging.other_customer', field: 'into' })
})

test('what a colleague has in hand is merged by them or by the duty manager', async () => {
  const { ticketId: from, epoch } = await call()
  const { ticketId: into } = await chat()
  const zhou = await hire(database.db, '周宇')
  await expect(merge(from, into, epoch, as(zhou))).rejects.toMatchObject({ code: 'stale_assignment' })
  await merge(from, into, 0, as(zhou, 'manager'))
  expect((await getTicket(database.db, from)).assignment).toBeNull()
})

test('holds, promises and what a department was asked go along, and come back when it is taken out again', async () => {
  const { ticketId: from, epoch } = await call()
  const { ticketId: into } = await chat()
  await transact(as(mei), (tx) => makePromise(tx, from, { epoch, kind: 'call', dueAt: later() }))
  const request = await ask(from, epoch)
  await merge(from, into, epoch)
  await transact(system, (tx) => followMerge(tx, from, into))
  expect((await listHolds(database.db, into)).map(({ kind }) => kind).sort()).toEqual(['escalation', 'promise'])
  expect(await openPromisesOf(database.db, into)).toHaveLength(2)
  expect((await getEscalation(database.db, request)).ticket_id).toBe(into)
  await split(from)
  await transact(system, (tx) => followSplit(tx, from, into))
  expect(await listHolds(database.db, into)).toEqual([])
  expect((await listHolds(database.db, from)).map(({ kind }) => kind).sort()).toEqual(['escalation', 'promise'])
  expect(await openPromisesOf(database.db, from)).toHaveLength(2)
  expect((await getEscalation(database.db, request)).ticket_id).toBe(from)
  expect((await getTicket(database.db, from)).state).toBe('queued')
})

async function ask(id: TicketId, epoch: number) {
  const wu = await hire(database.db, '吴凯', { roles: ['handler'] })
  const person = await database.db
    .selectFrom('staff')
    .select('department_id')
    .where('id', '=', wu)
    .executeTakeFirstOrThrow()
  const request = await transact(as(mei), (tx) => decideEscalation(tx, id, { epoch }))
  const target = { kind: 'department', departmentId: person.department_id as DepartmentId, personId: null } as const
  const words = { need: '恢复', tried: '重启', contact: '138', promisedAt: later() }
  await transact(as(mei), (tx) => sendEscalation(tx, request, { epoch, target, ...words }))
  return request
}

test('where both tickets had asked the same department the request that has come further stays, and holds the ticket alone', async () => {
  const { ticketId: from, epoch } = await call()
  const { ticketId: into, epoch: epochOfInto } = await call()
  const further = await ask(from, epoch)
  const other = await ask(into, epochOfInto)
  await transact(as(mei, 'manager'), (tx) => escalations.acceptEscalation(tx, further))
  await merge(from, into, epoch)
  await transact(system, (tx) => followMerge(tx, from, into))
  await transact(system, (tx) => followMerge(tx, from, into))
  expect((await getEscalation(database.db, other)).state).toBe('withdrawn')
  expect(await getEscalation(database.db, further)).toMatchObject({ state: 'accepted', ticket_id: into })
  expect(await listHolds(database.db, into)).toEqual([{ kind: 'escalation', ref: further }])
  expect((await openPromisesOf(database.db, into)).map(({ ref }) => ref)).toEqual([`escalation:${further}`])
  await transact(as(mei, 'manager'), (tx) =>
    escalations.answerEscalation(tx, further, { result: '换了端口', forCustomer: '好了' }),
  )
  const word = { epoch: epochOfInto, clientId: uuid(), body: '好了' }
  await transact(as(mei), (tx) => escalations.tellCustomer(tx, further, word))
  expect(await listHolds(database.db, into)).toEqual([])
})

test('what cannot be taken out, because its customer has asked something new meanwhile, stays where it is', async () => {
  const { ticketId: from } = await chat()
  const { ticketId: into } = await call()
  await merge(from, into)
  await transact(system, (tx) => endByCustomer(tx, into))
  await chat()
  await expect(split(from)).rejects.toMatchObject({ code: 'merging.visitor_busy' })
  expect((await getTicket(database.db, from)).state).toBe('merged')
})

test('two people who merge a pair both ways end with one of them merged', async () => {
  const { ticketId: a, epoch: ea } = await call()
  const { ticketId: b, epoch: eb } = await call()
  const outcomes = await Promise.allSettled([merge(a, b, ea), merge(b, a, eb)])
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
