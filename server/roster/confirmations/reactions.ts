import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { askPublished, forgetAsked, noteCheckIn } from './actions.ts'

/** Whoever stands in a published month is asked, also after a change of it; whoever comes has answered. What was never published wants no answer. */
export const confirmationReactions: Reactions<Database> = {
  feature: 'confirmations',
  on: {
    'month.published': async (tx) => askPublished(tx),
    'month.versioned': async (tx) => askPublished(tx),
    'shift.added': async (tx) => askPublished(tx),
    'shift.changed': async (tx) => askPublished(tx),
    'shift.removed': async (tx, { shiftId }) => forgetAsked(tx, shiftId),
    'attendance.checked_in': async (tx, { shiftId, staffId }) => noteCheckIn(tx, shiftId, staffId),
  },
}
