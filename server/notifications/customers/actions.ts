import { raiseAlarm, settleAlarmsOf } from '../../desk/alarms/actions.ts'
import { ringingAmong } from '../../desk/alarms/queries.ts'
import type { CustomerId, MailId, TicketId } from '../../kernel/ids.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { lockTicket } from '../../tickets/queries.ts'
import { withdrawMail } from '../outgoing/actions.ts'
import * as letters from './queries.ts'
import { isOver, unreadDueAt } from './rules.ts'

/**
 * Something was said in these conversations: where an answer stands unread, it is looked at again once the customer may
 * have left; where all was read, nobody has to be called any more.
 */
export async function watchUnread(tx: Tx, ticketIds: readonly TicketId[]): Promise<void> {
  const [unread, ringing] = await Promise.all([
    letters.unreadAmong(tx.db, ticketIds),
    ringingAmong(tx.db, ticketIds, 'customer_unreached'),
  ])
  for (const id of ringing) if (!unread.has(id)) await settleAlarmsOf(tx, id, ['customer_unreached'])
  for (const [id, { watched }] of unread) if (!watched) await watch(tx, id)
}

async function watch(tx: Tx, ticketId: TicketId): Promise<void> {
  const [first] = await letters.listUnread(tx.db, ticketId, 1)
  const party = first && (await letters.partyOf(tx.db, ticketId))
  if (!party || isOver(party)) return
  const { unreadMailMinutes: awayMinutes, unreadMailAgainMinutes: againMinutes } = await currentSettings(tx.db)
  // Whoever has no browser here, because they called or wrote a letter, has never been there to leave.
  const saidAt = new Date(first.at)
  const seenAt = party.seenAt ?? (party.visits ? saidAt : null)
  const dueAt = unreadDueAt({ now: tx.now, saidAt, seenAt, lastLeftAt: party.lastLeftAt, awayMinutes, againMinutes })
  await letters.insertLetter(tx, { ticketId, kind: 'unread', dueAt })
}

/** The conversation was wished by mail: at once. */
export async function leaveTranscript(tx: Tx, ticketId: TicketId): Promise<void> {
  await letters.insertLetter(tx, { ticketId, kind: 'transcript', dueAt: tx.now })
}

/** An address was proved: what waited for it, or could not be told, is decided about now. */
export async function releaseHeld(tx: Tx, customerId: CustomerId): Promise<void> {
  const held = await letters.listHeld(tx.db, customerId)
  for (const ticketId of new Set(held.map((one) => one.ticketId))) await lockTicket(tx, ticketId)
  for (const { id, ticketId, kind, state, mailId } of held) {
    if (mailId) await withdrawMail(tx, mailId)
    // What came after it has a row of its own, which tells this one too.
    if (state === 'unreached' && kind === 'unread') {
      await letters.setLetter(tx, id, { state: 'dropped', dueAt: null })
      await letters.insertLetter(tx, { ticketId, kind, dueAt: tx.now })
    } else await letters.setLetter(tx, id, { state: 'due', dueAt: tx.now })
    await announce(tx, 'customer_letter.released', { letterId: id, ticketId, kind }, { about: [] })
    await settleAlarmsOf(tx, ticketId, ['customer_unreached'])
  }
}

/** A letter to a customer did not arrive, or nobody knows: somebody calls them. What only is kept has no mail server to go through. */
export async function tellOfFailure(tx: Tx, mailId: MailId, state: string): Promise<void> {
  if (state !== 'failed' && state !== 'unknown') return
  const letter = await letters.letterOfMail(tx.db, mailId)
  if (letter) await raiseAlarm(tx, 'customer_unreached', letter.ticketId)
}
