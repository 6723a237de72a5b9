import type { StaffId } from '../../kernel/ids.ts'
import { groundOf } from '../checker/ground.ts'
import { adding, judge } from '../checker/rules.ts'
import type { Cell, Finding, MonthFacts } from '../facts.ts'
import { exchangeNights } from './exchanging.ts'
import { type Model, modelOf, type Part } from './model.ts'

/** Why somebody stands there: their nights of six months and of this one, and who was next, or what kept that one away. */
export type Why = {
  readonly nights: number
  readonly mine: number
  readonly next: { readonly staffId: StaffId; readonly nights: number; readonly barred: string | null } | null
}
/** Heads that nobody could fill, and what keeps how many away from that night. */
export type Gap = {
  readonly night: string
  readonly post: Cell['post']
  readonly backup: boolean
  readonly count: number
  readonly because: readonly { readonly code: string; readonly people: number }[]
}
export type Generated = {
  readonly cells: readonly (Cell & { readonly why: Why | null })[]
  readonly gaps: readonly Gap[]
  /** True where each part is proven the best. */
  readonly best: boolean
  /** How far from the best a part may be at most, 0..1. */
  readonly distance: number
}
/** Runs one model within so many seconds; names of the variables that are 1, and how far from the best that may be. `told` hears how much of its time is gone, 0..1. */
export type Solve = (
  model: Model,
  seconds: number,
  told?: (share: number) => void,
) => { readonly chosen: readonly string[]; readonly distance: number }

const PARTS: readonly Part[] = [
  { post: 'manager', backup: false },
  { post: 'manager', backup: true },
  { post: 'technician', backup: false },
  { post: 'service', backup: false },
  { post: 'guard', backup: false },
]
/** Less than this is what rounding makes of nothing. */
const PROVEN = 0.0005
type Options = {
  readonly before: readonly Cell[]
  readonly seconds: number
  readonly solve: Solve
  /** Per cent. */
  readonly progress?: (done: number) => void
}

/**
 * A month, post by post: locked and past cells stay, a re-run changes few, the same facts give the same roster. It is never
 * infeasible: what cannot be filled is a gap with its reasons. What the checker minds is taken out again before it is given.
 */
export function generate(
  facts: MonthFacts,
  { before, seconds, solve, progress = () => undefined }: Options,
): Generated {
  let cells: Cell[] = facts.fixed.map((cell) => cell)
  let distance = 0
  const until = performance.now() + seconds * 1000
  for (const [n, part] of PARTS.entries()) {
    const tell = (share: number): void => progress(Math.round(((n + share) / PARTS.length) * 95))
    const model = modelOf(facts, part, cells, before)
    if (model.cells.size > 0) {
      // What one part leaves of its time the others have.
      const left = (until - performance.now()) / 1000 / (PARTS.length - n)
      const found = solve(model, left, tell)
      distance = Math.max(distance, found.distance)
      cells = [...cells, ...found.chosen.flatMap((name) => model.cells.get(name) ?? [])]
    }
    cells = mended(facts, cells, part)
    cells = exchangeNights(facts, cells, { part, before })
    tell(1)
  }
  return {
    cells: cells.map((cell) => ({ ...cell, why: cell.locked ? null : whyOf(facts, cells, cell) })),
    gaps: gapsOf(facts, cells),
    best: distance < PROVEN,
    distance,
  }
}

/** The hours of the law are judged over weeks and months and are not all in the model: who breaks them goes, and whoever may comes. */
function mended(facts: MonthFacts, cells: readonly Cell[], part: Part): Cell[] {
  let rest = [...cells]
  const isFixed = (cell: Cell): boolean => facts.fixed.includes(cell)
  for (let pass = 0; pass < facts.nights.length; pass++) {
    const wrong = judge(facts, rest).find(
      (one) => one.weight !== 'soft' && rest.some((cell) => isOf(cell, one) && !isFixed(cell)),
    )
    if (!wrong) break
    rest = rest.filter((cell) => !isOf(cell, wrong) || isFixed(cell))
  }
  for (const { night, heads } of facts.nights) {
    const wanted = part.backup ? 1 : heads[part.post]
    for (let there = count(rest, night, part); there < wanted; there++) {
      const [next] = inLine(facts, rest, { night, ...part }).filter((one) => barredBy(facts, rest, one) === null)
      if (!next) break
      rest = [...rest, { night, ...part, staffId: next.staffId, locked: false }]
    }
  }
  return rest
}
const isOf = (cell: Cell, { staffId, night }: Pick<Finding, 'staffId' | 'night'>): boolean =>
  cell.staffId === staffId && cell.night === night
const count = (cells: readonly Cell[], night: string, { post, backup }: Part): number =>
  cells.filter((cell) => cell.night === night && cell.post === post && cell.backup === backup).length

type Where = Part & { readonly night: string }
type InLine = { readonly staffId: StaffId; readonly nights: number; readonly where: Where }

/** Everybody of a post who does not stand on that night, the fewest nights of six months and of this one first. */
function inLine(facts: MonthFacts, cells: readonly Cell[], where: Where): InLine[] {
  const nights = Map.groupBy(
    cells.filter(({ backup }) => !backup),
    ({ staffId }) => staffId,
  )
  const there = new Set(cells.filter(({ night }) => night === where.night).map(({ staffId }) => staffId))
  return facts.people
    .filter(({ id, posts }) => posts.includes(where.post) && !there.has(id))
    .map(({ id, history }) => ({ staffId: id, nights: history.nights + (nights.get(id)?.length ?? 0), where }))
    .toSorted((a, b) => a.nights - b.nights || Number(a.staffId) - Number(b.staffId))
}

/** What keeps this person away; null: nothing. */
function barredBy(facts: MonthFacts, cells: readonly Cell[], { staffId, where }: InLine): string | null {
  const { night, post, backup } = where
  const found = adding(facts, cells, { night, post, backup, staffId, locked: false })
  return found.find(({ weight }) => weight !== 'soft')?.code ?? null
}

function whyOf(facts: MonthFacts, cells: readonly Cell[], cell: Cell): Why {
  const history = groundOf(facts).people.get(cell.staffId)?.history.nights ?? 0
  const mine = cells.filter((one) => one.staffId === cell.staffId && !one.backup).length
  const [next] = inLine(facts, cells, cell)
  if (!next) return { nights: history, mine, next: null }
  const { staffId, nights } = next
  return { nights: history, mine, next: { staffId, nights, barred: barredBy(facts, cells, next) } }
}

function gapsOf(facts: MonthFacts, cells: readonly Cell[]): Gap[] {
  return facts.nights.flatMap(({ night, heads }) =>
    PARTS.flatMap((part): Gap[] => {
      const lacks = (part.backup ? 1 : heads[part.post]) - count(cells, night, part)
      if (lacks <= 0) return []
      const kept = Map.groupBy(
        inLine(facts, cells, { night, ...part }),
        (one) => barredBy(facts, cells, one) ?? 'nobody',
      )
      const because = [...kept]
        .map(([code, people]) => ({ code, people: people.length }))
        .toSorted((a, b) => b.people - a.people)
      return [{ night, ...part, count: lacks, because }]
    }),
  )
}
