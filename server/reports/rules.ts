import { HOUR, plus, type Window } from '../kernel/time.ts'

/** The path of a small line over twelve values in a box of 100 × 28, high values up; flat where nothing varies. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 0)
  const step = values.length > 1 ? 100 / (values.length - 1) : 100
  const height = (value: number): number => Math.round((24 - (most > 0 ? (value / most) * 20 : 0)) * 10) / 10
  return values.map((value, n) => `${n === 0 ? 'M' : 'L'}${Math.round(n * step)} ${height(value)}`).join('')
}

/** The most pressing reason first; one bell a ticket on the board, however many reasons ring. */
const PRESSING = [
  'abuse',
  'complaint',
  'offers_refused',
  'nobody_eligible',
  'promise_broken',
  'escalation_bounced',
  'escalation_unaccepted',
  'not_answered',
  'night_unled',
  'night_unbacked',
  'callback_overdue',
  'customer_unreached',
  'job_failed',
] as const
const FIRST: ReadonlySet<string> = new Set(['abuse', 'complaint'])
type Ringing = {
  readonly alarmId: string
  readonly kind: (typeof PRESSING)[number]
  readonly ticket: { id: string } | null
}

/** Alarms of one ticket as one row, colleagues who are insulted and complaints on top, then in the order in which they began to ring. */
export function gather<Row extends Ringing>(rows: readonly Row[]): (Row & { also: string[] })[] {
  const byTicket = Map.groupBy(rows, ({ alarmId, ticket }) => (ticket ? `ticket:${ticket.id}` : `alarm:${alarmId}`))
  return [...byTicket.values()]
    .flatMap((same) => {
      const [first, ...others] = same.toSorted((a, b) => PRESSING.indexOf(a.kind) - PRESSING.indexOf(b.kind))
      return first ? [{ ...first, also: others.map(({ alarmId }) => alarmId) }] : []
    })
    .toSorted((a, b) => Number(FIRST.has(b.kind)) - Number(FIRST.has(a.kind)))
}

/** Hours shown before and after (LOOK). */
const AROUND_HOURS = 2

/** What the line above every page spans: the night with two hours around it; by day, for whoever is on a shift then, that. */
export function lineWindow(night: Window, shift: Window | null | undefined, now: Date): Window {
  const around = ({ from, to }: Window): Window => ({
    from: plus(from, -AROUND_HOURS * HOUR),
    to: plus(to, AROUND_HOURS * HOUR),
  })
  const within = ({ from, to }: Window): boolean => now >= from && now <= to
  return shift && within(shift) && !within(around(night)) ? around(shift) : around(night)
}
