import type { Channel } from '../../events/tickets.ts'
import type { CategoryId, DepartmentId } from '../../kernel/ids.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { addDays, DAY, instantOf, localOf } from '../../kernel/time.ts'

export const CHANNELS = ['web', 'widget', 'form', 'phone', 'api', 'mail'] as const satisfies readonly Channel[]

/** What a page of figures is about: days of the company's calendar, both included, and what is left of the rest. */
export type Filter = {
  readonly from: string
  readonly to: string
  readonly channel: Channel | null
  readonly category: CategoryId | null
  readonly department: DepartmentId | null
}

export const LONGEST_DAYS = 1100

/** Days from one date to another, both counted. */
export const daysOf = ({ from, to }: Pick<Filter, 'from' | 'to'>): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1

export function whyNotSpan(span: Pick<Filter, 'from' | 'to'>): Refusal | null {
  if (span.to < span.from) return refusal('reports.backwards', {}, 'to')
  return daysOf(span) > LONGEST_DAYS ? refusal('reports.too_long', { count: LONGEST_DAYS }, 'from') : null
}

/** The days up to today, so many of them. */
export function lastDays(now: Date, count: number, zone: string): { from: string; to: string } {
  const { date } = localOf(now, zone)
  return { from: addDays(date, 1 - count), to: date }
}

export const instantsOf = ({ from, to }: Pick<Filter, 'from' | 'to'>, zone: string): { from: Date; to: Date } => ({
  from: instantOf(from, '00:00', zone),
  to: instantOf(addDays(to, 1), '00:00', zone),
})

/** The same days in stretches of whole months, the last one first: one month, two, four, … */
export function backwards({ from, to }: Pick<Filter, 'from' | 'to'>): Pick<Filter, 'from' | 'to'>[] {
  const stretches: Pick<Filter, 'from' | 'to'>[] = []
  let last = to
  for (let months = 1; last >= from; months *= 2) {
    let first = `${last.slice(0, 8)}01`
    for (let left = months - 1; left > 0; left--) first = `${addDays(first, -1).slice(0, 8)}01`
    stretches.push({ from: first > from ? first : from, to: last })
    last = addDays(first, -1)
  }
  return stretches
}

/** As fine as it can be read: days, weeks from Monday, months. */
export type Grain = 'day' | 'week' | 'month'
export function grainOf(span: Pick<Filter, 'from' | 'to'>): Grain {
  const days = daysOf(span)
  if (days <= 45) return 'day'
  return days <= 270 ? 'week' : 'month'
}

/** The query of an address, without what is not asked for. */
export function addressOf(path: string, filter: Partial<Filter> & { readonly before?: string }): string {
  const named = Object.entries(filter).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const query = new URLSearchParams(named).toString()
  return query ? `${path}?${query}` : path
}
