import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { remindOfFollowUp, remindOfPromise, remindOfRequest, remindSecond } from './actions.ts'

/** Who is told when a time comes near or has passed; certain, at least once. */
export const reminderReactions: Reactions<Database> = {
  feature: 'reminders',
  on: {
    'promise.due_soon': async (tx, promise) => remindOfPromise(tx, 'promise_soon', promise),
    'promise.broken': async (tx, promise) => remindOfPromise(tx, 'promise_broken', promise),
    'escalation.stepped_up': async (tx, step) => remindOfRequest(tx, step),
    'abuse.ban_proposed': async (tx, proposed) => remindSecond(tx, 'ban_proposed', proposed),
    'abuse.appealed': async (tx, appealed) => remindSecond(tx, 'ban_appealed', appealed),
    'ticket.follow_up_due': async (tx, { ticketId, staffId }) => {
      if (staffId) await remindOfFollowUp(tx, ticketId, staffId)
    },
  },
}
