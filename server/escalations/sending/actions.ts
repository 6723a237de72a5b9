import { instant } from '../../events/event.ts'
import type { EscalationId, TicketId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce, constraintOf } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { setHold } from '../../tickets/holds/queries.ts'
import { promise, replacePromises } from '../../tickets/promises/actions.ts'
import { lockTicket } from '../../tickets/queries.ts'
import { about, acceptMinutes, discard, HOLD, lock, move, needOwner, refOf, topicsOf } from '../actions.ts'
import { ownerOf } from '../queries.ts'
import { isLate, type Sending, whyNotMoveEscalation, whyNotSend } from '../rules.ts'
import * as sending from './queries.ts'

/** The agent decides that somebody else must help: from now on the clock of the hand-over runs (REGULATION row 37). */
export async function decideEscalation(
  tx: Tx,
  ticketId: TicketId,
  { epoch }: { epoch: number },
): Promise<EscalationId> {
  const ticket = await lockTicket(tx, ticketId)
  const me = await needOwner(tx, ticket, epoch)
  const { id, made } = await sending.storeDecision(tx, ticket, me)
  if (made) await announce(tx, 'escalation.decided', { escalationId: id, ticketId, by: me }, topics({ ticketId }))
  return id
}

/** Not needed after all: so says whoever decided it, or has the ticket now. Nothing had left the house yet. */
export async function discardDecision(tx: Tx, id: EscalationId): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const owner = await ownerOf(tx.db, ticket.id)
  if (![escalation.decided_by, owner?.staffId].includes(staffOf(tx))) throw new NotFound()
  if (escalation.state === 'decided') await discard(tx, escalation)
}

/**
 * To a department or to a post on duty, with everything they need. The ticket is held until the customer has been told.
 * One open request a ticket and target is an index: a second one is refused in words.
 */
export async function sendEscalation(
  tx: Tx,
  id: EscalationId,
  { epoch, target, ...words }: Sending & { epoch: number; target: sending.Target },
): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const me = await needOwner(tx, ticket, epoch)
  if (escalation.state === 'sent') return
  refuse(whyNotMoveEscalation(escalation.state, 'send'))
  refuse(whyNotSend(words, await sending.factsOfTarget(tx.db, target, tx.now), tx.now))
  const { escalationHandoverMinutes } = await currentSettings(tx.db)
  const acceptBy = plus(tx.now, (await acceptMinutes(tx, target)) * MINUTE)
  const to = {
    department_id: target.kind === 'department' ? target.departmentId : null,
    person_id: target.kind === 'department' ? target.personId : null,
    post: target.kind === 'post' ? target.post : null,
  }
  const shown = {
    state: 'sent' as const,
    need: words.need,
    tried: words.tried,
    contact: words.contact,
    promised_at: words.promisedAt,
    sent_at: tx.now,
    sent_by: me,
    accept_due_at: acceptBy,
    step: 0,
  }
  await inWords(move(tx, escalation, { ...to, ...shown }))
  await setHold(tx, ticket.id, HOLD, id)
  const promised = await promise(tx, ticket, { kind: 'result', dueAt: words.promisedAt, ref: refOf(id) })
  const returned = await sending.listReturnedOf(tx.db, ticket.id)
  await replacePromises(tx, ticket.id, returned.map(refOf), promised)
  await announce(
    tx,
    'escalation.sent',
    {
      ...about(escalation),
      departmentId: to.department_id,
      personId: to.person_id,
      post: to.post,
      acceptBy: instant(acceptBy),
      promisedAt: instant(words.promisedAt),
      late: isLate(escalation.decided_at, tx.now, escalationHandoverMinutes),
    },
    topicsOf({ ...escalation, ...to }),
  )
}

const topics = ({ ticketId }: { ticketId: TicketId }): { about: string[] } => ({
  about: [`ticket:${ticketId}`, 'desk', 'board'],
})

// Two sends at the same second pass the rules and meet in the table.
const inWords = <T>(write: Promise<T>): Promise<T> =>
  write.catch((error: unknown) => {
    throw constraintOf(error) === 'escalations_one_open' ? refusal('escalations.open_already', {}, 'target') : error
  })
