import { localOf } from '../../../kernel/time.ts'
import type { Deps } from '../../../web/deps.ts'
import type { Insert } from '../../../web/inserts.ts'
import type { Keeping } from '../keeping.ts'
import { nextRun } from './actions.ts'
import { lastRun } from './queries.ts'
import { RUN_TIME } from './rules.ts'

/** Under the days of each kind: what the next run will end, and what the last one did. */
export async function nextRunAside({ db, clock, config }: Deps, keeping: Keeping): Promise<Insert> {
  const now = clock.now()
  const [next, last] = await Promise.all([nextRun(db, keeping, now), lastRun(db)])
  const listed = (counts: object) => Object.entries(counts).map(([name, count]) => ({ name, count: Number(count) }))
  const { date, time } = localOf(now, config.timeZone)
  const values = {
    time: RUN_TIME,
    today: time < RUN_TIME && last?.day !== date,
    next: listed(next),
    last: last && { at: last.at, counts: listed(last.counts) },
  }
  return { view: 'privacy/next-run', part: 'next', values }
}
