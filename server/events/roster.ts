import type { ShiftId, StaffId } from '../kernel/ids.ts'
import type { Instant } from './event.ts'

type Shift = { shiftId: ShiftId; staffId: StaffId; startsAt: Instant; endsAt: Instant }

export type RosterEvents = {
  'shift.added': Shift
  'shift.changed': Shift & { from: StaffId }
  'shift.removed': Shift
}
