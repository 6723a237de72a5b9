import type { LineId, StaffId } from '../../kernel/ids.ts'
import { CALL_STATES, type CallState } from '../rules.ts'

export const ASKED_STATES = ['answered', 'unanswered', ...CALL_STATES.filter((one) => one !== 'answered')] as const
/** What the log is asked for; all of it may be left out. */
export type Asked = {
  readonly from: Date | null
  readonly to: Date | null
  readonly line: LineId | null
  readonly agent: StaffId | null
  readonly state: CallState | 'unanswered' | null
  readonly direction: 'in' | 'out' | null
  readonly number: string
  readonly unlogged: boolean
}

/** Part of a whole in per cent, null where there is nothing. */
export const share = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 100)

/** A field of a table for other programs: what a sheet would take for a formula is marked as text (RELIABILITY 16). */
export function csvField(value: string | number | null): string {
  if (value === null) return ''
  const text = String(value)
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
export const csvOf = (rows: readonly (readonly (string | number | null)[])[]): string =>
  `\ufeff${rows.map((row) => row.map(csvField).join(',')).join('\r\n')}\r\n`
