import { expect, test } from 'vitest'
import type { TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { type Announcing, announce, announceAll } from '../../server/platform/transaction.ts'
import { openTicket } from '../../server/tickets/actions.ts'
import { postMessage, sayHouse } from '../../server/tickets/messages/actions.ts'
import { acts } from '../support/acts.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { welcome } from '../support/people.ts'

const database = testDatabase()
const { transact, announced } = acts(database, handSetClock())

/** The log and the outbox as the relay will find them. */
const written = async () =>
  (
    await database.db
      .selectFrom('events as e')
      .innerJoin('outbox as o', 'o.event_id', 'e.id')
      .select(['e.id', 'e.at', 'e.name', 'e.actor', 'e.payload', 'o.about', 'o.at as told_at'])
      .orderBy('e.id')
      .execute()
  ).map(({ id, ...row }) => ({ id, row }))

const things: Announcing[] = [
  { name: 'ticket.closed', payload: { ticketId: '7' as TicketId, round: 2 }, about: ['ticket:7', 'desk'] },
  { name: 'ticket.marked_spam', payload: { ticketId: '8' as TicketId }, about: [] },
]

test('several things announced at once are written as each would be alone, in their order', async () => {
  await transact(system, async (tx) => {
    for (const { name, payload, about } of things) await announce(tx, name, payload, { about })
  })
  await transact(system, (tx) => announceAll(tx, things))
  const rows = await written()
  expect(rows.slice(2).map(({ row }) => row)).toEqual(rows.slice(0, 2).map(({ row }) => row))
  expect(announced.splice(0).map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
})

test('what is told after the commit is what the log and the outbox hold, for a question and for a word', async () => {
  const suQing = await welcome(database.db, '苏晴')
  const { ticketId } = await transact(suQing.actor, (tx) =>
    openTicket(tx, {
      customerId: suQing.customerId,
      visitorId: suQing.visitorId,
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
  const word = { ticketId, by: { kind: 'customer' }, clientId: crypto.randomUUID(), body: '还在吗' } as const
  await transact(suQing.actor, (tx) => postMessage(tx, word), 'one statement')
  await transact(system, (tx) => sayHouse(tx, ticketId, 'returned'))
  const told = announced.splice(0).map(({ id, name, payload, about }) => ({ id, name, payload, about }))
  const stored = (await written()).map(({ id, row: { name, payload, about } }) => ({ id, name, payload, about }))
  expect(told).toEqual(stored)
  expect(stored.map(({ name }) => name)).toEqual([
    'ticket.created',
    'message.posted',
    'message.posted',
    'ticket.queued',
    'message.posted',
    'message.posted',
  ])
})
