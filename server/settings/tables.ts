import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Bilingual } from '../kernel/language.ts'

export type SettingsTables = {
  settings: {
    key: string
    value: ColumnType<unknown, string, string>
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
  allowed_sites: { origin: string; added_at: Date }
}
