import type { DeliveryId } from '../server/kernel/ids.ts'
import { beginDelivery, noteOutcome } from '../server/notifications/deliveries/actions.ts'
import { leaveNoticeLetter } from '../server/notifications/deliveries/letters.ts'
import { listDueDeliveries, wayOf } from '../server/notifications/deliveries/queries.ts'
import { sendThrough } from '../server/notifications/deliveries/sending.ts'
import { forgetDevice } from '../server/notifications/devices/actions.ts'
import { vapidKeys } from '../server/notifications/devices/vapid.ts'
import { system } from '../server/platform/actor.ts'
import { openOutside } from '../server/platform/outside.ts'
import { type DueJob, dueJob } from './due-job.ts'

/**
 * When a delivery waits: marked as on its way, sent outside any transaction, then marked with what became of it. A
 * process that dies between leaves it unknown, and the next channel of a duty page follows. A letter is left for `send-mail`.
 */
export const deliverNotices: DueJob = (deps) => {
  const { config, db, transact, clock } = deps
  const outside = openOutside({ inside: config.insideHooks })
  const place = { publicUrl: config.publicUrl, zone: config.timeZone }
  return dueJob(
    'deliver-notices',
    listDueDeliveries,
    () => async (text) => {
      const id = text as DeliveryId
      const ready = await transact(system, async (tx) => {
        const one = await beginDelivery(tx, id)
        if (one?.channel === 'mail') await leaveNoticeLetter(tx, one, place)
        return one
      })
      if (!ready || ready.channel === 'mail' || ready.channel === 'page') return
      const { ref, part } = await wayOf(db, ready.noticeId, ready.staffId)
      const way = { outside, vapid: await vapidKeys(db), publicUrl: config.publicUrl, at: clock.now(), ref, part }
      const { outcome, gone } = await sendThrough(ready, way)
      await transact(system, async (tx) => {
        await noteOutcome(tx, id, outcome)
        for (const device of gone) await forgetDevice(tx, device.id)
      })
    },
    { slow: true, together: 5 },
  )(deps)
}
