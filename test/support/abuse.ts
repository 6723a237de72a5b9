import {
  confirmBan,
  flagCustomer,
  limitCustomer,
  proposeBan,
  warnCustomer,
} from '../../server/customers/abuse/actions.ts'
import { getCase } from '../../server/customers/abuse/queries.ts'
import type { AbuseCaseId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { as } from './people.ts'
import type { QuietHouse } from './server.ts'

/** What is done about somebody who insults: an agent flags, a duty manager decides, a member of the leadership group confirms. */
export function protection(
  { deps: { transact, db } }: QuietHouse,
  { agent, manager, leader }: { agent: StaffId; manager: StaffId; leader: StaffId },
) {
  const lead = () => as(manager, 'manager')
  const seen = async (id: AbuseCaseId) => ({ version: (await getCase(db, id)).version, why: 'secret reason' })
  const flag = async (ticketId: string): Promise<AbuseCaseId> => {
    const { customer_id: customerId, last_seq: upto } = await getTicket(db, ticketId as TicketId)
    const flagged = { customerId, ticketId: ticketId as TicketId, note: 'secret note', seqs: null, upto }
    return transact(as(agent), (tx) => flagCustomer(tx, { ...flagged, reason: 'insults' }))
  }
  const warned = async (ticketId: string): Promise<AbuseCaseId> => {
    const id = await flag(ticketId)
    if ((await getCase(db, id)).state !== 'flagged') return id
    const read = await seen(id)
    await transact(lead(), (tx) => warnCustomer(tx, id, { ...read, duty: 'insults' }))
    return id
  }
  const limited = async (ticketId: string, hours = 24, range = false): Promise<AbuseCaseId> => {
    const id = await warned(ticketId)
    if ((await getCase(db, id)).state !== 'warned') return id
    const read = await seen(id)
    await transact(lead(), (tx) => limitCustomer(tx, id, { ...read, hours, range }))
    return id
  }
  const proposed = async (ticketId: string, days = 7): Promise<AbuseCaseId> => {
    const id = await limited(ticketId)
    if ((await getCase(db, id)).proposedBy) return id
    const read = await seen(id)
    await transact(lead(), (tx) => proposeBan(tx, id, { ...read, days }))
    return id
  }
  const banned = async (ticketId: string, days = 7, range = false): Promise<AbuseCaseId> => {
    const id = await proposed(ticketId, days)
    const again = await seen(id)
    await transact(as(leader, null, ['leadership']), (tx) => confirmBan(tx, id, { ...again, range }))
    return id
  }
  return { flag, warned, limited, proposed, banned }
}
