import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { draftSwap, dropDraft, endOfShift } from './actions.ts'

/** A swap begins with "I cannot", and goes with its shifts. */
export const swapReactions: Reactions<Database> = {
  feature: 'swaps',
  on: {
    'shift.declined': async (tx, { shiftId, staffId }) => draftSwap(tx, shiftId, staffId),
    'shift.confirmed': async (tx, { shiftId, staffId }) => dropDraft(tx, shiftId, staffId),
    'shift.changed': async (tx, { shiftId, staffId, from }) => {
      if (staffId !== from) await endOfShift(tx, shiftId)
    },
    'shift.removed': async (tx, { shiftId }) => endOfShift(tx, shiftId),
  },
}
