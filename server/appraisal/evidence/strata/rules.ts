import { expectedOf, type Group, type Stratum } from '../../scoring/satisfaction/rules.ts'

/** A rating as strata know it: whose it is, of what kind of request, 0..1; and whether it counts for anybody. */
export type Kind = {
  readonly staffId: string | null
  /** channel × category × hour band. */
  readonly stratum: string
  readonly y: number
  readonly counts: boolean
}

export type Strata = {
  /** Of all that count; null where none does. */
  readonly mean: number | null
  /** Each person's, for what people really differ by. */
  readonly groups: readonly Group[]
  readonly of: ReadonlyMap<string, Stratum>
  readonly own: ReadonlyMap<string, Stratum>
}

/** REGULATION 3, S: what ratings of each kind of request say on the whole, and each person's part in it. */
export function strataOf(all: Iterable<Kind>): Strata {
  const of = new Map<string, { sum: number; count: number }>()
  const own = new Map<string, { sum: number; count: number }>()
  const groups = new Map<string, { sum: number; count: number; squares: number }>()
  let sum = 0
  let count = 0
  for (const { staffId, stratum, y, counts } of all) {
    if (!counts || !staffId) continue
    sum += y
    count++
    add(of, stratum, y)
    add(own, ownKey(staffId, stratum), y)
    const group = groups.get(staffId) ?? { sum: 0, count: 0, squares: 0 }
    groups.set(staffId, { sum: group.sum + y, count: group.count + 1, squares: group.squares + y * y })
  }
  return { mean: count === 0 ? null : sum / count, groups: [...groups.values()], of, own }
}

/** What was to be expected of such a request, by the others alone; so many digits as are kept, and the same for ever. */
export function expectedIn(
  { of, own }: Strata,
  { staffId, stratum, mean }: { readonly staffId: string; readonly stratum: string; readonly mean: number },
): number {
  const whole = of.get(stratum) ?? NOTHING
  const mine = own.get(ownKey(staffId, stratum)) ?? NOTHING
  const expected = expectedOf({ sum: whole.sum - mine.sum, count: whole.count - mine.count }, mean)
  return Math.round(expected * 1e6) / 1e6
}

const NOTHING: Stratum = { sum: 0, count: 0 }
const ownKey = (staffId: string, stratum: string): string => `${staffId}/${stratum}`

function add(strata: Map<string, { sum: number; count: number }>, key: string, y: number): void {
  const known = strata.get(key)
  if (!known) strata.set(key, { sum: y, count: 1 })
  else {
    known.sum += y
    known.count++
  }
}
