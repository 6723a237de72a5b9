import { closeAttendance } from '../server/attendance/actions.ts'
import { listEndedAttendances } from '../server/attendance/queries.ts'
import type { AttendanceId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When a shift is over and its person carries nothing any more. Repeats safely. */
export const closeAttendances = dueJob(
  'close-attendances',
  listEndedAttendances,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => closeAttendance(tx, id as AttendanceId)),
)
