import type { Kysely } from 'kysely'
import type { EventName, HouseEvent } from '../events/event.ts'
import { isAway } from './away.ts'
import { inTransaction } from './connection.ts'
import type { Live } from './live.ts'
import type { Log } from './log.ts'
import { BATCH, chain, claimBatch, forget, keep } from './outbox.ts'
import type { Queues } from './queue.ts'
import { listeners, type Reactions } from './reactions.ts'
import type { PlatformTables } from './tables.ts'
import { rowOf, touched } from './touched.ts'
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

/** Conversations that many speak in are looked at once a job: a pass is one job where it can be. */
const REACT_BATCH = BATCH
/** As often as a job of the queue is tried. */
const ATTEMPTS = 5
const EVERY_MILLISECONDS = 1000
/** Who is woken all the time gathers, the longer the more comes: a pass costs much the same for one event and for a hundred. */
const pauseAfter = (count: number): number => (count === BATCH ? 0 : Math.min(100 + count, 400))

export function openRelay<DB extends PlatformTables>(options: Options<DB>): Relay {
  let running: Promise<unknown> | undefined
  let woken: NodeJS.Timeout | undefined
  let next = 0
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
        next = performance.now() + pauseAfter(count)
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
      Math.max(0, next - performance.now()),
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
    await Promise.all([
      keep(trx, [...left]),
      forget(
        trx,
        events.filter(({ id }) => !left.has(id)),
      ),
    ])
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
  const failureOf = (some: readonly HouseEvent[]): Promise<unknown> =>
    options.react(feature, some).then(
      () => null,
      (error) => {
        options.log.warn({ feature, events: some.map(({ id }) => id), reason: String(error) }, 'a reaction failed')
        return error
      },
    )
  if (!(await failureOf(events))) return []
  const again: string[] = []
  for (const event of events) {
    const key = `${feature}:${event.id}`
    const failure = await failureOf([event])
    if (!failure) failures.delete(key)
    else if (isAway(failure)) again.push(event.id)
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
