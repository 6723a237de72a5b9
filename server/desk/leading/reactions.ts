import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { lookAtNights } from './actions.ts'

/** Whatever may leave a published night without its duty manager or the house without a 组长; whoever comes on duty, because nights draw near by themselves. */
export const leadingReactions = (zone: string): Reactions<Database> => ({
  feature: 'leading',
  on: {},
  sweep: {
    after: [
      'month.published',
      'month.versioned',
      'shift.added',
      'shift.changed',
      'shift.removed',
      'leave.added',
      'leave.cancelled',
      'person.changed',
      'people.imported',
      'person.deactivated',
      'person.reactivated',
      'leader.appointed',
      'leader.dated',
      'leader.withdrawn',
      'attendance.checked_in',
    ],
    act: (tx) => lookAtNights(tx, zone),
  },
})
