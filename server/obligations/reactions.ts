import type { Reactions } from '../platform/reactions.ts'
import type { Database } from '../schema.ts'
import { dropOfShift, oweOfShift } from './actions.ts'
import type { OfShift } from './contributors.ts'

/** What is owed goes with the shift that brings it. */
export const obligationReactions = (contributors: readonly OfShift[]): Reactions<Database> => ({
  feature: 'obligations',
  on: {
    'shift.added': async (tx, { shiftId }) => oweOfShift(tx, contributors, shiftId),
    'shift.changed': async (tx, { shiftId }) => oweOfShift(tx, contributors, shiftId),
    'shift.removed': async (tx, { shiftId }) => dropOfShift(tx, shiftId),
  },
})
