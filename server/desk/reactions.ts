import type { Prompt } from '../platform/prompts.ts'
import type { Reactions } from '../platform/reactions.ts'
import type { Database } from '../schema.ts'
import { raiseAlarm, settleAlarmsOf } from './alarms/actions.ts'
import { offerNext, withdrawOffers, withdrawOffersTo } from './offers/actions.ts'
import { leaveDesk, returnAllWork } from './presence/actions.ts'
import { settlePanic } from './protection/actions.ts'

/** Whoever brought a question or made room. */
const ROOM = [
  'ticket.queued',
  'offer.passed',
  'offer.expired',
  'offer.withdrawn',
  'assignment.ended',
  'attendance.checked_in',
  'break.ended',
  'desk.freed',
] as const

/** What the desk does when others announce; certain, at least once. */
export const deskReactions: Reactions<Database> = {
  feature: 'desk',
  on: {
    'attendance.checked_out': async (tx, { staffId }) => leaveDesk(tx, staffId),
    'desk.engaged': async (tx, { staffId }) => withdrawOffersTo(tx, staffId),
    'break.started': async (tx, { staffId }) => withdrawOffersTo(tx, staffId),
    'person.deactivated': async (tx, { staffId }) => {
      await returnAllWork(tx, staffId)
      await withdrawOffersTo(tx, staffId)
    },
    'ticket.complained': async (tx, { ticketId }) => raiseAlarm(tx, 'complaint', ticketId),
    'abuse.flagged': async (tx, { ticketId }) => raiseAlarm(tx, 'abuse', ticketId),
    'abuse.warned': async (tx, { caseId }) => settlePanic(tx, caseId),
    'abuse.limited': async (tx, { caseId }) => settlePanic(tx, caseId),
    'abuse.lifted': async (tx, { caseId }) => settlePanic(tx, caseId),
    'promise.broken': async (tx, { ticketId }) => raiseAlarm(tx, 'promise_broken', ticketId),
    // Kept for the next person on post, and the promised time has passed.
    'ticket.follow_up_due': async (tx, { ticketId, state }) => {
      if (state === 'new') await raiseAlarm(tx, 'not_answered', ticketId)
    },
    'ticket.resolved': async (tx, { ticketId }) => {
      await withdrawOffers(tx, ticketId)
      await settleAlarmsOf(tx, ticketId, ['nobody_eligible', 'offers_refused', 'promise_broken', 'not_answered'])
    },
    'ticket.marked_spam': async (tx, { ticketId }) => {
      await withdrawOffers(tx, ticketId)
      await settleAlarmsOf(tx, ticketId, ['nobody_eligible', 'offers_refused', 'complaint'])
    },
  },
  sweep: { after: ROOM, act: offerNext },
}

/**
 * Offers do not wait for the queue: whoever brought a question or made room offers right after the commit. Room that an
 * answer makes is found by the sweep of the next second: one pass a message would cost more than it gives.
 */
export const deskPrompt: Prompt<Database> = { after: ROOM, act: offerNext }
