import type { CustomerTextId } from '../server/kernel/ids.ts'
import { requestFor } from '../server/notifications/channels/bodies.ts'
import { outcomeOf } from '../server/notifications/deliveries/sending.ts'
import { beginText, noteText } from '../server/notifications/texts/actions.ts'
import { listDueTexts } from '../server/notifications/texts/queries.ts'
import { sentenceOf } from '../server/notifications/texts/words.ts'
import { system } from '../server/platform/actor.ts'
import { openOutside } from '../server/platform/outside.ts'
import { currentSettings } from '../server/settings/queries.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** When a customer is to be told by SMS when we call: at most once, by the company's gateway, outside any transaction. */
export const sendTexts: DueJob = (deps) => {
  const { config, db, transact, clock } = deps
  const outside = openOutside({ inside: config.insideHooks })
  return dueJob(
    'send-texts',
    listDueTexts,
    () => async (text) => {
      const id = text as CustomerTextId
      const ready = await transact(system, (tx) => beginText(tx, id))
      if (!ready) return
      const { companyName } = await currentSettings(db)
      const request = requestFor(ready.hook, {
        deliveryId: `text-${id}`,
        pageId: ready.pageId,
        kind: 'callback',
        importance: 'info',
        count: 1,
        text: sentenceOf(ready, companyName, config.timeZone),
        link: config.publicUrl,
        language: ready.language,
        phone: ready.number,
        at: clock.now(),
      })
      const outcome = outcomeOf('gateway', await outside.post(request))
      await transact(system, (tx) => noteText(tx, id, outcome))
    },
    { slow: true },
  )(deps)
}
