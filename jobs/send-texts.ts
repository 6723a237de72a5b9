import { createHmac } from 'node:crypto'
import type { CustomerTextId, MailId } from '../server/kernel/ids.ts'
import { requestFor } from '../server/notifications/channels/bodies.ts'
import { outcomeOf } from '../server/notifications/deliveries/sending.ts'
import { beginTexting, noteDelivery } from '../server/notifications/outgoing/actions.ts'
import { listDueTexts } from '../server/notifications/outgoing/queries.ts'
import { writePromised } from '../server/notifications/texts/actions.ts'
import { listToTell } from '../server/notifications/texts/queries.ts'
import { system } from '../server/platform/actor.ts'
import { CODE_MARK } from '../server/platform/outgoing.ts'
import { openOutside } from '../server/platform/outside.ts'
import { codeOf, hashOf } from '../server/platform/tokens.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** When a customer is promised a call and is to hear of it by SMS. Repeats safely: one a promise. */
export const writeTexts = dueJob(
  'write-texts',
  listToTell,
  ({ transact, config }) =>
    (id) =>
      transact(system, (tx) => writePromised(tx, id as CustomerTextId, config.timeZone)),
)

/**
 * When a short message to a customer waits: by the company's gateway, at most once (RELIABILITY 7). Marked as on its way,
 * sent outside any transaction, then marked with what became of it; a process that dies between leaves it unknown.
 */
export const sendTexts: DueJob = (deps) => {
  const { config, transact, clock, secret } = deps
  const outside = openOutside({ inside: config.insideHooks })
  return dueJob(
    'send-texts',
    listDueTexts,
    () => async (id) => {
      const ready = await transact(system, (tx) => beginTexting(tx, id as MailId))
      if (!ready) return
      const { hook, to, link, kind, language } = ready
      const token = link?.split('/').at(-1) ?? ''
      const request = requestFor(hook, {
        deliveryId: `text-${id}`,
        pageId: pageIdOf(secret, id),
        kind,
        importance: 'info',
        count: 1,
        text: ready.text.replaceAll(CODE_MARK, () => codeOf(secret, hashOf(token))),
        link: link ?? config.publicUrl,
        language,
        phone: to,
        at: clock.now(),
      })
      const outcome = outcomeOf('gateway', await outside.post(request))
      await transact(system, (tx) => noteDelivery(tx, id as MailId, outcome))
    },
    { slow: true },
  )(deps)
}

/** The same whenever it is sent, also by a person's hand: the gateway folds what it has had before. */
function pageIdOf(secret: Buffer, id: string): string {
  const hex = createHmac('sha256', secret).update(`text:${id}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
