import type { StaffId } from '../../kernel/ids.ts'
import { addDays, DAY, HOUR, instantOf, localOf, MINUTE, nightOf, weekdayOf } from '../../kernel/time.ts'
import {
  type Cell,
  isAtNight,
  type MonthFacts,
  type NightFacts,
  type PersonFacts,
  type StandingDuty,
} from '../facts.ts'

/** A piece of work as the hours see it: from arrival to end, in milliseconds; `night` is the number of its date's day. */
export type Duty = {
  readonly arrives: number
  readonly from: number
  readonly to: number
  readonly night: number | null
  /** Of this plan; null where it stands already. */
  readonly cell: Cell | null
}

/** Facts turned so that a person's or a night's can be had at once; made once for the same facts. */
export type Ground = {
  readonly facts: MonthFacts
  readonly nights: ReadonlyMap<string, NightFacts>
  readonly people: ReadonlyMap<StaffId, PersonFacts>
  readonly standing: ReadonlyMap<StaffId, readonly Duty[]>
  /** First instants of Mondays, from the week of the first night to that after the last. */
  readonly mondays: readonly number[]
  /** Begin and end of the month and its weeks' worth, for averages. */
  readonly month: { readonly from: number; readonly to: number; readonly weeks: number }
  /** Nights that the clock change alone makes longer than the law's day. */
  readonly stretched: ReadonlySet<string>
}

export const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY
export const dateOf = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10)

/** Shorter work has no break to take off. */
const BREAK_FROM_HOURS = 6

/** Hours of work by the law's limits: the early arrival counts, the paid break does not (REGULATION 4, H5). */
export function workHours(duty: Duty, { breakMinutes }: { breakMinutes: number }): number {
  const hours = (duty.to - duty.arrives) / HOUR
  return hours >= BREAK_FROM_HOURS ? hours - breakMinutes / 60 : hours
}

const made = new WeakMap<MonthFacts, Ground>()

export function groundOf(facts: MonthFacts): Ground {
  const known = made.get(facts)
  if (known) return known
  const ground = lay(facts)
  made.set(facts, ground)
  return ground
}

export function dutyOf(ground: Ground, cell: Cell): Duty | null {
  const night = ground.nights.get(cell.night)
  if (!night || cell.backup) return null
  const window = cell.stretch ?? night.window
  const from = window.from.getTime()
  const arrives = from - ground.facts.limits.earlyMinutes * MINUTE
  return { arrives, from, to: window.to.getTime(), night: isAtNight(cell) ? dayNumber(cell.night) : null, cell }
}

function lay(facts: MonthFacts): Ground {
  const first = `${facts.month}-01`
  const next = addDays(first, 32).slice(0, 7)
  const from = instantOf(first, '00:00', facts.zone).getTime()
  const to = instantOf(`${next}-01`, '00:00', facts.zone).getTime()
  const monday = addDays(first, 1 - weekdayOf(first) - 7)
  return {
    facts,
    nights: new Map(facts.nights.map((night) => [night.night, night])),
    people: new Map(facts.people.map((person) => [person.id, person])),
    standing: standingOf(facts),
    mondays: Array.from({ length: 9 }, (_, week) =>
      instantOf(addDays(monday, 7 * week), '00:00', facts.zone).getTime(),
    ),
    month: { from, to, weeks: (dayNumber(`${next}-01`) - dayNumber(first)) / 7 },
    stretched: new Set(facts.nights.filter((night) => isStretched(night, facts)).map(({ night }) => night)),
  }
}

function standingOf(facts: MonthFacts): Map<StaffId, Duty[]> {
  const nights = new Map<number, number>()
  const nightAt = (duty: StandingDuty): number => {
    const at = duty.from.getTime()
    const known = nights.get(at) ?? dayNumber(nightOf(duty.from, facts.zone))
    nights.set(at, known)
    return known
  }
  return Map.groupBy(
    facts.standing.map((duty) => ({
      staffId: duty.staffId,
      arrives: duty.from.getTime() - (duty.post ? facts.limits.earlyMinutes * MINUTE : 0),
      from: duty.from.getTime(),
      to: duty.to.getTime(),
      night: duty.kind === 'night' ? nightAt(duty) : null,
      cell: null,
    })),
    ({ staffId }) => staffId,
  )
}

/** By the clock on the wall the night keeps to the law's day, and only the change of the clock makes it longer (§41). */
function isStretched({ window }: NightFacts, { zone, limits }: MonthFacts): boolean {
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))
  const [start, end] = [localOf(window.from, zone), localOf(window.to, zone)]
  const shown = ((dayNumber(end.date) - dayNumber(start.date)) * DAY) / MINUTE + minutes(end.time) - minutes(start.time)
  const real = (window.to.getTime() - window.from.getTime()) / MINUTE
  const most = limits.hoursADay * 60 + limits.breakMinutes - limits.earlyMinutes
  return shown <= most && real > most && real <= shown + 60
}
