import type { NoticeChannel } from '../../events/notifications.ts'
import type { DeliveryId, MailId } from '../../kernel/ids.ts'
import { refuse } from '../../kernel/refusal.ts'
import { plus, SECOND } from '../../kernel/time.ts'
import { need } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { findGateway, findHook, type Hook } from '../channels/queries.ts'
import { type Device, listDevices } from '../devices/queries.ts'
import { lockTold, setPlace } from '../notices/queries.ts'
import { KINDS } from '../notices/rules.ts'
import { type Addressee, findAddressee } from '../people/queries.ts'
import * as deliveries from './queries.ts'
import { againAfter, type Outcome, SENDING_SECONDS, waitsForPerson, whyNotSendAgain } from './rules.ts'

/** What goes out, to whom. Exactly one of hook, devices or neither (mail) is the way. */
export type Ready = deliveries.Delivery & {
  readonly to: Addressee | undefined
  readonly hook: Hook | undefined
  readonly devices: readonly Device[]
}

/**
 * The first half: from here on it counts as on its way. Whoever finds it so later, with its time over, calls it unknown,
 * and for a duty page the next channel follows with the same page id. Undefined where there is nothing to send.
 */
export async function beginDelivery(tx: Tx, id: DeliveryId): Promise<Ready | undefined> {
  const delivery = await deliveries.lockDelivery(tx, id)
  if (!delivery.dueAt || delivery.dueAt > tx.now) return undefined
  if (delivery.state === 'sending') return end(tx, delivery, { state: 'unknown', error: 'process_lost' })
  if (delivery.state !== 'pending') return undefined
  const to = delivery.staffId ? await findAddressee(tx.db, delivery.staffId) : undefined
  if (delivery.staffId && !to) return end(tx, delivery, failed('gone'))
  const hook = delivery.hookId ? await findHook(tx.db, delivery.hookId) : await gatewayFor(tx, delivery.channel)
  const devices = delivery.channel === 'push' && to ? await listDevices(tx.db, to.id) : []
  const missing = whatIsMissing(delivery, { to, hook, devices })
  if (missing) return end(tx, delivery, failed(missing))
  await deliveries.setDelivery(tx, id, {
    state: 'sending',
    attempts: delivery.attempts + 1,
    error: null,
    due_at: plus(tx.now, SENDING_SECONDS * SECOND),
  })
  return { ...delivery, attempts: delivery.attempts + 1, to, hook, devices }
}

const gatewayFor = async (tx: Tx, channel: NoticeChannel): Promise<Hook | undefined> =>
  channel === 'sms' || channel === 'voice' ? findGateway(tx.db, channel) : undefined

function whatIsMissing(
  { channel }: deliveries.Delivery,
  { to, hook, devices }: Pick<Ready, 'to' | 'hook' | 'devices'>,
): string | null {
  if (channel === 'page' || channel === 'mail') return null
  if (channel === 'push') return devices.length === 0 ? 'no_device' : null
  if (!hook) return 'no_hook'
  return (channel === 'sms' || channel === 'voice') && !to?.phone ? 'no_phone' : null
}

/** The second half: what became of it. What comes too late, after it was called unknown, changes nothing. */
export async function noteOutcome(tx: Tx, id: DeliveryId, outcome: Outcome): Promise<void> {
  const delivery = await deliveries.lockDelivery(tx, id)
  if (delivery.state !== 'sending') return
  const wait = outcome.state === 'failed' && outcome.again ? againAfter(delivery.importance, delivery.attempts) : null
  if (wait === null || outcome.state === 'sent') return void (await end(tx, delivery, outcome))
  await deliveries.setDelivery(tx, id, { state: 'pending', error: errorOf(outcome), due_at: plus(tx.now, wait) })
}

/** Its letter went out, or did not. */
export async function noteMail(
  tx: Tx,
  mailId: MailId,
  state: 'sent' | 'failed' | 'unknown' | 'kept',
  error: string | null,
): Promise<void> {
  const delivery = await deliveries.findByMail(tx, mailId)
  if (!delivery || delivery.state === 'sent') return
  const why = error ?? 'no_server'
  if (state === 'sent') await end(tx, delivery, { state })
  else if (state === 'unknown') await end(tx, delivery, { state, error: why })
  else await end(tx, delivery, failed(why))
}

/** A person takes the risk of a double, or what was missing is there at last. */
export async function sendDeliveryAgain(tx: Tx, id: DeliveryId): Promise<void> {
  need(tx, 'people.edit')
  const delivery = await deliveries.lockDelivery(tx, id)
  if (delivery.state === 'pending' || delivery.state === 'sending') return
  refuse(whyNotSendAgain(delivery.state))
  await deliveries.setDelivery(tx, id, { state: 'pending', attempts: 0, error: null, due_at: tx.now, settled_at: null })
  await announce(tx, 'delivery.asked_again', { deliveryId: id }, { about: [] })
}

async function end(tx: Tx, delivery: deliveries.Delivery, outcome: Outcome): Promise<undefined> {
  const { id, noticeId, staffId, channel, attempts } = delivery
  const { state } = outcome
  await deliveries.setDelivery(tx, id, { state, error: errorOf(outcome), due_at: null, settled_at: tx.now })
  const facts = { deliveryId: id, noticeId, staffId, channel, state, attempts }
  await announce(tx, 'delivery.settled', facts, { about: [] })
  // Not provably there: the next channel is looked at now, and not only when its time has passed.
  if (staffId && waitsForPerson(state) && (delivery.importance === 'duty' || KINDS[delivery.kind].proof)) {
    const place = await lockTold(tx, noticeId, staffId)
    if (place?.nextAt && place.pageId === delivery.pageId) await setPlace(tx, place.id, { next_at: tx.now })
  }
  return undefined
}

const failed = (error: string): Outcome => ({ state: 'failed', error, again: false })
const errorOf = (outcome: Outcome): string | null => (outcome.state === 'sent' ? null : outcome.error)
