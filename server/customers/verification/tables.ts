import type { Generated } from 'kysely'

export type VerificationTables = {
  /** One letter that asks whether an address is theirs. Its token is stored as a hash, once the letter is written. */
  contact_verifications: {
    id: Generated<string>
    contact_id: string
    /** The conversation in which there was something to say. */
    ticket_id: string | null
    state: 'due' | 'left' | 'used'
    token_hash: Buffer | null
    asked_at: Date
    expires_at: Date
    ended_at: Date | null
    /** Wrong codes typed for it; only a phone number has one. */
    tries: Generated<number>
  }
}
