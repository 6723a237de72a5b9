import type { Kysely } from 'kysely'
import { raiseAlarm } from './desk/alarms/actions.ts'
import type { HouseEvent } from './events/event.ts'
import { system } from './platform/actor.ts'
import { onOneLine } from './platform/connection.ts'
import { openPrompts } from './platform/prompts.ts'
import { buildReact } from './platform/reactions.ts'
import { openRelay, type Relay, tellTopics } from './platform/relay.ts'
import { currentTrace } from './platform/trace.ts'
import { buildTransact } from './platform/transaction.ts'
import { prompts, reactionsIn, speakAgain, whoIs } from './reactions.ts'
import { staffFrameOf } from './reports/frame.ts'
import { nextShiftOf } from './roster/queries.ts'
import type { Database, Transact, Tx } from './schema.ts'
import type { Deps } from './web/deps.ts'

/** Outside world and settings of one process; main.ts opens them, tests make their own. */
export type Parts = Omit<Deps, 'db' | 'transact' | 'whoIs' | 'nextOnPost' | 'staffFrame'> & {
  /** Connections for pages and sockets. */
  readonly web: Kysely<Database>
  /** Connections for relay, ticker, reactions and jobs, so that neither starves the other. */
  readonly work: Kysely<Database>
  /** Connections for work of minutes; left out: those for work. */
  readonly long?: Kysely<Database>
}

/** What one process is built from. */
export type House = {
  /** For routes and sockets. */
  readonly deps: Deps
  /** The same on the connections for work: for jobs and deadlines. */
  readonly working: Deps
  /** The same on the connections for long work. */
  readonly long: Deps
  readonly relay: Relay
  /** Runs one feature's reactions to a batch of events: what the job `react` does. */
  readonly react: (feature: string, events: readonly HouseEvent[]) => Promise<void>
  /** No more prompts, and no more relay once its batch is done. */
  readonly stop: () => Promise<void>
}

/** More than the relay leaves behind in a busy second, and never a leak where another process is the relay. */
const REMEMBERED = 10_000

/** Puts the house together: acts that tell of themselves after the commit, the relay behind them, and who is who. */
export function buildHouse({ web, work, long = work, ...parts }: Parts): House {
  const { live, queues, clock, log } = parts
  const told = new Set<string>()
  const tell = ({ announced, spoken }: Pick<Tx, 'announced' | 'spoken'>): void => {
    currentTrace()?.events.push(...announced.map(({ id }) => id))
    for (const one of spoken) live.say(one)
    tellTopics(live, announced)
    for (const { id } of announced) remember(told, id)
    prompting.after(announced)
    relay.wake()
  }
  const transactOn = (db: Kysely<Database>): Transact => buildTransact({ db, clock, onCommit: tell })
  const transact = transactOn(work)
  const reactions = reactionsIn(parts.config.timeZone)
  const react = buildReact({ db: work, transact, reactions, log })
  const prompting = openPrompts({ prompts, transact, log })
  const givenUp = (feature: string, eventId: string): Promise<void> =>
    transact(system, (tx) => raiseAlarm(tx, 'job_failed', null, `react ${feature} ${eventId}`))
  const relay = openRelay({ db: work, live, queues, reactions, react, told, speakAgain, givenUp, log })
  const depsOn = (db: Kysely<Database>): Deps => ({
    ...parts,
    db,
    transact: transactOn(db),
    whoIs: (sessionToken) => whoIs(db, sessionToken, clock.now()),
    nextOnPost: async (staffId) => (await nextShiftOf(db, staffId, clock.now())) ?? null,
    staffFrame: (me) =>
      onOneLine(db, (line) => staffFrameOf({ db: line, now: clock.now(), zone: parts.config.timeZone }, me)),
  })
  const stop = async (): Promise<void> => {
    await prompting.stop()
    await relay.stop()
  }
  return { deps: depsOn(web), working: depsOn(work), long: depsOn(long), relay, react, stop }
}

function remember(told: Set<string>, id: string): void {
  told.add(id)
  const [oldest] = told
  if (told.size > REMEMBERED && oldest) told.delete(oldest)
}
