import type { StaffId } from '../kernel/ids.ts'
import type { Bilingual } from '../kernel/language.ts'
import { named } from '../kernel/named.ts'
import type { Reader, Tx } from '../schema.ts'

export type Terms = { version: number; body: Bilingual; publishedAt: Date }

const NO_TERMS: Terms = { version: 0, body: { 'zh-CN': '', en: '' }, publishedAt: new Date(0) }

/** The customers' terms in force; version 0 with no text where none were published. */
export async function currentTerms(db: Reader): Promise<Terms> {
  const row = await db.selectFrom('customer_terms').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst()
  return row ? { version: row.version, body: row.body, publishedAt: row.published_at } : NO_TERMS
}

export type Version = Terms & { readonly by: { readonly name: string; readonly nameEn: string } | null }

/** Every version there ever was, the newest first. */
export async function listTerms(db: Reader): Promise<Version[]> {
  const rows = await db
    .selectFrom('customer_terms as t')
    .leftJoin('staff as s', 's.id', 't.published_by')
    .select(['t.version', 't.body', 't.published_at', 's.name', 's.name_en'])
    .orderBy('t.version', 'desc')
    .execute()
  return rows.map((row) => ({
    version: row.version,
    body: row.body,
    publishedAt: row.published_at,
    by: named(row.name, row.name_en),
  }))
}

export const insertTerms = (tx: Tx, version: number, body: Bilingual, by: StaffId | null) =>
  tx.db
    .insertInto('customer_terms')
    .values({ version, body: JSON.stringify(body), published_at: tx.now, published_by: by })
    .execute()

/** Publishes the first version where there is none. */
export async function ensureTerms(db: Reader, body: Bilingual, at: Date): Promise<void> {
  await db
    .insertInto('customer_terms')
    .values({ version: 1, body: JSON.stringify(body), published_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
