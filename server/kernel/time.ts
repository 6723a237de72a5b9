import { Temporal } from 'temporal-polyfill'

/** Half-open stretch of time `[from, to)`, both instants. */
export type Window = { readonly from: Date; readonly to: Date }

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const plus = (at: Date, milliseconds: number): Date => new Date(at.getTime() + milliseconds)
export const minutesBetween = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / MINUTE
export const covers = (window: Window, at: Date): boolean => window.from <= at && at < window.to
export const overlap = (a: Window, b: Window): boolean => a.from < b.to && b.from < a.to

/** Wall-clock date and time of an instant in a zone, as `2026-11-23` and `22:00`. */
export function localOf(at: Date, zone: string): { date: string; time: string } {
  const local = new Date(at.getTime() + offsetAt(at, zone)).toISOString()
  return { date: local.slice(0, local.indexOf('T')), time: local.slice(local.indexOf('T') + 1).slice(0, 5) }
}

/** What a zone adds to UTC, milliseconds. It changes on quarters of an hour only, and is asked for several times a row of a page. */
function offsetAt(at: Date, zone: string): number {
  const quarter = Math.floor(at.getTime() / (15 * MINUTE))
  const key = `${zone} ${quarter}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  const offset = Temporal.Instant.fromEpochMilliseconds(quarter * 15 * MINUTE).toZonedDateTimeISO(
    zone,
  ).offsetNanoseconds
  if (offsets.size >= MOST_KNOWN) offsets.clear()
  offsets.set(key, offset / 1e6)
  return offset / 1e6
}
const offsets = new Map<string, number>()
const MOST_KNOWN = 10_000

/** The instant of a wall-clock time. One that does not exist moves forward, one that exists twice is the first (RELIABILITY 19). */
export function instantOf(date: string, time: string, zone: string): Date {
  const key = `${date} ${time} ${zone}`
  const known = instants.get(key)
  if (known !== undefined) return new Date(known)
  const local = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone, { disambiguation: 'compatible' })
  if (instants.size >= MOST_KNOWN) instants.clear()
  instants.set(key, local.epochMilliseconds)
  return new Date(local.epochMilliseconds)
}
const instants = new Map<string, number>()

export const addDays = (date: string, days: number): string =>
  new Date(noonOf(date) + days * DAY).toISOString().slice(0, 10)

/** Monday is 1, Sunday 7. */
export const weekdayOf = (date: string): number => new Date(noonOf(date)).getUTCDay() || 7

/** A day of the calendar by itself, in no zone. @throws RangeError where there is no such day */
function noonOf(date: string): number {
  const noon = new Date(`${date}T12:00:00Z`)
  if (Number.isNaN(noon.getTime()) || noon.toISOString().slice(0, 10) !== date) throw new RangeError(`no day: ${date}`)
  return noon.getTime()
}

/** A window from one wall-clock time to another on that date; an end at or before the start is on the next day. */
export function windowOf(date: string, start: string, end: string, zone: string): Window {
  const endDate = end <= start ? addDays(date, 1) : date
  return { from: instantOf(date, start, zone), to: instantOf(endDate, end, zone) }
}

/** The night an instant belongs to: the local date of its evening. Before noon that is yesterday: pages at 01:00 say "night of the 23rd". */
export function nightOf(at: Date, zone: string): string {
  const { date, time } = localOf(at, zone)
  return time < '12:00' ? addDays(date, -1) : date
}

export type NightHours = { readonly start: string; readonly end: string; readonly zone: string }

/** The night that is on, or the next one where the last is over already. */
export function comingNight(now: Date, { start, end, zone }: NightHours): string {
  const night = nightOf(now, zone)
  return windowOf(night, start, end, zone).to > now ? night : addDays(night, 1)
}

/** What pages call this moment: a night by the date on which it began, else the day. */
export function dayPartOf(now: Date, { start, end, zone }: NightHours): { part: 'night' | 'day'; date: string } {
  const night = nightOf(now, zone)
  const { from, to } = windowOf(night, start, end, zone)
  return now >= from && now < to ? { part: 'night', date: night } : { part: 'day', date: localOf(now, zone).date }
}

/** When the night of an instant began, as `nightOf` counts them: at noon. */
export const noonBefore = (at: Date, zone: string): Date => instantOf(nightOf(at, zone), '12:00', zone)
