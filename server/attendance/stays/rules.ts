import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { HOUR, MINUTE, plus } from '../../kernel/time.ts'

export type StayEnd = 'relieved' | 'person' | 'over'

/** From so long before the end one can see that nobody comes. */
export const SEEN_BEFORE_MINUTES = 15

/** How many of those who leave must stay: as many as are missing of those who relieve them, less those who stay already. */
export const mustStay = (relief: { readonly missing: number; readonly staying: number }): boolean =>
  relief.missing > relief.staying

/** Without a word of theirs only as long as somebody may come late; whoever says so stays, as long as the law lets them. */
export const heldUntil = (endsAt: Date, graceMinutes: number): Date => plus(endsAt, graceMinutes * MINUTE)
export const promisedUntil = (endsAt: Date, mostHours: number): Date => plus(endsAt, mostHours * HOUR)

type Staying = { readonly to: Date; readonly mostHours: number }
export function whyNotStay({ to, mostHours }: Staying, now: Date): Refusal | null {
  if (mostHours === 0) return refusal('attendance.nobody_stays')
  if (now < plus(to, -SEEN_BEFORE_MINUTES * MINUTE))
    return refusal('attendance.stay_too_early', { minutes: SEEN_BEFORE_MINUTES })
  return null
}
