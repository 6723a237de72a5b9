import { settleAlarmsOfKind } from '../../desk/alarms/actions.ts'
import type { CallbackId } from '../../kernel/ids.ts'
import { refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import type { Tx } from '../../schema.ts'
import { lockTicket } from '../../tickets/queries.ts'
import * as callbacks from './queries.ts'
import { isOpenCallback, whyNotMine } from './rules.ts'

export type Row = callbacks.CallbackRow

/** Nothing is overdue any more: the bell stops. */
export async function calm(tx: Tx): Promise<void> {
  if (!(await callbacks.isAnyOverdue(tx.db))) await settleAlarmsOfKind(tx, 'callback_overdue')
}

/** Its ticket is locked before it (DESIGN 3.1). */
export async function lockOpenOf(tx: Tx, number: string): Promise<Row | undefined> {
  const found = await callbacks.findOpenOf(tx.db, number)
  if (!found) return undefined
  if (found.ticket_id) await lockTicket(tx, found.ticket_id)
  const row = await callbacks.lockCallback(tx, found.id)
  return isOpenCallback(row.state) ? row : undefined
}

export async function lockMine(tx: Tx, id: CallbackId): Promise<Row> {
  need(tx, 'call.work')
  const row = await callbacks.lockCallback(tx, id)
  if (isOpenCallback(row.state) && !tx.actor.capabilities.has('desk.lead'))
    refuse(whyNotMine(row.claimed_by, staffOf(tx)))
  return row
}

/** What the promise belongs to. */
export const refOf = (id: CallbackId): string => `callback:${id}`
export const TOPICS = { about: ['calls', 'board'] } as const
