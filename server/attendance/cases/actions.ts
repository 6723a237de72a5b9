import { instant } from '../../events/event.ts'
import type { Post } from '../../kernel/capabilities.ts'
import type { AttendanceId, PostCaseId, ShiftId, StaffId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { HOUR, MINUTE, plus } from '../../kernel/time.ts'
import { drop, owe, settle } from '../../obligations/actions.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import { getShift } from '../../roster/queries.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { findOpenAttendance, getAttendance, lockStaff } from '../queries.ts'
import * as cases from './queries.ts'
import { type Outcome, whyNotDecide } from './rules.ts'

type Opening = cases.Opening & { readonly staffId: StaffId; readonly post: Post }

/** It may be that somebody left their post (row 55): from now on they have so many hours to say what was. One a shift at a time. */
export async function openCase(tx: Tx, one: Opening): Promise<void> {
  const { hearingHours } = await currentSettings(tx.db)
  const statementDueAt = plus(tx.now, hearingHours * HOUR)
  const caseId = await cases.insertCase(tx, { ...one, statementDueAt })
  if (!caseId) return
  const { staffId, post, attendanceId, origin } = one
  await owe(tx, {
    kind: 'post_statement',
    staffId,
    post,
    subject: subjectOf(caseId),
    opensAt: tx.now,
    dueAt: statementDueAt,
    missedAt: statementDueAt,
    path: pathOf(caseId),
  })
  const payload = { caseId, attendanceId, staffId, origin, statementDueAt: instant(statementDueAt) }
  await announce(tx, 'post_case.opened', payload, topicsOf(staffId))
}

/** The duty manager has seen that nobody is at the post. */
export async function reportAway(tx: Tx, shiftId: ShiftId, observed: string): Promise<void> {
  need(tx, 'attendance.lead')
  const { staffId, post } = await getShift(tx.db, shiftId)
  refuse(staffId === staffOf(tx) ? refusal('attendance.own_case') : null)
  await lockStaff(tx, staffId)
  const open = await findOpenAttendance(tx.db, staffId)
  if (open?.shiftId !== shiftId || open.from > tx.now) throw refusal('attendance.not_there_anyway')
  refuse(open.breakEndsBy && open.breakEndsBy > tx.now ? refusal('attendance.away_with_leave') : null)
  await openCase(tx, {
    attendanceId: open.id,
    staffId,
    post,
    origin: 'manager',
    observed: observed.trim(),
    by: staffOf(tx),
  })
}

/** Gone in the middle of the shift and not back in the time that one may be away. Once each time. */
export async function noteGone(tx: Tx, id: AttendanceId): Promise<void> {
  const { staffId } = await getAttendance(tx.db, id)
  await lockStaff(tx, staffId)
  const one = await getAttendance(tx.db, id)
  const { slipMinutes } = await currentSettings(tx.db)
  if (!one.checkedOutAt || one.checkedOutAt > plus(tx.now, -slipMinutes * MINUTE) || one.endsAt <= tx.now) return
  const shift = await getShift(tx.db, one.shiftId)
  if (shift.staffId !== staffId) return
  await openCase(tx, { attendanceId: id, staffId, post: shift.post, origin: 'left' })
}

/** The duty manager went and looked: what they found is written down, once. */
export async function visitPost(
  tx: Tx,
  id: PostCaseId,
  { found, note }: { found: 'there' | 'not_there'; note: string },
): Promise<void> {
  need(tx, 'attendance.lead')
  const by = staffOf(tx)
  const one = await cases.lockCase(tx, id)
  refuse(one.staffId === by ? refusal('attendance.own_case') : null)
  refuse(one.state === 'suspected' ? null : refusal('attendance.case_decided'))
  if (one.found === found) return
  refuse(one.found ? refusal('attendance.visited_already') : null)
  await cases.setVisit(tx, id, { by, found, note: note.trim() || null })
  await announce(tx, 'post_case.visited', { ...about(one), by, found }, topicsOf(one.staffId))
}

/** The person's own word, before anybody decides; until then they may say it better. */
export async function statePost(tx: Tx, id: PostCaseId, words: string): Promise<void> {
  need(tx, 'attendance.own')
  const one = await cases.lockCase(tx, id)
  if (one.staffId !== staffOf(tx)) throw new NotFound()
  refuse(one.state === 'suspected' ? null : refusal('attendance.case_decided'))
  if (one.statement === words.trim()) return
  await cases.setStatement(tx, id, words.trim())
  await settle(tx, { kind: 'post_statement', subject: subjectOf(id) })
  await announce(tx, 'post_case.stated', about(one), topicsOf(one.staffId))
}

/** Duty manager or HR, by name and with a reason: they were there, or they left their post. Only now does it count, if it does. */
export async function decideCase(
  tx: Tx,
  id: PostCaseId,
  { outcome, reason }: { outcome: Outcome; reason: string },
): Promise<void> {
  need(tx, 'attendance.decide')
  const by = staffOf(tx)
  const one = await cases.lockCase(tx, id)
  if (one.state === outcome) return
  refuse(whyNotDecide(one, { by, outcome, now: tx.now }))
  await cases.setDecision(tx, id, { by, outcome, reason: reason.trim() })
  if (one.statement === null) await drop(tx, { kind: 'post_statement', subject: subjectOf(id) })
  await announce(tx, 'post_case.decided', { ...about(one), by, outcome }, topicsOf(one.staffId))
}

const subjectOf = (id: PostCaseId): string => `post_case:${id}`
const pathOf = (id: PostCaseId): string => `/attendance/cases/${id}`
const about = ({ id, attendanceId, staffId }: cases.PostCase) => ({ caseId: id, attendanceId, staffId })
const topicsOf = (staffId: StaffId): { about: string[] } => ({ about: ['board', `duty:${staffId}`] })
