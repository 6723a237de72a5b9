import type { HouseEvent } from '../server/events/event.ts'
import { MINUTE, plus } from '../server/kernel/time.ts'
import { reactAgain } from '../server/platform/again.ts'
import { reactionsIn } from '../server/reactions.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** Time enough for a queue that is well, with a killed worker's jobs begun anew. */
const AFTER_MINUTES = 1
const BACK_MINUTES = 60

/**
 * Each minute: what was told within the last hour and lost on its way to its reactions, because a queue was emptied or
 * its job died. Repeats safely: a reaction notes its key with its effect.
 */
export const reactAgainTo =
  (react: (feature: string, events: readonly HouseEvent[]) => Promise<void>): DueJob =>
  (deps) => {
    const reactions = reactionsIn(deps.config.timeZone)
    let last = Number.NEGATIVE_INFINITY
    return dueJob(
      'react-again',
      async (_db, now) => {
        if (now.getTime() - last < MINUTE) return []
        last = now.getTime()
        return [{ id: 'events', version: Math.floor(last / MINUTE) }]
      },
      ({ db, clock, log }) =>
        () => {
          const ago = (minutes: number): Date => plus(clock.now(), -minutes * MINUTE)
          return reactAgain({ db, reactions, react, log }, ago(BACK_MINUTES), ago(AFTER_MINUTES))
        },
      { direct: true, slow: true },
    )(deps)
  }
