import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { raiseAlarm } from '../../server/desk/alarms/actions.ts'
import type { TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { reactAgain } from '../../server/platform/again.ts'
import { openLog } from '../../server/platform/log.ts'
import { noQueues } from '../../server/platform/queue.ts'
import { buildReact, type Reactions } from '../../server/platform/reactions.ts'
import { openRelay } from '../../server/platform/relay.ts'
import { announce, type Transact } from '../../server/platform/transaction.ts'
import type { Database } from '../../server/schema.ts'
import { acts } from '../support/acts.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
const log = openLog('silent')

/** Two features that hear of every closed ticket; the first cannot bear ticket 2, and says why. */
function house(why = () => new Error('no way'), isOver = () => false) {
  const clock = handSetClock()
  const { transact } = acts(database, clock)
  /** What has been reacted to and committed: `feature ticket`. */
  const heard = async (): Promise<string[]> =>
    (
      await sql<{ what: string }>`
        select split_part(p.key, ':', 1) || ' ' || (e.payload ->> 'ticketId') as what
        from processed p join events e on e.id::text = split_part(p.key, ':', 2) order by 1`.execute(database.db)
    ).rows.map(({ what }) => what)
  const feature = (name: string, poison?: string): Reactions<Database> => ({
    feature: name,
    on: {
      'ticket.closed': async (_tx, { ticketId }) => {
        if (ticketId === poison && !isOver()) throw why()
      },
    },
  })
  const reactions = [feature('lamp', '2'), feature('bell')]
  const react = buildReact({ db: database.db, transact: transact as Transact<Database>, reactions, log })
  const relay = openRelay<Database>({
    db: database.db,
    live: { tell: () => undefined, say: () => undefined },
    queues: noQueues,
    reactions,
    react,
    told: new Set(),
    speakAgain: () => Promise.reject(new Error('nothing to say')),
    givenUp: (name, id) => transact(system, (tx) => raiseAlarm(tx, 'job_failed', null, `react ${name} ${id}`)),
    log,
  })
  const close = (id: string) =>
    transact(system, (tx) => announce(tx, 'ticket.closed', { ticketId: id as TicketId, round: 1 }, { about: [] }))
  return { clock, heard, relay, close, react, reactions }
}

test('an event that a feature cannot bear holds up nobody, rings once at the duty manager, and leaves the outbox', async () => {
  const { heard, relay, close } = house()
  for (const id of ['1', '2', '3']) await close(id)
  await relay.pass()
  expect(await heard()).toEqual(['bell 1', 'bell 2', 'bell 3', 'lamp 1', 'lamp 3'])
  const alarms = async () =>
    (await sql<{ kind: string; subject: string }>`select kind, subject from alarms`.execute(database.db)).rows
  for (let pass = 2; pass <= 4; pass++) await relay.pass()
  expect(await alarms()).toEqual([])
  for (let pass = 5; pass <= 8; pass++) await relay.pass()
  await relay.stop()
  const poison = await sql<{ id: string }>`select id from events where payload ->> 'ticketId' = '2'`.execute(
    database.db,
  )
  expect(await alarms()).toEqual([{ kind: 'job_failed', subject: `react lamp ${poison.rows[0]?.id}` }])
  const left = await sql<{ name: string }>`select name from events e join outbox o on o.event_id = e.id`.execute(
    database.db,
  )
  expect(left.rows.filter(({ name }) => name === 'ticket.closed')).toEqual([])
  expect(await heard()).toHaveLength(5)
})

test('what is made up for an hour long is made up for others although one of them cannot bear it', async () => {
  const { clock, heard, relay, close, react, reactions } = house()
  await relay.stop()
  for (const id of ['1', '2', '3']) await close(id)
  await sql`delete from outbox`.execute(database.db)
  clock.forward({ seconds: 61 })
  const now = clock.now().getTime()
  await reactAgain({ db: database.db, reactions, react, log }, new Date(now - 3_600_000), new Date(now - 60_000))
  expect(await heard()).toEqual(['bell 1', 'bell 2', 'bell 3', 'lamp 1', 'lamp 3'])
})

test('a database that is away is no failure of the reaction that met it: it is tried until it is back, and rings at nobody', async () => {
  let back = false
  const gone = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const { heard, relay, close } = house(
    () => gone,
    () => back,
  )
  await close('2')
  for (let pass = 1; pass <= 8; pass++) await relay.pass()
  expect(await heard()).toEqual(['bell 2'])
  back = true
  await relay.pass()
  await relay.stop()
  expect(await heard()).toEqual(['bell 2', 'lamp 2'])
  expect((await sql`select from alarms`.execute(database.db)).rows).toEqual([])
})
