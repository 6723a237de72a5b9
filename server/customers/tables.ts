import type { Generated } from 'kysely'
import type { Language } from '../kernel/language.ts'

export type CustomerTables = {
  customers: {
    id: Generated<string>
    name: string
    language: Language
    created_at: Date
    erased_at: Generated<Date | null>
  }
  contacts: {
    id: Generated<string>
    customer_id: string
    kind: 'phone' | 'email'
    /** E.164 or a lower-case address. */
    value: string
    verified_at: Date | null
    created_at: Date
  }
  /** A browser or an app that speaks for a customer by bearer token. */
  visitors: {
    id: Generated<string>
    token_hash: Buffer
    customer_id: string | null
    language: Language
    terms_version: number | null
    terms_accepted_at: Date | null
    created_at: Date
    seen_at: Date
    expires_at: Date
    /** Keyed hash of the address range they last asked from; null: unknown. No address is kept. */
    range_hash: Generated<Buffer | null>
    range_at: Generated<Date | null>
    /** When they last asked past a measure on their range, as urgent. */
    urgent_at: Generated<Date | null>
  }
}
