import { createHmac } from 'node:crypto'
import { same } from '../../platform/tokens.ts'
import type { Cause } from '../rules.ts'
import {
  type Adapter,
  digitIn,
  event,
  type Fields,
  instantIn,
  keyOf,
  type LineEvent,
  textOf,
  wholeIn,
} from './reading.ts'

const ENDS: Readonly<Record<string, Cause>> = {
  completed: 'normalClearing',
  busy: 'busy',
  'no-answer': 'noAnswer',
  canceled: 'cancel',
  failed: 'congestion',
}

/**
 * Voice webhook and status callbacks. A call is its parent; the legs that ring agents are its children: one of them in
 * progress is the answer, and how one of them ended says nothing of the call. A parent that came in is in progress as
 * soon as a program has lifted: no answer.
 */
export function parseTwilio(fields: Fields): readonly LineEvent[] {
  const sid = keyOf(textOf(fields, 'CallSid'))
  const parent = keyOf(textOf(fields, 'ParentCallSid'))
  if (sid === '') return []
  const isChild = parent !== '' && parent !== sid
  const inbound =
    textOf(fields, 'Direction') === 'inbound' || (isChild && textOf(fields, 'Direction') === 'outbound-dial')
  const sequence = textOf(fields, 'SequenceNumber')
  const status = textOf(fields, 'CallStatus')
  const agent = textOf(fields, 'To', 'Called').replace(/^(client|sip):/, '')
  const base = {
    callKey: isChild ? parent : sid,
    direction: inbound ? ('in' as const) : ('out' as const),
    from: textOf(fields, 'From', 'Caller'),
    to: isChild ? '' : textOf(fields, 'To', 'Called'),
    at: instantIn(textOf(fields, 'Timestamp')),
    eventId: `${sid}:${status}:${sequence}`,
  }
  const recording = textOf(fields, 'RecordingUrl')
  const digits = digitIn(textOf(fields, 'Digits'))
  if (recording !== '' && textOf(fields, 'RecordingStatus') !== 'in-progress')
    return [
      event({
        ...base,
        name: 'recording',
        recordingUrl: recording,
        eventId: `${textOf(fields, 'RecordingSid')}:recording`,
      }),
    ]
  if (digits !== '') return [event({ ...base, name: 'dtmf', digit: digits, eventId: `${sid}:digits:${digits}` })]
  if (isChild) {
    if (status === 'in-progress') return [event({ ...base, name: 'answer', answeredUser: agent, users: [agent] })]
    return status === 'ringing' || status === 'initiated' ? [event({ ...base, name: 'newCall', users: [agent] })] : []
  }
  if (['queued', 'initiated', 'ringing'].includes(status)) return [event({ ...base, name: 'newCall' })]
  if (status === 'in-progress') return inbound ? [] : [event({ ...base, name: 'answer' })]
  const cause = ENDS[status]
  return cause ? [event({ ...base, name: 'hangup', cause, talkSeconds: wholeIn(textOf(fields, 'CallDuration')) })] : []
}

/** The address, then each field with its value in the order of their names, under the token of the account. */
export function signTwilio(url: string, body: string, secret: string): string {
  const fields = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return createHmac('sha1', secret)
    .update(url + fields.map(([name, value]) => name + value).join(''))
    .digest('base64')
}

const STATUS: Readonly<Record<string, string>> = { newCall: 'ringing', answer: 'in-progress' }
const statusOf = ({ name, cause }: LineEvent): string =>
  STATUS[name] ?? Object.keys(ENDS).find((status) => ENDS[status] === cause) ?? 'completed'

export const twilio: Adapter = {
  verify: ({ header, bytes, url }, secret) =>
    same(header('x-twilio-signature') ?? '', signTwilio(url, bytes.toString('utf8'), secret)) ? null : 'signature',
  parse: parseTwilio,
  reply: (rejected) => ({
    type: 'text/xml; charset=utf-8',
    body: rejected ? '<Response><Reject reason="busy"/></Response>' : '<Response/>',
  }),
  write: (one, { url, secret }) => {
    const answered = one.name === 'answer'
    const body = new URLSearchParams({
      CallSid: answered ? `${one.callKey}-leg` : one.callKey,
      ...(answered ? { ParentCallSid: one.callKey } : {}),
      From: one.from,
      To: answered ? `client:${one.answeredUser}` : one.to,
      Direction: answered ? 'outbound-dial' : 'inbound',
      CallStatus: statusOf(one),
      ...(one.at ? { Timestamp: one.at.toUTCString() } : {}),
      ApiVersion: '2010-04-01',
    }).toString()
    return {
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(secret ? { 'x-twilio-signature': signTwilio(url, body, secret) } : {}),
      },
    }
  },
}
