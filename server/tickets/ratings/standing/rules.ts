import type { ContestGround, ExclusionReason } from '../../../events/ratings.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { after, type Moves } from '../../../kernel/machine.ts'
import { type Refusal, refusal } from '../../../kernel/refusal.ts'
import { addDays, instantOf, localOf } from '../../../kernel/time.ts'
import { workdayAfter } from '../../../kernel/workdays.ts'

/** REGULATION 3, S: excluded before scoring, logged and visible; the statistic of the team keeps them. */
export const EXCLUSION_REASONS = [
  'abuse',
  'wrong_agent',
  'outage',
  'price',
  'policy',
  'duplicate',
  'never_spoke',
] as const satisfies readonly ExclusionReason[]
/** What a person may decide; the others follow from the record. */
export const DECIDED_REASONS = EXCLUSION_REASONS.filter((reason) => reason !== 'duplicate')
export const CONTEST_GROUNDS = [
  'wrong_agent',
  'outage',
  'price',
  'policy',
  'never_spoke',
  'abuse',
  'other',
] as const satisfies readonly ContestGround[]

/** What a customer names as the reason that is the product's and not the person's. */
export const PRODUCT_REASONS: Readonly<Record<string, ExclusionReason>> = {
  line: 'outage',
  price: 'price',
  policy: 'policy',
}

export const WORDS_LETTERS = 1000

export type RatingState = 'asked' | 'withdrawn' | 'counted' | 'contested' | 'excluded'
type RatingAct = 'give' | 'withdraw' | 'ask' | 'contest' | 'keep' | 'exclude' | 'include' | 'take_back'

/** REGULATION 2, RATING: a given one counts until a person or the record says otherwise; whoever contests waits for a second person. */
export const ratingMoves: Moves<RatingState, RatingAct> = {
  asked: { give: 'counted', withdraw: 'withdrawn' },
  withdrawn: { ask: 'asked' },
  counted: { contest: 'contested', exclude: 'excluded' },
  contested: { keep: 'counted', exclude: 'excluded', take_back: 'counted' },
  excluded: { include: 'counted' },
}

export type Facts = {
  readonly state: 'asked' | 'given' | 'withdrawn'
  /** The reason in force, by a person or by the record. */
  readonly excluded: ExclusionReason | null
  readonly contested: boolean
}
export function stateOf({ state, excluded, contested }: Facts): RatingState {
  if (state !== 'given') return state
  if (excluded) return 'excluded'
  return contested ? 'contested' : 'counted'
}

/** The month in which a rating counts: the one in which it arrives, on the company's clock. */
export const monthOf = (at: Date, zone: string): string => localOf(at, zone).date.slice(0, 7)

/** 1st of the month that follows `2026-11`. */
export const nextMonth = (month: string): string => addDays(`${month}-28`, 4).slice(0, 7)

/** REGULATION row 67: ratings of a month may be contested until the end of so many workdays of the next. */
export function contestEndsAt(givenAt: Date, workdays: number, zone: string): Date {
  const lastOfMonth = addDays(`${nextMonth(monthOf(givenAt, zone))}-01`, -1)
  return instantOf(addDays(workdayAfter(lastOfMonth, workdays), 1), '00:00', zone)
}

export type Contesting = Facts & {
  /** Whether this person is credited with it. */
  readonly mine: boolean
  /** They have contested it before. */
  readonly before: boolean
  readonly endsAt: Date
}

export function whyNotContest({ mine, before, endsAt, ...facts }: Contesting, now: Date): Refusal | null {
  if (!mine) return refusal('ratings.not_yours')
  if (before) return refusal('ratings.contested_already')
  const state = stateOf(facts)
  if (!after(ratingMoves, state, 'contest')) return refusal(`ratings.no_contest.${state}`)
  return now >= endsAt ? refusal('ratings.contest_over') : null
}

/** One of the list says enough; what is not on it has to be said. */
export const whyNotGround = (ground: ContestGround, words: string): Refusal | null =>
  ground === 'other' && words.trim() === '' ? refusal('ratings.words_missing', {}, 'words') : null

export const whyNotWithout = (why: string): Refusal | null =>
  why.trim() === '' ? refusal('ratings.why_missing', {}, 'why') : null

/** Nobody decides on themselves: neither who contested nor anybody who had a part in that conversation. */
export const whyNotJudge = (by: StaffId, concerned: readonly string[]): Refusal | null =>
  concerned.includes(by) ? refusal('ratings.own_part') : null

export function whyNotDecide(state: 'open' | 'counted' | 'excluded' | 'withdrawn'): Refusal | null {
  return state === 'open' ? null : refusal('ratings.decided_meanwhile')
}

export function whyNotExclude(facts: Facts): Refusal | null {
  const state = stateOf(facts)
  if (state === 'contested') return refusal('ratings.contest_first')
  return after(ratingMoves, state, 'exclude') ? null : refusal(`ratings.no_exclusion.${state}`)
}

/** A mark from 1 to 5 as a share 0..1 (REGULATION 3, S). */
export const shareOf = (mark: number): number => (mark - 1) / 4

/** Three hours of the clock on the wall; 0 is from midnight to three. */
export const HOURS_A_BAND = 3
