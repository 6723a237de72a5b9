import type { ColumnType, JSONColumnType } from 'kysely'
import type { Bilingual } from '../kernel/language.ts'

export type PolicyTables = {
  customer_terms: {
    version: number
    body: JSONColumnType<Bilingual>
    published_at: Date
    published_by: ColumnType<string | null, string | null | undefined, never>
  }
}
