import { POSTS, type Post } from '../../../kernel/capabilities.ts'
import { clamp, sumOf } from '../figures/rules.ts'

/** REGULATION 3, I: what one part in an incident is worth; together 100. */
export const PARTS = { acknowledged: 25, escalated: 25, updated: 15, reported: 20, judged: 15 } as const
export type Part = keyof typeof PARTS
/** 0..1 each; what did not apply, or nobody has recorded, is left out and weighs nothing. */
export type Handled = Readonly<Partial<Record<Part, number>>>

export function handledOf(parts: Handled): number | null {
  const there = (Object.keys(PARTS) as Part[]).filter((part) => parts[part] !== undefined)
  const most = there.reduce((sum, part) => sum + PARTS[part], 0)
  if (most === 0) return null
  return (100 * there.reduce((sum, part) => sum + PARTS[part] * clamp(parts[part] ?? 0, 0, 1), 0)) / most
}

export type Incidents = { readonly score: number | null; readonly count: number }

/** Pulled to what the post reaches; how many there were never scores: reporting is free. */
export const incidentsOf = (handled: readonly number[], rate: number, prior: number): Incidents => ({
  score: handled.length === 0 ? null : (sumOf(handled) + prior * rate) / (handled.length + prior),
  count: handled.length,
})

/** What each post reaches on the whole: the sum of what was handled, of how many; who had nothing to do in one is not in it. */
export const ratesByPost = (
  all: readonly { readonly post: Post; readonly handled: number | null }[],
): Partial<Record<Post, { done: number; of: number }>> =>
  Object.fromEntries(
    POSTS.flatMap((post) => {
      const known = all.flatMap((one) => (one.post === post && one.handled !== null ? [one.handled] : []))
      return known.length === 0 ? [] : [[post, { done: sumOf(known), of: known.length }]]
    }),
  )
