import type { RawBuilder } from 'kysely'
import type { Post } from '../kernel/capabilities.ts'
import type { AttendanceId, ShiftId, StaffId } from '../kernel/ids.ts'
import { MINUTE, plus } from '../kernel/time.ts'
import { comingShiftsOf, getShift, type ShiftView } from '../roster/queries.ts'
import type { Reader } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import type { SignedIn } from '../web/env.ts'
import { once } from '../web/once.ts'
import { takesProof } from './places/queries.ts'
import { type Attending, findOpenAttendance } from './queries.ts'
import { whyNotCheckIn } from './rules.ts'
import { isReliefThere, stayOf } from './stays/queries.ts'
import { whyNotStay } from './stays/rules.ts'

export type Duty = {
  post: Post
  until: Date
  state: 'on_duty' | 'on_break' | 'extended'
  shiftId: ShiftId
  attendanceId: AttendanceId
}

/**
 * The post a person holds now: checked in on a shift that covers this instant, or kept on after its end while they still
 * carry conversations (DESIGN 3, end of a shift) or while their relief is missing (REGULATION 2, SHIFT). Whoever came early holds it from the start.
 */
export const dutyOf = async (db: Reader, staffId: StaffId, now: Date): Promise<Duty | null> =>
  (await standingOf(db, staffId, now)).duty

/** The same, and the post of somebody who has come and whose shift has not begun: a duty manager sees who else comes (row 25). */
export async function standingOf(
  db: Reader,
  staffId: StaffId | RawBuilder<StaffId>,
  now: Date,
): Promise<{ duty: Duty | null; early: Post | null }> {
  const attending = await findOpenAttendance(db, staffId)
  if (!attending) return { duty: null, early: null }
  if (now < attending.from) return { duty: null, early: attending.post }
  return { duty: dutyFrom(attending, now, (await currentSettings(db)).extendedMinutes), early: null }
}

function dutyFrom(attending: Attending, now: Date, extendedMinutes: number): Duty | null {
  const { id: attendanceId, shiftId, post, from, to, staysUntil } = attending
  if (now < from) return null
  const until = staysUntil ?? to
  const held = { post, until, shiftId, attendanceId }
  if (now < until) return { ...held, state: attending.breakEndsBy ? 'on_break' : 'on_duty' }
  const last = plus(to, extendedMinutes * MINUTE)
  return attending.openTickets > 0 && now < last ? { ...held, until: last, state: 'extended' as const } : null
}

/** What a person's own page says first: where they stand, and what comes next. */
export type DutyCard = {
  state: 'none' | 'before' | 'can_check_in' | 'checked_in' | 'on_duty' | 'on_break' | 'staying' | 'extended'
  shift: ShiftView | null
  coming: ShiftView[]
  breakEndsBy: Date | null
  /** A press from where they sit is not enough: it may take the code of a place. */
  codes: boolean
  /** Near the end, or after it while relief is missing: whether they may say that they stay, and until when they hold the post. */
  stay: { readonly asks: boolean; readonly until: Date | null } | null
}

export const cardOf = ({ db, now }: { db: Reader; now: Date }, me: SignedIn): Promise<DutyCard> =>
  once(me, 'attendance.card', () => dutyCard(db, me.staffId, now))

export async function dutyCard(db: Reader, staffId: StaffId, now: Date): Promise<DutyCard> {
  const [attending, coming, { extendedMinutes, staysMostHours }] = await Promise.all([
    findOpenAttendance(db, staffId),
    comingShiftsOf(db, staffId, now, 5),
    currentSettings(db),
  ])
  const duty = attending ? dutyFrom(attending, now, extendedMinutes) : null
  const shift = coming[0] ?? null
  const card = { shift, coming, breakEndsBy: attending?.breakEndsBy ?? null, stay: null, codes: false }
  if (attending && duty) {
    const promised = (await stayOf(db, attending.id))?.promised ?? false
    const mayAsk = !promised && duty.state !== 'extended'
    const asks =
      mayAsk &&
      !whyNotStay({ to: attending.to, mostHours: staysMostHours }, now) &&
      !(await isReliefThere(db, attending.post, attending.to))
    const stay = { asks, until: attending.staysUntil }
    // After its end the shift is no coming one any more, and still it is the one they are on.
    const on = now < attending.to ? shift : await getShift(db, attending.shiftId)
    const state = duty.state === 'on_duty' && now >= attending.to ? 'staying' : duty.state
    return { ...card, shift: on, stay, state }
  }
  if (attending && shift && attending.shiftId === shift.id) return { ...card, state: 'checked_in' }
  if (!shift) return { ...card, state: 'none' }
  if (whyNotCheckIn(shift, now)) return { ...card, state: 'before' }
  return { ...card, state: 'can_check_in', codes: await takesProof(db) }
}
