import type { Context } from 'hono'
import { z } from 'zod'
import { isId } from '../kernel/ids.ts'
import { doubledKey } from '../kernel/json.ts'
import { Malformed, NotFound } from '../kernel/refusal.ts'
import type { Body, Env } from './env.ts'

/**
 * Readers of what comes in (RELIABILITY 14): missing, doubled, unknown and wrongly typed fields are a 400. Use the field
 * kinds below, so that what PostgreSQL cannot store never reaches it while all other text is taken as it is.
 */
export const BODY_BYTES = 64_000

const storable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed()

/** Any text of 1..max characters (code points) that can be stored; white space around it stays. */
export const text = (max: number) =>
  z
    .string()
    .refine(storable, 'unstorable')
    .refine((value) => value.trim() !== '' && Array.from(value).length <= max, 'length')
/** Text that may be empty. */
export const optionalText = (max: number) =>
  z
    .string()
    .refine(storable, 'unstorable')
    .refine((value) => Array.from(value).length <= max, 'length')
/** Where a form leads back to, as path and query: a page of ours, never an address elsewhere; anything else is nowhere. */
export const ownPath = z.string().transform((path) => (OWN_PATH.test(path) ? path : undefined))
const OWN_PATH = /^\/(?!\/)[^\\\s\p{Cc}\p{Cs}]{0,2999}$/u
/** A UUID made by the client; version 7 is what our own clients send. Kept, and given back, in lower case. */
export const clientId = z.uuid().toLowerCase()
/** A whole number from 0 up, as forms and addresses carry it and as JSON does. */
export const wholeNumber = z
  .union([z.number().int(), z.string().regex(/^(0|[1-9]\d{0,8})$/)])
  .transform(Number)
  .refine((value) => value >= 0 && value <= 999_999_999, 'number')
/** A day of the calendar, `2026-11-24`, of years that a roster can be about. */
export const day = z.iso.date().refine((date) => date.startsWith('20'), 'day')
/** A time of the clock, `22:00`. */
export const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
/** Day and time as a page's field for both gives them, `2026-11-24T22:00`. */
export const dayAndTime = z
  .string()
  .refine((value) => value[10] === 'T' && day.safeParse(value.slice(0, 10)).success, 'day')
  .refine((value) => clockTime.safeParse(value.slice(11)).success, 'time')
/** A row's id as text. */
export const rowId = z.string().refine(isId, 'id')

/** The fields of a POSTed form, without `_token`. */
export async function form<Shape extends z.ZodRawShape>(
  c: Context<Env>,
  shape: Shape,
): Promise<z.infer<z.ZodObject<Shape>>> {
  const { body } = c.var
  if (body?.kind === 'refused') throw body.reason
  if (body?.kind !== 'form') throw new Malformed('form_expected')
  const fields = new Map<string, string>()
  const lists = listFields(shape)
  const many = new Map<string, string[]>()
  for (const [name, value] of body.fields) {
    if (name === '_token') continue
    if (lists.has(name)) {
      many.set(name, [...(many.get(name) ?? []), value])
      continue
    }
    if (fields.has(name)) throw new Malformed('doubled_field', name)
    fields.set(name, value)
  }
  return check(z.strictObject(shape), { ...Object.fromEntries(fields), ...Object.fromEntries(many) })
}

/** What was typed, by field, whether it could be taken or not; U+0000 cannot be shown, and is not what somebody typed. */
export function typedIn({ var: { body } }: Context<Env>): Record<string, string> {
  const fields = body?.kind === 'form' ? body.fields : body?.kind === 'refused' ? body.typed : undefined
  const typed = [...(fields ?? [])].filter(([name]) => name !== '_token')
  return Object.fromEntries(typed.map(([name, value]) => [name, value.replaceAll('\u0000', '')]))
}

/** The JSON body. */
export async function json<Shape extends z.ZodRawShape>(
  c: Context<Env>,
  shape: Shape,
): Promise<z.infer<z.ZodObject<Shape>>> {
  const { body } = c.var
  if (body?.kind === 'refused') throw body.reason
  if (body?.kind !== 'json') throw new Malformed('json_expected')
  return check(z.strictObject(shape), body.value)
}

/** The query of the address; everything arrives as text. */
export function query<Shape extends z.ZodRawShape>(c: Context<Env>, shape: Shape): z.infer<z.ZodObject<Shape>> {
  const all = c.req.queries()
  for (const [name, values] of Object.entries(all)) if (values.length > 1) throw new Malformed('doubled_field', name)
  return check(z.strictObject(shape), c.req.query())
}

/** An id in the path; a made-up one is a 404 like a missing row. */
export function pathId<Id extends string>(c: Context<Env>, name = 'id'): Id {
  const value = c.req.param(name) ?? ''
  if (!isId(value)) throw new NotFound()
  return value as Id
}

/** Strict check of a value against a schema: `Malformed` names the first field that is wrong. */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.map(String).join('.')
  throw new Malformed(issue?.code === 'unrecognized_keys' ? 'unknown_field' : 'bad_field', field || undefined)
}

/** Decodes a body strictly: malformed UTF-8 (also inside %-escapes), a doubled JSON key and broken JSON are refused. */
export function parseBody(bytes: Uint8Array, contentType: string): Body | undefined {
  const kind = contentType.split(';')[0]?.trim().toLowerCase()
  // Many clients declare JSON on every call: no bytes are no body, and only a form of no fields is still a form.
  if (bytes.byteLength === 0 && (kind === '' || kind === 'application/json')) return undefined
  if (kind !== 'application/x-www-form-urlencoded' && kind !== 'application/json') throw new Malformed('content_type')
  const textOf = decode(bytes)
  return kind === 'application/json'
    ? { kind: 'json', value: parseJson(textOf) }
    : { kind: 'form', fields: parseForm(textOf) }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Malformed('encoding')
  }
}

function parseForm(encoded: string): URLSearchParams {
  try {
    for (const part of encoded.split(/[&=]/)) decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    throw new Malformed('encoding')
  }
  return new URLSearchParams(encoded)
}

function parseJson(source: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    throw new Malformed('json_expected')
  }
  const doubled = doubledKey(source)
  if (doubled !== undefined) throw new Malformed('doubled_field', doubled)
  return value
}

const listFields = (shape: z.ZodRawShape): Set<string> =>
  new Set(
    Object.entries(shape)
      .filter(([, kind]) => acceptsList(kind))
      .map(([name]) => name),
  )
const acceptsList = (kind: unknown): boolean => (kind as z.ZodType).safeParse([]).success
