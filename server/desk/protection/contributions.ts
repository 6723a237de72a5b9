import { caseOfTicket, openCaseOf } from '../../customers/abuse/cases/queries.ts'
import { DUTIES } from '../../customers/abuse/rules.ts'
import { exclusionOf } from '../../tickets/conduct/queries.ts'
import type { TicketView } from '../../tickets/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { SignedIn } from '../../web/env.ts'
import type { Insert } from '../../web/inserts.ts'
import { listColleagues } from '../on-post/queries.ts'
import { CHOSEN, lastWordsOf } from './queries.ts'
import { managerAmong } from './rules.ts'

type House = Pick<Deps, 'db' | 'clock'>
/** Beside a conversation: what is in force on the customer, and that the ticket has left the appraisal. Null where nothing is. */
export async function conductAside({ db }: House, me: SignedIn, ticket: TicketView): Promise<Insert | null> {
  const [open, own, excluded] = await Promise.all([
    openCaseOf(db, ticket.customer_id),
    caseOfTicket(db, ticket.id),
    exclusionOf(db, ticket.id),
  ])
  const one = open ?? own
  if (!one && !excluded) return null
  return {
    view: 'abuse/beside',
    part: 'aside',
    values: { case: one, excluded, reads: me.capabilities.has('abuse.read') },
  }
}

/** Among the acts on a conversation: the panic key, for whoever has it in hand. */
export async function panicOf({ db, clock }: House, me: SignedIn, ticket: TicketView): Promise<Insert | null> {
  if (ticket.assignment?.staffId !== me.staffId || !me.capabilities.has('desk.work')) return null
  const [words, colleagues] = await Promise.all([lastWordsOf(db, ticket.id, CHOSEN), listColleagues(db, clock.now())])
  const manager = managerAmong(colleagues, me.staffId)
  return { view: 'abuse/beside', part: 'panic', values: { duties: DUTIES, words, manager } }
}
