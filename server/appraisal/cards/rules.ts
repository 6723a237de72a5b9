import type { AppraisalState, Grade } from '../../events/appraisal.ts'
import type { Capability } from '../../kernel/capabilities.ts'
import { FINDINGS } from '../counting/rules.ts'
import type { Moved } from '../deciding/rules.ts'
import { counted, type Fact } from '../evidence/rules.ts'
import { toTenth } from '../scoring/figures/rules.ts'
import type { GradeNote } from '../scoring/grades/rules.ts'
import type { Result } from '../scoring/rules.ts'
import { INDICATORS, type Indicator } from '../scoring/weights/rules.ts'

/** One decimal, as people read it. */
export const one = (value: number | null | undefined): string | null =>
  value === null || value === undefined ? null : toTenth(value).toFixed(1)
const two = (value: number): string => value.toFixed(2)
/** With its sign, a true minus. */
export const signed = (value: number): string => {
  const tenth = toTenth(value)
  return `${tenth > 0 ? '+' : tenth < 0 ? '−' : ''}${Math.abs(tenth).toFixed(1)}`
}
const short = (value: number): string =>
  Number.isInteger(toTenth(value)) ? String(toTenth(value)) : toTenth(value).toFixed(1)

/** The scale of the card: 50 to 100 in 360 units; the borders of the grades are its axes. */
const SCALE = { from: 50, to: 100, width: 360 } as const
const at = (score: number): number => {
  const within = Math.min(SCALE.to, Math.max(SCALE.from, score))
  return Math.round(((within - SCALE.from) / (SCALE.to - SCALE.from)) * SCALE.width * 100) / 100
}

export type Move = {
  readonly by: string
  readonly why: string
  readonly link: string
  readonly name: string
  readonly nameEn: string
}
export type Kid = {
  readonly item: string
  readonly name: string
  readonly of: string
  readonly value: string
  readonly enough: boolean
}
export type Branch = {
  readonly indicator: Indicator
  readonly score: string | null
  readonly half: string | null
  readonly weight: string
  readonly nominal: string
  readonly points: string
  readonly counts: boolean
  /** Whether its weight went to the others. */
  readonly spread: boolean
  readonly facts: string | null
  readonly n: number
  readonly left: number
  readonly kids: readonly Kid[]
  readonly moves: readonly Move[]
}
export type Card = {
  readonly score: string | null
  readonly grade: Grade
  readonly notes: readonly GradeNote[]
  readonly low: string
  readonly high: string
  readonly bar: { readonly from: number; readonly width: number; readonly to: number; readonly at: number } | null
  readonly branches: readonly Branch[]
  readonly points: string | null
  /** What the points are made of, each with its facts. */
  readonly findings: readonly { readonly item: string; readonly count: number }[]
  readonly review: string | null
  readonly amendment: string | null
}

type Inputs = ReadonlyMap<string, readonly Fact[]>
export type Mover = { readonly moved: Moved | null; readonly name: string; readonly nameEn: string }

/** A result as its reader opens it: addends, what each is made of, and where that is seen. */
export function cardOf(result: Result, inputs: Inputs, movers: readonly Mover[]): Card {
  const { score, band, grade, notes } = result
  return {
    score: one(score),
    grade,
    notes,
    low: one(band.from) ?? '',
    high: one(band.to) ?? '',
    bar:
      score === null
        ? null
        : { from: at(band.from), to: at(band.to), width: Math.max(2, at(band.to) - at(band.from)), at: at(score) },
    branches: INDICATORS.map((indicator) => branchOf(indicator, result, inputs, movers)).filter(
      ({ nominal, n }) => nominal !== '0' || n > 0,
    ),
    points: result.points === 0 ? null : signed(result.points),
    findings: [...inputs].flatMap(([item, facts]) =>
      item.startsWith(FINDINGS) && facts.length > 0 ? [{ item, count: facts.length }] : [],
    ),
    review: result.review === 0 ? null : signed(result.review),
    amendment: result.amendment === 0 ? null : signed(result.amendment),
  }
}

function branchOf(indicator: Indicator, result: Result, inputs: Inputs, movers: readonly Mover[]): Branch {
  const addend = result.addends.find((one) => one.indicator === indicator)
  const facts = factsOf(indicator, inputs)
  const counts = (addend?.weight ?? 0) > 0
  const moved = addend && addend.counts !== null && addend.score !== null ? addend.counts - addend.score : 0
  return {
    indicator,
    score: one(counts ? addend?.counts : addend?.score),
    half: indicator === 'satisfaction' ? one(addend?.half) : null,
    weight: short(addend?.weight ?? 0),
    nominal: short(addend?.nominal ?? 0),
    points: one(addend?.points) ?? '0.0',
    counts,
    spread: !counts && (addend?.nominal ?? 0) > 0,
    facts: moved === 0 ? null : one(addend?.score),
    n: counted(facts).length,
    left: facts.length - counted(facts).length,
    kids: indicator === 'quality' ? kidsOf(result) : facts.length > 0 ? [wholeKid(indicator, facts)] : [],
    moves: movers.flatMap(({ moved: theirs, name, nameEn }) => {
      const move = theirs?.[indicator]
      return move ? [{ by: signed(move.by), why: move.why, link: move.link, name, nameEn }] : []
    }),
  }
}

const kidsOf = ({ quality }: Result): Kid[] => [
  ...quality.items.map(({ name, done, of, estimate, enough }) => ({
    item: `quality.${name}`,
    name,
    of: `${done} / ${of}`,
    value: two(estimate),
    enough,
  })),
  ...(quality.noted === null
    ? []
    : [{ item: 'notes', name: 'notes', of: String(quality.notes), value: two(quality.noted), enough: true }]),
]

const wholeKid = (indicator: Indicator, facts: readonly Fact[]): Kid => ({
  item: indicator,
  name: indicator,
  of: `${counted(facts).length} / ${facts.length}`,
  value: '',
  enough: true,
})

function factsOf(indicator: Indicator, inputs: Inputs): readonly Fact[] {
  if (indicator !== 'quality') return inputs.get(indicator) ?? []
  return [...inputs].flatMap(([item, facts]) => (item.startsWith('quality.') || item === 'notes' ? facts : []))
}

/** How the shifts went, counted: ten ready, one close, one late. */
export function arrivalsOf(facts: readonly Fact[]): { code: string; count: number }[] {
  const groups = Map.groupBy(facts, ({ code }) => code ?? '')
  return [...groups].map(([code, some]) => ({ code, count: some.length })).toSorted((a, b) => b.count - a.count)
}

type Openable = {
  readonly link: string | null
  readonly of: string | null
  readonly rights: readonly Capability[]
}
/** Everybody sees the fact; its record only whoever may open it where it stands. */
export const openTo = <Row extends Openable>(
  me: { readonly staffId: string; readonly capabilities: ReadonlySet<Capability> },
  row: Row | undefined,
): Row | undefined =>
  row &&
  (row.of === me.staffId || row.rights.some((right) => me.capabilities.has(right)) ? row : { ...row, link: null })

export const isPublic = (state: AppraisalState): boolean =>
  !['draft', 'commented', 'manager_scored', 'hr_reviewed', 'signed', 'reopened'].includes(state)
