import type { PromiseId, StaffId, TicketId } from '../../../kernel/ids.ts'
import { drop, handOn, owe, resume, settle } from '../../../obligations/actions.ts'
import type { About } from '../../../obligations/queries.ts'
import type { Tx } from '../../../schema.ts'
import { findOpenAssignment } from '../../assignments/queries.ts'
import { getPromise, openPromisesOf } from '../queries.ts'

/** What was promised is due from whoever has the conversation; nobody has it, from the desk (REGULATION row 38). */
export async function owePromise(tx: Tx, id: PromiseId): Promise<void> {
  const { ticketId, dueAt, state } = await getPromise(tx.db, id)
  if (state === 'moved' || state === 'void') return
  const holder = await findOpenAssignment(tx.db, ticketId)
  const owner = holder ? { staffId: holder.staffId, post: 'service' as const } : { post: 'service' as const }
  // At its time it is broken, and that is what it stays.
  await owe(tx, { ...owner, ...about(id), dueAt, missedAt: dueAt, path: `/desk/${ticketId}` })
}

export async function resumeOwed(tx: Tx, id: PromiseId): Promise<void> {
  await resume(tx, about(id))
  await owePromise(tx, id)
}

/** Kept, in its time or after it; what nobody kept is missed by itself. */
export async function settlePromise(tx: Tx, id: PromiseId, by: StaffId | null): Promise<void> {
  const { endedAt, dueAt, state } = await getPromise(tx.db, id)
  const brokenUnkept = state === 'broken' && endedAt && endedAt <= dueAt
  if (endedAt && !brokenUnkept) await settle(tx, about(id), { at: endedAt, by })
}

export const dropPromise = (tx: Tx, id: PromiseId): Promise<void> => drop(tx, about(id))

/** Whoever has the conversation now owes what was promised in it. */
export async function handOnPromises(tx: Tx, ticketId: TicketId, to: StaffId): Promise<void> {
  for (const { id } of await openPromisesOf(tx.db, ticketId)) await handOn(tx, about(id), to)
}

const about = (id: PromiseId): About => ({ kind: 'promise', subject: `promise:${id}` })
