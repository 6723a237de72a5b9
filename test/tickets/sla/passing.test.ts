import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import { inTransaction } from '../../../server/platform/connection.ts'
import { openTicket, writeAsCustomer } from '../../../server/tickets/actions.ts'
import { assignTicket } from '../../../server/tickets/assignments/actions.ts'
import { postMessage } from '../../../server/tickets/messages/actions.ts'
import { getTicket, setTicket } from '../../../server/tickets/queries.ts'
import { breachClock, followClocks, keepClocks, settleLate, warnOfClock } from '../../../server/tickets/sla/actions.ts'
import { listLate, storeOwed } from '../../../server/tickets/sla/hearing/queries.ts'
import { clocksOf, listBreaches, listWarnings } from '../../../server/tickets/sla/queries.ts'
import { acts } from '../../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { as, hire, type Visitor, welcome } from '../../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
let mei: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
})

type Talk = { readonly id: TicketId; readonly by: Visitor; readonly epoch: number }
async function talk(name: string): Promise<Talk> {
  const by = await welcome(database.db, name)
  const { ticketId: id } = await transact(by.actor, (tx) =>
    openTicket(tx, {
      customerId: by.customerId,
      visitorId: by.visitorId,
      channel: 'web',
      language: 'zh-CN',
      categoryId: null,
      question: '宽带断了',
      clientId: crypto.randomUUID(),
      cameFrom: null,
      live: true,
      promisedAt: null,
    }),
  )
  const { epoch } = await transact(as(mei), (tx) => assignTicket(tx, id, { staffId: mei, shiftId: null, how: 'offer' }))
  await transact(system, (tx) => keepClocks(tx, [id]))
  return { id, by, epoch }
}
const answer = ({ id, epoch }: Talk) =>
  transact(as(mei), (tx) =>
    postMessage(tx, {
      ticketId: id,
      by: { kind: 'staff', staffId: mei, epoch },
      clientId: crypto.randomUUID(),
      body: '在查',
    }),
  )
const ask = ({ id, by }: Talk) =>
  transact(by.actor, (tx) => writeAsCustomer(tx, id, { clientId: crypto.randomUUID(), body: '在吗' }))
const follow = (...talks: readonly Talk[]) =>
  transact(system, (tx) =>
    followClocks(
      tx,
      talks.map(({ id }) => id),
    ),
  )
const late = async () => (await listLate(database.db, 99)).map(({ id }) => id)
const settleAll = async () => {
  for (const id of await late()) await transact(system, (tx) => settleLate(tx, id))
}
const openAnswer = async ({ id }: Talk) =>
  (await clocksOf(database.db, id)).find(({ kind, endedAt }) => kind !== 'resolution' && !endedAt)

/** Somebody is at work on it, and has not committed. */
async function held<T>({ id }: Talk, what: () => Promise<T>): Promise<T> {
  const { promise: over, resolve: letGo } = Promise.withResolvers<void>()
  const { promise: holds, resolve: taken } = Promise.withResolvers<void>()
  const holding = inTransaction(database.db, async (trx) => {
    await sql`select from tickets where id = ${id} for no key update`.execute(trx)
    taken()
    await over
  })
  await holds
  try {
    return await what()
  } finally {
    letGo()
    await holding
  }
}

test('clocks are heard while somebody holds the ticket, nobody waits, and the countdown follows', async () => {
  const [busy, calm] = [await talk('苏晴'), await talk('白露')]
  clock.forward({ seconds: 20 })
  for (const one of [busy, calm]) await answer(one)
  for (const one of [busy, calm]) await ask(one)
  clock.forward({ seconds: 10 })
  await held(busy, () => follow(busy, calm))
  expect((await openAnswer(busy))?.startedAt).toEqual((await openAnswer(calm))?.startedAt)
  expect(await late()).toEqual([busy.id])
  const due = async ({ id }: Talk) => (await getTicket(database.db, id)).answer_due_at
  expect(await due(calm)).toEqual((await openAnswer(calm))?.dueAt)
  await settleAll()
  expect(await late()).toEqual([])
  expect(await due(busy)).toEqual(await due(calm))
})

test('a countdown that was counted on a ticket as it stood before is not written over what came in between', async () => {
  const one = await talk('苏晴')
  const { last_seq: lastSeq, version } = await getTicket(database.db, one.id)
  const asRead = { lastSeq, version }
  await answer(one)
  const store = () =>
    transact(system, (tx) =>
      storeOwed(tx, { owed: [{ ticketId: one.id, dueAt: clock.now(), asRead }], seen: [], otherwise: clock.now() }),
    )
  await store()
  expect((await getTicket(database.db, one.id)).answer_due_at).toBeNull()
  expect(await late()).toEqual([one.id])
  await settleAll()
  // The same where no word came, but something was done.
  const before = await getTicket(database.db, one.id)
  await transact(system, (tx) => setTicket(tx, one.id, { head: true }))
  asRead.lastSeq = before.last_seq
  asRead.version = before.version
  await store()
  expect((await getTicket(database.db, one.id)).answer_due_at).toBeNull()
  expect(await late()).toEqual([one.id])
})

test('whoever follows, warns, breaches and writes at once: in the end each countdown is that of its clock, and nothing is left to hear', async () => {
  const talks = await Promise.all(Array.from({ length: 8 }, (_, n) => talk(`客户 ${n}`)))
  for (let round = 0; round < 6; round++) {
    clock.forward({ seconds: 50 })
    await Promise.all([
      ...talks.map((one, n) => ((n + round) % 3 === 0 ? answer(one) : ask(one))),
      follow(...talks),
      follow(...talks.toReversed()),
      ...talks.map((one) => follow(one)),
      ...(await listWarnings(database.db, clock.now(), 99)).map(({ id }) =>
        transact(system, (tx) => warnOfClock(tx, id)),
      ),
      ...(await listBreaches(database.db, clock.now(), 99)).map(({ id }) =>
        transact(system, (tx) => breachClock(tx, id)),
      ),
    ])
  }
  // What was touched is heard once more, as it is after each word.
  await follow(...talks)
  await settleAll()
  for (const one of talks) {
    const stood = await clocksOf(database.db, one.id)
    const ticket = await getTicket(database.db, one.id)
    expect(ticket.answer_due_at).toEqual((await openAnswer(one))?.dueAt ?? null)
    await transact(system, (tx) => keepClocks(tx, [one.id]))
    expect(await clocksOf(database.db, one.id)).toEqual(stood)
    const open = stood.filter(({ endedAt }) => !endedAt)
    expect(open.filter(({ kind }) => kind === 'resolution')).toHaveLength(1)
  }
  expect(await late()).toEqual([])
})
