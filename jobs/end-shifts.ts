import { returnAfterShift } from '../server/desk/presence/actions.ts'
import { listAfterShift } from '../server/desk/presence/queries.ts'
import { isOverWithShift } from '../server/desk/rules.ts'
import type { TicketId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { currentSettings } from '../server/settings/queries.ts'
import { dueJob } from './due-job.ts'

/** After the end of a shift: quiet conversations at once, live ones after half an hour. Repeats safely. */
export const endShifts = dueJob(
  'end-shifts',
  async (db, now, limit) => {
    const { extendedMinutes } = await currentSettings(db)
    const left = await listAfterShift(db, now, limit)
    return left
      .filter((one) => isOverWithShift(one, one.shiftEndsAt, extendedMinutes, now))
      .map(({ ticketId, epoch }) => ({ id: ticketId, version: epoch }))
  },
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => returnAfterShift(tx, id as TicketId)),
)
