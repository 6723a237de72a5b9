import type { ArticleId, CannedId, StaffId } from '../kernel/ids.ts'

export type KnowledgeEvents = {
  'article.published': { articleId: ArticleId; version: number; by: StaffId }
  'article.withdrawn': { articleId: ArticleId; by: StaffId }
  /** A canned reply, of the team or of one person. */
  'canned.saved': { cannedId: CannedId; by: StaffId; team: boolean }
  'canned.removed': { cannedId: CannedId; by: StaffId; team: boolean }
}
