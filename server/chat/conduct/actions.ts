import type { Measure } from '../../customers/abuse/measures/queries.ts'
import { networkBanned } from '../../customers/abuse/measures/queries.ts'
import { secondsUntil, whyBanned, whyNotAnother } from '../../customers/abuse/measures/rules.ts'
import { noteUrgent } from '../../customers/queries.ts'
import type { TicketId, VisitorId } from '../../kernel/ids.ts'
import { type Refusal, TooMany } from '../../kernel/refusal.ts'
import { plus, SECOND } from '../../kernel/time.ts'
import type { Reader, Tx } from '../../schema.ts'
import { findOpenTicketOfVisitor } from '../../tickets/customer-side/queries.ts'
import { getTicket } from '../../tickets/queries.ts'
import { networkPressed, pressedOf, standingOf } from './queries.ts'

/**
 * Whoever is limited has one open request at a time, and a question is a word at their pace; those who are new in a
 * limited range ask one after the other at that pace. @throws Refusal; TooMany
 */
export async function keepLimit(tx: Tx, measure: Measure, visitorId: VisitorId): Promise<void> {
  const { caseId, paceSeconds, byRange } = measure
  const pace = (paceSeconds ?? 0) * SECOND
  const since = plus(tx.now, -pace)
  const { open, lastAt } = byRange
    ? await networkPressed(tx.db, { caseId, since })
    : await pressedOf(tx.db, { caseId, visitorId, since })
  if (open) throw whyNotAnother()
  if (lastAt) throw new TooMany(secondsUntil(plus(lastAt, pace), tx.now), 'limited', byRange)
}

/**
 * A question while a measure holds. On a range an urgent one goes through, and its conversation goes on.
 * @throws Refusal abuse.banned | abuse.one_request; TooMany limited
 */
export async function keepMeasure(
  tx: Tx,
  measure: Measure,
  { visitorId, urgent }: { visitorId: VisitorId; urgent: boolean },
): Promise<void> {
  if (measure.byRange && urgent) return void (await noteUrgent(tx, visitorId, tx.now))
  if (measure.state === 'banned') throw await whyShut(tx.db, measure, tx.now)
  await keepLimit(tx, measure, visitorId)
}

/**
 * Somebody says that it is urgent while a request of theirs is open that a measure on their network has shut: it is that
 * one that goes on, because each has one at a time. An act of its own: the question itself is then refused (chat_open).
 */
export async function hearUrgent(tx: Tx, visitorId: VisitorId): Promise<void> {
  const open = await findOpenTicketOfVisitor(tx.db, visitorId)
  const measure = open && (await standingOf(tx.db, open, tx.now))
  if (open && measure?.byRange && measure.state === 'banned')
    await noteUrgent(tx, visitorId, (await getTicket(tx.db, open)).created_at)
}

/** Buttons that reach people: nothing is heard of whoever is banned but their appeal. @throws Refusal abuse.banned */
export async function needHeard(tx: Tx, id: TicketId): Promise<void> {
  const measure = await standingOf(tx.db, id, tx.now)
  if (measure?.state === 'banned') throw await whyShut(tx.db, measure, tx.now)
}

const whyShut = async (
  db: Reader,
  { until, byRange }: Pick<Measure, 'until' | 'byRange'>,
  now: Date,
): Promise<Refusal> => (byRange ? networkBanned(db, until, now) : whyBanned(until, now))
