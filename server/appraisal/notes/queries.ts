import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { ShiftId, ShiftNoteId, StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Marks } from './rules.ts'

export type LedShift = {
  readonly id: ShiftId
  readonly staffId: StaffId
  readonly post: Post
  readonly night: string
  readonly from: Date
  readonly to: Date
  readonly name: string
  readonly nameEn: string
  readonly note: (Marks & { words: string; link: string; notedAt: Date }) | null
}

/** Shifts that this person led and whose note may still be taken, those without one first. */
export async function shiftsLed(
  db: Reader,
  managerId: StaffId,
  { since, now, shiftId = null }: { since: Date; now: Date; shiftId?: ShiftId | null },
): Promise<LedShift[]> {
  const { rows } = await sql<{
    id: ShiftId
    staff_id: StaffId
    post: Post
    night: string
    starts_at: Date
    ends_at: Date
    name: string
    name_en: string
    reachable: number | null
    records: number
    courteous: number
    helpful: number
    words: string
    link: string
    noted_at: Date
  }>`
    select s.id, s.staff_id, s.post, to_char(s.night, 'YYYY-MM-DD') as night, s.starts_at, s.ends_at, p.name, p.name_en,
      n.reachable, n.records, n.courteous, n.helpful, n.words, n.link, n.noted_at
    from shifts s join staff p on p.id = s.staff_id
    left join shift_notes n on n.shift_id = s.id and n.manager_id = ${managerId}
    where s.post <> 'manager' and s.staff_id <> ${managerId} and s.ends_at > ${since} and s.starts_at <= ${now}
      and (${shiftId}::bigint is null or s.id = ${shiftId}::bigint)
      and exists (select from shifts m where m.post = 'manager' and m.staff_id = ${managerId} and m.during && s.during)
    order by n.id is not null, s.starts_at desc, s.post, p.number`.execute(db)
  return rows.map((row) => ({
    id: row.id,
    staffId: row.staff_id,
    post: row.post,
    night: row.night,
    from: row.starts_at,
    to: row.ends_at,
    name: row.name,
    nameEn: row.name_en,
    note:
      row.reachable === null
        ? null
        : {
            reachable: row.reachable,
            records: row.records,
            courteous: row.courteous,
            helpful: row.helpful,
            words: row.words,
            link: row.link,
            notedAt: row.noted_at,
          },
  }))
}

/** The note of this shift by this person: made, or as they see it now. */
export async function storeNote(
  tx: Tx,
  row: { shiftId: ShiftId; managerId: StaffId; marks: Marks; words: string; link: string },
): Promise<ShiftNoteId> {
  const values = { ...row.marks, words: row.words, link: row.link, noted_at: tx.now }
  const { id } = await tx.db
    .insertInto('shift_notes')
    .values({ shift_id: row.shiftId, manager_id: row.managerId, ...values })
    .onConflict((conflict) => conflict.constraint('shift_notes_once').doUpdateSet(values))
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as ShiftNoteId
}

export type NoteView = Marks & {
  readonly id: string
  readonly night: string
  readonly words: string
  readonly link: string
  readonly name: string
  readonly nameEn: string
}
export async function notesNamed(db: Reader, ids: readonly string[]): Promise<NoteView[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('shift_notes as n')
    .innerJoin('shifts as s', 's.id', 'n.shift_id')
    .innerJoin('staff as p', 'p.id', 'n.manager_id')
    .select([
      'n.id',
      'n.reachable',
      'n.records',
      'n.courteous',
      'n.helpful',
      'n.words',
      'n.link',
      'p.name',
      'p.name_en',
    ])
    .select('s.night')
    .where('n.id', 'in', ids)
    .orderBy('s.night')
    .execute()
  return rows.map(({ name_en: nameEn, ...row }) => ({ ...row, nameEn }))
}

/** Shifts in which this person led another one, and whose others all have their note by now. */
export async function ledAndNoted(db: Reader, managerId: StaffId, shiftId: ShiftId): Promise<ShiftId[]> {
  const { rows } = await sql<{ id: ShiftId }>`
    select m.id from shifts m join shifts one on one.id = ${shiftId} and one.during && m.during
    where m.post = 'manager' and m.staff_id = ${managerId} and not exists (
      select from shifts s where s.post <> 'manager' and s.staff_id <> ${managerId} and s.during && m.during
        and not exists (select from shift_notes n where n.shift_id = s.id and n.manager_id = ${managerId}))`.execute(db)
  return rows.map(({ id }) => id)
}
