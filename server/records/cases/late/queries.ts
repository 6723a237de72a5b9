import { sql } from 'kysely'
import type { FalseRecordId, StaffId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'

/** What was not decided in the days for it, the longest late first; nobody has been told yet. */
export async function listLateCases(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: FalseRecordId; version: number; at: Date }[]> {
  const rows = await db
    .selectFrom('false_records')
    .select(['id', 'version', 'decide_due_at'])
    .where('decide_due_at', '<=', now)
    .where('decide_told_at', 'is', null)
    .where('state', 'in', ['opened', 'objected'])
    .orderBy('decide_due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as FalseRecordId, version: row.version, at: row.decide_due_at ?? now }))
}

/** Everybody of the group who is here, by their role or their term: whoever heads it first, then the others by their numbers. */
export async function listGroup(db: Reader, now: Date): Promise<StaffId[]> {
  const { rows } = await sql<{ id: StaffId }>`
    select p.id from staff p
    left join leadership_members m on m.staff_id = p.id and m.during @> ${now}::timestamptz
    where p.active and ('leadership' = any(p.standing_roles) or m.id is not null)
    group by p.id order by bool_or(coalesce(m.chief, false)) desc, p.number`.execute(db)
  return rows.map(({ id }) => id)
}
