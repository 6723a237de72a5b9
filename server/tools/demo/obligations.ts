import { oweAcceptance, oweAnswer, settleAnswer } from '../../escalations/owing/actions.ts'
import type { EscalationId, ObligationId, PromiseId, StaffId, TicketId } from '../../kernel/ids.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { lapse } from '../../obligations/actions.ts'
import { listLapsing, storeExcuse } from '../../obligations/queries.ts'
import { shiftsAt } from '../../roster/queries.ts'
import type { Tx } from '../../schema.ts'
import { owePromise, settlePromise } from '../../tickets/promises/owing/actions.ts'
import { noteClocks } from '../../tickets/sla/owing/actions.ts'

/** What the demo company's past has left due and done: told by the conversations, promises and requests that are there. */
export async function tellObligations(tx: Tx): Promise<void> {
  const { db } = tx
  const tickets = await db.selectFrom('tickets').select('id').execute()
  await noteClocks(
    tx,
    tickets.map(({ id }) => id as TicketId),
  )
  for (const { id, ended_by } of await db.selectFrom('promises').select(['id', 'ended_by']).orderBy('id').execute()) {
    await owePromise(tx, id as PromiseId)
    await settlePromise(tx, id as PromiseId, ended_by as StaffId | null)
  }
  const requests = await db
    .selectFrom('escalations')
    .select(['id', 'accepted_by', 'answered_by'])
    .orderBy('id')
    .execute()
  for (const { id, accepted_by, answered_by } of requests) {
    await oweAcceptance(tx, id as EscalationId)
    if (accepted_by) await oweAnswer(tx, id as EscalationId, accepted_by as StaffId)
    if (answered_by) await settleAnswer(tx, id as EscalationId, answered_by as StaffId)
  }
  for (const { id } of await listLapsing(db, tx.now, 1000)) await lapse(tx, id)
  await excuseOne(tx)
}

/** One of them was nobody's fault, and the duty manager has said so. */
async function excuseOne(tx: Tx): Promise<void> {
  const manager = (await shiftsAt(tx.db, tx.now)).find(({ post }) => post === 'manager')
  const one = await tx.db
    .selectFrom('obligations')
    .select(['id', 'state'])
    .where('state', 'in', ['late', 'missed'])
    .where('due_at', '<', plus(tx.now, -MINUTE))
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst()
  if (!manager || !one) return
  await storeExcuse(tx, one.id as ObligationId, {
    by: manager.staffId,
    was: one.state === 'missed' ? 'missed' : 'late',
    reason: '上游光缆中断，机房与客户之间不通 / The upstream fibre was cut between us and the customer',
    link: '/incidents',
  })
}
