import { instant } from '../../events/event.ts'
import type { AttendanceId, PresenceQuestionId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { MINUTE, plus, type Window } from '../../kernel/time.ts'
import { drop, owe, settle } from '../../obligations/actions.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { openCase } from '../cases/actions.ts'
import { lockStaff } from '../queries.ts'
import type { IsEngaged } from './engaged.ts'
import * as questions from './queries.ts'
import { type Chance, laterThan, plannedIn } from './rules.ts'

/** Somebody has come: when they will be asked is drawn now, and stands on no page. Coming back draws no more than are left. */
export async function planPresence(
  tx: Tx,
  attendanceId: AttendanceId,
  { from, to }: Window,
  chance: Chance = Math.random,
): Promise<void> {
  const { presencePerShift, presenceMinutes } = await currentSettings(tx.db)
  const left = presencePerShift - (await questions.countQuestions(tx.db, attendanceId))
  if (left <= 0) return
  const window = { from: from > tx.now ? from : tx.now, to }
  const times = plannedIn(window, { count: left, answerMinutes: presenceMinutes }, chance)
  await questions.insertPlanned(tx, attendanceId, times)
}

/**
 * REGULATION row 55: the question at random. Whoever is on a break, away with cover or on the phone is asked later;
 * whoever went off post is not asked, nor anybody after the company has switched it off.
 */
export async function askPresence(
  tx: Tx,
  id: PresenceQuestionId,
  isEngaged: IsEngaged,
  chance: Chance = Math.random,
): Promise<void> {
  const one = await lockQuestion(tx, id)
  if (one?.state !== 'planned' || one.askAt > tx.now) return
  const { presencePerShift, presenceMinutes } = await currentSettings(tx.db)
  const answerBy = plus(tx.now, presenceMinutes * MINUTE)
  if (one.checkedOutAt || answerBy > one.to || presencePerShift === 0)
    return void (await questions.setQuestion(tx, id, { state: 'dropped' }))
  if (
    one.away ||
    (await isEngaged(tx.db, one.staffId, tx.now)) ||
    (await questions.findAskedOf(tx.db, one.attendanceId))
  ) {
    const later = laterThan(tx.now, one.to, presenceMinutes, chance)
    return void (await questions.setQuestion(tx, id, later ? { ask_at: later } : { state: 'dropped' }))
  }
  await questions.setQuestion(tx, id, { state: 'asked', asked_at: tx.now, answer_by: answerBy })
  await owe(tx, {
    kind: 'presence',
    staffId: one.staffId,
    post: one.post,
    subject: subjectOf(id),
    opensAt: tx.now,
    dueAt: answerBy,
    missedAt: answerBy,
    path: '/duty',
  })
  await announce(tx, 'presence.asked', { ...about(one), answerBy: instant(answerBy) }, topicsOf(one))
}

/** One press: "I am here". After the time it is kept as a late answer, and what became of it is for the duty manager. Twice is once. */
export async function answerPresence(tx: Tx, id: PresenceQuestionId): Promise<void> {
  need(tx, 'attendance.own')
  const one = await lockQuestion(tx, id)
  if (one?.staffId !== staffOf(tx) || one.state === 'planned') throw new NotFound()
  if (one.answeredAt || one.state === 'dropped') return
  const late = one.state === 'unanswered'
  await questions.setQuestion(tx, id, { answered_at: tx.now, ...(late ? {} : { state: 'answered' }) })
  await settle(tx, { kind: 'presence', subject: subjectOf(id) })
  await announce(tx, 'presence.answered', { ...about(one), late }, topicsOf(one))
}

/** Nobody has answered in time: the duty manager goes and looks, and a case is opened. Once. */
export async function noteUnanswered(tx: Tx, id: PresenceQuestionId): Promise<void> {
  const one = await lockQuestion(tx, id)
  if (one?.state !== 'asked' || !one.answerBy || one.answerBy > tx.now) return
  await questions.setQuestion(tx, id, { state: 'unanswered' })
  await announce(tx, 'presence.unanswered', about(one), topicsOf(one))
  await openCase(tx, { ...one, origin: 'presence', questionId: id })
}

/** A break begins, or the post is left: a question that waits is taken back. */
export async function takeBackPresence(tx: Tx, attendanceId: AttendanceId): Promise<void> {
  const id = await questions.findAskedOf(tx.db, attendanceId)
  const one = id && (await questions.findQuestion(tx.db, id))
  if (!one) return
  await questions.setQuestion(tx, one.id, { state: 'dropped' })
  await drop(tx, { kind: 'presence', subject: subjectOf(one.id) })
  await announce(tx, 'presence.dropped', about(one), topicsOf(one))
}

/** Off post: what was still to be asked never is. */
export async function endPresence(tx: Tx, attendanceId: AttendanceId): Promise<void> {
  await takeBackPresence(tx, attendanceId)
  await questions.dropPlanned(tx, attendanceId)
}

/** With the person locked, so that a press and the end of the time do not cross. */
async function lockQuestion(tx: Tx, id: PresenceQuestionId): Promise<questions.Question | undefined> {
  const found = await questions.findQuestion(tx.db, id)
  if (!found) return undefined
  await lockStaff(tx, found.staffId)
  return questions.findQuestion(tx.db, id)
}

const subjectOf = (id: PresenceQuestionId): string => `presence:${id}`
const about = ({ id, attendanceId, shiftId, staffId }: questions.Question) => ({
  questionId: id,
  attendanceId,
  shiftId,
  staffId,
})
const topicsOf = ({ staffId }: questions.Question): { about: string[] } => ({ about: [`duty:${staffId}`] })
