import { flagCustomer } from '../../customers/abuse/actions.ts'
import { flagsOf } from '../../customers/abuse/cases/queries.ts'
import type { ConductDuty } from '../../events/abuse.ts'
import type { AbuseCaseId, TicketId } from '../../kernel/ids.ts'
import { Conflict, refusal } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import type { Tx } from '../../schema.ts'
import { returnTicket, transferTicket } from '../../tickets/assignments/actions.ts'
import { findOpenAssignment } from '../../tickets/assignments/queries.ts'
import { lockTicket } from '../../tickets/queries.ts'
import { settleAlarmsOf } from '../alarms/actions.ts'
import { listColleagues } from '../on-post/queries.ts'
import { seqsOf } from './queries.ts'
import { managerAmong, type Onward } from './rules.ts'

export type Panic = {
  readonly epoch: number
  readonly reason: ConductDuty
  readonly note: string
  /** Messages chosen as evidence; null: the whole conversation. */
  readonly seqs: readonly number[] | null
  readonly onward: Onward
}

/**
 * The panic key, by whoever has the conversation: the customer is flagged, the duty manager's alarm rings, and the
 * conversation may go to other hands in the same act (REGULATION row 61). The flag is never lost: where no duty manager is
 * on post any more, what was meant for them goes back to the queue.
 */
export async function pressPanic(tx: Tx, id: TicketId, { epoch, onward, ...panic }: Panic): Promise<AbuseCaseId> {
  need(tx, 'desk.work')
  const ticket = await lockTicket(tx, id)
  const assignment = await findOpenAssignment(tx.db, id)
  const by = staffOf(tx)
  if (assignment?.epoch !== epoch || assignment.staffId !== by) throw new Conflict('stale_assignment')
  const seqs = panic.seqs && (await seqsOf(tx.db, id, panic.seqs))
  if (seqs?.length === 0) throw refusal('abuse.no_evidence', {}, 'seqs')
  const { customer_id: customerId, last_seq: upto } = ticket
  const to = onward === 'manager' ? managerAmong(await listColleagues(tx.db, tx.now), by) : undefined
  // First the ticket, then the case: the order of locks everywhere.
  if (to) await transferTicket(tx, id, { epoch, to: to.staffId })
  else if (onward !== 'keep') await returnTicket(tx, id, 'returned', epoch)
  return flagCustomer(tx, { ...panic, customerId, ticketId: id, seqs, upto })
}

/** Somebody who leads has decided: the bell of every flag of this case stops. */
export async function settlePanic(tx: Tx, caseId: AbuseCaseId): Promise<void> {
  for (const { ticketId } of await flagsOf(tx.db, caseId)) await settleAlarmsOf(tx, ticketId, ['abuse'])
}
