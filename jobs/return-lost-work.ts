import { returnLostWork } from '../server/desk/presence/actions.ts'
import { listLostWork } from '../server/desk/presence/queries.ts'
import type { Watch } from '../server/desk/presence/watch.ts'
import type { TicketId } from '../server/kernel/ids.ts'
import { plus, SECOND } from '../server/kernel/time.ts'
import { system } from '../server/platform/actor.ts'
import { currentSettings } from '../server/settings/queries.ts'
import { type DueJob, dueJob } from './due-job.ts'

/**
 * When somebody has been silent for 90 s. Judged only by a process that has itself been well for as long: after a pause
 * of the server everybody looks gone. Repeats safely: asked again under the lock of the ticket.
 */
export const returnLost = (watch: Pick<Watch, 'wellFor'>): DueJob =>
  dueJob(
    'return-lost-work',
    async (db, now, limit) => {
      const { lostSeconds } = await currentSettings(db)
      if (!watch.wellFor(lostSeconds * SECOND)) return []
      const lost = await listLostWork(db, plus(now, -lostSeconds * SECOND), limit)
      return lost.map(({ ticketId, epoch }) => ({ id: ticketId, version: epoch }))
    },
    ({ transact }) =>
      (id) =>
        transact(system, (tx) => returnLostWork(tx, id as TicketId)),
  )
