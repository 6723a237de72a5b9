import { ableNow } from '../server/desk/on-post/queries.ts'
import type { TicketId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { queueTicket } from '../server/tickets/actions.ts'
import { listNew } from '../server/tickets/queries.ts'
import { dueJob } from './due-job.ts'

/** When somebody able is on post: what was left while nobody was, as many a second as there are people able. Repeats safely. */
export const queueForms = dueJob(
  'queue-forms',
  async (db, now) => {
    const left = await listNew(db, 1)
    if (left.length === 0) return []
    const able = await ableNow(db, now)
    return able > 0 ? listNew(db, able) : []
  },
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => queueTicket(tx, id as TicketId)),
)
