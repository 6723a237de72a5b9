import type { Reactions } from '../platform/reactions.ts'
import type { Database } from '../schema.ts'
import { endAttendanceOf } from './actions.ts'

export const attendanceReactions: Reactions<Database> = {
  feature: 'attendance',
  on: { 'person.deactivated': async (tx, { staffId }) => endAttendanceOf(tx, staffId) },
}
