import type { HouseEvent } from '../server/events/event.ts'
import type { QueuedJob } from '../server/platform/queue.ts'

type React = (feature: string, events: readonly HouseEvent[]) => Promise<void>

/**
 * Runs the reactions of each feature that listens to up to a hundred events, one feature after the other; one that fails
 * holds up none behind it, and the job is tried again for its sake. Repeats safely: each notes its key with its effect.
 */
export const reactJob =
  (react: React) =>
  async ({ data }: QueuedJob): Promise<void> => {
    const failed: unknown[] = []
    const said: string[] = []
    for (const feature of data.features as readonly string[])
      await react(feature, data.events as readonly HouseEvent[]).catch((error) => {
        said.push(`${feature}: ${error}`)
        failed.push(error)
      })
    if (failed.length > 0) throw new AggregateError(failed, said.join('; '))
  }
