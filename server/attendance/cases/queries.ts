import { type RawBuilder, sql } from 'kysely'
import type { PostCaseOrigin } from '../../events/attendance.ts'
import type { Post } from '../../kernel/capabilities.ts'
import type { AttendanceId, PostCaseId, PresenceQuestionId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Outcome, PostCaseState } from './rules.ts'

type Named = { readonly name: string; readonly nameEn: string }
export type PostCase = Named & {
  readonly id: PostCaseId
  readonly attendanceId: AttendanceId
  readonly staffId: StaffId
  readonly number: string
  readonly post: Post
  readonly night: string
  readonly from: Date
  readonly to: Date
  readonly checkedOutAt: Date | null
  readonly origin: PostCaseOrigin
  readonly openedAt: Date
  readonly openedBy: StaffId | null
  readonly opener: Named | null
  readonly observed: string | null
  /** The question: when it was asked, until when, and when it was answered after all. */
  readonly askedAt: Date | null
  readonly answerBy: Date | null
  readonly answeredAt: Date | null
  /** The stretch away with cover. */
  readonly leftAt: Date | null
  readonly backBy: Date | null
  readonly backAt: Date | null
  readonly visitedAt: Date | null
  readonly visitor: Named | null
  readonly found: 'there' | 'not_there' | null
  readonly visitNote: string | null
  readonly statement: string | null
  readonly statedAt: Date | null
  readonly statementDueAt: Date
  readonly state: PostCaseState
  readonly decidedAt: Date | null
  readonly decider: Named | null
  readonly decision: string | null
}

const named = (
  alias: string,
): RawBuilder<Named | null> => sql<Named | null>`case when ${sql.ref(`${alias}.id`)} is not null
  then json_build_object('name', ${sql.ref(`${alias}.name`)}, 'nameEn', ${sql.ref(`${alias}.name_en`)}) end`
const VIEW = sql`
  select c.id::text, c.attendance_id::text as "attendanceId", a.staff_id::text as "staffId", p.number, p.name, p.name_en as "nameEn",
    s.post, s.night::text as night, s.starts_at as "from", s.ends_at as "to", a.checked_out_at as "checkedOutAt", c.origin,
    c.opened_at as "openedAt", c.opened_by::text as "openedBy", ${named('o')} as opener, c.observed,
    q.asked_at as "askedAt", q.answer_by as "answerBy", q.answered_at as "answeredAt",
    b.started_at as "leftAt", b.ends_by as "backBy", b.ended_at as "backAt",
    c.visited_at as "visitedAt", ${named('v')} as visitor, c.found, c.visit_note as "visitNote",
    c.statement, c.stated_at as "statedAt", c.statement_due_at as "statementDueAt", c.state,
    c.decided_at as "decidedAt", ${named('d')} as decider, c.decision
  from post_cases c join attendances a on a.id = c.attendance_id join shifts s on s.id = a.shift_id join staff p on p.id = a.staff_id
  left join presence_questions q on q.id = c.question_id left join breaks b on b.id = c.break_id
  left join staff o on o.id = c.opened_by left join staff v on v.id = c.visited_by left join staff d on d.id = c.decided_by`

/** @throws NotFound */
export async function getCase(db: Reader, id: PostCaseId): Promise<PostCase> {
  const { rows } = await sql<PostCase>`${VIEW} where c.id = ${id}`.execute(db)
  const [row] = rows
  if (!row) throw new NotFound()
  return row
}

/** The case, locked. @throws NotFound */
export async function lockCase(tx: Tx, id: PostCaseId): Promise<PostCase> {
  await tx.db.selectFrom('post_cases').select('id').where('id', '=', id).forUpdate().execute()
  return getCase(tx.db, id)
}

/** Those that wait first, then the newest; one's own with `staffId`. */
export async function listCases(
  db: Reader,
  { staffId, limit }: { staffId?: StaffId; limit: number },
): Promise<PostCase[]> {
  const { rows } = await sql<PostCase>`
    ${VIEW} where ${staffId ?? null}::bigint is null or a.staff_id = ${staffId ?? null}
    order by c.state = 'suspected' desc, c.opened_at desc, c.id desc limit ${limit}`.execute(db)
  return rows
}

/** Cases of a person that wait for what they have to say. */
export async function listToState(db: Reader, staffId: StaffId): Promise<PostCase[]> {
  const { rows } = await sql<PostCase>`
    ${VIEW} where a.staff_id = ${staffId} and c.state = 'suspected' order by c.opened_at`.execute(db)
  return rows
}

export async function countOpenCases(db: Reader): Promise<number> {
  const { count } = await db
    .selectFrom('post_cases')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('state', '=', 'suspected')
    .executeTakeFirstOrThrow()
  return Number(count)
}

export type Opening = {
  readonly attendanceId: AttendanceId
  readonly origin: PostCaseOrigin
  readonly questionId?: PresenceQuestionId
  readonly breakId?: string
  readonly observed?: string
  readonly by?: StaffId
}

/** Undefined where a case about this shift waits already. */
export async function insertCase(tx: Tx, one: Opening & { statementDueAt: Date }): Promise<PostCaseId | undefined> {
  const row = await tx.db
    .insertInto('post_cases')
    .values({
      attendance_id: one.attendanceId,
      origin: one.origin,
      question_id: one.questionId ?? null,
      break_id: one.breakId ?? null,
      opened_at: tx.now,
      opened_by: one.by ?? null,
      observed: one.observed ?? null,
      statement_due_at: one.statementDueAt,
    })
    .onConflict((conflict) => conflict.column('attendance_id').where('state', '=', 'suspected').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as PostCaseId | undefined
}

const set = (tx: Tx, id: PostCaseId) => tx.db.updateTable('post_cases').where('id', '=', id)
export const setVisit = (
  tx: Tx,
  id: PostCaseId,
  to: { by: StaffId; found: 'there' | 'not_there'; note: string | null },
) => set(tx, id).set({ visited_by: to.by, visited_at: tx.now, found: to.found, visit_note: to.note }).execute()
export const setStatement = (tx: Tx, id: PostCaseId, words: string) =>
  set(tx, id).set({ statement: words, stated_at: tx.now }).execute()
export const setDecision = (tx: Tx, id: PostCaseId, to: { by: StaffId; outcome: Outcome; reason: string }) =>
  set(tx, id).set({ state: to.outcome, decided_by: to.by, decided_at: tx.now, decision: to.reason }).execute()

/** Whoever went off post in the middle of their shift and has been gone for longer than one may be away with cover. */
export async function listGone(db: Reader, now: Date, before: Date, limit: number): Promise<Due[]> {
  const { rows } = await sql<{ id: string }>`
    select a.id::text from attendances a
    join shifts s on s.id = a.shift_id and s.staff_id = a.staff_id and s.during @> ${now}::timestamptz
    join staff p on p.id = a.staff_id and p.active
    where a.checked_out_at <= ${before} and a.checked_out_at >= s.starts_at
      and not exists (select from post_cases c where c.attendance_id = a.id and c.origin = 'left' and c.opened_at >= a.checked_out_at)
      and not exists (select from post_cases c where c.attendance_id = a.id and c.state = 'suspected')
    order by a.id limit ${limit}`.execute(db)
  return rows.map(({ id }) => ({ id, version: 1 }))
}
