import { instantOf, localOf } from '../../kernel/time.ts'
import type { Cause } from '../rules.ts'
import { type Adapter, event, type Fields, keyOf, type LineEvent, textOf, verifyStandard } from './reading.ts'

/** Its times are those of Beijing, without a zone. */
const ZONE = 'Asia/Shanghai'
const LOCAL = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}):(\d{2})$/
function localIn(text: string): Date | null {
  const [, date, time, seconds] = LOCAL.exec(text) ?? []
  if (!date || !time || Number.isNaN(Date.parse(`${date}T${time}Z`))) return null
  return new Date(instantOf(date, time, ZONE).getTime() + Number(seconds) * 1000)
}

const HOW: Readonly<Record<string, Cause>> = {
  leak: 'cancel',
  queueLeak: 'cancel',
  notDeal: 'noAnswer',
  blackList: 'busy',
}

/**
 * 容联七陌: one form with all that is known of a call so far, pushed at each step and once more at its end. What it names
 * becomes one event each, with the instant that it gives.
 */
export function parseMoor(fields: Fields): readonly LineEvent[] {
  const callKey = keyOf(textOf(fields, 'CallSheetID', 'CallSheetId'))
  if (callKey === '') return []
  const outgoing = /^dial/i.test(textOf(fields, 'CallType'))
  const step = textOf(fields, 'CallState')
  const state = textOf(fields, 'State')
  const agent = textOf(fields, 'Exten', 'Agent')
  const base = {
    callKey,
    direction: outgoing ? ('out' as const) : ('in' as const),
    from: textOf(fields, 'CallNo'),
    to: textOf(fields, 'CalledNo'),
    queue: textOf(fields, 'Queue').slice(0, 100),
  }
  const ring = textOf(fields, 'Ring', 'RingTime')
  const begin = textOf(fields, 'Begin')
  const end = textOf(fields, 'End')
  const record = recordIn(fields)
  const rung = ring !== '' || ['Ring', 'Ringing'].includes(step) || begin !== '' || end !== ''
  const answered = begin !== '' || step === 'Link'
  const users = agent === '' ? [] : [agent]
  return [
    ...(rung ? [event({ ...base, name: 'newCall', users, at: localIn(ring) })] : []),
    ...(answered ? [event({ ...base, name: 'answer', answeredUser: agent, users, at: localIn(begin) })] : []),
    ...(state === 'voicemail' ? [event({ ...base, name: 'voicemail', at: localIn(end), recordingUrl: record })] : []),
    ...(end !== '' || step === 'Hangup' || step === 'Unlink'
      ? [
          event({
            ...base,
            name: 'hangup',
            cause: HOW[state] ?? (answered ? 'normalClearing' : 'noAnswer'),
            at: localIn(end),
          }),
        ]
      : []),
    ...(record !== '' && state !== 'voicemail' ? [event({ ...base, name: 'recording', recordingUrl: record })] : []),
  ]
}

/** Whole, or a path on the server that is named beside it. */
function recordIn(fields: Fields): string {
  const file = textOf(fields, 'RecordFile')
  const server = textOf(fields, 'FileServer')
  if (file === '' || /^https?:/.test(file) || server === '') return file
  return `${server.replace(/\/$/, '')}/${file.replace(/^\//, '')}`
}

const told = (at: Date | null, now: Date): string => {
  const when = at ?? now
  const { date, time } = localOf(when, ZONE)
  return `${date} ${time}:${String(when.getUTCSeconds()).padStart(2, '0')}`
}

export const moor: Adapter = {
  verify: verifyStandard,
  parse: parseMoor,
  reply: (rejected) => ({ type: 'application/json', body: rejected ? '{"action":"reject","reason":"busy"}' : '{}' }),
  write: (one, { now }) => ({
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      CallSheetID: one.callKey,
      CallNo: one.from,
      CalledNo: one.to,
      CallType: 'normal',
      CallState: { newCall: 'Ring', answer: 'Link' }[one.name as string] ?? 'Hangup',
      ...(one.name === 'newCall' ? { Ring: told(one.at, now) } : {}),
      ...(one.name === 'answer' ? { Begin: told(one.at, now), Exten: one.answeredUser } : {}),
      ...(one.name === 'hangup' ? { End: told(one.at, now), State: one.cause === 'cancel' ? 'leak' : 'dealing' } : {}),
    }).toString(),
  }),
}
