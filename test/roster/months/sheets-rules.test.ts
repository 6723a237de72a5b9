import { strToU8, unzipSync, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import write from 'write-excel-file/node'
import { MOST_ROWS, readPlan } from '../../../server/roster/months/sheets/reading.ts'

const HEAD = ['night', 'post', 'number', 'name', 'backup']
const workbook = async (rows: string[][]): Promise<Uint8Array> =>
  new Uint8Array(await write(rows.map((row) => row.map((value) => ({ value })))).toBuffer())
const csv = (rows: string[][]) => strToU8(rows.map((row) => row.join(',')).join('\r\n'))
const ROW = ['2026-12-03', 'manager', 'hr0102', '卫平', 'yes']
const code = (bytes: Uint8Array) =>
  readPlan(bytes).then(
    () => 'taken',
    (error) => error.code,
  )

test('a plan comes back from a .csv and from a .xlsx as it was', async () => {
  const line = { line: 2, night: '2026-12-03', post: 'manager', number: 'hr0102', backup: true }
  expect(await readPlan(csv([HEAD, ROW]))).toEqual([line])
  expect(await readPlan(await workbook([HEAD, ROW]))).toEqual([line])
})

test('a .csv in the letters of a Chinese spreadsheet program is read as well', async () => {
  const yes = Buffer.from(csv([HEAD, ['2026-12-03', 'manager', 'hr0102', 'Wei Ping', '']]).slice(0, -2))
  // 是 as GB18030 writes it.
  const bytes = new Uint8Array(Buffer.concat([yes, Buffer.from([0x2c, 0xca, 0xc7])]))
  expect(await readPlan(bytes)).toEqual([
    { line: 2, night: '2026-12-03', post: 'manager', number: 'hr0102', backup: true },
  ])
})

test('formulas, merged cells, wrong columns, a hundred thousand rows and what is no table are refused in words', async () => {
  const packed = unzipSync(await workbook([HEAD, ROW]))
  const changed = (act: (xml: string) => string): Uint8Array =>
    zipSync({
      ...packed,
      'xl/worksheets/sheet1.xml': strToU8(act(new TextDecoder().decode(packed['xl/worksheets/sheet1.xml']))),
    })
  expect(await code(changed((xml) => xml.replace(/<c ([^>]*)>/, '<c $1><f>1+1</f>')))).toBe('roster.sheet_formulas')
  expect(
    await code(
      changed((xml) =>
        xml.replace('</sheetData>', '</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'),
      ),
    ),
  ).toBe('roster.sheet_merged')
  expect(await code(csv([['day', 'post', 'number', 'name', 'backup'], ROW]))).toBe('roster.sheet_columns')
  expect(await code(csv([HEAD, ...Array.from({ length: 100_000 }, () => ROW)]))).toBe('roster.sheet_long')
  expect(MOST_ROWS).toBeLessThan(100_000)
  expect(await code(new Uint8Array([0x50, 0x4b, 3, 4, 9, 9]))).toBe('roster.sheet_unreadable')
  expect(await code(new Uint8Array([0xff, 0xfe, 0x00, 0xd8]))).toBe('roster.sheet_unreadable')
  const bomb = zipSync({ ...packed, 'xl/worksheets/sheet2.xml': new Uint8Array(30_000_000) })
  expect(await code(bomb)).toBe('roster.sheet_long')
})
