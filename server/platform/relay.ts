import { type Kysely, sql, type Transaction } from 'kysely'
import type { EventName, HouseEvent } from '../events/event.ts'
import type { TicketId } from '../kernel/ids.ts'
import { BEGINNING, linkHash } from './chain.ts'
import { inTransaction } from './connection.ts'
import type { Live } from './live.ts'
import type { Log } from './log.ts'
import type { Queues } from './queue.ts'
import { listeners, type Reactions } from './reactions.ts'
import type { PlatformTables } from './tables.ts'
import type { Spoken } from './transaction.ts'

/** Everything in the outbox is emitted again, handed to reactions, chained and deleted, at least once (DESIGN 3.4). */
export type Relay = {
  readonly wake: () => void
  readonly pass: () => Promise<number>
  readonly stop: () => Promise<void>
}

type Options<DB> = {
  db: Kysely<DB>
  live: Pick<Live, 'tell' | 'say'>
  queues: Queues
  reactions: readonly Reactions<DB>[]
  react: (feature: string, events: readonly HouseEvent[]) => Promise<void>
  /** Events that this process has already told to its rooms after the commit. */
  told: Set<string>
  /** What to say to conversations again, for events that carry their own live words. */
  speakAgain: (db: Kysely<DB>, events: readonly HouseEvent[]) => Promise<readonly Spoken[]>
  /** A feature has failed over one event as often as it may: somebody must know. */
  givenUp?: (feature: string, eventId: string) => Promise<unknown>
  log: Log
}
type Batch = { readonly feature: string; readonly events: readonly HouseEvent[] }
/** Failures a feature and event; in memory, because a restart gives each another chance. */
type Failures = Map<string, number>

const BATCH = 500
const REACT_BATCH = 100
/** As often as a job of the queue is tried. */
const ATTEMPTS = 5
const EVERY_MILLISECONDS = 1000
/** Who is woken all the time gathers: a pass costs much the same for one event and for a hundred. */
const PAUSE_MILLISECONDS = 100
/** Any constant of our own: one relay at a time in one database, and a frozen one loses the lock with its transaction. */
export const RELAY_LOCK = 4_201_001

export function openRelay<DB extends PlatformTables>(options: Options<DB>): Relay {
  let running: Promise<unknown> | undefined
  let woken: NodeJS.Timeout | undefined
  let ended = 0
  let stopped = false
  const failures: Failures = new Map()
  const run = (): void => {
    running ??= pass(options, failures)
      .catch((error) => {
        options.log.warn({ reason: String(error) }, 'relay pass failed')
        return 0
      })
      .then((count) => {
        running = undefined
        ended = performance.now()
        if (count === BATCH) wake()
      })
  }
  const wake = (): void => {
    if (stopped) return
    woken ??= setTimeout(
      () => {
        woken = undefined
        if (running) void running.then(wake)
        else run()
      },
      Math.max(0, ended + PAUSE_MILLISECONDS - performance.now()),
    )
  }
  const timer = setInterval(run, EVERY_MILLISECONDS)
  timer.unref()
  return {
    wake,
    pass: () => pass(options, failures),
    stop: async () => {
      stopped = true
      clearInterval(timer)
      clearTimeout(woken)
      await running
    },
  }
}

async function pass<DB extends PlatformTables>(options: Options<DB>, failures: Failures): Promise<number> {
  const { leftToReact, count } = await inTransaction(options.db, async (trx) => {
    const events = await claimBatch(trx)
    if (events.length === 0) return { leftToReact: [], count: 0 }
    await tellAgain(options, events)
    const leftToReact = await handOut(options, events)
    await chain(
      trx,
      events.filter(({ row }) => !row.chained),
    )
    const left = new Set(leftToReact.flatMap((batch) => batch.events.map(({ id }) => rowOf(id))))
    await forget(
      trx,
      events.filter(({ id }) => !left.has(id)),
    )
    return { leftToReact, count: events.length }
  })
  // What the queue did not take runs here, after our own commit, and stays in the outbox until it is done: whoever dies
  // over it leaves it to the next pass, and `processed` makes a repeat harmless.
  const undone = new Set<string>()
  for (const batch of leftToReact) for (const id of await reactHere(options, failures, batch)) undone.add(rowOf(id))
  const events = leftToReact.flatMap((batch) => batch.events)
  await forget(
    options.db,
    events.filter(({ id }) => !undone.has(rowOf(id))),
  )
  return count
}

/** Returns what must be tried again. What fails stops neither the events behind it nor other features, and is given up after a few passes. */
async function reactHere<DB>(options: Options<DB>, failures: Failures, batch: Batch): Promise<string[]> {
  const { feature, events } = batch
  const ran = (some: readonly HouseEvent[]): Promise<boolean> =>
    options.react(feature, some).then(
      () => true,
      (error) => {
        options.log.warn({ feature, events: some.map(({ id }) => id), reason: String(error) }, 'a reaction failed')
        return false
      },
    )
  if (await ran(events)) return []
  const again: string[] = []
  for (const event of events) {
    const key = `${feature}:${event.id}`
    if (await ran([event])) failures.delete(key)
    else if (await isGivenUp(options, failures, key)) failures.delete(key)
    else again.push(event.id)
  }
  return again
}

async function isGivenUp<DB>({ givenUp, log }: Options<DB>, failures: Failures, key: string): Promise<boolean> {
  const count = (failures.get(key) ?? 0) + 1
  failures.set(key, count)
  if (count < ATTEMPTS) return false
  const [feature = '', id = ''] = key.split(':')
  log.error({ feature, event: id }, 'a reaction failed for good')
  await givenUp?.(feature, id)
  return true
}

async function forget<DB>(db: Kysely<DB>, events: readonly { readonly id: string }[]): Promise<void> {
  if (events.length === 0) return
  await sql`delete from outbox where event_id = any(${events.map(({ id }) => rowOf(id))}::bigint[])`.execute(db)
}

type Claimed = HouseEvent & { readonly row: { at: string; actor: string; payload: string; chained: boolean } }

async function claimBatch<DB>(trx: Transaction<DB>): Promise<Claimed[]> {
  const lock = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${RELAY_LOCK}) as mine`.execute(trx)
  if (!lock.rows[0]?.mine) return []
  const { rows } = await sql<{ id: string; name: string; about: string[] } & Claimed['row']>`
    select e.id, extract(epoch from e.at)::text as at, e.name, e.actor, e.payload::text as payload, o.about,
      exists (select from event_chain c where c.event_id = e.id) as chained
    from outbox o join events e on e.id = o.event_id order by o.event_id limit ${BATCH}`.execute(trx)
  return rows.map(
    ({ id, at, name, actor, payload, about, chained }) =>
      ({ id, name, payload: JSON.parse(payload), about, row: { at, actor, payload, chained } }) as Claimed,
  )
}

async function tellAgain<DB>(
  { db, live, told, speakAgain, log }: Options<DB>,
  events: readonly HouseEvent[],
): Promise<void> {
  const untold = events.filter((event) => !told.delete(event.id))
  if (untold.length === 0) return
  // Pages ask for what they miss: words that cannot be said again hold nobody up.
  const words = await speakAgain(db, untold).catch((error) => {
    log.warn({ reason: String(error) }, 'words could not be said again')
    return []
  })
  for (const spoken of words) live.say(spoken)
  tellTopics(live, untold)
}

/** Topics of what happened. A message reaches its customer itself, and nothing else of their page changes by it. */
export function tellTopics(
  live: Pick<Live, 'tell'>,
  happened: readonly { readonly name: EventName; readonly about: readonly string[] }[],
): void {
  const [words, rest] = [happened.filter(isMessage), happened.filter((event) => !isMessage(event))]
  if (words.length > 0)
    live.tell(
      words.flatMap(({ about }) => about),
      'staff',
    )
  if (rest.length > 0) live.tell(rest.flatMap(({ about }) => about))
}
const isMessage = ({ name }: { readonly name: EventName }): boolean => name === 'message.posted'

/**
 * One job for all who listen: taking in, giving out and noting a job costs the database as much as a reaction. Returns
 * what the queue did not take, by feature.
 */
async function handOut<DB>({ queues, reactions }: Options<DB>, events: readonly HouseEvent[]): Promise<Batch[]> {
  const left: Batch[] = []
  const heard = [...events, ...touched(events)].map(
    ({ id, name, payload, about }) => ({ id, name, payload, about }) as HouseEvent,
  )
  const listening = heard.filter(({ name }) => listeners(reactions, name).length > 0)
  for (let from = 0; from < listening.length; from += REACT_BATCH) {
    const batch = listening.slice(from, from + REACT_BATCH)
    const features = reactions.flatMap(({ feature }) =>
      batch.some(({ name }) => listeners(reactions, name).includes(feature)) ? [feature] : [],
    )
    const id = `react-${batch[0]?.id}-${batch.at(-1)?.id}`
    const taken = await queues.add('react', { name: 'react', id, data: { features, events: batch } })
    if (!taken) left.push(...features.map((feature) => ({ feature, events: batch })))
  }
  return left
}

/** Of the event whose row it came from. */
const TOUCHED = '-touched'
const rowOf = (id: string): string => id.replace(TOUCHED, '')

/** Messages are many: reactions hear of a conversation once a batch, with the last number in it. */
export function touched(events: readonly HouseEvent[]): HouseEvent<'ticket.touched'>[] {
  const last = new Map<TicketId, HouseEvent<'ticket.touched'>>()
  for (const event of events)
    if (is(event, 'message.posted')) {
      const { ticketId, seq } = event.payload
      last.set(ticketId, {
        id: `${event.id}${TOUCHED}`,
        name: 'ticket.touched',
        payload: { ticketId, lastSeq: seq },
        about: [],
      })
    }
  return [...last.values()]
}

const is = <Name extends EventName>(event: HouseEvent, name: Name): event is Extract<HouseEvent, { name: Name }> =>
  event.name === name

/** Seals what was told (chain.ts), in the order in which it was told. */
async function chain<DB>(trx: Transaction<DB>, events: readonly Claimed[]): Promise<void> {
  const { rows } = await sql<{
    n: string
    hash: Buffer
  }>`select n, hash from event_chain order by n desc limit 1`.execute(trx)
  let n = BigInt(rows[0]?.n ?? 0)
  let previous: Buffer = rows[0]?.hash ?? BEGINNING
  const links = events.map(({ id, name, row }) => {
    previous = linkHash(previous, { id, name, ...row })
    n += 1n
    return { n: n.toString(), id, hash: previous.toString('hex') }
  })
  await sql`
    insert into event_chain (n, event_id, hash)
    select n, id, decode(hash, 'hex') from unnest(
      ${links.map((link) => link.n)}::bigint[], ${links.map((link) => link.id)}::bigint[], ${links.map((link) => link.hash)}::text[]
    ) as link (n, id, hash)`.execute(trx)
}
