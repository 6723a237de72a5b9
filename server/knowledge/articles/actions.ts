import type { ArticleId, VisitorId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import type { Draft } from './queries.ts'
import * as articles from './queries.ts'
import { whyNotSave } from './rules.ts'

/** A new article, which nobody outside reads yet. */
export async function beginArticle(tx: Tx, draft: Draft): Promise<ArticleId> {
  need(tx, 'knowledge.edit')
  refuse(whyNotSave(draft))
  return articles.insertArticle(tx, draft, staffOf(tx))
}

/** Saves over the draft `seen` that the editor began from. @throws Refusal `knowledge.changed` where another has saved since. */
export async function saveArticle(tx: Tx, id: ArticleId, draft: Draft, seen: number): Promise<void> {
  need(tx, 'knowledge.edit')
  const article = await articles.lockArticle(tx, id)
  if (article.draft !== seen) throw refusal('knowledge.changed')
  refuse(whyNotSave(draft))
  await articles.setDraft(tx, article, draft, staffOf(tx))
}

/** Customers read it from now on. The same draft twice is one version. */
export async function publishArticle(tx: Tx, id: ArticleId): Promise<void> {
  need(tx, 'knowledge.edit')
  const article = await articles.lockArticle(tx, id)
  if (article.state === 'published' && article.publishedDraft === article.draft) return
  const version = (article.version ?? 0) + 1
  const by = staffOf(tx)
  await articles.insertVersion(tx, article, version, by)
  await announce(tx, 'article.published', { articleId: id, version, by }, { about: [] })
}

/** Customers do not read it any more; its versions stay. */
export async function withdrawArticle(tx: Tx, id: ArticleId): Promise<void> {
  need(tx, 'knowledge.edit')
  const { state } = await articles.lockArticle(tx, id)
  if (state !== 'published') return
  await articles.setWithdrawn(tx, id)
  await announce(tx, 'article.withdrawn', { articleId: id, by: staffOf(tx) }, { about: [] })
}

/** An older version becomes the draft; customers read it once it is published again. @throws NotFound */
export async function restoreVersion(tx: Tx, id: ArticleId, version: number): Promise<void> {
  need(tx, 'knowledge.edit')
  const article = await articles.lockArticle(tx, id)
  const older = (await articles.versionsOf(tx.db, id)).find((one) => one.version === version)
  if (!older) throw new NotFound()
  const { categoryId, position } = article
  await articles.setDraft(tx, article, { title: older.title, body: older.body, categoryId, position }, staffOf(tx))
}

/** Whether it helped, by anybody who read it: one judgement a visitor, the later in place of the earlier. */
export const judgeArticle = (
  tx: Tx,
  id: ArticleId,
  visitorId: VisitorId,
  vote: { helpful: boolean; word: string },
): Promise<unknown> => articles.upsertVote(tx, id, visitorId, vote)
