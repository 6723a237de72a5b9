import { type Kysely, sql } from 'kysely'
import type { EventName, Events, HouseEvent } from '../events/event.ts'
import { system } from './actor.ts'
import type { Log } from './log.ts'
import type { PlatformTables } from './tables.ts'
import type { Transact, Tx } from './transaction.ts'

/** What a feature does when others announce. `feature` is part of the key that makes twice once. */
export type Reactions<DB> = {
  readonly feature: string
  readonly on: { readonly [Name in EventName]?: (tx: Tx<DB>, payload: Events[Name]) => Promise<void> }
  /** What is done once a batch, after the rest, where one of these was in it: it looks at everything anyhow, and may be done twice. */
  readonly sweep?: { readonly after: readonly EventName[]; readonly act: (tx: Tx<DB>) => Promise<unknown> }
}

type Options<DB> = { db: Kysely<DB>; transact: Transact<DB>; reactions: readonly Reactions<DB>[]; log: Log }

/** Runs a feature's reactions to a batch of events, in one transaction where that keeps nobody waiting; one by one where it fails. */
export const buildReact =
  <DB extends PlatformTables>({ transact, reactions, log }: Options<DB>) =>
  async (feature: string, events: readonly HouseEvent[]): Promise<void> => {
    const mine = reactions.find((one) => one.feature === feature)
    if (!mine) return
    const failed: unknown[] = []
    for (const some of slicesOf(inLockOrder(events)))
      try {
        await transact(system, (tx) => reactOnce(tx, mine, some))
      } catch (error) {
        log.warn({ feature, events: some.length, reason: String(error) }, 'batch of reactions failed, going one by one')
        for (const event of some)
          await transact(system, (tx) => reactOnce(tx, mine, [event])).catch((reason) => failed.push(reason))
      }
    if (failed.length > 0) throw failed[0]
  }

/** Whoever writes in a touched conversation waits until the transaction that looks at it is over: so few at once. */
const TOUCHED_AT_ONCE = 8

/** What happened goes as one; what was only touched, a few at a time. */
function* slicesOf(events: readonly HouseEvent[]): Generator<readonly HouseEvent[]> {
  const first = events.findIndex(({ name }) => name === 'ticket.touched')
  const happened = first < 0 ? events : events.slice(0, first)
  if (happened.length > 0 || first < 0) yield happened
  for (let at = first; at >= 0 && at < events.length; at += TOUCHED_AT_ONCE)
    yield events.slice(at, at + TOUCHED_AT_ONCE)
}

/**
 * Features react to the same words side by side, and each locks the tickets that were touched: all in the order of their
 * ids, else they wait for each other until the database ends one of them. What was touched is looked at last: it says
 * nothing but "look again".
 */
export function inLockOrder(events: readonly HouseEvent[]): HouseEvent[] {
  const idOf = (event: HouseEvent): number => (event.name === 'ticket.touched' ? Number(event.payload.ticketId) : 0)
  return events.toSorted((a, b) => idOf(a) - idOf(b))
}

/** The features that listen to a name. */
export const listeners = <DB>(reactions: readonly Reactions<DB>[], name: EventName): string[] =>
  reactions.filter(({ on, sweep }) => on[name] || sweep?.after.includes(name)).map(({ feature }) => feature)

async function reactOnce<DB>(tx: Tx<DB>, { feature, on, sweep }: Reactions<DB>, events: readonly HouseEvent[]) {
  const done = await noteDone(
    tx,
    feature,
    events.filter(({ name }) => on[name]),
  )
  for (const event of events) {
    const handle = on[event.name] as ((tx: Tx<DB>, payload: Events[EventName]) => Promise<void>) | undefined
    if (handle && done.has(`${feature}:${event.id}`)) await handle(tx, event.payload)
  }
  if (sweep && events.some(({ name }) => sweep.after.includes(name))) await sweep.act(tx)
}

// The keys go in with the effect: no row inserted means it was done before (RELIABILITY 7).
async function noteDone<DB>(tx: Tx<DB>, feature: string, events: readonly HouseEvent[]): Promise<ReadonlySet<string>> {
  if (events.length === 0) return new Set()
  const { rows } = await sql<{ key: string }>`
    insert into processed (key, at) select key, ${tx.now} from unnest(${events.map(({ id }) => `${feature}:${id}`)}::text[]) as key
    on conflict do nothing returning key`.execute(tx.db)
  return new Set(rows.map(({ key }) => key))
}
