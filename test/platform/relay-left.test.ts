import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { HouseEvent } from '../../server/events/event.ts'
import type { TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { openLog } from '../../server/platform/log.ts'
import { noQueues } from '../../server/platform/queue.ts'
import type { Reactions } from '../../server/platform/reactions.ts'
import { openRelay } from '../../server/platform/relay.ts'
import { announce } from '../../server/platform/transaction.ts'
import type { Database } from '../../server/schema.ts'
import { acts } from '../support/acts.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
const reactions: Reactions<Database>[] = [{ feature: 'lamp', on: { 'ticket.closed': async () => undefined } }]

const relayThat = (react: (feature: string, events: readonly HouseEvent[]) => Promise<void>) =>
  openRelay<Database>({
    db: database.db,
    live: { tell: () => undefined, say: () => undefined },
    queues: noQueues,
    reactions,
    react,
    told: new Set(),
    speakAgain: async () => [],
    log: openLog('silent'),
  })

test('what the queue did not take, and the program died over, is done by the next one; the chain has each event once', async () => {
  const { transact } = acts(database, handSetClock())
  for (const id of ['1', '2'])
    await transact(system, (tx) =>
      announce(tx, 'ticket.closed', { ticketId: id as TicketId, round: 1 }, { about: [`ticket:${id}`] }),
    )
  const dying = relayThat(() => Promise.reject(new Error('killed')))
  await dying.pass().catch(() => undefined)
  await dying.stop()
  await transact(system, (tx) =>
    announce(tx, 'ticket.closed', { ticketId: '3' as TicketId, round: 1 }, { about: ['ticket:3'] }),
  )
  const reacted: string[] = []
  const next = relayThat(async (_feature, events) => {
    for (const { payload } of events) reacted.push((payload as { ticketId: string }).ticketId)
  })
  await next.pass()
  await next.pass()
  await next.stop()
  expect(reacted).toEqual(['1', '2', '3'])
  const { rows } = await sql<{ n: string; left: string }>`
    select n, (select count(*) from outbox) as left from event_chain order by n`.execute(database.db)
  expect(rows).toEqual([1, 2, 3].map((n) => ({ n: String(n), left: '0' })))
})
