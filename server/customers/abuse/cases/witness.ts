import type { TicketId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'

export type TicketLine = { readonly id: TicketId; readonly number: string; readonly subject: string }
export type Said = {
  readonly seq: number
  readonly author: 'customer' | 'staff' | 'house'
  readonly name?: string
  readonly nameEn?: string
  readonly body: string
  readonly code?: string
  readonly at: string
}

/** What the tickets know of a case: handed in (reactions.ts), because customers stand above them. */
export type Witness = {
  readonly ticketsOf: (db: Reader, ids: readonly TicketId[]) => Promise<readonly TicketLine[]>
  /** Messages of one ticket with a number up to this, in order. */
  readonly wordsOf: (db: Reader, id: TicketId, upto: number) => Promise<readonly Said[]>
}
