import { POSTS, type Post } from '../../../kernel/capabilities.ts'
import { type Refusal, refusal } from '../../../kernel/refusal.ts'

/** REGULATION row 66, in the order in which people read them. */
export const INDICATORS = ['attendance', 'quality', 'satisfaction', 'incidents'] as const
export type Indicator = (typeof INDICATORS)[number]
export type Weights = Readonly<Record<Indicator, number>>
export type WeightsByPost = Readonly<Record<Post, Weights>>

/** REGULATION 3: weights by post in per cent; HR edits them, each change is a version. */
export const FIRST_WEIGHTS: WeightsByPost = {
  manager: { attendance: 20, quality: 40, satisfaction: 10, incidents: 30 },
  technician: { attendance: 20, quality: 40, satisfaction: 15, incidents: 25 },
  service: { attendance: 20, quality: 35, satisfaction: 30, incidents: 15 },
  guard: { attendance: 25, quality: 50, satisfaction: 0, incidents: 25 },
}

export function whyNotWeigh(weights: WeightsByPost): Refusal | null {
  for (const post of POSTS) {
    const all = INDICATORS.map((indicator) => weights[post][indicator])
    if (all.some((weight) => weight < 0 || weight > 100)) return refusal('appraisal.weight_bounds', {}, post)
    const sum = all.reduce((before, weight) => before + weight, 0)
    if (Math.round(sum * 10) !== 1000) return refusal('appraisal.weights_sum', { sum: Math.round(sum * 10) / 10 }, post)
    if (weights[post].satisfaction > 50) return refusal('appraisal.satisfaction_heavy', {}, post)
  }
  return null
}

/** A month on several posts is weighed by the shifts on each. */
export function mixed(byPost: WeightsByPost, shifts: Readonly<Partial<Record<Post, number>>>): Weights {
  const all = POSTS.reduce((sum, post) => sum + (shifts[post] ?? 0), 0)
  const of = (indicator: Indicator): number =>
    POSTS.reduce((sum, post) => sum + (byPost[post][indicator] * (shifts[post] ?? 0)) / (all || 1), 0)
  return {
    attendance: of('attendance'),
    quality: of('quality'),
    satisfaction: of('satisfaction'),
    incidents: of('incidents'),
  }
}

/** What is missing or too small gives its weight to the others, pro rata. All zero where nothing is there. */
export function spread(weights: Weights, there: (indicator: Indicator) => boolean): Weights {
  const sum = INDICATORS.reduce((before, one) => before + (there(one) ? weights[one] : 0), 0)
  const of = (one: Indicator): number => (there(one) && sum > 0 ? (weights[one] * 100) / sum : 0)
  return {
    attendance: of('attendance'),
    quality: of('quality'),
    satisfaction: of('satisfaction'),
    incidents: of('incidents'),
  }
}

export const sameWeights = (a: WeightsByPost, b: WeightsByPost): boolean =>
  POSTS.every((post) => INDICATORS.every((one) => a[post][one] === b[post][one]))
