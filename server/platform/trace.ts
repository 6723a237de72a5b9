import { AsyncLocalStorage } from 'node:async_hooks'

/** The request or job at hand, carried through its awaits: each log line names it, and it learns what it announced. */
export type Trace = {
  readonly requestId?: string
  readonly job?: string
  /** Ids of the events that its transactions have announced, in their order. */
  readonly events: string[]
}

const traces = new AsyncLocalStorage<Trace>()

export const traced = <T>(about: Omit<Trace, 'events'>, act: () => T): T => traces.run({ ...about, events: [] }, act)

export const currentTrace = (): Trace | undefined => traces.getStore()
