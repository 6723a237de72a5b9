import { parse } from 'csv-parse/sync'
import { refusal } from '../../../kernel/refusal.ts'

/** One line of a list: where it begins in the file, from 1, and its cells without the spaces around them. */
export type Line = { readonly line: number; readonly cells: readonly string[] }

/** More than the whole of a large company; the dry run of a list that long still answers at once. */
export const MOST_LINES = 5000
const DELIMITERS = [',', ';', '\t'] as const
const CELL_LETTERS = 4000

/** UTF-8 with or without its mark, else GB18030, as spreadsheets in China write it. */
export function decodeList(bytes: Uint8Array): string {
  for (const encoding of ['utf-8', 'gb18030'])
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error // TypeError is how it says that the bytes are of another encoding
    }
  throw refusal('accounts.import_encoding')
}

/** Cells as they stand there: a cell that looks like a formula is that text. Throws a Refusal that names the line. */
export function readLines(text: string): Line[] {
  if (text.includes('\u0000')) throw refusal('accounts.import_encoding')
  const rows = parsed(text)
  if (rows.length > MOST_LINES + 1) throw refusal('accounts.import_long', { count: MOST_LINES })
  return rows
    .map(({ record, info }) => ({ line: info.lines - breaksIn(record), cells: record }))
    .filter(({ cells }) => cells.some(Boolean))
}

type Parsed = { record: string[]; info: { lines: number } }

function parsed(text: string): Parsed[] {
  try {
    return parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: CELL_LETTERS * 4,
      to: MOST_LINES + 2,
    }) as unknown as Parsed[]
  } catch (error) {
    const { code, lines } = error as { code?: string; lines?: number }
    if (!code) throw error
    throw refusal(code === 'CSV_MAX_RECORD_SIZE' ? 'accounts.import_cell_long' : 'accounts.import_quotes', {
      line: lines ?? 1,
    })
  }
}

/** The one that parts the headings most often, outside quotes. */
function delimiterOf(text: string): string {
  const [headings = ''] = text.replace(/^\ufeff/, '').split(/[\r\n]/, 1)
  const bare = headings.replaceAll(/"[^"]*"/g, '')
  const count = (delimiter: string): number => bare.split(delimiter).length
  return DELIMITERS.toSorted((a, b) => count(b) - count(a))[0] ?? ','
}

const breaksIn = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0)
