import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Post, Rank, StandingRole } from '../kernel/capabilities.ts'
import type { Bilingual, Language } from '../kernel/language.ts'

export type AccountTables = {
  departments: {
    id: Generated<string>
    code: string
    name: JSONColumnType<Bilingual>
    position: Generated<number>
    /** Belongs to it and is 主管 or above; has the rights of a head while named. */
    head_id: Optional<string>
    /** Whom the night reaches there: a person, a number, or both. */
    night_contact_id: Optional<string>
    night_phone: Optional<string>
    /** Minutes within which a request is accepted; null takes the company's default. */
    accept_minutes: Optional<number>
    email: Optional<string>
  }
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
    email: Optional<string>
    /** True until the person has chosen a password of their own. */
    invited: Generated<boolean>
    deactivated_at: Optional<Date>
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
  /** The leadership group (REGULATION row 5): who belongs to it from which day to which, the last one included. */
  leadership_members: {
    id: Generated<string>
    staff_id: string
    /** 组长 */
    chief: boolean
    /** Dates of the company's calendar, `2026-11-23`. */
    first_day: string
    last_day: string | null
    /** The same as instants, tstzrange `[)`: what rights and the constraints read. */
    during: string
    appointed_at: Date
  }
  /** Private links by which a person chooses a password, as hashes. One use ends all of a person. */
  account_links: {
    id: Generated<string>
    staff_id: string
    kind: 'invitation' | 'reset'
    token_hash: Buffer
    made_at: Date
    expires_at: Date
    ended_at: Date | null
  }
}

/** Nullable, and null where nobody says otherwise. */
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>
