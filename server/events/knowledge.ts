import type { ArticleId, StaffId } from '../kernel/ids.ts'

export type KnowledgeEvents = {
  'article.published': { articleId: ArticleId; version: number; by: StaffId }
  'article.withdrawn': { articleId: ArticleId; by: StaffId }
}
