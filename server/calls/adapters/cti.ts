import { randomUUID } from 'node:crypto'
import { CAUSES, type Cause } from '../rules.ts'
import {
  type Adapter,
  digitIn,
  event,
  type Fields,
  instantIn,
  keyOf,
  type LineEvent,
  listOf,
  signStandard,
  textOf,
  verifyStandard,
  wholeIn,
} from './reading.ts'

const NAMES = ['newCall', 'answer', 'hangup', 'voicemail', 'recording', 'dtmf', 'rating'] as const

/** The field names of Zammad's generic CTI, which are sipgate's, and ours in addition (protocol.md). */
export function parseCti(fields: Fields): readonly LineEvent[] {
  const said = textOf(fields, 'event').toLowerCase()
  const name = NAMES.find((one) => one.toLowerCase() === said)
  const callKey = keyOf(textOf(fields, 'callId', 'call_id'))
  if (!name || callKey === '') return []
  const direction = textOf(fields, 'direction')
  const score = wholeIn(textOf(fields, 'score'))
  return [
    event({
      name,
      callKey,
      direction: direction === 'in' || direction === 'out' ? direction : null,
      from: textOf(fields, 'from'),
      to: textOf(fields, 'to'),
      queue: textOf(fields, 'queue').slice(0, 100),
      users: listOf(fields, 'user'),
      answeredUser: answeredBy(name, fields),
      cause: name === 'hangup' ? causeIn(textOf(fields, 'cause')) : null,
      at: instantIn(textOf(fields, 'occurredAt')),
      eventId: textOf(fields, 'eventId').slice(0, 250),
      talkSeconds: wholeIn(textOf(fields, 'duration')),
      recordingUrl: textOf(fields, 'recordingUrl'),
      digit: digitIn(textOf(fields, 'digit')),
      score: score !== null && score >= 1 && score <= 5 ? score : null,
    }),
  ]
}

/** On an answer `user` is who lifted; on a hangup only `answeringNumber` is. */
function answeredBy(name: LineEvent['name'], fields: Fields): string {
  const number = textOf(fields, 'answeringNumber')
  if (name === 'hangup') return number
  if (name !== 'answer') return ''
  const users = listOf(fields, 'user')
  return users.includes('voicemail') ? 'voicemail' : number || (users.length === 1 ? (users[0] ?? '') : '')
}

function causeIn(text: string): Cause {
  const known = CAUSES.find((one) => one.toLowerCase() === text.toLowerCase())
  return known ?? 'normalClearing'
}

/** An event in these words again, as JSON. */
export const writeCti = (one: LineEvent): Record<string, unknown> => ({
  event: one.name,
  callId: one.callKey,
  direction: one.direction ?? 'in',
  from: one.from,
  to: one.to,
  ...(one.users.length > 0 ? { user: one.users } : {}),
  ...(one.answeredUser ? { answeringNumber: one.answeredUser } : {}),
  ...(one.cause ? { cause: one.cause } : {}),
  ...(one.at ? { occurredAt: one.at.toISOString() } : {}),
  ...(one.eventId ? { eventId: one.eventId } : {}),
  ...(one.digit ? { digit: one.digit } : {}),
})

export const cti: Adapter = {
  verify: verifyStandard,
  parse: parseCti,
  reply: (rejected) => ({
    type: 'application/json',
    body: rejected ? '{"action":"reject","reason":"busy"}' : '{}',
  }),
  write: (one, { secret, now }) => {
    const body = JSON.stringify(writeCti(one))
    const signed = { id: randomUUID(), timestamp: String(Math.floor(now.getTime() / 1000)) }
    return {
      body,
      headers: {
        'content-type': 'application/json',
        ...(secret
          ? {
              'webhook-id': signed.id,
              'webhook-timestamp': signed.timestamp,
              'webhook-signature': signStandard(body, { ...signed, secret }),
            }
          : {}),
      },
    }
  },
}
