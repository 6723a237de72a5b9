import { type Kysely, sql } from 'kysely'
import type { EventName, Events, HouseEvent } from '../events/event.ts'
import type { TicketId } from '../kernel/ids.ts'
import { system } from './actor.ts'
import type { Log } from './log.ts'
import type { PlatformTables } from './tables.ts'
import type { Transact, Tx } from './transaction.ts'

/** What a feature does when others announce. `feature` is part of the key that makes twice once. */
export type Reactions<DB> = {
  readonly feature: string
  readonly on: { readonly [Name in EventName]?: (tx: Tx<DB>, payload: Events[Name]) => Promise<void> }
  /** The same for what happens to a whole company at once: those that follow each other in a batch, together and in their order. */
  readonly together?: {
    readonly [Name in EventName]?: (tx: Tx<DB>, payloads: readonly Events[Name][]) => Promise<void>
  }
  /**
   * Looks at conversations anew after any of these: all of a batch together and each once, in the order of their ids,
   * because what is read and written for one is read and written for fifty at much the same price.
   */
  readonly looks?: {
    readonly after: readonly TicketEvent[]
    readonly act: (tx: Tx<DB>, ticketIds: readonly TicketId[]) => Promise<void>
  }
  /** What is done once a batch, after the rest, where one of these was in it: it looks at everything anyhow, may be done twice, and hears after what. */
  readonly sweep?: {
    readonly after: readonly EventName[]
    readonly act: (tx: Tx<DB>, after: readonly EventName[]) => Promise<unknown>
  }
}

/** Events about one conversation. */
export type TicketEvent = {
  [Name in EventName]: Events[Name] extends { readonly ticketId: TicketId } ? Name : never
}[EventName]

type Options<DB> = { db: Kysely<DB>; transact: Transact<DB>; reactions: readonly Reactions<DB>[]; log: Log }

/** Runs a feature's reactions to a batch of events, in one transaction where that keeps nobody waiting; one by one where it fails. */
export const buildReact =
  <DB extends PlatformTables>({ transact, reactions, log }: Options<DB>) =>
  async (feature: string, events: readonly HouseEvent[]): Promise<void> => {
    const mine = reactions.find((one) => one.feature === feature)
    if (!mine) return
    const failed: unknown[] = []
    const heard = events.filter(({ name }) => listens(mine, name))
    for (const some of slicesOf(heard, mine))
      try {
        await transact(system, (tx) => reactOnce(tx, mine, some))
      } catch (error) {
        log.warn({ feature, events: some.length, reason: String(error) }, 'batch of reactions failed, going one by one')
        for (const event of some)
          await transact(system, (tx) => reactOnce(tx, mine, [event])).catch((reason) => failed.push(reason))
      }
    if (failed.length > 0) throw failed[0]
  }

/** Somebody may wait for what a transaction holds, so it is over soon. */
const HEARD_AT_ONCE = 100
const LOOKED_AT_ONCE = 50

/**
 * What happened goes in its order; conversations that are only looked at, so many at a time and in the order of
 * their ids: features react to the same words side by side, and would else wait for each other until the database ends
 * one of them.
 */
export function* slicesOf<DB>(
  events: readonly HouseEvent[],
  { looks }: Pick<Reactions<DB>, 'looks'>,
): Generator<readonly HouseEvent[]> {
  const looked = Map.groupBy(events, (event) => (looks && isOf(event, looks.after) ? event.payload.ticketId : null))
  const happened = looked.get(null)
  for (let at = 0; at < (happened?.length ?? 0); at += HEARD_AT_ONCE)
    yield happened?.slice(at, at + HEARD_AT_ONCE) ?? []
  looked.delete(null)
  const each = [...looked].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, some]) => some)
  for (let at = 0; at < each.length; at += LOOKED_AT_ONCE) yield each.slice(at, at + LOOKED_AT_ONCE).flat()
}

const isOf = (event: HouseEvent, names: readonly EventName[]): event is HouseEvent<TicketEvent> =>
  names.includes(event.name)

/** The features that listen to a name. */
export function listeners<DB>(reactions: readonly Reactions<DB>[], name: EventName): readonly string[] {
  const known = heardOf.get(reactions) ?? new Map<EventName, readonly string[]>()
  heardOf.set(reactions, known)
  const features = known.get(name) ?? reactions.filter((one) => listens(one, name)).map(({ feature }) => feature)
  known.set(name, features)
  return features
}
/** Asked of every event by every feature, and never another answer. */
const heardOf = new WeakMap<object, Map<EventName, readonly string[]>>()

const listens = <DB>(one: Reactions<DB>, name: EventName): boolean =>
  heardBy(one).includes(name) || (one.sweep?.after.includes(name) ?? false)

/** What a feature hears, each once for certain. */
export const heardBy = <DB>({ on, together, looks }: Reactions<DB>): EventName[] => [
  ...(Object.keys(on) as EventName[]),
  ...(Object.keys(together ?? {}) as EventName[]),
  ...(looks?.after ?? []),
]

async function reactOnce<DB>(tx: Tx<DB>, mine: Reactions<DB>, events: readonly HouseEvent[]) {
  const { feature, looks, sweep } = mine
  const heard = heardBy(mine)
  const done = await noteDone(
    tx,
    feature,
    events.filter(({ name }) => heard.includes(name)),
  )
  const fresh = events.filter(({ id }) => done.has(`${feature}:${id}`))
  for (const run of runsOf(fresh, mine)) await handle(tx, mine, run)
  const looked = events.flatMap((event) =>
    looks && isOf(event, looks.after) && done.has(`${feature}:${event.id}`) ? [event.payload.ticketId] : [],
  )
  if (looks && looked.length > 0) await looks.act(tx, [...new Set(looked)])
  const after = sweep ? events.flatMap(({ name }) => (sweep.after.includes(name) ? [name] : [])) : []
  if (sweep && after.length > 0) await sweep.act(tx, [...new Set(after)])
}

/** Each alone; those of one name that follow each other and are reacted to together, in one. */
function runsOf<DB>(events: readonly HouseEvent[], { together }: Reactions<DB>): HouseEvent[][] {
  const runs: HouseEvent[][] = []
  for (const event of events) {
    const last = runs.at(-1)
    if (together?.[event.name] && last?.[0]?.name === event.name) last.push(event)
    else runs.push([event])
  }
  return runs
}

type Handle<DB, What> = ((tx: Tx<DB>, what: What) => Promise<void>) | undefined

async function handle<DB>(tx: Tx<DB>, { on, together }: Reactions<DB>, run: readonly HouseEvent[]): Promise<void> {
  const [first] = run
  if (!first) return
  const payloads = run.map(({ payload }) => payload)
  const all = together?.[first.name] as Handle<DB, readonly Events[EventName][]>
  if (all) return all(tx, payloads)
  const one = on[first.name] as Handle<DB, Events[EventName]>
  for (const payload of payloads) await one?.(tx, payload)
}

// The keys go in with the effect: no row inserted means it was done before (RELIABILITY 7).
async function noteDone<DB>(tx: Tx<DB>, feature: string, events: readonly HouseEvent[]): Promise<ReadonlySet<string>> {
  if (events.length === 0) return new Set()
  const { rows } = await sql<{ key: string }>`
    insert into processed (key, at) select key, ${tx.now} from unnest(${events.map(({ id }) => `${feature}:${id}`)}::text[]) as key
    on conflict do nothing returning key`.execute(tx.db)
  return new Set(rows.map(({ key }) => key))
}
