import { findOpenAttendance } from '../../attendance/queries.ts'
import type { StaffId, TicketId } from '../../kernel/ids.ts'
import { plus, SECOND } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { returnTicket } from '../../tickets/assignments/actions.ts'
import { findOpenAssignment } from '../../tickets/assignments/queries.ts'
import { lockTicket } from '../../tickets/queries.ts'
import { withdrawOffersTo } from '../offers/actions.ts'
import { isOverWithShift } from '../rules.ts'
import * as presence from './queries.ts'

/** A closed laptop: the conversation goes back to the queue with its place. Asked again under the lock of the ticket. */
export async function returnLostWork(tx: Tx, ticketId: TicketId): Promise<void> {
  await lockTicket(tx, ticketId)
  const { lostSeconds } = await currentSettings(tx.db)
  const lost = await presence.listLostWork(tx.db, plus(tx.now, -lostSeconds * SECOND), 1000)
  if (lost.some((one) => one.ticketId === ticketId)) await returnTicket(tx, ticketId, 'lease_lost')
}

/** The shift is over: quiet conversations go to the head of the queue, live ones after half an hour at the latest. */
export async function returnAfterShift(tx: Tx, ticketId: TicketId): Promise<void> {
  await lockTicket(tx, ticketId)
  const { extendedMinutes } = await currentSettings(tx.db)
  const over = await presence.listAfterShift(tx.db, tx.now, 1000)
  const mine = over.find((one) => one.ticketId === ticketId)
  if (mine && isOverWithShift(mine, mine.shiftEndsAt, extendedMinutes, tx.now))
    await returnTicket(tx, ticketId, 'shift_over')
}

/** Off post: nothing is asked of them any more, and what they hold goes back. Who is on another post by now keeps it. */
export async function leaveDesk(tx: Tx, staffId: StaffId): Promise<void> {
  if (await findOpenAttendance(tx.db, staffId)) return
  await withdrawOffersTo(tx, staffId)
  await returnAllWork(tx, staffId)
}

/** Everything this person holds goes back: they went off post. In the order of ids, as everywhere. */
export async function returnAllWork(tx: Tx, staffId: StaffId): Promise<void> {
  for (const ticketId of await presence.openWorkOf(tx.db, staffId)) {
    const assignment = await findOpenAssignment(tx.db, ticketId)
    if (assignment?.staffId === staffId) await returnTicket(tx, ticketId, 'returned')
  }
}
