import { expect, test } from 'vitest'
import { csvOf } from '../../server/web/sheet.ts'

test('what a spreadsheet would run is quoted as text, numbers stay numbers, words stay whole', () => {
  const csv = csvOf(
    {
      columns: ['甲', 'b,c'],
      rows: [
        ['=1+1', -3],
        ['says "no"\nreally', null],
        ['@sum', new Date('2026-11-23T18:14:00Z')],
      ],
    },
    'Asia/Shanghai',
  )
  expect(csv).toBe('\ufeff甲,"b,c"\r\n\'=1+1,-3\r\n"says ""no""\nreally",\r\n\'@sum,2026-11-24 02:14\r\n')
})
