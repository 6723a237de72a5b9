import { askToVerify, proveByCode } from '../../customers/verification/actions.ts'
import { phoneOf } from '../../customers/verification/queries.ts'
import { whyNotCode } from '../../customers/verification/rules.ts'
import type { TicketId } from '../../kernel/ids.ts'
import { refusal, refuse } from '../../kernel/refusal.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { needCustomerOf } from '../messages/actions.ts'
import { lockTicket } from '../queries.ts'

/** The customer wants to hear by SMS: a code goes to the number that they gave, once in so many minutes (RELIABILITY 17). */
export async function askCode(tx: Tx, id: TicketId, canText: boolean): Promise<void> {
  const ticket = await lockTicket(tx, id)
  needCustomerOf(tx, ticket)
  const phone = await phoneOf(tx.db, ticket.customer_id)
  refuse(whyNotCode({ number: phone?.value, verified: phone?.verified ?? false, canText }))
  if (!phone) return
  const asked = await askToVerify(tx, phone, { ticketId: id, pressed: true })
  const { verifyAgainMinutes: count } = await currentSettings(tx.db)
  if (asked === 'soon') throw refusal('customers.code_sent', { count })
  if (asked === 'full') throw refusal('customers.codes_full')
}

/** They have typed it. False where it is another one: that is noted, so that nobody goes through all of them. */
export async function proveNumber(
  tx: Tx,
  id: TicketId,
  { code, secret }: { code: string; secret: Buffer },
): Promise<boolean> {
  const ticket = await lockTicket(tx, id)
  needCustomerOf(tx, ticket)
  const phone = await phoneOf(tx.db, ticket.customer_id)
  if (!phone) throw refusal('customers.no_number')
  return proveByCode(tx, phone, { code, secret })
}
