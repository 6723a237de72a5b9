import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { CorrectionId, ShiftId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { neighbour } from '../../roster/month.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Arrival } from '../rules.ts'
import type { Corrected, CorrectionState } from './rules.ts'

type Named = { readonly name: string; readonly nameEn: string }
export type Correction = Named & {
  readonly id: CorrectionId
  readonly shiftId: ShiftId
  readonly staffId: StaffId
  readonly number: string
  readonly post: Post
  readonly night: string
  readonly from: Date
  readonly to: Date
  readonly what: Corrected
  readonly at: Date
  readonly reason: string
  readonly askedBy: Named
  readonly askedAt: Date
  readonly state: CorrectionState
  readonly decider: Named | null
  readonly decidedAt: Date | null
  readonly answer: string | null
  /** As it was recorded. */
  readonly checkedInAt: Date | null
  readonly checkedOutAt: Date | null
}

const VIEW = sql`
  select c.id::text, c.shift_id::text as "shiftId", c.staff_id::text as "staffId", p.number, p.name, p.name_en as "nameEn", s.post,
    s.night::text as night, s.starts_at as "from", s.ends_at as "to", c.what, c.at, c.reason,
    json_build_object('name', k.name, 'nameEn', k.name_en) as "askedBy", c.asked_at as "askedAt", c.state,
    case when d.id is not null then json_build_object('name', d.name, 'nameEn', d.name_en) end as decider,
    c.decided_at as "decidedAt", c.answer, a.checked_in_at as "checkedInAt", a.checked_out_at as "checkedOutAt"
  from attendance_corrections c join shifts s on s.id = c.shift_id join staff p on p.id = c.staff_id join staff k on k.id = c.asked_by
  left join staff d on d.id = c.decided_by left join attendances a on a.shift_id = c.shift_id and a.staff_id = c.staff_id`

/** @throws NotFound */
export async function lockCorrection(tx: Tx, id: CorrectionId): Promise<Correction> {
  await tx.db.selectFrom('attendance_corrections').select('id').where('id', '=', id).forUpdate().execute()
  const { rows } = await sql<Correction>`${VIEW} where c.id = ${id}`.execute(tx.db)
  const [row] = rows
  if (!row) throw new NotFound()
  return row
}

/** Those that wait first, then the newest. */
export async function listCorrections(db: Reader, limit: number): Promise<Correction[]> {
  const { rows } = await sql<Correction>`
    ${VIEW} order by c.state = 'asked' desc, c.asked_at desc, c.id desc limit ${limit}`.execute(db)
  return rows
}

/** Of the shifts of a month, by shift; one's own with `staffId`. */
export async function correctionsOfMonth(
  db: Reader,
  month: string,
  staffId?: StaffId,
): Promise<Map<ShiftId, Correction[]>> {
  const { rows } = await sql<Correction>`
    ${VIEW} where s.night >= ${`${month}-01`} and s.night < ${`${neighbour(month, 1)}-01`}
      and (${staffId ?? null}::bigint is null or c.staff_id = ${staffId ?? null})
    order by c.asked_at, c.id`.execute(db)
  return Map.groupBy(rows, ({ shiftId }) => shiftId)
}

export async function countAsked(db: Reader): Promise<number> {
  const { count } = await db
    .selectFrom('attendance_corrections')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('state', '=', 'asked')
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** What this person has asked for themselves about shifts of a month and was not refused. */
export async function countOfMonth(db: Reader, staffId: StaffId, month: string): Promise<number> {
  const { count } = await db
    .selectFrom('attendance_corrections as c')
    .innerJoin('shifts as s', 's.id', 'c.shift_id')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('c.staff_id', '=', staffId)
    .where('c.asked_by', '=', staffId)
    .where('c.state', 'in', ['asked', 'approved'])
    .where('s.night', '>=', `${month}-01`)
    .where('s.night', '<', `${neighbour(month, 1)}-01`)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** How a shift was attended by what holds now: as recorded, and as corrected since. */
export async function timesOf(db: Reader, shiftId: ShiftId): Promise<{ cameAt: Date | null; leftAt: Date | null }> {
  const { rows } = await sql<{ cameAt: Date | null; leftAt: Date | null }>`
    select came_at as "cameAt", left_at as "leftAt" from attended where shift_id = ${shiftId}`.execute(db)
  return rows[0] ?? { cameAt: null, leftAt: null }
}

export type Asking = {
  readonly shiftId: ShiftId
  readonly staffId: StaffId
  readonly what: Corrected
  readonly at: Date
  readonly reason: string
}
type Arrived = { readonly arrival: Arrival; readonly minutesLate: number } | null

/** Undefined where one of the kind waits already. With `decided` it holds at once: HR's own word. */
export async function insertCorrection(
  tx: Tx,
  one: Asking & { by: StaffId },
  decided?: { arrived: Arrived },
): Promise<CorrectionId | undefined> {
  const row = await tx.db
    .insertInto('attendance_corrections')
    .values({
      shift_id: one.shiftId,
      staff_id: one.staffId,
      what: one.what,
      at: one.at,
      reason: one.reason,
      asked_by: one.by,
      asked_at: tx.now,
      state: decided ? 'approved' : 'asked',
      ...(decided ? { decided_by: one.by, decided_at: tx.now, ...arrivedOf(decided.arrived) } : {}),
    })
    .onConflict((conflict) =>
      conflict.columns(['shift_id', 'staff_id', 'what']).where('state', '=', 'asked').doNothing(),
    )
    .returning('id')
    .executeTakeFirst()
  return row?.id as CorrectionId | undefined
}

type Decision = { readonly by: StaffId; readonly state: 'approved' | 'refused'; readonly answer: string | null }
export const setDecision = (tx: Tx, id: CorrectionId, { by, state, answer }: Decision, arrived: Arrived) =>
  tx.db
    .updateTable('attendance_corrections')
    .set({ state, decided_by: by, decided_at: tx.now, answer, ...arrivedOf(arrived) })
    .where('id', '=', id)
    .execute()

export const setWithdrawn = (tx: Tx, id: CorrectionId) =>
  tx.db.updateTable('attendance_corrections').set({ state: 'withdrawn' }).where('id', '=', id).execute()

const arrivedOf = (arrived: Arrived) => (arrived ? { arrival: arrived.arrival, minutes_late: arrived.minutesLate } : {})
