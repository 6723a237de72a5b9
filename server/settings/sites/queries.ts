import type { SiteId, StaffId } from '../../kernel/ids.ts'
import { named } from '../../kernel/named.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Site = {
  readonly id: SiteId
  readonly origin: string
  readonly at: Date
  readonly by: { readonly name: string; readonly nameEn: string } | null
}

export async function listSites(db: Reader): Promise<Site[]> {
  const rows = await db
    .selectFrom('allowed_sites as a')
    .leftJoin('staff as s', 's.id', 'a.added_by')
    .select(['a.id', 'a.origin', 'a.added_at', 's.name', 's.name_en'])
    .orderBy('a.origin')
    .execute()
  return rows.map((row) => ({
    id: row.id as SiteId,
    origin: row.origin,
    at: row.added_at,
    by: named(row.name, row.name_en),
  }))
}

/** Undefined where it is allowed already. */
export async function insertSite(tx: Tx, origin: string, by: StaffId | null): Promise<SiteId | undefined> {
  const row = await tx.db
    .insertInto('allowed_sites')
    .values({ origin, added_at: tx.now, added_by: by })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as SiteId | undefined
}

/** Its origin; undefined where it is gone already. */
export const deleteSite = async (tx: Tx, id: SiteId): Promise<string | undefined> =>
  (await tx.db.deleteFrom('allowed_sites').where('id', '=', id).returning('origin').executeTakeFirst())?.origin
