import type { Generated, JSONColumnType } from 'kysely'
import type { Bilingual } from '../kernel/language.ts'

export type KnowledgeTables = {
  canned_replies: {
    id: Generated<string>
    shortcut: string
    title: JSONColumnType<Bilingual>
    body: JSONColumnType<Bilingual>
    active: Generated<boolean>
  }
}
