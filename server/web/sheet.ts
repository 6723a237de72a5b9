import type { Context } from 'hono'
import { localOf } from '../kernel/time.ts'
import type { Env } from './env.ts'

/** A table as somebody takes it away: the words of its columns, and its rows in their order. */
export type Sheet = {
  /** Without an ending. */
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}
export type Cell = string | number | Date | null

export const SHEET_FORMATS = ['csv', 'xlsx'] as const
export type SheetFormat = (typeof SHEET_FORMATS)[number]

const TYPES: Readonly<Record<SheetFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/**
 * Comma-separated for programs, a workbook for people; numbers stay numbers, and an instant is written as the company's
 * clocks show it: nobody who reads a sheet reckons with zones.
 */
export async function sheet(c: Context<Env>, one: Sheet, format: SheetFormat, zone = 'UTC'): Promise<Response> {
  const bytes = format === 'csv' ? Buffer.from(csvOf(one, zone)) : await xlsxOf(one, zone)
  c.header('content-type', TYPES[format])
  c.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${one.name}.${format}`)}`)
  return c.body(new Uint8Array(bytes))
}

/** RELIABILITY 16: what a spreadsheet would take for a formula is quoted as text. The mark in front tells it that this is UTF-8. */
export function csvOf({ columns, rows }: Pick<Sheet, 'columns' | 'rows'>, zone = 'UTC'): string {
  const lines = [columns, ...rows].map((row) => row.map((cell) => csvCell(cell, zone)).join(','))
  return `\ufeff${lines.join('\r\n')}\r\n`
}

function csvCell(cell: Cell, zone: string): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const text = cell instanceof Date ? localText(cell, zone) : cell
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

function localText(at: Date, zone: string): string {
  const { date, time } = localOf(at, zone)
  return `${date} ${time}`
}

async function xlsxOf({ columns, rows }: Sheet, zone: string): Promise<Buffer> {
  // Loaded by whoever wants a workbook first: most days nobody does.
  const { default: write } = await import('write-excel-file/node')
  const head = columns.map((value) => ({ value, fontWeight: 'bold' as const }))
  const body = rows.map((row) =>
    row.map((value) =>
      // A workbook knows no zones: what it is given as UTC is what it shows.
      value instanceof Date
        ? { value: new Date(`${localText(value, zone).replace(' ', 'T')}Z`), format: 'yyyy-mm-dd hh:mm' }
        : value,
    ),
  )
  return write([head, ...body]).toBuffer()
}
