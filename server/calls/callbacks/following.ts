import { instant } from '../../events/event.ts'
import type { CallId, PromiseId, StaffId, TicketId } from '../../kernel/ids.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { findLastAssignment, findOpenAssignment } from '../../tickets/assignments/queries.ts'
import { getPromise } from '../../tickets/promises/queries.ts'
import { getTicket, lockTicket } from '../../tickets/queries.ts'
import { getCall } from '../queries.ts'
import { settleLogged } from './ending/actions.ts'
import { findPromised, lockCallback, phonesOf, setCallback } from './queries.ts'
import { isOpenCallback } from './rules.ts'

/** What was said on the phone is written down: nobody has to call again. */
export async function settleLoggedCall(tx: Tx, callId: CallId): Promise<void> {
  const { number, logged_by: staffId, ticket_id: ticketId, test } = await getCall(tx.db, callId)
  if (number && staffId && !test) await settleLogged(tx, number, { staffId, ticketId })
}

/** A request of this customer was entered by hand: whoever did it has spoken with them. */
export async function settleEntered(tx: Tx, ticketId: TicketId): Promise<void> {
  const ticket = await getTicket(tx.db, ticketId)
  const entered = (await findOpenAssignment(tx.db, ticketId)) ?? (await findLastAssignment(tx.db, ticketId))
  if (!entered) return
  const staffId = entered.staffId as StaffId
  for (const number of await phonesOf(tx.db, ticket.customer_id)) await settleLogged(tx, number, { staffId, ticketId })
}

/** The promise was kept, moved or taken back on its ticket: the callback follows. */
export async function followPromise(tx: Tx, promiseId: PromiseId): Promise<void> {
  const found = await findPromised(tx.db, promiseId)
  if (!found) return
  const { id, ticketId } = found
  await lockTicket(tx, ticketId)
  const row = await lockCallback(tx, id)
  if (!isOpenCallback(row.state) || row.promise_id !== promiseId) return
  if (found.state === 'kept') {
    const by = found.endedBy
    await setCallback(tx, id, { state: 'done', ended_at: tx.now, ended_by: by, ended_why: 'called' })
    const facts = { callbackId: id, lineId: row.line_id, by, why: 'called' as const }
    return announce(tx, 'callback.done', facts, { about: ['calls', 'board'] })
  }
  if (found.state === 'void') return void (await setCallback(tx, id, { promise_id: null, promised_at: null }))
  if (found.state !== 'moved' || !found.movedTo) return
  const { dueAt } = await getPromise(tx.db, found.movedTo)
  await setCallback(tx, id, { promise_id: found.movedTo, promised_at: dueAt, due_at: dueAt, overdue_at: null })
  const facts = { callbackId: id, lineId: row.line_id, promiseId: found.movedTo, ticketId, dueAt: instant(dueAt) }
  await announce(tx, 'callback.promised', facts, { about: ['calls', 'board'] })
}
