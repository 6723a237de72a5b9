import type { CallbackId, StaffId } from '../../kernel/ids.ts'
import { drop, handOn, owe, settle } from '../../obligations/actions.ts'
import type { Tx } from '../../schema.ts'
import { getCallback } from '../callbacks/queries.ts'
import { isOpenCallback } from '../callbacks/rules.ts'

/** REGULATION row 14: customer service on post calls back in time; whoever claims it has it from then on. */
export async function oweCallback(tx: Tx, id: CallbackId): Promise<void> {
  const row = await getCallback(tx.db, id)
  if (!isOpenCallback(row.state) || row.promised_at) return
  await owe(tx, { post: 'service', kind: 'callback', subject: refOf(id), dueAt: row.due_at, path: pathOf(id) })
  if (row.claimed_by) await handOn(tx, about(id), row.claimed_by)
}

export const handCallback = (tx: Tx, id: CallbackId, to: StaffId): Promise<void> => handOn(tx, about(id), to)

/** Back to everybody, at its own time. */
export async function oweAgain(tx: Tx, id: CallbackId): Promise<void> {
  await drop(tx, about(id))
  await oweCallback(tx, id)
}

/** Promised for a time: from now on that promise is what is owed (row 38). */
export const dropCallback = (tx: Tx, id: CallbackId): Promise<void> => drop(tx, about(id))

/** Called, or not to be called any more: by whoever did it, at the instant at which they did. */
export async function settleCallback(tx: Tx, id: CallbackId, by: StaffId | null): Promise<void> {
  const { ended_at: at } = await getCallback(tx.db, id)
  await settle(tx, about(id), { at: at ?? tx.now, by })
}

const refOf = (id: CallbackId): string => `callback:${id}`
const about = (id: CallbackId) => ({ kind: 'callback', subject: refOf(id) }) as const
const pathOf = (id: CallbackId): string => `/calls/callbacks?at=${id}`
