import { type Refusal, refusal } from '../../kernel/refusal.ts'

/** What a customer may name as the reason. Those about the product never count for the agent (REGULATION 3, S). */
export const RATING_REASONS = [
  'quick',
  'clear',
  'kind',
  'solved',
  'slow',
  'unclear',
  'unkind',
  'not_solved',
  'line',
  'price',
  'policy',
] as const
export type RatingReason = (typeof RATING_REASONS)[number]

/** Where it was given: in a chat, on the request page, by a key after a call. */
export type RatingSource = 'chat' | 'request' | 'phone'

/** Once a round, only while it is asked for. */
export function whyNotRate(rating: { state: 'asked' | 'given' | 'withdrawn' } | undefined): Refusal | null {
  if (!rating || rating.state === 'withdrawn') return refusal('ratings.not_asked')
  return rating.state === 'given' ? refusal('ratings.given_already') : null
}
