import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Bilingual } from '../kernel/language.ts'

export type SettingsTables = {
  settings: {
    key: string
    value: ColumnType<unknown, string, string>
    changed_by: string | null
    changed_at: Date
  }
  /** Insert-only. `subject` is a setting's key, `category:7`, `site:3` or `terms`; null is nothing, before or after. */
  setting_changes: {
    id: Generated<string>
    subject: string
    old: ColumnType<unknown, string | null, never>
    new: ColumnType<unknown, string | null, never>
    changed_by: string | null
    changed_at: Date
  }
  categories: {
    id: Generated<string>
    code: string
    parent_id: string | null
    name: JSONColumnType<Bilingual>
    skill: string | null
    position: Generated<number>
    active: Generated<boolean>
  }
  allowed_sites: {
    id: Generated<string>
    origin: string
    added_at: Date
    added_by: ColumnType<string | null, string | null | undefined, never>
  }
}
