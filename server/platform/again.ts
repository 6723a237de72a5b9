import { type Kysely, sql } from 'kysely'
import type { EventName, HouseEvent } from '../events/event.ts'
import type { Log } from './log.ts'
import { heardBy, type Reactions } from './reactions.ts'
import { touched } from './touched.ts'

type Options<DB> = {
  readonly db: Kysely<DB>
  readonly reactions: readonly Reactions<DB>[]
  readonly react: (feature: string, events: readonly HouseEvent[]) => Promise<void>
  readonly log: Log
}
const BATCH = 100

/**
 * Reacts to what was told between two instants and never reacted to: a queue that was emptied took its jobs with it. What
 * the relay still holds is left to it. Returns how many reactions were made up for; harmless where nothing is missing.
 */
export async function reactAgain<DB>(options: Options<DB>, from: Date, to: Date): Promise<number> {
  let count = 0
  for (const one of options.reactions) {
    const { feature } = one
    const missed = await unheard(options.db, feature, heardBy(one), from, to)
    if (missed.length === 0) continue
    options.log.warn(
      { feature, events: missed.map(({ id }) => id).slice(0, 20) },
      'reactions were missing and are made up for',
    )
    for (let at = 0; at < missed.length; at += BATCH)
      // One that fails for good holds nobody up: neither those behind it nor other features.
      await options
        .react(feature, missed.slice(at, at + BATCH))
        .catch((error) => options.log.error({ feature, reason: String(error) }, 'a reaction failed again'))
    count += missed.length
  }
  return count
}

async function unheard<DB>(
  db: Kysely<DB>,
  feature: string,
  names: readonly EventName[],
  from: Date,
  to: Date,
): Promise<HouseEvent[]> {
  const read = names.includes('ticket.touched') ? [...names, 'message.posted'] : names
  const { rows } = await sql<{ id: string; name: EventName; payload: unknown; known: boolean }>`
    select e.id::text, e.name, e.payload,
      exists (select from processed p where p.key = ${feature} || ':' || e.id) as known
    from events e
    where e.at >= ${from} and e.at < ${to} and e.name = any(${read}::text[])
      and not exists (select from outbox o where o.event_id = e.id)
    order by e.id`.execute(db)
  const events = rows.map(({ known, ...event }) => ({ ...event, about: [], known }) as HouseEvent & { known: boolean })
  // Of a conversation's words only the last was told on (relay.ts), under a key of its own.
  const words = touched(events)
  const { rows: done } = await sql<{ key: string }>`
    select key from processed where key = any(${words.map(({ id }) => `${feature}:${id}`)}::text[])`.execute(db)
  const keys = new Set(done.map(({ key }) => key))
  return [
    ...events.filter(({ name, known }) => !known && names.includes(name)),
    ...(names.includes('ticket.touched') ? words.filter(({ id }) => !keys.has(`${feature}:${id}`)) : []),
  ]
}
