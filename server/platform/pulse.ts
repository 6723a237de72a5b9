import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Kysely, sql } from 'kysely'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { ProcessFacts } from './tables.ts'

const EVERY_MILLISECONDS = 5000
const FORGOTTEN_AFTER_MILLISECONDS = 3_600_000

/** The version in package.json. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version

export type Pulse = { readonly stop: () => Promise<void> }
type Options<DB> = {
  readonly db: Kysely<DB>
  readonly clock: Clock
  readonly log: Log
  /** As in presence rows: host and process id. */
  readonly name: string
  readonly role: string
  readonly facts: () => Omit<ProcessFacts, 'memoryMegabytes' | 'loopMilliseconds'>
}

/** Tells the other processes, every five seconds, that this one is at work and how it is. */
export function openPulse<DB>({ db, clock, log, name, role, facts }: Options<DB>): Pulse {
  const startedAt = clock.now()
  const loop = monitorEventLoopDelay({ resolution: 20 })
  loop.enable()
  const beat = async (): Promise<void> => {
    const now = clock.now()
    const all: ProcessFacts = {
      ...facts(),
      memoryMegabytes: Math.round(process.memoryUsage.rss() / 1_048_576),
      loopMilliseconds: Math.round(loop.percentile(99) / 1e6),
    }
    loop.reset()
    await sql`
      insert into processes (name, role, version, runtime, started_at, seen_at, facts)
      values (${name}, ${role}, ${VERSION}, ${process.version}, ${startedAt}, ${now}, ${JSON.stringify(all)}::jsonb)
      on conflict (name) do update set seen_at = excluded.seen_at, facts = excluded.facts, started_at = excluded.started_at,
        role = excluded.role, version = excluded.version, runtime = excluded.runtime`.execute(db)
    const forgotten = new Date(now.getTime() - FORGOTTEN_AFTER_MILLISECONDS)
    await sql`delete from processes where seen_at < ${forgotten}`.execute(db)
  }
  const soon = (): Promise<void> =>
    beat().catch((error) => log.debug({ reason: String(error) }, 'the pulse was not written'))
  let running = soon()
  const timer = setInterval(() => {
    running = soon()
  }, EVERY_MILLISECONDS)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      loop.disable()
      await running
      await sql`delete from processes where name = ${name}`.execute(db).catch(() => undefined)
    },
  }
}
