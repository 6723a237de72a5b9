import type { Metrics } from './metrics.ts'
import type { TickerFacts } from './tables.ts'

/** Keeps how late what was due was done in this process: since its start at most, and in the figures by kind. */
export type Lateness = {
  /** The ticker has looked at everything. */
  readonly looked: (at: Date) => void
  readonly done: (kind: string, lateMilliseconds: number) => void
  readonly facts: () => TickerFacts
}

export function openLateness(metrics: Pick<Metrics, 'due'>): Lateness {
  const late = new Map<string, { count: number; milliseconds: number }>()
  let lookedAt: Date | undefined
  return {
    looked: (at) => {
      lookedAt = at
    },
    done: (kind, lateMilliseconds) => {
      metrics.due(kind, lateMilliseconds / 1000)
      const before = late.get(kind) ?? { count: 0, milliseconds: 0 }
      late.set(kind, { count: before.count + 1, milliseconds: Math.max(before.milliseconds, lateMilliseconds) })
    },
    facts: () => ({
      lookedAt: lookedAt?.toISOString() ?? null,
      late: [...late].map(([kind, { count, milliseconds }]) => ({
        kind,
        count,
        milliseconds: Math.round(milliseconds),
      })),
    }),
  }
}
