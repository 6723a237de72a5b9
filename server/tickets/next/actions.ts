import type { TicketId } from '../../kernel/ids.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { findOpenAssignment } from '../assignments/queries.ts'
import { lockTicket } from '../queries.ts'
import { nextOf, storeNext } from './queries.ts'

/** An open ticket always has a next time: what is owed first, else so long from now. */
export async function keepNext(tx: Tx, ticketId: TicketId): Promise<void> {
  const { followUpMinutes } = await currentSettings(tx.db)
  await storeNext(tx, ticketId, plus(tx.now, followUpMinutes * MINUTE))
}

/** The next time has come and nothing happened: whoever has the ticket is reminded, and a new next time is set. Never early. */
export async function followUp(tx: Tx, ticketId: TicketId): Promise<void> {
  const { state } = await lockTicket(tx, ticketId)
  if (state !== 'new' && state !== 'queued' && state !== 'open') return
  const next = await nextOf(tx.db, ticketId)
  if (!next || next > tx.now) return
  const holder = await findOpenAssignment(tx.db, ticketId)
  await keepNext(tx, ticketId)
  await announce(
    tx,
    'ticket.follow_up_due',
    { ticketId, staffId: holder?.staffId ?? null, state },
    { about: [`ticket:${ticketId}`, 'board', ...(holder ? [`work:${holder.staffId}`] : ['desk'])] },
  )
}
