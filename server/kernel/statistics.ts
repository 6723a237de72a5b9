/** From 0 to 1, both ends included. */
export type Interval = { readonly low: number; readonly high: number }

export const Z90 = 1.645
export const Z95 = 1.96
export const Z998 = 3.09

/** Wilson's interval of a share: honest also for few and for all alike; of nothing it is everything. */
export function wilson(hits: number, count: number, z = Z95): Interval {
  if (count === 0) return { low: 0, high: 1 }
  const share = hits / count
  const middle = share + (z * z) / (2 * count)
  const half = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count))
  const whole = 1 + (z * z) / count
  return { low: Math.max(0, (middle - half) / whole), high: Math.min(1, (middle + half) / whole) }
}

/** Between which means of `count` values chance alone lies, around a norm with this spread. */
export function funnel(norm: number, spread: number, count: number, z: number): Interval {
  const half = count > 0 ? (z * spread) / Math.sqrt(count) : 1
  return { low: Math.max(0, norm - half), high: Math.min(1, norm + half) }
}

export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** Of a sample; 0 where there are fewer than two. */
export function spreadOf(values: readonly number[]): number {
  const middle = mean(values)
  if (middle === null || values.length < 2) return 0
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1))
}
