import type { Measure } from '../../customers/abuse/measures/queries.ts'
import { secondsUntil, whyBanned, whyNotAnother } from '../../customers/abuse/measures/rules.ts'
import type { TicketId, VisitorId } from '../../kernel/ids.ts'
import { TooMany } from '../../kernel/refusal.ts'
import { plus, SECOND } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'
import { bannedUntil, pressedOf } from './queries.ts'

/** Whoever is limited has one open request at a time, and a question is a word at their pace. @throws Refusal; TooMany */
export async function keepLimit(tx: Tx, { caseId, paceSeconds }: Measure, visitorId: VisitorId): Promise<void> {
  const pace = (paceSeconds ?? 0) * SECOND
  const { open, lastAt } = await pressedOf(tx.db, { caseId, visitorId, since: plus(tx.now, -pace) })
  if (open) throw whyNotAnother()
  if (lastAt) throw new TooMany(secondsUntil(plus(lastAt, pace), tx.now), 'limited')
}

/** Buttons that reach people: nothing is heard of whoever is banned but their appeal. @throws Refusal abuse.banned */
export async function needHeard(tx: Tx, id: TicketId): Promise<void> {
  const until = await bannedUntil(tx.db, id, tx.now)
  if (until) throw whyBanned(until, tx.now)
}
