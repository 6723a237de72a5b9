import type { Generated } from 'kysely'

export type TranscriptTables = {
  /** Somebody wished the conversation by mail. */
  transcripts: { id: Generated<string>; ticket_id: string; asked_at: Date; asked_by: 'customer' | 'staff' }
}
