/** Two ends of what may be true, both in the unit of the estimate. */
export type Interval = { readonly from: number; readonly to: number }

/** Two-sided 90 %. */
export const Z90 = 1.645
/** Two-sided 95 %. */
export const Z95 = 1.96

export const clamp = (value: number, least = 0, most = 100): number => Math.min(most, Math.max(least, value))

/** As people read it: one decimal, halves away from zero, with what binary fractions lose given back. */
export const toTenth = (value: number): number => (Math.sign(value) * Math.round(Math.abs(value) * 10 + 1e-9)) / 10

/** The smallest first, so that the order in which facts came never matters, not in the last digit either. */
export const sumOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b).reduce((sum, value) => sum + value, 0)

/** Wilson's interval of a share: honest for few. Nothing known is everything possible. */
export function wilson(hits: number, of: number, z = Z95): Interval {
  if (of === 0) return { from: 0, to: 1 }
  const share = hits / of
  const spread = 1 + (z * z) / of
  const middle = (share + (z * z) / (2 * of)) / spread
  const half = (z / spread) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  return { from: clamp(middle - half, 0, 1), to: clamp(middle + half, 0, 1) }
}

/** The mean of a sample with its 90 % interval; no interval of fewer than two. */
export function meanOf(values: readonly number[]): { mean: number; half: number | null } {
  const count = values.length
  if (count === 0) return { mean: 0, half: null }
  const mean = sumOf(values) / count
  if (count < 2) return { mean, half: null }
  const variance = sumOf(values.map((value) => (value - mean) ** 2)) / (count - 1)
  return { mean, half: Z90 * Math.sqrt(variance / count) }
}
