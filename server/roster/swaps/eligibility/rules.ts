import { isAtLeast } from '../../../accounts/rules.ts'
import type { Post, Rank } from '../../../kernel/capabilities.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { addDays, HOUR, MINUTE, overlap, plus, type Window } from '../../../kernel/time.ts'
import { LEAST_RANK_OF_MANAGER } from '../../rules.ts'
import type { SwapFinding } from '../rules.ts'

/** Whoever may stand somewhere, with everything they stand in around it. */
export type Candidate = {
  readonly id: StaffId
  readonly name: string
  readonly nameEn: string
  readonly rank: Rank
  readonly posts: readonly Post[]
  readonly active: boolean
  readonly duties: readonly Duty[]
}
export type Duty = Window & { readonly id: string; readonly night: string; readonly kind: 'night' | 'day' }
export type Place = Duty & { readonly post: Post }
/** REGULATION 4, H3 and H4. */
export type Limits = {
  readonly earlyMinutes: number
  readonly restHours: number
  readonly nightsInFour: number
  readonly nightsInSeven: number
}

/** Every hard rule that this person would break in that place, once they have left `out`; none: they may stand there. */
export function findingsOf(person: Candidate, place: Place, out: string | null, limits: Limits): SwapFinding[] {
  const duties = person.duties.filter(({ id }) => id !== out && id !== place.id)
  return [...ofPerson(person, place), ...ofTimes(duties, place, limits), ...ofNights(duties, place, limits)]
}

function ofPerson({ active, posts, rank }: Candidate, { post }: Place): SwapFinding[] {
  if (!active) return [finding('gone')]
  if (post === 'manager' && !isAtLeast(rank, LEAST_RANK_OF_MANAGER)) return [finding('rank')]
  return posts.includes(post) ? [] : [finding('post')]
}

/** Each duty begins with the minutes of the handover; between two of them is rest. */
function ofTimes(duties: readonly Duty[], place: Place, { earlyMinutes, restHours }: Limits): SwapFinding[] {
  const from = (one: Window): Window => ({ from: plus(one.from, -earlyMinutes * MINUTE), to: one.to })
  const mine = from(place)
  const near = duties.map((one) => ({ one, stands: from(one) }))
  const over = near.find(({ stands }) => overlap(stands, mine))
  if (over) return [finding('overlap', { night: over.one.night })]
  const rest = { from: plus(mine.from, -restHours * HOUR), to: plus(mine.to, restHours * HOUR) }
  const tired = near.find(({ stands }) => overlap(stands, rest))
  return tired ? [finding('rest', { hours: restHours, night: tired.one.night })] : []
}

function ofNights(duties: readonly Duty[], place: Place, { nightsInFour, nightsInSeven }: Limits): SwapFinding[] {
  if (place.kind !== 'night') return []
  const nights = new Set([place.night, ...duties.filter(({ kind }) => kind === 'night').map(({ night }) => night)])
  if (mostIn(nights, place.night, 4) > nightsInFour) return [finding('in_four', { count: nightsInFour })]
  return mostIn(nights, place.night, 7) > nightsInSeven ? [finding('in_seven', { count: nightsInSeven })] : []
}

/** The most nights in any stretch of so many days that holds this one. */
function mostIn(nights: ReadonlySet<string>, night: string, days: number): number {
  const counts = Array.from({ length: days }, (_, back) => {
    const first = addDays(night, -back)
    return Array.from({ length: days }, (__, on) => addDays(first, on)).filter((date) => nights.has(date)).length
  })
  return Math.max(...counts)
}

const finding = (code: string, values: SwapFinding['values'] = {}): SwapFinding => ({
  code: `swaps.finding.${code}`,
  values,
})

/** Whoever may take a shift, with nights and hours of its month as they stand and with it. */
export type Offered = Candidate & { readonly nights: number; readonly hoursNow: number; readonly hoursAfter: number }
