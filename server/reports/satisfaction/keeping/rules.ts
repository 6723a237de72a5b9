import { addDays } from '../../../kernel/time.ts'
import type { Filter } from '../../filters/rules.ts'

type Span = Pick<Filter, 'from' | 'to'>

export const firstOfMonth = (day: string): string => `${day.slice(0, 8)}01`
/** `2026-12-01` after `2026-11-01`. */
export const nextMonth = (month: string): string => firstOfMonth(addDays(month, 31))

/** First days of the months that a stretch of days touches, the first first. */
export function monthsOf({ from, to }: Span): string[] {
  const months: string[] = []
  for (let month = firstOfMonth(from); month <= to; month = nextMonth(month)) months.push(month)
  return months
}

/** What of a stretch of days lies in months that are not kept, as few stretches as there are. */
export function unkept(span: Span, kept: ReadonlySet<string>): Span[] {
  const stretches: Span[] = []
  for (const month of monthsOf(span)) {
    if (kept.has(month)) continue
    const last = addDays(nextMonth(month), -1)
    const part = { from: month > span.from ? month : span.from, to: last < span.to ? last : span.to }
    const before = stretches.at(-1)
    if (before && addDays(before.to, 1) === part.from) stretches[stretches.length - 1] = { ...before, to: part.to }
    else stretches.push(part)
  }
  return stretches
}

/** A month is counted anew when something changed in it, but not with each change. */
export const RECOUNT_AFTER_MINUTES = 5
/** And once a week in any case, whatever nobody told. */
export const RECOUNT_AFTER_DAYS = 7
