import { isAtLeast } from '../accounts/rules.ts'
import type { Post, Rank } from '../kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../kernel/ids.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import { addDays, HOUR, overlap, type Window, windowOf } from '../kernel/time.ts'

/** A shift as the rules see it. */
export type Planned = Window & { readonly id: ShiftId | null; readonly staffId: StaffId; readonly post: Post }
type Person = { readonly id: StaffId; readonly rank: Rank; readonly posts: readonly Post[]; readonly active: boolean }

/** REGULATION row 8: the duty manager is 主管 or above. */
export const LEAST_RANK_OF_MANAGER: Rank = 'supervisor'
/** REGULATION 4, H5: nobody is planned for longer in one piece. */
export const LONGEST_SHIFT_HOURS = 13

type NightHours = { readonly nightStart: string; readonly nightEnd: string; readonly zone: string }

/**
 * The stretch of time that two local times of a night mean. The night is the date on which it begins, so what begins
 * before its end begins on the next morning; what touches the night is of it, all else is the day desk's.
 */
export function stretchOf(
  night: string,
  { start, end }: { start: string; end: string },
  { nightStart, nightEnd, zone }: NightHours,
): Window & { kind: 'night' | 'day' } {
  const afterMidnight = nightEnd <= nightStart && start < nightEnd
  const window = windowOf(afterMidnight ? addDays(night, 1) : night, start, end, zone)
  const kind = overlap(window, windowOf(night, nightStart, nightEnd, zone)) ? 'night' : 'day'
  return { ...window, kind }
}

/** Whether a local time lies in the night, which runs over midnight or not. */
export const startsAtNight = (
  start: string,
  { nightStart, nightEnd }: { nightStart: string; nightEnd: string },
): boolean =>
  nightEnd <= nightStart ? start >= nightStart || start < nightEnd : start >= nightStart && start < nightEnd

/** Whether this shift may stand beside the others; `others` are all shifts that touch its window, without itself. */
export function whyNotPlan(
  shift: Planned,
  person: Person | undefined,
  others: readonly Planned[],
  now: Date,
): Refusal | null {
  if (!person?.active) return refusal('roster.person_gone', {}, 'staff')
  if (shift.to <= shift.from) return refusal('roster.ends_before_it_starts', {}, 'end')
  if (shift.to.getTime() - shift.from.getTime() > LONGEST_SHIFT_HOURS * HOUR)
    return refusal('roster.too_long', { hours: LONGEST_SHIFT_HOURS }, 'end')
  if (shift.to <= now) return refusal('roster.over_already')
  if (shift.post === 'manager' && !isAtLeast(person.rank, LEAST_RANK_OF_MANAGER))
    return refusal('roster.rank_too_low', {}, 'staff')
  if (!person.posts.includes(shift.post)) return refusal('roster.not_qualified', {}, 'staff')
  if (others.some((other) => other.staffId === shift.staffId && overlap(other, shift)))
    return refusal('roster.overlap', {}, 'staff')
  return whyNotManaged(shift, others)
}

/** Whether the window of this shift keeps its duty manager when it goes, or when its post changes. */
export function whyNotRemove(shift: Planned, others: readonly Planned[], now: Date): Refusal | null {
  if (shift.to <= now) return refusal('roster.over_already')
  if (shift.from <= now) return refusal('roster.running')
  if (shift.post !== 'manager') return null
  const led = others.filter((other) => other.post !== 'manager' && overlap(other, shift))
  return led.length > 0 ? refusal('roster.manager_needed', { count: led.length }) : null
}

/** Exactly one duty manager a shift window: first the manager, then the others (REGULATION row 8). */
function whyNotManaged(shift: Planned, others: readonly Planned[]): Refusal | null {
  const managers = others.filter((other) => other.post === 'manager' && overlap(other, shift))
  if (shift.post === 'manager') return managers.length > 0 ? refusal('roster.manager_there', {}, 'post') : null
  return coversWhole(shift, managers) ? null : refusal('roster.manager_first', {}, 'post')
}

/** Whether windows that do not overlap each other cover the whole of another. */
function coversWhole(window: Window, by: readonly Window[]): boolean {
  let covered = window.from.getTime()
  for (const one of by.toSorted((a, b) => a.from.getTime() - b.from.getTime()))
    if (one.from.getTime() <= covered) covered = Math.max(covered, one.to.getTime())
  return covered >= window.to.getTime()
}
