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
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
  return { date: local.toPlainDate().toString(), time: local.toPlainTime().toString({ smallestUnit: 'minute' }) }
}

/** The instant of a wall-clock time. One that does not exist moves forward, one that exists twice is the first (RELIABILITY 19). */
export function instantOf(date: string, time: string, zone: string): Date {
  const local = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone, { disambiguation: 'compatible' })
  return new Date(local.epochMilliseconds)
}

export const addDays = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString()

/** Monday is 1, Sunday 7. */
export const weekdayOf = (date: string): number => Temporal.PlainDate.from(date).dayOfWeek

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
