import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { monthName } from '../../server/i18n/instants.ts'
import { seenObligation } from '../../server/obligations/contributions.ts'

const CHECKOUT = path.resolve(import.meta.dirname, '../..')
const read = (pattern: string) =>
  fs
    .globSync(pattern, { cwd: CHECKOUT })
    .map((name) => [name, fs.readFileSync(path.join(CHECKOUT, name), 'utf8')] as const)

test('a month is written one way in each language, whether its first day or only the month is given', () => {
  for (const month of ['2026-12', '2026-12-01', '2026-12-31']) {
    expect(monthName(month, 'en')).toBe('December 2026')
    expect(monthName(month, 'zh-CN')).toBe('2026年12月')
  }
})

test('no sentence puts a month together from its year and its number, and no page hands one a month as the address writes it', () => {
  const sentences = read('views/*/*.json')
  expect(sentences.length).toBeGreaterThan(50)
  expect(sentences.filter(([, text]) => /\{\{year\}\}|\{\{month\}\}\s*月/.test(text)).map(([name]) => name)).toEqual([])
  const given = read('views/**/*.hbs').flatMap(([name, text]) =>
    [...text.matchAll(/\bt "[\w.]+"[^{}()]*? month=(?!\(monthName )/g)].map(([found]) => `${name} ${found}`),
  )
  expect(given).toEqual([])
})

test('what is due for a month says which, like the pages of rosters', () => {
  const due = { kind: 'roster_publication', subject: 'month:2026-12', dueAt: new Date(0), doneAt: null, state: 'due' }
  expect(seenObligation(due as unknown as Parameters<typeof seenObligation>[0], new Date(0)).month).toBe('2026-12')
})
