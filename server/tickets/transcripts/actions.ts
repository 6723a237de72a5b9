import { addressOf } from '../../customers/verification/queries.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { Conflict, refuse } from '../../kernel/refusal.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { findOpenAssignment } from '../assignments/queries.ts'
import { needCustomerOf } from '../messages/actions.ts'
import { lockTicket, type TicketRow } from '../queries.ts'
import { insertTranscript, lastTranscript } from './queries.ts'
import { whyNotTranscript } from './rules.ts'

/** The customer wishes the conversation by mail; it goes to their own proved address, whoever holds the link. */
export async function askTranscript(tx: Tx, id: TicketId): Promise<void> {
  const ticket = await lockTicket(tx, id)
  needCustomerOf(tx, ticket)
  await ask(tx, ticket, 'customer')
}

/** The same at their wish, by whoever has the conversation. */
export async function sendTranscript(tx: Tx, id: TicketId, { epoch }: { epoch: number }): Promise<void> {
  const ticket = await lockTicket(tx, id)
  const holder = await findOpenAssignment(tx.db, id)
  if (!holder || holder.epoch !== epoch || holder.staffId !== staffOf(tx)) throw new Conflict('stale_assignment')
  await ask(tx, ticket, 'staff')
}

async function ask(tx: Tx, { id: ticketId, customer_id }: TicketRow, by: 'customer' | 'staff'): Promise<void> {
  const { transcriptAgainMinutes: againMinutes } = await currentSettings(tx.db)
  const last = await lastTranscript(tx.db, ticketId)
  const hasAddress = (await addressOf(tx.db, customer_id)) !== undefined
  refuse(whyNotTranscript({ last, hasAddress, now: tx.now, againMinutes }))
  const transcriptId = await insertTranscript(tx, ticketId, by)
  await announce(tx, 'transcript.asked', { transcriptId, ticketId, by }, { about: [] })
}
