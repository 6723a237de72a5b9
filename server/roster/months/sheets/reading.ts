import { parse } from 'csv-parse/sync'
import { strFromU8, unzipSync } from 'fflate'
import { readSheet } from 'read-excel-file/node'
import { type Refusal, refusal } from '../../../kernel/refusal.ts'

/** What a plan is taken away and brought back as; `name` is for people and not read. */
export const COLUMNS = ['night', 'post', 'number', 'name', 'backup'] as const
/** More than a month of any company has. */
export const MOST_ROWS = 5000
const MOST_UNPACKED_BYTES = 20_000_000
/** A hundred thousand rows still arrive, so that it can be said in words that they are too many. */
export const SHEET_BYTES = 8_000_000

export type Line = {
  readonly line: number
  readonly night: string
  readonly post: string
  readonly number: string
  /** Null where the word is neither yes nor no. */
  readonly backup: boolean | null
}

/** Rows of a `.csv` or `.xlsx`. @throws Refusal in words where it is no such table, has formulas or joined cells, or is far too long */
export async function readPlan(bytes: Uint8Array): Promise<Line[]> {
  const isWorkbook = bytes[0] === 0x50 && bytes[1] === 0x4b
  const rows = isWorkbook ? await readWorkbook(bytes) : readText(bytes)
  const [head = [], ...body] = rows
  const names = head.map((cell) => cell.trim().toLowerCase())
  if (names.length < COLUMNS.length || COLUMNS.some((name, n) => names[n] !== name)) throw bad('roster.sheet_columns')
  if (body.length > MOST_ROWS) throw bad('roster.sheet_long', { most: MOST_ROWS })
  const filled = body
    .map((cells, n) => ({ cells, line: n + 2 }))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  // Headings alone would clear the month: nobody means that who brings a plan.
  if (filled.length === 0) throw bad('roster.sheet_empty')
  return filled.map(({ cells: [night = '', post = '', number = '', , backup = ''], line }) => ({
    line,
    night: dateOf(night.trim()),
    post: post.trim(),
    number: number.trim().replace(/^'/, ''),
    backup: yesOrNo(backup.trim()),
  }))
}

const YES = /^(yes|1|true|x|是)$/i
const NO = /^(|no|0|false|-|否)$/i
const yesOrNo = (word: string): boolean | null => (YES.test(word) ? true : NO.test(word) ? false : null)

/** Spreadsheet programs write a date of a `.csv` their own way when they save it: `2026/12/3`. */
const dateOf = (written: string): string =>
  written.replace(/^(\d{4})\/(\d\d?)\/(\d\d?)$/, (_, year, month, day) =>
    [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-'),
  )

const bad = (code: string, values: Record<string, string | number> = {}): Refusal => refusal(code, values, 'file')

function readText(bytes: Uint8Array): string[][] {
  try {
    return parse(textIn(bytes), {
      bom: true,
      // Which of them a spreadsheet program writes depends on its country.
      delimiter: [',', ';', '\t'],
      relax_column_count: true,
      to: MOST_ROWS + 2,
      max_record_size: 10_000,
    }) as string[][]
  } catch {
    throw bad('roster.sheet_unreadable')
  }
}

/** UTF-8, else as Chinese spreadsheet programs write it where nobody tells them otherwise. @throws where it is neither */
function textIn(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030', { fatal: true }).decode(bytes)
  }
}

async function readWorkbook(bytes: Uint8Array): Promise<string[][]> {
  refuseTricks(bytes)
  try {
    const rows = (await readSheet(Buffer.from(bytes))) as (string | number | boolean | Date | null)[][]
    return rows.map((row) => row.map(textOf))
  } catch {
    throw bad('roster.sheet_unreadable')
  }
}
const textOf = (cell: string | number | boolean | Date | null): string =>
  cell === null ? '' : cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell)

/** A formula is not what somebody sees, a joined cell belongs to no row, and what unpacks to far more than it weighs is no roster. */
function refuseTricks(bytes: Uint8Array): void {
  let unpacked = 0
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        unpacked += originalSize
        return unpacked <= MOST_UNPACKED_BYTES && /^xl\/worksheets\/[^/]+\.xml$/.test(name)
      },
    })
  } catch {
    throw bad('roster.sheet_unreadable')
  }
  if (unpacked > MOST_UNPACKED_BYTES) throw bad('roster.sheet_long', { most: MOST_ROWS })
  for (const file of Object.values(files)) {
    const xml = strFromU8(file)
    if (/<f[\s>/]/.test(xml)) throw bad('roster.sheet_formulas')
    if (/<mergeCell[\s/]/.test(xml)) throw bad('roster.sheet_merged')
  }
}
