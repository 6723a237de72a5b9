import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { AttendanceId, PresenceQuestionId, ShiftId, StaffId } from '../../kernel/ids.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'

export type QuestionState = 'planned' | 'asked' | 'answered' | 'unanswered' | 'dropped'
export type Question = {
  readonly id: PresenceQuestionId
  readonly attendanceId: AttendanceId
  readonly shiftId: ShiftId
  readonly staffId: StaffId
  readonly post: Post
  readonly to: Date
  readonly checkedOutAt: Date | null
  readonly away: boolean
  readonly state: QuestionState
  readonly askAt: Date
  readonly answerBy: Date | null
  readonly answeredAt: Date | null
}

/** Undefined where there is none of this number. */
export async function findQuestion(db: Reader, id: PresenceQuestionId): Promise<Question | undefined> {
  const { rows } = await sql<Question>`
    select q.id::text, q.attendance_id::text as "attendanceId", a.shift_id::text as "shiftId", a.staff_id::text as "staffId", s.post,
      s.ends_at as "to", a.checked_out_at as "checkedOutAt",
      exists (select from breaks b where b.attendance_id = a.id and b.ended_at is null) as away,
      q.state, q.ask_at as "askAt", q.answer_by as "answerBy", q.answered_at as "answeredAt"
    from presence_questions q join attendances a on a.id = q.attendance_id join shifts s on s.id = a.shift_id
    where q.id = ${id}`.execute(db)
  return rows[0]
}

export async function insertPlanned(tx: Tx, attendanceId: AttendanceId, times: readonly Date[]): Promise<void> {
  if (times.length === 0) return
  await tx.db
    .insertInto('presence_questions')
    .values(times.map((askAt) => ({ attendance_id: attendanceId, ask_at: askAt })))
    .execute()
}

/** Questions that were asked, or are to be, on this shift. */
export async function countQuestions(db: Reader, attendanceId: AttendanceId): Promise<number> {
  const { count } = await db
    .selectFrom('presence_questions')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('attendance_id', '=', attendanceId)
    .where((where) => where.or([where('state', '!=', 'dropped'), where('asked_at', 'is not', null)]))
    .executeTakeFirstOrThrow()
  return Number(count)
}

type Setting = { state?: QuestionState; ask_at?: Date; asked_at?: Date; answer_by?: Date; answered_at?: Date }
export const setQuestion = (tx: Tx, id: PresenceQuestionId, to: Setting) =>
  tx.db.updateTable('presence_questions').set(to).where('id', '=', id).execute()

/** What was still to be asked on this shift never is. */
export async function dropPlanned(tx: Tx, attendanceId: AttendanceId): Promise<void> {
  await tx.db
    .updateTable('presence_questions')
    .set({ state: 'dropped' })
    .where('attendance_id', '=', attendanceId)
    .where('state', '=', 'planned')
    .execute()
}

export async function findAskedOf(db: Reader, attendanceId: AttendanceId): Promise<PresenceQuestionId | undefined> {
  const row = await db
    .selectFrom('presence_questions')
    .select('id')
    .where('attendance_id', '=', attendanceId)
    .where('state', '=', 'asked')
    .executeTakeFirst()
  return row?.id as PresenceQuestionId | undefined
}

export type Asked = { readonly id: PresenceQuestionId; readonly answerBy: Date; readonly seconds: number }

/** The question that waits for this person's press. */
export async function askedNow(db: Reader, staffId: StaffId): Promise<Asked | null> {
  const { rows } = await sql<Asked>`
    select q.id::text, q.answer_by as "answerBy", extract(epoch from q.answer_by - q.asked_at)::integer as seconds
    from attendances a join presence_questions q on q.attendance_id = a.id and q.state = 'asked'
    where a.staff_id = ${staffId} and a.checked_out_at is null`.execute(db)
  return rows[0] ?? null
}

export async function listToAsk(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('presence_questions')
    .select(['id', 'ask_at'])
    .where('state', '=', 'planned')
    .where('ask_at', '<=', now)
    .orderBy('ask_at')
    .limit(limit)
    .execute()
  return rows.map(({ id, ask_at }) => ({ id, version: ask_at.getTime(), at: ask_at }))
}

export async function listUnanswered(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('presence_questions')
    .select(['id', 'answer_by'])
    .where('state', '=', 'asked')
    .where('answer_by', '<=', now)
    .orderBy('answer_by')
    .limit(limit)
    .execute()
  return rows.map(({ id, answer_by }) => ({ id, version: 1, ...(answer_by ? { at: answer_by } : {}) }))
}
