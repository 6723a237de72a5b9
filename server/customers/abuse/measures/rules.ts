import { type Refusal, refusal } from '../../../kernel/refusal.ts'
import { hoursLeft } from '../rules.ts'

/** A plain statement: nothing is taken, for how long, and that there is a way to object. `until` is ISO 8601. */
export const whyBanned = (until: Date, now: Date): Refusal =>
  refusal('abuse.banned', { until: until.toISOString(), hours: hoursLeft(until, now) })

/** One open request at a time. */
export const whyNotAnother = (): Refusal => refusal('abuse.one_request')

/** At least one, so that nobody is told to come back at once. */
export const secondsUntil = (at: Date, now: Date): number =>
  Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 1000))
