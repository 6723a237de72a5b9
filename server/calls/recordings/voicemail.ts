import { recordCustomer } from '../../customers/actions.ts'
import type { CallId } from '../../kernel/ids.ts'
import type { Tx } from '../../schema.ts'
import { openTicket } from '../../tickets/actions.ts'
import { lockCall, setCall } from '../queries.ts'
import { voicemailWords } from './words.ts'

/** Nobody can call an unknown number back: what was left by one is a request of its own. With a number it is a callback. */
export async function keepVoicemail(tx: Tx, callId: CallId): Promise<void> {
  const call = await lockCall(tx, callId)
  if (call.number || call.ticket_id || call.state !== 'voicemail' || call.test) return
  const language = 'zh-CN'
  const { name, question } = voicemailWords(language)
  const customerId = await recordCustomer(tx, { name, language, contact: null })
  const { ticketId } = await openTicket(tx, {
    customerId,
    visitorId: null,
    channel: 'phone',
    language,
    categoryId: null,
    question,
    clientId: crypto.randomUUID(),
    cameFrom: null,
    live: true,
    promisedAt: null,
  })
  await setCall(tx, callId, { ticket_id: ticketId, customer_id: customerId })
}
