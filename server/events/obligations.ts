import type { Post } from '../kernel/capabilities.ts'
import type { DepartmentId, ObligationId, ShiftId, StaffId } from '../kernel/ids.ts'
import type { ObligationKind, ObligationState } from '../kernel/obligations.ts'
import type { Instant } from './event.ts'

/** Whose it is: a person's, or whoever's on a post or in a department. */
type Obligation = {
  obligationId: ObligationId
  kind: ObligationKind
  clause: number
  staffId: StaffId | null
  post: Post | null
  departmentId: DepartmentId | null
  shiftId: ShiftId | null
}

export type ObligationEvents = {
  'obligation.owed': Obligation & { dueAt: Instant }
  /** Another time, another person, or owed again after all. */
  'obligation.moved': Obligation & { dueAt: Instant }
  /** The shift, the promise, the request is not there any more. */
  'obligation.dropped': Obligation
  /** `late` too late, `missed` after it was given up and then still done. */
  'obligation.settled': Obligation & { by: StaffId | null; state: ObligationState; doneAt: Instant }
  /** Its time and its grace are over and nothing was done. */
  'obligation.late': Obligation & { dueAt: Instant }
  'obligation.missed': Obligation & { dueAt: Instant }
  'obligation.excused': Obligation & { by: StaffId; was: 'late' | 'missed' }
}
