import type { Post } from '../kernel/capabilities.ts'
import type { AttendanceId, ShiftId, StaffId } from '../kernel/ids.ts'
import { MINUTE, plus } from '../kernel/time.ts'
import { comingShiftsOf, type ShiftView } from '../roster/queries.ts'
import type { Reader } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import type { SignedIn } from '../web/env.ts'
import { once } from '../web/once.ts'
import { type Attending, findOpenAttendance } from './queries.ts'
import { whyNotCheckIn } from './rules.ts'

export type Duty = {
  post: Post
  until: Date
  state: 'on_duty' | 'on_break' | 'extended'
  shiftId: ShiftId
  attendanceId: AttendanceId
}

/**
 * The post a person holds now: checked in on a shift that covers this instant, or kept on after its end while they still
 * carry conversations (DESIGN 3, end of a shift). Whoever came early holds it from the start.
 */
export async function dutyOf(db: Reader, staffId: StaffId, now: Date): Promise<Duty | null> {
  const attending = await findOpenAttendance(db, staffId)
  return attending ? dutyFrom(attending, now, (await currentSettings(db)).extendedMinutes) : null
}

function dutyFrom(attending: Attending, now: Date, extendedMinutes: number): Duty | null {
  const { id: attendanceId, shiftId, post, from, to } = attending
  if (now < from) return null
  const held = { post, until: to, shiftId, attendanceId }
  if (now < to) return { ...held, state: attending.breakEndsBy ? 'on_break' : 'on_duty' }
  const last = plus(to, extendedMinutes * MINUTE)
  return attending.openTickets > 0 && now < last ? { ...held, until: last, state: 'extended' } : null
}

/** What a person's own page says first: where they stand, and what comes next. */
export type DutyCard = {
  state: 'none' | 'before' | 'can_check_in' | 'checked_in' | 'on_duty' | 'on_break' | 'extended'
  shift: ShiftView | null
  coming: ShiftView[]
  breakEndsBy: Date | null
}

export const cardOf = ({ db, now }: { db: Reader; now: Date }, me: SignedIn): Promise<DutyCard> =>
  once(me, 'attendance.card', () => dutyCard(db, me.staffId, now))

export async function dutyCard(db: Reader, staffId: StaffId, now: Date): Promise<DutyCard> {
  const [attending, coming, { extendedMinutes }] = await Promise.all([
    findOpenAttendance(db, staffId),
    comingShiftsOf(db, staffId, now, 5),
    currentSettings(db),
  ])
  const duty = attending ? dutyFrom(attending, now, extendedMinutes) : null
  const shift = coming[0] ?? null
  const card = { shift, coming, breakEndsBy: attending?.breakEndsBy ?? null }
  if (duty) return { ...card, state: duty.state }
  if (attending && shift && attending.shiftId === shift.id) return { ...card, state: 'checked_in' }
  if (!shift) return { ...card, state: 'none' }
  return { ...card, state: whyNotCheckIn(shift, now) ? 'before' : 'can_check_in' }
}
