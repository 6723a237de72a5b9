import { type RawBuilder, sql } from 'kysely'
import type {
  AbsenceId,
  AppraisalId,
  AttendanceId,
  FalseRecordId,
  ObligationId,
  RatingId,
  ShiftId,
  StaffId,
  TicketId,
} from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'

/** Where a fact is: by its shift, its attendance, or the absence that took the shift's place; by what was due, what a customer gave, or what was decided about a record. */
export type Whence =
  | { readonly shiftId: ShiftId }
  | { readonly attendanceId: AttendanceId }
  | { readonly absenceId: AbsenceId }
  | { readonly obligationId: ObligationId }
  | { readonly ratingId: RatingId }
  | { readonly caseId: FalseRecordId }

/** The appraisal in whose month the fact lies, where that month has been opened. */
export async function findAppraisalOf(db: Reader, staffId: StaffId, whence: Whence): Promise<AppraisalId | undefined> {
  const { rows } = await sql<{ id: AppraisalId }>`
    select a.id from appraisals a join appraisal_months m on m.id = a.month_id
    where a.staff_id = ${staffId} and m.month = date_trunc('month', (${dayOf(whence)})::timestamp)::date`.execute(db)
  return rows[0]?.id
}

/** The day in whose month it counts, on the clock that the month `m` was opened by: a night's by its evening, from noon to noon. */
function dayOf(whence: Whence): RawBuilder<unknown> {
  if ('shiftId' in whence) return sql`select night from shifts where id = ${whence.shiftId}`
  if ('attendanceId' in whence)
    return sql`select s.night from attendances a join shifts s on s.id = a.shift_id where a.id = ${whence.attendanceId}`
  if ('absenceId' in whence) return sql`select night from absences where id = ${whence.absenceId}`
  if ('obligationId' in whence)
    return sql`select (o.due_at at time zone m.zone) - interval '12 hours' from obligations o where o.id = ${whence.obligationId}`
  if ('ratingId' in whence)
    return sql`select r.given_at at time zone m.zone from ratings r where r.id = ${whence.ratingId}`
  return sql`select f.decided_at at time zone m.zone from false_records f where f.id = ${whence.caseId}`
}

/** Whom a rating is credited to; undefined where nobody of us spoke. */
export async function creditedWith(db: Reader, ratingId: RatingId): Promise<StaffId | undefined> {
  const row = await db.selectFrom('ratings').select('handlers').where('id', '=', ratingId).executeTakeFirst()
  return row?.handlers[0]?.staffId as StaffId | undefined
}

export async function givenOn(db: Reader, ticketId: TicketId): Promise<RatingId[]> {
  const rows = await db
    .selectFrom('ratings')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('state', '=', 'given')
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id as RatingId)
}
