import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const ROWS = 73
const TESTS = import.meta.dirname

/** `row 22`, `rows 21 and 22`, `rows 19–25, 55`: the rows that a test's name says it proves. */
function rowsIn(name: string): number[] {
  return [...name.matchAll(/\brows? (\d+(?:(?:, | and |–|-)\d+)*)/g)].flatMap(([, list = '']) =>
    list.split(/, | and /).flatMap((part) => {
      const [from = 0, to = from] = part.split(/[–-]/).map(Number)
      return Array.from({ length: to - from + 1 }, (_, at) => from + at)
    }),
  )
}

const namesIn = (file: string): string[] =>
  [...fs.readFileSync(file, 'utf8').matchAll(/\b(?:test|describe|it)(?:\.\w+)*\(\s*(['"`])((?:(?!\1).|\\.)*)\1/g)].map(
    ([, , name = '']) => name,
  )

test('tests name the rows of the regulation that they prove; what is still without one is said', () => {
  const proved = new Set(
    fs.globSync('**/*.test.ts', { cwd: TESTS }).flatMap((file) => namesIn(path.join(TESTS, file)).flatMap(rowsIn)),
  )
  const all = Array.from({ length: ROWS }, (_, at) => at + 1)
  const without = all.filter((row) => !proved.has(row))
  console.log(
    `${ROWS - without.length} of ${ROWS} rows of the regulation are named by a test; without: ${without.join(', ')}`,
  )
  expect([...proved].filter((row) => !all.includes(row))).toEqual([])
  expect(proved.size).toBeGreaterThan(0)
})

test('a name may hold one row, several, or a stretch of them', () => {
  expect(rowsIn('row 22: 24 hours to confirm')).toEqual([22])
  expect(rowsIn('rows 37 and 38: a request')).toEqual([37, 38])
  expect(rowsIn('rows 19–21, 55: the roster')).toEqual([19, 20, 21, 55])
  expect(rowsIn('a row 4 pixels high, 100 rows')).toEqual([4])
})
