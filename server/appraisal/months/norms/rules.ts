import { POSTS, type Post } from '../../../kernel/capabilities.ts'
import type { PostRates } from '../../evidence/contract.ts'
import { counted, type Fact } from '../../evidence/rules.ts'
import { sumOf } from '../../scoring/figures/rules.ts'
import type { Counted } from '../../scoring/quality/rules.ts'
import { FIRST_NORM, type Group, type Norm, normFrom } from '../../scoring/satisfaction/rules.ts'

/** Item → post → what it reaches on the whole, 0..1 (incidents: 0..100). */
export type Rates = Readonly<Record<string, Readonly<Partial<Record<Post, number>>>>>

/** Where nobody has done it yet the house believes in good work. */
const FIRST_RATE = 0.9
export const FIRST_INCIDENT_RATE = 80

export const ratesOf = (rates: PostRates): Partial<Record<Post, number>> =>
  Object.fromEntries(
    POSTS.flatMap((post) => {
      const rate = rates[post]
      return rate && rate.of > 0 ? [[post, rate.done / rate.of]] : []
    }),
  )

/** One item of quality, with the rate of the posts on which it was due, each as often as it was. */
export function countedOf(name: string, facts: readonly Fact[], rates: Rates[string] | undefined, main: Post): Counted {
  const counting = counted(facts)
  const rateOf = (fact: Fact): number => rates?.[fact.post ?? main] ?? FIRST_RATE
  return {
    name,
    done: sumOf(counting.map(({ value }) => value ?? 0)),
    of: counting.length,
    rate: counting.length === 0 ? (rates?.[main] ?? FIRST_RATE) : sumOf(counting.map(rateOf)) / counting.length,
  }
}

const QUARTER_MONTHS = ['01', '04', '07', '10']

/** The mean is the month's own; what people really differ by is asked anew each quarter, and holds until the next. */
export function normOf(
  month: string,
  all: { readonly mean: number | null; readonly groups: readonly Group[] },
  before: Norm | null,
): Norm {
  const mean = all.mean ?? before?.mean ?? FIRST_NORM.mean
  const fresh = !before || QUARTER_MONTHS.includes(month.slice(5, 7)) ? normFrom(all.groups) : null
  return { ...(before ?? FIRST_NORM), ...fresh, mean }
}
