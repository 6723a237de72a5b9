import { createHmac } from 'node:crypto'
import { same } from '../../platform/tokens.ts'
import type { Cause } from '../rules.ts'

/** What every line can say, whatever it speaks. */
export type LineEvent = {
  readonly name: 'newCall' | 'answer' | 'hangup' | 'voicemail' | 'recording' | 'dtmf' | 'rating'
  readonly callKey: string
  readonly direction: 'in' | 'out' | null
  readonly from: string
  readonly to: string
  readonly queue: string
  /** Who was rung: extensions, logins or ids. */
  readonly users: readonly string[]
  /** Who lifted; `voicemail` is the machine. */
  readonly answeredUser: string
  readonly cause: Cause | null
  readonly at: Date | null
  readonly eventId: string
  readonly talkSeconds: number | null
  readonly recordingUrl: string
  readonly digit: string
  readonly score: number | null
}

/** A request as it came. */
export type Received = {
  readonly header: (name: string) => string | undefined
  readonly bytes: Buffer
  /** The address as the other side knows it. */
  readonly url: string
  readonly now: Date
}
export type Fields = Readonly<Record<string, unknown>>
export type Reply = { readonly type: string; readonly body: string }

/** How one kind of line speaks. A new kind is one file with this and one line in `choice.ts`. */
export type Adapter = {
  /** Whether the request is from who it says; only asked where the line has a secret. */
  readonly verify: (received: Received, secret: string) => 'signature' | 'old' | null
  /** What the fields say, in the order in which it happened; nothing where they say nothing that we know. */
  readonly parse: (fields: Fields) => readonly LineEvent[]
  readonly reply: (rejected: boolean) => Reply
  /** The same event as this kind of line would send it: for the test call. */
  readonly write: (event: LineEvent, to: { url: string; secret: string | null; now: Date }) => Written
}
export type Written = { readonly headers: Readonly<Record<string, string>>; readonly body: string }

const KEY_LETTERS = 250
const FIELD_LETTERS = 500

/** One field as text; a list, an object or nothing is an empty text. */
export function textOf(fields: Fields, ...names: readonly string[]): string {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'number' && Number.isFinite(value)) return String(value)
    if (typeof value === 'string' && value.trim() !== '') return value.trim().slice(0, FIELD_LETTERS)
  }
  return ''
}

/** A field that may be there once, several times, or as `name[]`. */
export function listOf(fields: Fields, name: string): string[] {
  const given = [fields[name], fields[`${name}[]`]].flat()
  const texts = given
    .filter((one) => typeof one === 'string' || typeof one === 'number')
    .map((one) => String(one).trim())
  return [...new Set(texts.filter((one) => one !== '').map((one) => one.slice(0, 100)))].slice(0, 50)
}

/** An id of a call that can be kept, or an empty text. */
export const keyOf = (text: string): string => (text.length > KEY_LETTERS ? '' : text)

/** ISO 8601, or seconds or milliseconds since 1970. */
export function instantIn(text: string): Date | null {
  if (text === '') return null
  const number = /^\d{9,14}(\.\d+)?$/.test(text) ? Number(text) : undefined
  const at = new Date(number === undefined ? text : number < 1e11 ? number * 1000 : number)
  return Number.isNaN(at.getTime()) ? null : at
}

export const wholeIn = (text: string): number | null => (/^\d{1,7}$/.test(text) ? Number(text) : null)
export const digitIn = (text: string): string => (/^[0-9*#]$/.test(text) ? text : '')

export const event = (given: Partial<LineEvent> & Pick<LineEvent, 'name' | 'callKey'>): LineEvent => ({
  direction: null,
  from: '',
  to: '',
  queue: '',
  users: [],
  answeredUser: '',
  cause: null,
  at: null,
  eventId: '',
  talkSeconds: null,
  recordingUrl: '',
  digit: '',
  score: null,
  ...given,
})

/**
 * The fields of a body, JSON or form, whatever its content type says of it: lines are known to say the one and send the
 * other. Undefined where it is neither.
 */
export function fieldsOf(bytes: Buffer): Fields | undefined {
  const text = bytes.toString('utf8').trim()
  if (text.startsWith('{')) {
    try {
      return clean(JSON.parse(text)) as Fields
    } catch {
      return undefined // a SyntaxError says that it only began like JSON
    }
  }
  if (!/^[^=&\s]+=/.test(text)) return undefined
  const fields: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields[name]
    fields[name] = before === undefined ? value : [before, value].flat().slice(0, 50)
  }
  return clean(fields) as Fields
}

/** What the database cannot keep, U+0000 and half a letter, is left out; depth is the sender's to choose, up to a point. */
function clean(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed()
  if (depth > 5 || typeof value !== 'object' || value === null) return depth > 5 ? null : value
  if (Array.isArray(value)) return value.slice(0, 100).map((one) => clean(one, depth + 1))
  const entries = Object.entries(value).slice(0, 200)
  return Object.fromEntries(entries.map(([name, one]) => [String(clean(name)), clean(one, depth + 1)]))
}

/** Older than this a signed request is a replay (Standard Webhooks). */
const SIGNED_FOR_SECONDS = 300

/** Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several signatures, one is enough. */
export function verifyStandard({ header, bytes, now }: Received, secret: string): 'signature' | 'old' | null {
  const id = header('webhook-id') ?? ''
  const timestamp = header('webhook-timestamp') ?? ''
  if (id === '' || !/^\d{9,11}$/.test(timestamp)) return 'signature'
  const expected = signStandard(bytes, { id, timestamp, secret })
  const given = (header('webhook-signature') ?? '').split(' ')
  if (!given.some((one) => same(one, expected))) return 'signature'
  return Math.abs(now.getTime() / 1000 - Number(timestamp)) > SIGNED_FOR_SECONDS ? 'old' : null
}

export function signStandard(
  body: Buffer | string,
  { id, timestamp, secret }: { id: string; timestamp: string; secret: string },
): string {
  // A secret as the standard writes it (`whsec_…`) is base64; any other text is taken as it is.
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)])
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}
