import type { Language } from '../kernel/language.ts'
import { localOf, nightOf } from '../kernel/time.ts'

const formats = new Map<string, Intl.DateTimeFormat>()
const format = (language: Language, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${language}|${zone}|${JSON.stringify(options)}`
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, { ...options, timeZone: zone })
  formats.set(key, known)
  return known
}

/** `02:14`, always 24 hours. */
export const clockTime = (at: Date, zone: string): string => localOf(at, zone).time

/** `11月23日` or `23 Nov` in the company's zone. */
export const shortDate = (at: Date, language: Language, zone: string): string =>
  language === 'en'
    ? format('en', zone, { day: 'numeric', month: 'short' })
        .formatToParts(at)
        .filter((part) => part.type !== 'literal')
        .map((part) => part.value)
        .sort((a) => (/\d/.test(a) ? -1 : 1))
        .join(' ')
    : format(language, zone, { day: 'numeric', month: 'long' }).format(at)

/** The same with its year, for what lies far off: `2027年11月23日` or `23 Nov 2027`. */
export const longDate = (at: Date, language: Language, zone: string): string => {
  const year = format('en', zone, { year: 'numeric' }).format(at)
  return language === 'en' ? `${shortDate(at, language, zone)} ${year}` : `${year}年${shortDate(at, language, zone)}`
}

/** The date on which a night begins, as a reader says it. */
export const nightName = (at: Date, language: Language, zone: string): string => dateName(nightOf(at, zone), language)

/** `2026-11-23` → `11月23日` or `23 Nov`. */
export const dateName = (date: string, language: Language): string =>
  shortDate(new Date(`${date}T12:00:00Z`), language, 'UTC')

/** Two days of the calendar, `8月26日 – 11月24日`; of two years as `2024-11-27 – 2026-11-26`, for a month would say too little. */
export const spanName = (from: string, to: string, language: Language): string =>
  from.slice(0, 4) === to.slice(0, 4) ? `${dateName(from, language)} – ${dateName(to, language)}` : `${from} – ${to}`

/** `2026-10` or a day in it → `2026年10月` or `October 2026`: the one way in which a month is written. */
export const monthName = (date: string, language: Language): string =>
  format(language, 'UTC', { month: 'long', year: 'numeric' }).format(new Date(`${date.slice(0, 7)}-01T12:00:00Z`))

/** `3:12`, `1:46:00`: minutes and seconds, hours where there are any. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(Math.abs(milliseconds) / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** 12 KB, 3.4 MB: as decimal units, because that is what people's systems show for files they send. */
export function fileSize(bytes: number, language: Language): string {
  const mega = bytes >= 1_000_000
  const figure = new Intl.NumberFormat(language, { maximumFractionDigits: mega ? 1 : 0 })
  return mega ? `${figure.format(bytes / 1_000_000)} MB` : `${figure.format(Math.max(1, bytes / 1000))} KB`
}
