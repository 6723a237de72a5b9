import type { StaffId } from '../../kernel/ids.ts'
import { addDays, instantOf, type Window } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'

/** Leave, both days included. */
export async function listAway(db: Reader, from: string, zone: string): Promise<(Window & { staffId: StaffId })[]> {
  const rows = await db
    .selectFrom('staff_leaves')
    .select(['staff_id', 'first_day', 'last_day'])
    .where('cancelled_at', 'is', null)
    .where('last_day', '>=', from)
    .execute()
  return rows.map((row) => ({
    staffId: row.staff_id as StaffId,
    from: instantOf(row.first_day, '00:00', zone),
    to: instantOf(addDays(row.last_day, 1), '00:00', zone),
  }))
}
