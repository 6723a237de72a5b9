import type { StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import type { Deps } from '../../web/deps.ts'
import type { SignedIn } from '../../web/env.ts'
import type { Insert } from '../../web/inserts.ts'
import type { SeenTicket } from './reading.ts'

export type House = Pick<Deps, 'db' | 'clock' | 'config'>

/** A colleague on a post that talks with customers. */
export type Receiver = {
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly open: number
  readonly here: boolean
  readonly onBreak: boolean
}

/** Who is there to take a conversation over: only the desk knows, so it is handed in (reactions.ts). */
export type ListReceivers = (db: Reader, now: Date) => Promise<readonly Receiver[]>
/** A colleague who has the same conversation open, and to whom they write there. */
export type Neighbour = {
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly writing: 'customer' | 'colleagues' | null
}

/** Who else is at a conversation now: the desk sees them, so it is handed in (reactions.ts). */
export type ListNeighbours = (db: Reader, id: TicketId, except: StaffId) => Promise<readonly Neighbour[]>
/** What a feature further down adds beside a conversation. */
export type Aside = (house: House, me: SignedIn, ticket: SeenTicket) => Promise<Insert | null>
/** What only others know: handed in (reactions.ts). */
export type Around = {
  readonly receivers: ListReceivers
  readonly neighbours: ListNeighbours
  readonly asides: readonly Aside[]
  /** Acts on a conversation that a feature further down adds to those of its own. */
  readonly acts: readonly Aside[]
  /** On top of the queue beside it: what rings at this person, and what they have in hand besides. */
  readonly onTop: readonly ((house: Deps, me: SignedIn) => Promise<Insert | null>)[]
}
