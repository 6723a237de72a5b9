import type { Generated, JSONColumnType } from 'kysely'
import type { Post, Rank, StandingRole } from '../kernel/capabilities.ts'
import type { Bilingual, Language } from '../kernel/language.ts'

export type AccountTables = {
  departments: { id: Generated<string>; code: string; name: JSONColumnType<Bilingual>; position: Generated<number> }
  staff: {
    id: Generated<string>
    number: string
    /** What one signs in with, lower case. */
    login: string
    name: string
    name_en: string
    password_hash: string
    department_id: string
    rank: Rank
    standing_roles: Generated<StandingRole[]>
    /** Posts this person may be rostered on. */
    posts: Generated<Post[]>
    skills: Generated<string[]>
    languages: Generated<Language[]>
    phone: string | null
    language: Language | null
    active: Generated<boolean>
    created_at: Date
  }
  sessions: {
    id: Generated<string>
    token_hash: Buffer
    staff_id: string
    opened_at: Date
    seen_at: Date
    expires_at: Date
    ended_at: Date | null
    address: string | null
    browser: string | null
  }
  /** One row a failed sign-in; `key` is an account or an address, never shown. */
  sign_in_failures: { id: Generated<string>; key: string; at: Date }
}
