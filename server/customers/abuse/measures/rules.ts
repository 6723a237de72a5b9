import { type Refusal, refusal } from '../../../kernel/refusal.ts'
import { DAY } from '../../../kernel/time.ts'
import { hoursLeft } from '../rules.ts'

/** Who asked from a range so long ago says nothing of who is there now. */
export const RANGE_LASTS = 30 * DAY

/** A plain statement: nothing is taken, for how long, and that there is a way to object. `until` is ISO 8601. */
export const whyBanned = (until: Date, now: Date): Refusal =>
  refusal('abuse.banned', { until: until.toISOString(), hours: hoursLeft(until, now) })

/** The same code to a stranger whose network it is: not they are meant, urgent cases go through, and where to call. */
export const whyNetworkBanned = (until: Date, now: Date, phone: string): Refusal =>
  refusal('abuse.banned', {
    ...whyBanned(until, now).details,
    context: phone ? 'network_phone' : 'network',
    phone,
  })

/** A range that many share is nobody's; of one that is unknown nothing can be said. REGULATION row 61. */
export function whyNotRange(others: number | null, most: number): Refusal | null {
  if (others === null) return refusal('abuse.range_unknown', {}, 'range')
  return others > most ? refusal('abuse.range_shared', { count: others, most }, 'range') : null
}

/** One open request at a time. */
export const whyNotAnother = (): Refusal => refusal('abuse.one_request')

/** At least one, so that nobody is told to come back at once. */
export const secondsUntil = (at: Date, now: Date): number =>
  Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 1000))
