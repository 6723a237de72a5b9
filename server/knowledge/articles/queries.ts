import { ERASED } from '../../kernel/erased.ts'
import type { ArticleId, CategoryId, StaffId, VisitorId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { ArticleState } from './rules.ts'

export type Draft = { title: Bilingual; body: Bilingual; categoryId: CategoryId | null; position: number }
type Name = { name: string; nameEn: string }
export type ArticleRow = Draft & {
  id: ArticleId
  state: ArticleState
  draft: number
  publishedDraft: number | null
  version: number | null
  savedAt: Date
  savedBy: Name | null
  /** When it was published or withdrawn last. */
  stateSince: Date
  category: Bilingual | null
}
export type Listed = ArticleRow & { yes: number; no: number }
export type PublishedArticle = {
  id: ArticleId
  title: Bilingual
  body: Bilingual
  categoryId: CategoryId | null
  category: Bilingual | null
  publishedAt: Date
}

const rows = (db: Reader) =>
  db
    .selectFrom('articles as a')
    .leftJoin('categories as c', 'c.id', 'a.category_id')
    .leftJoin('staff as s', 's.id', 'a.saved_by')
    .selectAll('a')
    .select(['c.name as category', 's.name as saver', 's.name_en as saver_en'])
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]

const articleOf = (row: Row): ArticleRow => ({
  id: row.id as ArticleId,
  title: row.title,
  body: row.body,
  categoryId: row.category_id as CategoryId | null,
  position: row.position,
  state: row.state,
  draft: row.draft,
  publishedDraft: row.published_draft,
  version: row.version,
  savedAt: row.saved_at,
  savedBy: row.saver ? { name: row.saver, nameEn: row.saver_en ?? '' } : null,
  stateSince: row.state_since,
  category: row.category,
})

/** Every article with what visitors said of it, in their order. */
export async function listArticles(db: Reader): Promise<Listed[]> {
  const votes = await db
    .selectFrom('article_votes')
    .select((s) => ['article_id', 'helpful', s.fn.countAll<string>().as('count')])
    .groupBy(['article_id', 'helpful'])
    .execute()
  const count = (id: string, helpful: boolean) =>
    Number(votes.find((one) => one.article_id === id && one.helpful === helpful)?.count ?? 0)
  const all = await rows(db).orderBy('a.position').orderBy('a.id').execute()
  return all.map((row) => ({ ...articleOf(row), yes: count(row.id, true), no: count(row.id, false) }))
}

/** @throws NotFound */
export async function articleWith(db: Reader, id: ArticleId): Promise<ArticleRow> {
  const row = await rows(db).where('a.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return articleOf(row)
}

/** The row, locked. @throws NotFound */
export async function lockArticle(tx: Tx, id: ArticleId): Promise<ArticleRow> {
  await tx.db.selectFrom('articles').select('id').where('id', '=', id).forUpdate().execute()
  return articleWith(tx.db, id)
}

export type Version = { version: number; title: Bilingual; body: Bilingual; publishedAt: Date; by: Name | null }

/** All that were ever published, the newest first. */
export async function versionsOf(db: Reader, id: ArticleId): Promise<Version[]> {
  const all = await db
    .selectFrom('article_versions as v')
    .leftJoin('staff as s', 's.id', 'v.published_by')
    .select(['v.version', 'v.title', 'v.body', 'v.published_at', 's.name', 's.name_en'])
    .where('v.article_id', '=', id)
    .orderBy('v.version', 'desc')
    .execute()
  return all.map(({ version, title, body, published_at, name, name_en }) => ({
    version,
    title,
    body,
    publishedAt: published_at,
    by: name ? { name, nameEn: name_en ?? '' } : null,
  }))
}

/** What customers read, in its order: the words of the version that stands, whatever its editors have begun since. */
export async function publishedArticles(db: Reader): Promise<PublishedArticle[]> {
  const all = await db
    .selectFrom('articles as a')
    .innerJoin('article_versions as v', (join) =>
      join.onRef('v.article_id', '=', 'a.id').onRef('v.version', '=', 'a.version'),
    )
    .leftJoin('categories as c', 'c.id', 'v.category_id')
    .select(['a.id', 'v.title', 'v.body', 'v.category_id', 'c.name as category', 'v.published_at'])
    .where('a.state', '=', 'published')
    .orderBy('a.position')
    .orderBy('a.id')
    .execute()
  return all.map((row) => ({
    id: row.id as ArticleId,
    title: row.title,
    body: row.body,
    categoryId: row.category_id as CategoryId | null,
    category: row.category,
    publishedAt: row.published_at,
  }))
}

const columns = ({ title, body, categoryId, position }: Draft) => ({
  title: JSON.stringify(title),
  body: JSON.stringify(body),
  category_id: categoryId,
  position,
})

export async function insertArticle(tx: Tx, draft: Draft, by: StaffId): Promise<ArticleId> {
  const { id } = await tx.db
    .insertInto('articles')
    .values({
      ...columns(draft),
      state: 'draft',
      published_draft: null,
      version: null,
      saved_at: tx.now,
      saved_by: by,
      state_since: tx.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as ArticleId
}

export const setDraft = (tx: Tx, { id, draft }: ArticleRow, words: Draft, by: StaffId) =>
  tx.db
    .updateTable('articles')
    .set({ ...columns(words), draft: draft + 1, saved_at: tx.now, saved_by: by })
    .where('id', '=', id)
    .execute()

/** The draft becomes the next version, and the one that customers read. */
export async function insertVersion(tx: Tx, article: ArticleRow, version: number, by: StaffId): Promise<void> {
  const { position: _, ...words } = columns(article)
  await tx.db
    .insertInto('article_versions')
    .values({ article_id: article.id, version, ...words, published_at: tx.now, published_by: by })
    .execute()
  await tx.db
    .updateTable('articles')
    .set({ state: 'published', version, published_draft: article.draft, state_since: tx.now })
    .where('id', '=', article.id)
    .execute()
}

export const setWithdrawn = (tx: Tx, id: ArticleId) =>
  tx.db.updateTable('articles').set({ state: 'withdrawn', state_since: tx.now }).where('id', '=', id).execute()

/** Once a visitor: what they say later takes the place of what they said. */
export const upsertVote = (tx: Tx, id: ArticleId, visitorId: VisitorId, vote: { helpful: boolean; word: string }) =>
  tx.db
    .insertInto('article_votes')
    .values({ article_id: id, visitor_id: visitorId, ...vote, at: tx.now })
    .onConflict((conflict) => conflict.columns(['article_id', 'visitor_id']).doUpdateSet({ ...vote, at: tx.now }))
    .execute()

/** What visitors wrote beside their yes or no, the newest first. */
export const wordsAbout = (db: Reader, id: ArticleId) =>
  db
    .selectFrom('article_votes')
    .select(['helpful', 'word', 'at'])
    .where('article_id', '=', id)
    .where('word', 'not in', ['', ERASED])
    .orderBy('at', 'desc')
    .limit(50)
    .execute()

/** What one of these visitors, who are one browser, has said of it. */
export async function voteOf(db: Reader, id: ArticleId, visitors: readonly VisitorId[]) {
  if (visitors.length === 0) return undefined
  return db
    .selectFrom('article_votes')
    .select(['helpful', 'word'])
    .where('article_id', '=', id)
    .where('visitor_id', 'in', visitors)
    .executeTakeFirst()
}
