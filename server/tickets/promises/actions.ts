import { instant } from '../../events/event.ts'
import type { PromiseId, StaffId, TicketId } from '../../kernel/ids.ts'
import { Conflict, refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { findOpenAssignment } from '../assignments/queries.ts'
import { liftHold, setHold } from '../holds/queries.ts'
import { sayHouse } from '../messages/actions.ts'
import { keepNext } from '../next/actions.ts'
import { lockTicket, type TicketRow } from '../queries.ts'
import * as promises from './queries.ts'
import { keptByWord, type PromiseKind, type PromiseState, remindAt, whyNotEnd, whyNotPromise } from './rules.ts'

const HOLD = 'promise'

/** "I will call you at three": a time that the customer sees and the shift owes (REGULATION row 38). */
export async function makePromise(
  tx: Tx,
  ticketId: TicketId,
  { epoch, kind, dueAt }: { epoch: number; kind: PromiseKind; dueAt: Date },
): Promise<PromiseId> {
  const ticket = await lockTicket(tx, ticketId)
  await needOwner(tx, ticket, epoch)
  // The thumb pressed twice: one call at three is owed once.
  const same = (await promises.openPromisesOf(tx.db, ticketId)).find(
    (one) => one.kind === kind && one.ref === null && one.dueAt.getTime() === dueAt.getTime(),
  )
  if (same) return same.id
  refuse(whyNotPromise(dueAt, tx.now))
  return promise(tx, ticket, { kind, dueAt, ref: null })
}

/** A promise that belongs to something else, made in its transaction: a department's answer, a call back. */
export async function promise(
  tx: Tx,
  ticket: TicketRow,
  { kind, dueAt, ref }: { kind: PromiseKind; dueAt: Date; ref: string | null },
): Promise<PromiseId> {
  const { promiseRemindMinutes } = await currentSettings(tx.db)
  const holder = await findOpenAssignment(tx.db, ticket.id)
  const madeBy = tx.actor.kind === 'staff' ? staffOf(tx) : null
  const id = await promises.insertPromise(tx, {
    ticketId: ticket.id,
    round: ticket.round,
    kind,
    dueAt,
    remindAt: remindAt(tx.now, dueAt, promiseRemindMinutes),
    madeBy,
    shiftId: holder?.shiftId ?? null,
    ref,
  })
  if (holds(kind)) await setHold(tx, ticket.id, HOLD, id)
  await sayHouse(tx, ticket.id, `will_${kind}`, { at: dueAt.toISOString() })
  await announce(
    tx,
    'promise.made',
    { promiseId: id, ticketId: ticket.id, kind, dueAt: instant(dueAt) },
    topics(ticket.id),
  )
  await follow(tx, ticket.id)
  return id
}

/** Done as promised; after its time it is broken already, and stays so. */
export async function keepPromise(tx: Tx, id: PromiseId, { epoch }: { epoch: number }): Promise<void> {
  const { ticketId } = await promises.getPromise(tx.db, id)
  await needOwner(tx, await lockTicket(tx, ticketId), epoch)
  const found = await promises.getPromise(tx.db, id)
  if (found.state === 'kept') return
  refuse(whyNotEnd(found.state))
  await end(tx, found, 'kept')
}

/** Another time, with the name of whoever moved it; the customer is told the new one. */
export async function movePromise(
  tx: Tx,
  id: PromiseId,
  { epoch, dueAt }: { epoch: number; dueAt: Date },
): Promise<PromiseId> {
  const { ticketId } = await promises.getPromise(tx.db, id)
  const ticket = await lockTicket(tx, ticketId)
  await needOwner(tx, ticket, epoch)
  const found = await promises.getPromise(tx.db, id)
  refuse(whyNotEnd(found.state) ?? whyNotPromise(dueAt, tx.now))
  const movedTo = await promise(tx, ticket, { kind: found.kind, dueAt, ref: found.ref })
  await end(tx, found, 'moved', { movedTo })
  return movedTo
}

/** The customer does not need it any more. */
export async function voidPromise(tx: Tx, id: PromiseId, { epoch }: { epoch: number }): Promise<void> {
  const { ticketId } = await promises.getPromise(tx.db, id)
  await needOwner(tx, await lockTicket(tx, ticketId), epoch)
  const found = await promises.getPromise(tx.db, id)
  if (found.state === 'void') return
  refuse(whyNotEnd(found.state))
  await end(tx, found, 'void')
}

/** Everything that belongs to this reference ends the same way: the department's answer has been told, or is not needed. */
export async function endPromisesOf(tx: Tx, ticketId: TicketId, ref: string, state: 'kept' | 'void'): Promise<void> {
  for (const one of await promises.openPromisesOf(tx.db, ticketId)) if (one.ref === ref) await end(tx, one, state)
}

/** A new promise stands for earlier ones: what a department gave back was asked of another one. */
export async function replacePromises(
  tx: Tx,
  ticketId: TicketId,
  refs: readonly string[],
  movedTo: PromiseId,
): Promise<void> {
  for (const one of await promises.openPromisesOf(tx.db, ticketId))
    if (one.ref !== null && refs.includes(one.ref)) await end(tx, one, 'moved', { movedTo })
}

/** Our word has reached the customer: promises to say how it stands are kept, at the instant of that word. */
export async function keepByWord(tx: Tx, ticketId: TicketId): Promise<void> {
  await lockTicket(tx, ticketId)
  for (const one of await promises.openPromisesOf(tx.db, ticketId)) {
    if (!keptByWord(one.kind)) continue
    const word = await promises.firstWordSince(tx.db, ticketId, one.madeAt)
    if (word && word.at <= one.dueAt) await end(tx, one, 'kept', { at: word.at, by: word.staffId })
  }
}

/** The same for several: most conversations owe nothing, and are not even locked. */
export async function keepByWords(tx: Tx, ticketIds: readonly TicketId[]): Promise<void> {
  for (const ticketId of await promises.owingAmong(tx.db, ticketIds)) await keepByWord(tx, ticketId)
}

/** The round has ended: what was owed in it was given with the result, or is not owed any more. Where it goes on before this was heard, it is. */
export async function endWithRound(tx: Tx, ticketId: TicketId, state: 'kept' | 'void'): Promise<void> {
  const ticket = await lockTicket(tx, ticketId)
  if (ticket.state === 'queued' || ticket.state === 'open') return
  // At the instant of the end, however late it is heard.
  const at = ticket.resolved_at ?? tx.now
  for (const one of await promises.openPromisesOf(tx.db, ticketId))
    await end(tx, one, state, { at, by: ticket.resolved_by, withRound: ticket.round })
}

/** The resolve was taken back: what it had ended is owed again at its own time, and holds the ticket as before. Where the round ended anew before this was heard, it stays ended. */
export async function resumeWithRound(tx: Tx, ticketId: TicketId, round: number): Promise<void> {
  const ticket = await lockTicket(tx, ticketId)
  if ((ticket.state !== 'queued' && ticket.state !== 'open') || ticket.round !== round) return
  for (const one of await promises.endedWithRound(tx.db, ticketId, round)) {
    await promises.reopenPromiseRow(tx, one.id)
    if (holds(one.kind)) await setHold(tx, ticketId, HOLD, one.id)
    await announce(tx, 'promise.resumed', { ...payload(one), dueAt: instant(one.dueAt) }, topics(ticketId))
  }
  await follow(tx, ticketId)
}

/** Its time comes near: the owner is reminded; its time is over: broken, and the duty manager knows. Never early, each once. */
export async function trackPromise(tx: Tx, id: PromiseId): Promise<void> {
  const { ticketId } = await promises.getPromise(tx.db, id)
  await lockTicket(tx, ticketId)
  await keepByWord(tx, ticketId)
  const found = await promises.getPromise(tx.db, id)
  if (found.state !== 'open') return
  if (found.dueAt <= tx.now) return end(tx, found, 'broken', { at: found.dueAt, by: null })
  if (found.remindAt > tx.now || !(await promises.storeReminded(tx, id))) return
  const holder = await findOpenAssignment(tx.db, ticketId)
  await announce(tx, 'promise.due_soon', payload(found), {
    about: [...topics(ticketId).about, ...(holder ? [`work:${holder.staffId}`] : [])],
  })
}

type End = { at?: Date; by?: StaffId | null; movedTo?: PromiseId; withRound?: number }

async function end(
  tx: Tx,
  found: promises.PromiseRow,
  state: Exclude<PromiseState, 'open'>,
  { at = tx.now, by = tx.actor.kind === 'staff' ? staffOf(tx) : null, ...why }: End = {},
): Promise<void> {
  // Kept after its time is broken: the ticker was only a moment slower.
  const truly = state === 'kept' && at > found.dueAt ? 'broken' : state
  const ended = await promises.endPromiseRow(tx, found.id, { state: truly, at, by, ...why })
  if (!ended) return
  await liftHold(tx, found.ticketId, HOLD, found.id)
  await announce(tx, `promise.${truly}`, { ...payload(found), by }, topics(found.ticketId))
  await follow(tx, found.ticketId)
}

/** A call that is owed is not settled by "resolved". */
const holds = (kind: PromiseKind): boolean => kind === 'call'

/** What the customer sees, and when the ticket must be looked at next. */
async function follow(tx: Tx, ticketId: TicketId): Promise<void> {
  await promises.storePromisedAt(tx, ticketId)
  await keepNext(tx, ticketId)
}

async function needOwner(tx: Tx, ticket: TicketRow, epoch: number): Promise<void> {
  need(tx, 'desk.work')
  const assignment = await findOpenAssignment(tx.db, ticket.id)
  if (assignment?.staffId !== staffOf(tx) || assignment.epoch !== epoch) throw new Conflict('stale_assignment')
}

const payload = ({ id: promiseId, ticketId, kind }: promises.PromiseRow) => ({ promiseId, ticketId, kind })
const topics = (ticketId: TicketId): { about: string[] } => ({ about: [`ticket:${ticketId}`, 'desk', 'board'] })
