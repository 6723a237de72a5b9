import type { RosterRunId, ShiftId, StaffId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Shift = { shiftId: ShiftId; staffId: StaffId; startsAt: Instant; endsAt: Instant }

export type RosterEvents = {
  'shift.added': Shift
  'shift.changed': Shift & { from: StaffId }
  'shift.removed': Shift
  'month.opened': { by: StaffId }
  'month.edited': { by: StaffId }
  /** A department has said what a month needs. */
  'month.input_given': { by: StaffId }
  /** For the first time; what of it changes afterwards is told shift by shift. */
  'month.published': { by: StaffId; version: number; nights: number }
  'month.versioned': { version: number; why: 'published' | 'changed' | 'left' | 'swap' | 'replaced'; late: boolean }
  /** A roster was looked for; `gaps` are heads that nobody could fill. */
  'roster.generated': { runId: RosterRunId; gaps: number }
  'leave.added': { staffId: StaffId; by: StaffId }
  'leave.cancelled': { by: StaffId }
  /** What HR alone knows of a person was changed; never what. */
  'planning.changed': { staffId: StaffId; by: StaffId }
}
