import type { Bilingual } from '../kernel/language.ts'

/** Pages of settings, in their order. */
export const GROUPS = [
  'desk',
  'clocks',
  'shifts',
  'roster',
  'customers',
  'phone',
  'conduct',
  'privacy',
  'appraisal',
  'notices',
  'people',
  'brand',
] as const
export type Group = (typeof GROUPS)[number]

type Unit =
  | 'times'
  | 'nights'
  | 'of_month'
  | 'seconds'
  | 'minutes'
  | 'hours'
  | 'days'
  | 'workdays'
  | 'people'
  | 'conversations'
  | 'share'
  | 'months'
  | 'shifts'
  | 'ratings'
  | 'incidents'
  | 'points'
/** A picture in the files of the house, already bounded and encoded by us. */
export type Picture = { readonly file: string; readonly width: number; readonly height: number }

export type NumberDefinition = {
  readonly kind: 'number'
  readonly group: Group
  readonly default: number
  readonly unit: Unit
  readonly min: number
  readonly max: number
  /** Steps from `min`; a whole one takes whole numbers only. */
  readonly step: number
}
/** A local time of day, `22:00`. */
type TimeDefinition = { readonly kind: 'time'; readonly group: Group; readonly default: string }
type TextDefinition = {
  /** A `line` is a name of some other program's: of a folder, of a host; a `day` is a date, `2026-12-01`. Each may be empty. */
  readonly kind: 'email' | 'phone' | 'colour' | 'line' | 'day'
  readonly group: Group
  readonly default: string
}
type BothDefinition = {
  readonly kind: 'both'
  readonly group: Group
  readonly default: Bilingual
  readonly letters: number
}
type PictureDefinition = { readonly kind: 'picture'; readonly group: Group; readonly default: Picture | null }

export type Definition = NumberDefinition | TimeDefinition | TextDefinition | BothDefinition | PictureDefinition

export function number(
  group: Group,
  unit: Unit,
  value: number,
  [min, max]: [number, number],
  step = 1,
): NumberDefinition {
  return { kind: 'number', group, default: value, unit, min, max, step }
}

export function time(group: Group, value: string): TimeDefinition {
  return { kind: 'time', group, default: value }
}

export function text(group: Group, kind: TextDefinition['kind'], value = ''): TextDefinition {
  return { kind, group, default: value }
}

export function both(group: Group, value: Bilingual, letters: number): BothDefinition {
  return { kind: 'both', group, default: value, letters }
}

export function picture(group: Group): PictureDefinition {
  return { kind: 'picture', group, default: null }
}
