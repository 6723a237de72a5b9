import type { Clock } from '../platform/clock.ts'

/** A token bucket a key, in memory: `take` says how many seconds to wait, 0 for go ahead. */
export type Limit = { readonly take: (key: string) => number }

/** `count` acts in `seconds`, refilled evenly. */
export function limit(clock: Clock, count: number, seconds: number): Limit {
  const buckets = new Map<string, { left: number; at: number }>()
  const perMillisecond = count / (seconds * 1000)
  return {
    take: (key) => {
      const at = clock.now().getTime()
      if (buckets.size > 50_000) forgetFull(buckets, at, count, perMillisecond)
      const bucket = buckets.get(key) ?? { left: count, at }
      const left = Math.min(count, bucket.left + Math.max(0, at - bucket.at) * perMillisecond)
      if (left < 1) {
        buckets.set(key, { left, at })
        return Math.ceil((1 - left) / perMillisecond / 1000)
      }
      buckets.set(key, { left: left - 1, at })
      return 0
    },
  }
}

// Full buckets say nothing that a missing one does not.
function forgetFull(
  buckets: Map<string, { left: number; at: number }>,
  at: number,
  count: number,
  perMillisecond: number,
): void {
  for (const [key, bucket] of buckets)
    if (bucket.left + Math.max(0, at - bucket.at) * perMillisecond >= count) buckets.delete(key)
}
