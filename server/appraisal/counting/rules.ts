import type { Post } from '../../kernel/capabilities.ts'
import { type Fact, findingsOf, type Item, onceOnly, ratedOf, valuesOf } from '../evidence/rules.ts'
import { countedOf, FIRST_INCIDENT_RATE, type Rates } from '../months/norms/rules.ts'
import type { Note, Raters } from '../scoring/quality/rules.ts'
import { type Frozen, type Judged, type Limits, type Result, resultOf, type Scored } from '../scoring/rules.ts'
import type { Norm } from '../scoring/satisfaction/rules.ts'
import { type Indicator, mixed, type WeightsByPost } from '../scoring/weights/rules.ts'

/** What is frozen with the month. */
export type MonthBasis = {
  readonly weights: WeightsByPost
  readonly limits: Limits
  readonly norm: Norm
  readonly raters: Raters
  readonly rates: Rates
}
export type Person = {
  readonly posts: Readonly<Partial<Record<Post, number>>>
  readonly post: Post
  readonly trial: boolean
}
export type Inputs = ReadonlyMap<string, readonly Fact[]>

export const QUALITY = 'quality.'

/** What people have added to it so far. */
export type Added = {
  readonly managers: readonly { shifts: number; moved: Readonly<Partial<Record<Indicator, { by: number }>>> | null }[]
  readonly review: number
  readonly amendment: number
  readonly seriousCase: boolean
}

/** The same inputs are the same result, for ever. */
export const count = (inputs: Inputs, basis: MonthBasis, person: Person, added: Added): Result =>
  resultOf(frozenOf(inputs, basis, person), judgedOf(inputs, added))

export function frozenOf(inputs: Inputs, basis: MonthBasis, { posts, post, trial }: Person): Frozen {
  const of = (item: Item): readonly Fact[] => inputs.get(item) ?? []
  const items = [...inputs.entries()].filter(([item]) => item.startsWith(QUALITY))
  return {
    weights: mixed(basis.weights, posts),
    shifts: valuesOf(of('attendance')),
    items: items
      .map(([item, facts]) => countedOf(item.slice(QUALITY.length), facts, basis.rates[item], post))
      .filter((item) => item.of > 0)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    notes: of('notes').flatMap(noteOf),
    raters: basis.raters,
    rated: ratedOf(of('satisfaction')),
    norm: basis.norm,
    handled: valuesOf(of('incidents')),
    incidentRate: basis.rates.incidents?.[post] ?? FIRST_INCIDENT_RATE,
    trial,
    limits: basis.limits,
  }
}

export const noteOf = ({ value, by }: Fact): Note[] => (value === null ? [] : [{ rater: by ?? '', value }])

function judgedOf(inputs: Inputs, { managers, review, amendment, seriousCase }: Added): Judged {
  return {
    managers: managers.map(({ shifts, moved }): Scored => ({ shifts, moved: byOf(moved ?? {}) })),
    findings: findingsOf(onceOnly(allFindings(inputs), missedIn(inputs))),
    review,
    amendment,
    seriousCase: seriousCase || allFindings(inputs).some(({ code, value }) => code === 'serious' && value !== null),
  }
}

export const FINDINGS = 'findings.'
/** Whoever found it: a check, a case, a commendation. */
const allFindings = (inputs: Inputs): Fact[] =>
  [...inputs.entries()].filter(([item]) => item.startsWith(FINDINGS)).flatMap(([, facts]) => facts)

const byOf = (moved: Readonly<Partial<Record<Indicator, { by: number }>>>): Partial<Record<Indicator, number>> =>
  Object.fromEntries(Object.entries(moved).map(([indicator, move]) => [indicator, move?.by ?? 0]))

/** What has cost points in the facts already, `obligation:12`. */
export const missedIn = (inputs: Inputs): ReadonlySet<string> =>
  new Set(
    [...inputs.entries()]
      .filter(([item]) => item.startsWith(QUALITY) || item === 'attendance')
      .flatMap(([item, facts]) => {
        const subject = item === 'attendance' ? 'shift' : 'obligation'
        return facts.flatMap(({ value, ref }) => (value !== null && value < 1 ? [`${subject}:${ref}`] : []))
      }),
  )
