import type { Prompt } from '../platform/prompts.ts'
import type { Reactions } from '../platform/reactions.ts'
import type { Database } from '../schema.ts'
import { closeTold, endWithTicket, followMerge, followSplit, releaseOf } from './following/actions.ts'
import { offerToPosts, withdrawEscalationOffer } from './offers/actions.ts'
import * as owing from './owing/actions.ts'

/** What escalations do when others announce; certain, at least once. */
export const escalationReactions: Reactions<Database> = {
  feature: 'escalations',
  on: {
    'escalation.sent': async (tx, { escalationId }) => {
      await owing.oweAcceptance(tx, escalationId)
      await offerToPosts(tx)
    },
    'escalation.offer_passed': async (tx) => void (await offerToPosts(tx)),
    'escalation.offer_expired': async (tx) => void (await offerToPosts(tx)),
    'escalation.accepted': async (tx, { escalationId, by }) => {
      await owing.oweAnswer(tx, escalationId, by)
      await withdrawEscalationOffer(tx, escalationId)
    },
    'escalation.answered': async (tx, { escalationId, by }) => owing.settleAnswer(tx, escalationId, by),
    'escalation.sent_back': async (tx, { escalationId }) => owing.resumeAnswer(tx, escalationId),
    'escalation.returned': async (tx, { escalationId, by }) => {
      await owing.settleReturn(tx, escalationId, by)
      await withdrawEscalationOffer(tx, escalationId)
    },
    'escalation.withdrawn': async (tx, { escalationId }) => {
      await owing.dropOwed(tx, escalationId)
      await withdrawEscalationOffer(tx, escalationId)
    },
    'escalation.released': async (tx, { escalationId }) => {
      await owing.oweAnew(tx, escalationId)
      await offerToPosts(tx)
    },
    'person.deactivated': async (tx, { staffId }) => releaseOf(tx, staffId, 'all'),
    'attendance.checked_out': async (tx, { staffId }) => releaseOf(tx, staffId, 'of_post'),
    'attendance.checked_in': async (tx) => void (await offerToPosts(tx)),
    'break.ended': async (tx) => void (await offerToPosts(tx)),
    'ticket.resolved': async (tx, { ticketId }) => {
      await endWithTicket(tx, ticketId)
      await closeTold(tx, ticketId)
    },
    'ticket.merged': async (tx, { ticketId, intoId }) => followMerge(tx, ticketId, intoId),
    'ticket.split': async (tx, { ticketId, intoId }) => followSplit(tx, ticketId, intoId),
    'ticket.marked_spam': async (tx, { ticketId }) => endWithTicket(tx, ticketId),
  },
}

/** The technician's card is on the screen right after the commit; the reaction is its safety net. */
export const escalationPrompt: Prompt<Database> = {
  after: [
    'escalation.sent',
    'escalation.offer_passed',
    'escalation.offer_expired',
    'escalation.released',
    'attendance.checked_in',
    'break.ended',
  ],
  act: offerToPosts,
}
