import { POSTS, type Post } from '../../../kernel/capabilities.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { HOUR } from '../../../kernel/time.ts'
import { pairKey, pairsOf } from '../../checker/night.ts'
import { judge } from '../../checker/rules.ts'
import type { Cell, MonthFacts } from '../../facts.ts'

/** How unequally something is spread, 0 (all alike) to 1. */
export function giniOf(values: readonly number[]): number {
  const sum = values.reduce((all, value) => all + value, 0)
  if (values.length === 0 || sum === 0) return 0
  const sorted = values.toSorted((a, b) => a - b)
  const weighted = sorted.reduce((all, value, n) => all + value * (2 * (n + 1) - values.length - 1), 0)
  return weighted / (values.length * sum)
}

export type Spread = { readonly least: number; readonly most: number; readonly gini: number }
export const spreadOf = (values: readonly number[]): Spread => ({
  least: values.length > 0 ? Math.min(...values) : 0,
  most: values.length > 0 ? Math.max(...values) : 0,
  gini: Math.round(giniOf(values) * 100) / 100,
})

export type Quality = {
  /** Hours of posts that nobody covers. */
  readonly uncoveredHours: number
  readonly nights: readonly { readonly post: Post; readonly spread: Spread }[]
  /** Of six months and of this plan, among people who are there all month. */
  readonly weekends: Spread
  readonly holidays: Spread
  readonly managerTurns: Spread
  /** Two who stand together more often than they should, and how many had never met. */
  readonly pairs: { readonly often: number; readonly fresh: number; readonly of: number }
  readonly wishes: { readonly granted: number; readonly of: number }
  readonly hard: number
  readonly soft: number
  /** 0 to 100: full cover first, then even nights, then weekends and wishes. */
  readonly score: number
}

/** What a plan is worth (REGULATION 4): cover, spread of nights and weekends with six months before, wishes. */
export function qualityOf(facts: MonthFacts, cells: readonly Cell[]): Quality {
  const onDuty = cells.filter(({ backup }) => !backup)
  let wanted = 0
  let missing = 0
  let uncoveredHours = 0
  for (const { night, heads, window } of facts.nights)
    for (const post of POSTS) {
      const lacks = Math.max(
        0,
        heads[post] - onDuty.filter((cell) => cell.night === night && cell.post === post).length,
      )
      wanted += heads[post]
      missing += lacks
      uncoveredHours += (lacks * (window.to.getTime() - window.from.getTime())) / HOUR
    }
  const isWeekend = new Set(facts.nights.filter(({ weekend }) => weekend).map(({ night }) => night))
  const isHoliday = new Set(facts.nights.filter(({ holiday }) => holiday).map(({ night }) => night))
  const steady = facts.people.filter(({ availableAllMonth }) => availableAllMonth)
  const nights = POSTS.map((post) => ({
    post,
    spread: spreadOf(
      steady
        .filter(({ posts }) => posts.length === 1 && posts[0] === post)
        .map(({ id }) => onDuty.filter(({ staffId }) => staffId === id).length),
    ),
  }))
  const stood = (id: StaffId, counts: (cell: Cell) => boolean): number =>
    onDuty.filter((cell) => cell.staffId === id && counts(cell)).length
  const weekends = spreadOf(
    steady.map(({ id, history }) => history.weekends + stood(id, ({ night }) => isWeekend.has(night))),
  )
  const holidays = spreadOf(
    steady.map(({ id, history }) => history.holidays + stood(id, ({ night }) => isHoliday.has(night))),
  )
  const managerTurns = spreadOf(
    steady
      .filter(({ posts }) => posts.includes('manager'))
      .map(({ id, history }) => history.managerTurns + stood(id, ({ post }) => post === 'manager')),
  )
  const stands = new Set(onDuty.map(({ staffId, night }) => `${staffId} ${night}`))
  const asked = facts.people.flatMap(({ id, wishes }) =>
    wishes.map(({ night, wish }) => ({ wish, stands: stands.has(`${id} ${night}`) })),
  )
  const granted = asked.filter((one) => (one.wish === 'want') === one.stands).length
  const findings = judge(facts, cells)
  const hard = findings.filter(({ weight }) => weight !== 'soft').length
  const even = nights.length > 0 ? 1 - nights.reduce((all, { spread }) => all + spread.gini, 0) / nights.length : 1
  const cover = wanted > 0 ? 1 - missing / wanted : 1
  const wish = asked.length > 0 ? granted / asked.length : 1
  return {
    uncoveredHours: Math.round(uncoveredHours),
    nights,
    weekends,
    holidays,
    managerTurns,
    pairs: pairsIn(facts, onDuty),
    wishes: { granted, of: asked.length },
    hard,
    soft: findings.length - hard,
    score: Math.round(100 * (0.6 * cover + 0.2 * even + 0.1 * (1 - weekends.gini) + 0.1 * wish)),
  }
}

/** Pairs that stand together in this plan; `fresh` have not met in six months. */
function pairsIn({ nights, met, limits }: MonthFacts, onDuty: readonly Cell[]): Quality['pairs'] {
  const before = new Set(met.map(({ pair: [a, b] }) => pairKey(a, b)))
  const together = new Map<string, number>()
  const at = Map.groupBy(onDuty, ({ night }) => night)
  for (const { night } of nights)
    for (const [a, b] of pairsOf(at.get(night) ?? [])) {
      const key = pairKey(a.staffId, b.staffId)
      together.set(key, (together.get(key) ?? 0) + 1)
    }
  return {
    often: [...together.values()].filter((count) => count > limits.pairNights).length,
    fresh: [...together.keys()].filter((key) => !before.has(key)).length,
    of: together.size,
  }
}
