import { textsFullSince } from '../../customers/verification/queries.ts'
import type { CallbackId, CustomerTextId, PromiseId } from '../../kernel/ids.ts'
import { DAY, plus } from '../../kernel/time.ts'
import { leaveText } from '../../platform/outgoing.ts'
import type { Reader, Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { findGateway } from '../channels/queries.ts'
import * as texts from './queries.ts'
import { promisedText } from './words.ts'

/** Whether customers are told things by SMS at all: there is a gateway, and the company wants it. */
export async function canText(db: Reader): Promise<boolean> {
  const { textsADay } = await currentSettings(db)
  return textsADay > 0 && (await findGateway(db, 'sms')) !== undefined
}

/** When another message may go to this number: now, or once it had fewer than the day allows. */
export async function textableAt({ db, now }: { db: Reader; now: Date }, number: string): Promise<Date> {
  const { textsADay } = await currentSettings(db)
  const full = await textsFullSince(db, { number, most: textsADay, since: plus(now, -DAY) })
  return full ? plus(full, DAY) : now
}

/**
 * Where a gateway for SMS is configured, whoever is called back is told when; else nothing is written. The number rang us
 * or was given to a colleague, and nothing but the company's name and the time is said, so that it need not be proved.
 */
export async function tellWhenWeCall(tx: Tx, promise: { callbackId: CallbackId; promiseId: PromiseId }): Promise<void> {
  if (await canText(tx.db)) await texts.insertTelling(tx, promise)
}

/** The message itself, once; none where the promise does not stand any more, or the number has had its share of the day. */
export async function writePromised(tx: Tx, id: CustomerTextId, zone: string): Promise<void> {
  const telling = await texts.lockTelling(tx, id)
  if (!telling || telling.mailId) return
  const promised = await texts.promisedTo(tx.db, telling.callbackId, telling.promiseId)
  // A service number reads nothing.
  if (!promised?.number.startsWith('+') || promised.promisedAt <= tx.now) return texts.dropTelling(tx, id)
  const { number, language, promisedAt, customerId, ticketId } = promised
  if ((await textableAt(tx, number)) > tx.now) return texts.dropTelling(tx, id)
  const { companyName: company } = await currentSettings(tx.db)
  const text = promisedText(language, promisedAt, { company, zone, now: tx.now })
  const about = { kind: 'callback', customerId, ticketId, number } as const
  await texts.setTelling(tx, id, await leaveText(tx, { ...about, text, link: null, until: promisedAt }))
}
