import type { Bilingual } from '../kernel/language.ts'
import type { Reader } from '../schema.ts'

export type Terms = { version: number; body: Bilingual; publishedAt: Date }

const NO_TERMS: Terms = { version: 0, body: { 'zh-CN': '', en: '' }, publishedAt: new Date(0) }

/** The customers' terms in force; version 0 with no text where none were published. */
export async function currentTerms(db: Reader): Promise<Terms> {
  const row = await db.selectFrom('customer_terms').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst()
  return row ? { version: row.version, body: row.body, publishedAt: row.published_at } : NO_TERMS
}

/** Publishes the first version where there is none. */
export async function ensureTerms(db: Reader, body: Bilingual, at: Date): Promise<void> {
  await db
    .insertInto('customer_terms')
    .values({ version: 1, body: JSON.stringify(body), published_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
