import { z } from 'zod'
import { LANGUAGES } from '../kernel/language.ts'
import { Refusal, refusal } from '../kernel/refusal.ts'
import { whyNotAccent } from './brand/rules.ts'
import { definitionOf, isSettingKey, keysOf, SETTINGS, type SettingKey, type Settings } from './definitions.ts'
import type { Definition, Group, NumberDefinition } from './kinds.ts'

type Value = Settings[SettingKey]
/** What people typed, by the name of the field. */
export type Typed = Readonly<Record<string, string>>

export const DEFAULTS = Object.fromEntries(
  Object.entries(SETTINGS).map(([key, definition]) => [key, definition.default]),
) as Settings

/** What is stored over the defaults; a stored value that is out of bounds or of another type is ignored (RELIABILITY 22: the default is the safe one). */
export function settingsFrom(stored: readonly { key: string; value: unknown }[]): Settings {
  const kept = stored.filter(({ key, value }) => isSettingKey(key) && fits(definitionOf(key), value))
  return { ...DEFAULTS, ...Object.fromEntries(kept.map(({ key, value }) => [key, value])) }
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/
const bilingual = z.strictObject({ 'zh-CN': z.string(), en: z.string() })
const picture = z.strictObject({ file: z.string(), width: z.number(), height: z.number() })

function fits(definition: Definition, value: unknown): boolean {
  switch (definition.kind) {
    case 'number':
      return typeof value === 'number' && value >= definition.min && value <= definition.max
    case 'time':
      return typeof value === 'string' && TIME.test(value)
    case 'both':
      return bilingual.safeParse(value).success
    case 'picture':
      return value === null || picture.safeParse(value).success
    case 'day':
      return value === '' || z.iso.date().safeParse(value).success
    default:
      return typeof value === 'string'
  }
}

/** The fields of a setting on its page: `companyName.zh-CN` and `companyName.en`, for most just the key. */
export const fieldsOf = (key: SettingKey): string[] =>
  definitionOf(key).kind === 'both' ? LANGUAGES.map((language) => `${key}.${language}`) : [key]

/** The settings of a group that are typed; a picture is sent by a form of its own. */
export const typedKeysOf = (group: Group): SettingKey[] =>
  keysOf(group).filter((key) => definitionOf(key).kind !== 'picture')

/** A value as its fields show it. */
export function typedOf(key: SettingKey, value: Value): Typed {
  if (definitionOf(key).kind !== 'both') return { [key]: String(value ?? '') }
  return Object.fromEntries(LANGUAGES.map((language) => [`${key}.${language}`, (value as Typed)[language] ?? '']))
}

/** What the fields of a group come to on top of what is in force, and every reason why not, each under its field. */
export function readGroup(
  group: Group,
  typed: Typed,
  before: Settings,
): { readonly values: Partial<Settings>; readonly refused: readonly Refusal[] } {
  const read = typedKeysOf(group).map((key) => [key, readTyped(key, typed)] as const)
  const refused = read.flatMap(([, value]) => (value instanceof Refusal ? [value] : []))
  const values = Object.fromEntries(read.filter(([, value]) => !(value instanceof Refusal))) as Partial<Settings>
  return { values, refused: refused.length > 0 ? refused : whyNotTogether({ ...before, ...values }) }
}

/** What must hold between settings, whichever of them changes. */
export function whyNotTogether(settings: Settings): Refusal[] {
  const { quietSeconds, lostSeconds, nightStart, nightEnd, dayDeskStart, dayDeskEnd } = settings
  const broken: Refusal[] = []
  // Work would be taken from somebody who still gets offers.
  if (lostSeconds <= quietSeconds)
    broken.push(refusal('settings.lost_after_quiet', { quiet: quietSeconds }, 'lostSeconds'))
  if (nightStart === nightEnd) broken.push(refusal('settings.night_has_no_length', {}, 'nightEnd'))
  if (dayDeskEnd <= dayDeskStart) broken.push(refusal('settings.day_ends_first', { start: dayDeskStart }, 'dayDeskEnd'))
  if (settings.abuseLimitHours > settings.abuseLimitMostHours)
    broken.push(refusal('settings.longer_than_most', { most: settings.abuseLimitMostHours }, 'abuseLimitHours'))
  if (settings.abuseBanDays > settings.abuseBanMostDays)
    broken.push(refusal('settings.longer_than_most', { most: settings.abuseBanMostDays }, 'abuseBanDays'))
  return broken
}

/** One setting out of its fields, or why not. Full-width digits and signs are those of a Chinese keyboard. */
export function readTyped(key: SettingKey, typed: Typed): Value | Refusal {
  const definition = definitionOf(key)
  const text = (typed[key] ?? '').normalize('NFKC').trim()
  switch (definition.kind) {
    case 'number':
      return readNumber(key, definition, text)
    case 'time': {
      const time = text.padStart(5, '0')
      return TIME.test(time) ? time : refusal('settings.not_a_time', {}, key)
    }
    case 'email':
      return text === '' || z.email().safeParse(text).success ? text : refusal('settings.not_an_address', {}, key)
    case 'phone':
      return text === '' || /^\+?\d[\d ()/.-]{2,29}$/.test(text) ? text : refusal('settings.not_a_phone', {}, key)
    case 'day':
      return text === '' || z.iso.date().safeParse(text).success ? text : refusal('settings.not_a_day', {}, key)
    case 'line':
      return readLine(key, text)
    case 'colour':
      return readAccent(key, text)
    case 'both':
      return readBoth(key, definition, typed)
    case 'picture':
      throw new Error(`${key} is a picture and cannot be typed`)
  }
}

const NUMBER = /^[+-]?\d+([.,]\d+)?$/
// 0.3 in steps of 0.05 is 5.999… steps.
const ALMOST = 1e-9

function readNumber(key: SettingKey, { min, max, step }: NumberDefinition, text: string): number | Refusal {
  if (!NUMBER.test(text)) return refusal('settings.not_a_number', {}, key)
  const value = Number(text.replace(',', '.'))
  if (value < min || value > max) return refusal('settings.out_of_bounds', { min, max }, key)
  const steps = (value - min) / step
  if (Math.abs(steps - Math.round(steps)) > ALMOST)
    return Number.isInteger(step)
      ? refusal('settings.not_whole', {}, key)
      : refusal('settings.not_in_steps', { step }, key)
  return value
}

const LINE_LETTERS = 100
function readLine(key: SettingKey, text: string): string | Refusal {
  const count = Array.from(text).length
  if (count > LINE_LETTERS) return refusal('settings.too_long', { letters: LINE_LETTERS, count }, key)
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) ? refusal('settings.one_line', {}, key) : text
}

function readAccent(key: SettingKey, text: string): string | Refusal {
  if (text === '') return text
  const hex = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(text)?.[1]?.toLowerCase()
  if (!hex) return refusal('settings.not_a_colour', {}, key)
  const colour = `#${hex.length === 3 ? hex.replace(/./g, '$&$&') : hex}`
  return whyNotAccent(colour, key) ?? colour
}

function readBoth(key: SettingKey, { letters }: { readonly letters: number }, typed: Typed): Value | Refusal {
  const sides = LANGUAGES.map((language) => [language, (typed[`${key}.${language}`] ?? '').trim()] as const)
  for (const [language, words] of sides) {
    if (words === '') return refusal('settings.both_languages', {}, `${key}.${language}`)
    if (Array.from(words).length > letters)
      return refusal('settings.too_long', { letters, count: Array.from(words).length }, `${key}.${language}`)
    if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(words)) return refusal('settings.one_line', {}, `${key}.${language}`)
  }
  return Object.fromEntries(sides) as Value
}

/** Whether two values are the same setting; the database gives back keys in an order of its own. */
export const sameValue = (a: unknown, b: unknown): boolean => plain(a) === plain(b)
const plain = (value: unknown): string =>
  JSON.stringify(typeof value === 'object' && value !== null ? Object.entries(value).sort() : value)
