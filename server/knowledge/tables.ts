import type { Generated, JSONColumnType } from 'kysely'
import type { Bilingual } from '../kernel/language.ts'
import type { ArticleState } from './articles/rules.ts'
import type { CannedKind } from './replies/rules.ts'

export type KnowledgeTables = {
  canned_replies: {
    id: Generated<string>
    shortcut: string
    title: JSONColumnType<Bilingual>
    body: JSONColumnType<Bilingual>
    active: Generated<boolean>
    kind: Generated<CannedKind>
    /** Whose own it is; null for one of the team. */
    owner_id: string | null
    category_id: string | null
    /** One more with each saving: who saves names the one they began from. */
    draft: Generated<number>
    saved_at: Generated<Date>
    saved_by: string | null
  }
  articles: {
    id: Generated<string>
    category_id: string | null
    position: number
    state: ArticleState
    /** As its editors have it; customers read the words of `version`. */
    title: JSONColumnType<Bilingual>
    body: JSONColumnType<Bilingual>
    /** One more with each saving: who saves names the one they began from. */
    draft: Generated<number>
    /** The draft that was published last. */
    published_draft: number | null
    version: number | null
    saved_at: Date
    saved_by: string | null
    state_since: Date
  }
  article_versions: {
    article_id: string
    version: number
    category_id: string | null
    title: JSONColumnType<Bilingual>
    body: JSONColumnType<Bilingual>
    published_at: Date
    published_by: string | null
  }
  article_votes: {
    article_id: string
    visitor_id: string
    helpful: boolean
    word: string
    at: Date
  }
}
