import { type RawBuilder, sql } from 'kysely'
import type { StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

/** Busy with something that is no conversation of the desk: a call. `ref` is the row that it is about. */
export type Engagement = { readonly kind: 'call'; readonly ref: string; readonly staffId: StaffId }

/** Whoever had it before is free of it. */
export const storeEngagement = (tx: Tx, { kind, ref, staffId }: Engagement) =>
  tx.db
    .insertInto('desk_engagements')
    .values({ kind, ref, staff_id: staffId, since: tx.now, until: null })
    .onConflict((conflict) =>
      conflict.constraint('desk_engagements_once').doUpdateSet({ staff_id: staffId, until: null }),
    )
    .execute()

/** It ends now, or lasts a little longer; undefined where there was none. */
export async function endEngagement(
  tx: Tx,
  { kind, ref }: Omit<Engagement, 'staffId'>,
  until: Date,
): Promise<StaffId | undefined> {
  const one = tx.db.selectFrom('desk_engagements').where('kind', '=', kind).where('ref', '=', ref)
  const found = await one.select('staff_id').executeTakeFirst()
  if (!found) return undefined
  if (until > tx.now)
    await tx.db.updateTable('desk_engagements').set({ until }).where('kind', '=', kind).where('ref', '=', ref).execute()
  else await tx.db.deleteFrom('desk_engagements').where('kind', '=', kind).where('ref', '=', ref).execute()
  return found.staff_id as StaffId
}

/** In another statement: whether this person is busy with something else now. */
export const isEngaged = (staff: RawBuilder<unknown>, now: Date): RawBuilder<boolean> => sql<boolean>`exists (
  select from desk_engagements e where e.staff_id = ${staff} and (e.until is null or e.until > ${now}))`

export async function isEngagedNow(db: Reader, staffId: StaffId, now: Date): Promise<boolean> {
  const { rows } = await sql<{
    engaged: boolean
  }>`select ${isEngaged(sql`${staffId}::bigint`, now)} as engaged`.execute(db)
  return rows[0]?.engaged ?? false
}
