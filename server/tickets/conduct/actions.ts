import type { AbuseCaseId, StaffId, TicketId } from '../../kernel/ids.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { lockTicket } from '../queries.ts'
import { deleteExclusions, insertExclusion } from './queries.ts'

type Out = { readonly caseId: AbuseCaseId; readonly by: StaffId }

/** The ticket and its ratings leave the appraisal: somebody else than who flagged it has decided that it was abuse. */
export async function excludeTickets(tx: Tx, tickets: readonly TicketId[], { caseId, by }: Out): Promise<void> {
  for (const ticketId of tickets.toSorted((a, b) => Number(a) - Number(b))) {
    await lockTicket(tx, ticketId)
    if (await insertExclusion(tx, { ticketId, caseId, by }))
      await announce(
        tx,
        'ticket.excluded',
        { ticketId, caseId, by, reason: 'abuse' },
        { about: [`ticket:${ticketId}`, 'board'] },
      )
  }
}

/** It was wrong: they count again, as if nothing had been. */
export async function includeTickets(tx: Tx, caseId: AbuseCaseId, by: StaffId | null): Promise<void> {
  for (const ticketId of await deleteExclusions(tx, caseId))
    await announce(
      tx,
      'ticket.included',
      { ticketId, caseId, by, reason: 'abuse' },
      { about: [`ticket:${ticketId}`, 'board'] },
    )
}
