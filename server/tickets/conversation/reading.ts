import { revealedTo } from '../../customers/privacy/reveals/queries.ts'
import { seesCustomer, type Veil, veilOf } from '../../customers/privacy/rules.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { NotFound, OffPost } from '../../kernel/refusal.ts'
import type { Deps } from '../../web/deps.ts'
import type { SignedIn } from '../../web/env.ts'
import { getTicket, type TicketView } from '../queries.ts'

/** A ticket as this colleague may see it: who asked is masked unless it is theirs (REGULATION row 57). */
export type SeenTicket = TicketView & {
  readonly veil: Veil
  /** Until when they see this customer in full, because they gave a reason. */
  readonly revealedUntil: Date | null
}

/**
 * The ticket, for whoever may read it: everybody with the right on their post.
 * @throws OffPost for whoever works in rotation and is off it, whether there is such a ticket or not; NotFound for all others
 */
export async function readTicket({ db, clock }: Reading, me: SignedIn, id: TicketId): Promise<SeenTicket> {
  if (!me.capabilities.has('ticket.read')) throw me.offPost.size > 0 ? new OffPost('ticket.read') : new NotFound()
  const ticket = await getTicket(db, id)
  const sees = seesCustomer(me, ticket.assignment?.staffId)
  const revealedUntil = sees ? null : await revealedTo(db, me.staffId, ticket.customer_id, clock.now())
  const veil = veilOf(sees || revealedUntil !== null, ticket.customerName)
  return {
    ...ticket,
    customerName: veil.name,
    subject: veil.words(ticket.subject),
    need: veil.words(ticket.need),
    result: veil.words(ticket.result),
    came_from: veil.words(ticket.came_from),
    veil,
    revealedUntil,
  }
}
type Reading = Pick<Deps, 'db' | 'clock'>
