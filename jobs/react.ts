import type { HouseEvent } from '../server/events/event.ts'
import type { QueuedJob } from '../server/platform/queue.ts'

type React = (feature: string, events: readonly HouseEvent[]) => Promise<void>

/** Runs a feature's reactions to up to a hundred events. Repeats safely: each notes its key with its effect. */
export const reactJob =
  (react: React) =>
  async ({ data }: QueuedJob): Promise<void> =>
    react(String(data.feature), data.events as readonly HouseEvent[])
