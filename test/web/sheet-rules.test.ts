import { expect, test } from 'vitest'
import { csvOf } from '../../server/web/sheet.ts'

test('what a spreadsheet would run is quoted as text, numbers stay numbers, words stay whole', () => {
  const csv = csvOf({
    columns: ['甲', 'b,c'],
    rows: [
      ['=1+1', -3],
      ['says "no"\nreally', null],
      ['@sum', new Date('2026-11-24T00:00:00Z')],
    ],
  })
  expect(csv).toBe('\ufeff甲,"b,c"\r\n\'=1+1,-3\r\n"says ""no""\nreally",\r\n\'@sum,2026-11-24T00:00:00.000Z\r\n')
})
