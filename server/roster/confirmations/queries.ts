import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { AskedState } from './rules.ts'

export type Asked = {
  readonly shiftId: ShiftId
  readonly staffId: StaffId
  readonly state: AskedState
  readonly askedAt: Date
  readonly latePublished: boolean
  readonly deliveredAt: Date | null
  readonly seenAt: Date | null
  readonly dueAt: Date | null
  readonly nudges: number
  readonly nextAt: Date | null
  readonly answeredAt: Date | null
  readonly how: 'person' | 'check_in' | 'hr' | null
  readonly cannotReason: string | null
  readonly post: Post
  readonly night: string
  readonly from: Date
  readonly to: Date
}

const rows = (db: Reader) =>
  db
    .selectFrom('shift_confirmations as c')
    .innerJoin('shifts as s', 's.id', 'c.shift_id')
    .select(['c.shift_id', 'c.staff_id', 'c.state', 'c.asked_at', 'c.late_published', 'c.delivered_at', 'c.seen_at'])
    .select(['c.due_at', 'c.nudges', 'c.next_at', 'c.answered_at', 'c.how', 'c.cannot_reason'])
    .select(['s.post', 's.night', 's.starts_at', 's.ends_at'])
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]
const askedOf = (row: Row): Asked => ({
  shiftId: row.shift_id as ShiftId,
  staffId: row.staff_id as StaffId,
  state: row.state,
  askedAt: row.asked_at,
  latePublished: row.late_published,
  deliveredAt: row.delivered_at,
  seenAt: row.seen_at,
  dueAt: row.due_at,
  nudges: row.nudges,
  nextAt: row.next_at,
  answeredAt: row.answered_at,
  how: row.how,
  cannotReason: row.cannot_reason,
  post: row.post,
  night: row.night,
  from: row.starts_at,
  to: row.ends_at,
})

/** Asks whoever stands in these shifts now; somebody who was asked about one already is not asked again. Returns who was. */
export async function storeAsked(
  tx: Tx,
  shifts: readonly { readonly id: ShiftId; readonly staffId: StaffId; readonly latePublished: boolean }[],
): Promise<{ readonly shiftId: ShiftId; readonly staffId: StaffId }[]> {
  if (shifts.length === 0) return []
  const stored = await tx.db
    .insertInto('shift_confirmations')
    .values(
      shifts.map(({ id, staffId, latePublished }) => ({
        shift_id: id,
        staff_id: staffId,
        state: 'notified' as const,
        asked_at: tx.now,
        late_published: latePublished,
        delivered_at: null,
        seen_at: null,
        due_at: null,
        next_at: null,
        answered_at: null,
        answered_by: null,
        how: null,
        cannot_reason: null,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .column('shift_id')
        .doUpdateSet(({ ref }) => ({
          staff_id: ref('excluded.staff_id'),
          state: 'notified' as const,
          asked_at: ref('excluded.asked_at'),
          late_published: ref('excluded.late_published'),
          delivered_at: null,
          seen_at: null,
          due_at: null,
          nudges: 0,
          next_at: null,
          answered_at: null,
          answered_by: null,
          how: null,
          cannot_reason: null,
          version: sql<number>`shift_confirmations.version + 1`,
        }))
        .whereRef('shift_confirmations.staff_id', '!=', 'excluded.staff_id'),
    )
    .returning(['shift_id', 'staff_id'])
    .execute()
  return stored.map((row) => ({ shiftId: row.shift_id as ShiftId, staffId: row.staff_id as StaffId }))
}

/** What a person was asked and has still ahead, the earliest first. */
export const listOfPerson = async (db: Reader, staffId: StaffId, now: Date): Promise<Asked[]> =>
  (
    await rows(db)
      .where('c.staff_id', '=', staffId)
      .where('s.ends_at', '>', now)
      .orderBy('s.starts_at')
      .orderBy('c.shift_id')
      .execute()
  ).map(askedOf)

/** The same with the rows locked, in the order of their shifts. */
export const lockOfPerson = async (tx: Tx, staffId: StaffId): Promise<Asked[]> =>
  (await rows(tx.db).where('c.staff_id', '=', staffId).orderBy('c.shift_id').forUpdate('c').execute()).map(askedOf)

export async function lockAsked(tx: Tx, shiftId: ShiftId): Promise<Asked | undefined> {
  const row = await rows(tx.db).where('c.shift_id', '=', shiftId).forUpdate('c').executeTakeFirst()
  return row && askedOf(row)
}

export async function findAsked(db: Reader, shiftId: ShiftId): Promise<Asked | undefined> {
  const row = await rows(db).where('c.shift_id', '=', shiftId).executeTakeFirst()
  return row && askedOf(row)
}

type Change = {
  state?: AskedState
  delivered_at?: Date
  seen_at?: Date
  due_at?: Date
  nudges?: number
  next_at?: Date | null
  answered_at?: Date | null
  answered_by?: StaffId | null
  how?: 'person' | 'check_in' | 'hr' | null
  cannot_reason?: string | null
}
export const setAsked = (tx: Tx, shiftId: ShiftId, change: Change) =>
  tx.db
    .updateTable('shift_confirmations')
    .set({ ...change, version: sql`version + 1` })
    .where('shift_id', '=', shiftId)
    .execute()

/** People who are to be reminded, or whose time is over; one row a person. */
export async function listDuePeople(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: StaffId; version: number; at: Date }[]> {
  const found = await db
    .selectFrom('shift_confirmations')
    .select(['staff_id', ({ fn }) => fn.min('next_at').as('at')])
    .where('next_at', '<=', now)
    .groupBy('staff_id')
    .orderBy('at')
    .limit(limit)
    .execute()
  return found.map((row) => ({ id: row.staff_id as StaffId, version: (row.at as Date).getTime(), at: row.at as Date }))
}

/** Nights ahead of published months of which whoever stands in them has not been asked. */
export async function listUnasked(db: Reader, now: Date): Promise<ShiftId[]> {
  const { rows } = await sql<{ id: string }>`
    select s.id from shifts s join roster_months m on m.month = to_char(s.night, 'YYYY-MM') and m.version > 0
    where s.kind = 'night' and s.starts_at > ${now}
      and not exists (select from shift_confirmations c where c.shift_id = s.id and c.staff_id = s.staff_id)
    order by s.id`.execute(db)
  return rows.map(({ id }) => id as ShiftId)
}
