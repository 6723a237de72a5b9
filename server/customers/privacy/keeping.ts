import type { CustomerId, TicketId } from '../../kernel/ids.ts'
import type { Refusal } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'

/**
 * What the house keeps about a customer, table by table: one registry (server/reactions.ts), to which every feature adds
 * its own. Export, erasure and retention read nothing else, and a test asks of each table of the database whether it stands
 * here or is known to hold nothing of customers. **A new table with customers' words is one entry here.**
 */
export type Keeper = {
  /** The words for it: `privacy.kept.<name>`. */
  readonly name: KeeperName
  readonly kept: readonly Kept[]
  /** Why nothing may be erased now; null where nothing is in the way. */
  readonly blocks?: (db: Reader, scope: Scope) => Promise<Refusal | null>
  /** What an entry of the list cannot say, in the same transaction and after it. */
  readonly also?: (tx: Tx, scope: Scope, files: readonly string[]) => Promise<void>
}
export type KeeperName =
  | 'customer'
  | 'visitors'
  | 'votes'
  | 'tickets'
  | 'messages'
  | 'notes'
  | 'ratings'
  | 'links'
  | 'calls'
  | 'escalations'
  | 'incidents'
  | 'abuse'
  | 'letters'
  | 'incoming'

/** Whose: the whole customer, or some of their conversations. */
export type Scope = {
  readonly customerId: CustomerId
  readonly ticketIds: readonly TicketId[]
  /** With name, contacts and browsers; else only the conversations named. */
  readonly whole: boolean
}

export type Kept = {
  readonly table: string
  readonly belongs: Belongs
  /** Columns with words: what stands there is replaced by `ERASED`. */
  readonly texts?: readonly string[]
  /** Columns that are emptied. */
  readonly cleared?: readonly string[]
  /** The rows go whole. */
  readonly removed?: true
  /** Set to the instant of the erasure. */
  readonly stamp?: string
  /** A file of the house: the JSON column with its id under `file`, and the column with its name. */
  readonly file?: { readonly column: string; readonly name: string }
  /** Not handed out: secrets, and what says nothing of the customer. */
  readonly withheld?: readonly string[]
  /** Nothing of it is handed out: it only opens doors. */
  readonly secret?: true
}

/** How a row is found: by its column with the customer, or with the ticket, or through the row of another table it names. */
export type Belongs =
  | { readonly customer: string }
  | { readonly ticket: readonly string[] }
  | { readonly column: string; readonly of: string; readonly belongs: Belongs }

/** A conversation, as far as whoever decides about a customer's data needs it. */
export type Conversation = {
  readonly id: TicketId
  readonly number: string
  readonly state: string
  readonly createdAt: Date
  readonly endedAt: Date | null
  readonly erasedAt: Date | null
}

/** What only features further down know: handed in. */
export type Keeping = {
  readonly keepers: readonly Keeper[]
  readonly conversationsOf: (db: Reader, id: CustomerId) => Promise<readonly Conversation[]>
  /** Locked in the order of their ids, before anything else (DESIGN 3.1). */
  readonly lockConversations: (tx: Tx, id: CustomerId) => Promise<void>
  readonly customerOfNumber: (db: Reader, number: string) => Promise<CustomerId | undefined>
  /** Whether this person has ever had a conversation of this customer. */
  readonly hasServed: (db: Reader, staffId: string, id: CustomerId) => Promise<boolean>
  /** Customers with conversations that ended before, the oldest first. */
  readonly countOld: (db: Reader, before: Date) => Promise<number>
  readonly listOld: (db: Reader, before: Date, limit: number) => Promise<readonly CustomerId[]>
  /** What else runs out, kind by kind. */
  readonly over: readonly Over[]
}

/** One kind of retention: what is older than its days, and the act that ends some of them. */
export type Over = {
  readonly name: 'files' | 'visitors' | 'letters' | 'incoming' | 'recordings' | 'calls' | 'notices' | 'reminders'
  readonly days:
    | 'retentionFileDays'
    | 'retentionVisitorDays'
    | 'retentionLetterDays'
    | 'retentionRecordingDays'
    | 'retentionConversationDays'
    | 'retentionNoticeDays'
  readonly count: (db: Reader, before: Date) => Promise<number>
  readonly list: (db: Reader, before: Date, limit: number) => Promise<readonly string[]>
  /** In one transaction; says how many it ended and which files are to be deleted. */
  readonly end: (tx: Tx, ids: readonly string[], before: Date) => Promise<{ ended: number; files: readonly string[] }>
}
