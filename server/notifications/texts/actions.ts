import type { CallbackId, CustomerTextId, PromiseId } from '../../kernel/ids.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import type { Tx } from '../../schema.ts'
import { findGateway, type Hook } from '../channels/queries.ts'
import type { Outcome } from '../deliveries/rules.ts'
import { insertText, lockText, promisedTo, setText, type TextRow } from './queries.ts'

/** One that is on its way for longer has lost its process. */
const SENDING_MINUTES = 2
const AGAIN_AFTER_MINUTES: readonly number[] = [0.5, 2]

/** Where a gateway for SMS is configured, whoever is called back is told when; else nothing is written. */
export async function tellWhenWeCall(tx: Tx, callbackId: CallbackId, promiseId: PromiseId): Promise<void> {
  if (!(await findGateway(tx.db, 'sms'))) return
  const promised = await promisedTo(tx.db, callbackId, promiseId)
  // A service number reads nothing.
  if (promised?.number.startsWith('+')) await insertText(tx, { callbackId, promiseId, ...promised })
}

/** The first half: marked as on its way before anything leaves. At most once: what is lost on the way stays `unknown`. */
export async function beginText(tx: Tx, id: CustomerTextId): Promise<(TextRow & { hook: Hook }) | undefined> {
  const text = await lockText(tx, id)
  if (!text?.dueAt || text.dueAt > tx.now) return undefined
  const end = { due_at: null, settled_at: tx.now }
  if (text.state === 'sending') return void (await setText(tx, id, { ...end, state: 'unknown', error: 'process_lost' }))
  if (text.state !== 'pending') return undefined
  // Its time is over: it would only be a promise that is broken already.
  if (text.promisedAt <= tx.now) return void (await setText(tx, id, { ...end, state: 'dropped' }))
  const hook = await findGateway(tx.db, 'sms')
  if (!hook) return void (await setText(tx, id, { ...end, state: 'failed', error: 'no_hook' }))
  const attempts = text.attempts + 1
  await setText(tx, id, { state: 'sending', attempts, due_at: plus(tx.now, SENDING_MINUTES * MINUTE) })
  return { ...text, attempts, hook }
}

/** The second half. */
export async function noteText(tx: Tx, id: CustomerTextId, outcome: Outcome): Promise<void> {
  const text = await lockText(tx, id)
  if (text?.state !== 'sending') return
  const wait = outcome.state === 'failed' && outcome.again ? AGAIN_AFTER_MINUTES[text.attempts - 1] : undefined
  const error = outcome.state === 'sent' ? null : outcome.error
  if (wait !== undefined)
    return void (await setText(tx, id, { state: 'pending', error, due_at: plus(tx.now, wait * MINUTE) }))
  await setText(tx, id, { state: outcome.state, error, due_at: null, settled_at: tx.now })
}
