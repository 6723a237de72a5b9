import { sql } from 'kysely'
import type { StaffId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'

/** Of these people those who do not work here any more. */
export async function goneAmong(db: Reader, cells: readonly { readonly staffId: StaffId }[]): Promise<StaffId[]> {
  const ids = [...new Set(cells.map(({ staffId }) => staffId))]
  if (ids.length === 0) return []
  const rows = await db.selectFrom('staff').select('id').where('id', 'in', ids).where('active', '=', false).execute()
  return rows.map(({ id }) => id as StaffId)
}

/** Nights that are not over for which this person is the named backup of a published month. */
export async function backupNightsOf(db: Reader, staffId: StaffId, now: Date): Promise<string[]> {
  const { rows } = await sql<{ night: string }>`
    select c.night::text as night from roster_cells c join roster_months m on m.month = c.month
    where c.staff_id = ${staffId} and c.backup and m.state in ('published', 'frozen')
      and exists (select from shifts s where s.night = c.night and s.kind = 'night' and s.ends_at > ${now}) order by c.night`.execute(
    db,
  )
  return rows.map(({ night }) => night)
}
