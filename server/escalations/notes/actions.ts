import type { EscalationId } from '../../kernel/ids.ts'
import { refusal, refuse } from '../../kernel/refusal.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { about, accept, lock, move, needHandler, type OwnersWord, topicsOf, writeToDepartment } from '../actions.ts'
import { ownerOf } from '../queries.ts'
import { isOpen, whyNotMoveEscalation } from '../rules.ts'
import { insertNote } from './queries.ts'

/** The department needs to know more; the agent's clock runs again. */
export async function askBack(tx: Tx, id: EscalationId, word: { clientId: string; body: string }): Promise<void> {
  const { escalation } = await lock(tx, id)
  const by = await needHandler(tx, escalation)
  if (!(await insertNote(tx, { id, staffId: by, side: 'department', ...word }))) return
  if (escalation.state === 'sent') await accept(tx, escalation, by)
  else refuse(whyNotMoveEscalation(escalation.state, 'ask_back'))
  await move(tx, escalation, { state: 'asked_back' })
  await announce(tx, 'escalation.asked_back', { ...about(escalation), by }, topicsOf(escalation))
}

/** The agent answers what the department asked. */
export const replyToDepartment = (tx: Tx, id: EscalationId, word: OwnersWord): Promise<void> =>
  writeToDepartment(tx, id, word, 'reply')

/** A word between the two sides that asks for nothing. */
export async function noteOnEscalation(
  tx: Tx,
  id: EscalationId,
  word: { clientId: string; body: string },
): Promise<void> {
  const { ticket, escalation } = await lock(tx, id)
  const by = staffOf(tx)
  const owner = await ownerOf(tx.db, ticket.id)
  const side = owner?.staffId === by ? 'agent' : 'department'
  if (side === 'department') await needHandler(tx, escalation)
  if (!isOpen(escalation.state) && escalation.state !== 'told') throw refusal('escalations.not_now.note')
  if (await insertNote(tx, { id, staffId: by, side, ...word }))
    await announce(tx, 'escalation.noted', { ...about(escalation), by }, topicsOf(escalation))
}
