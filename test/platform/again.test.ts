import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { HouseEvent } from '../../server/events/event.ts'
import type { TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { reactAgain } from '../../server/platform/again.ts'
import { openLog } from '../../server/platform/log.ts'
import { noQueues, type Queues } from '../../server/platform/queue.ts'
import { buildReact, type Reactions } from '../../server/platform/reactions.ts'
import { openRelay } from '../../server/platform/relay.ts'
import { announce, type Transact } from '../../server/platform/transaction.ts'
import type { Database } from '../../server/schema.ts'
import { acts } from '../support/acts.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
const log = openLog('silent')

/** A house whose queue takes jobs and loses them, as a Redis does that somebody empties. */
function house() {
  const clock = handSetClock()
  const { transact } = acts(database, clock)
  const heard: string[] = []
  const reactions: Reactions<Database>[] = [
    {
      feature: 'lamp',
      on: {
        'ticket.closed': async (_tx, { ticketId }) => void heard.push(`closed ${ticketId}`),
      },
      looks: {
        after: ['ticket.touched'],
        act: async (_tx, ticketIds) => void heard.push(...ticketIds.map((id) => `touched ${id}`)),
      },
    },
  ]
  const react = buildReact({ db: database.db, transact: transact as Transact<Database>, reactions, log })
  const relayOn = async (queues: Queues): Promise<void> => {
    const live = { tell: () => undefined, say: () => undefined }
    const relay = openRelay<Database>({
      db: database.db,
      live,
      queues,
      reactions,
      react,
      told: new Set(),
      speakAgain: async () => [],
      log,
    })
    await relay.pass()
    await relay.stop()
  }
  const close = (id: string) =>
    transact(system, (tx) => announce(tx, 'ticket.closed', { ticketId: id as TicketId, round: 1 }, { about: [] }))
  const say = (id: string, seq: number) =>
    transact(system, (tx) =>
      announce(tx, 'message.posted', { ticketId: id, seq } as HouseEvent<'message.posted'>['payload'], { about: [] }),
    )
  const again = (): Promise<number> => {
    const now = clock.now().getTime()
    return reactAgain({ db: database.db, reactions, react, log }, new Date(now - 3_600_000), new Date(now - 60_000))
  }
  return {
    clock,
    heard,
    close,
    say,
    again,
    lose: () => relayOn({ ...noQueues, add: async () => true }),
    tell: () => relayOn(noQueues),
  }
}

test('what a queue took and lost is reacted to a minute later, once', async () => {
  const { clock, heard, close, again, lose } = house()
  await close('1')
  await close('2')
  await lose()
  expect(heard).toEqual([])
  expect(await again()).toBe(0)
  clock.forward({ seconds: 61 })
  expect(await again()).toBe(2)
  expect(await again()).toBe(0)
  expect(heard).toEqual(['closed 1', 'closed 2'])
})

test('what was reacted to, and what the relay still holds, is left alone', async () => {
  const { clock, heard, close, again, tell } = house()
  await close('1')
  await tell()
  await close('2')
  clock.forward({ seconds: 61 })
  expect(await again()).toBe(0)
  expect(heard).toEqual(['closed 1'])
  expect((await sql`select from outbox`.execute(database.db)).rows).toHaveLength(1)
})

test('of a conversation’s lost words the last is told', async () => {
  const { clock, heard, say, again, lose } = house()
  for (const seq of [1, 2, 3]) await say('7', seq)
  await lose()
  clock.forward({ seconds: 61 })
  await again()
  await again()
  expect(heard).toEqual(['touched 7'])
})

test('what is older than an hour is left to `npm run rebuild`', async () => {
  const { clock, close, again, lose } = house()
  await close('1')
  await lose()
  clock.forward({ minutes: 62 })
  expect(await again()).toBe(0)
})
