import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const CHECKOUT = path.resolve(import.meta.dirname, '..')

/** Lines of the house that match, as `file:line text`. */
function find(files: string, pattern: RegExp, except: readonly string[] = []): string[] {
  const names = fs.globSync(files, { cwd: CHECKOUT }).filter((name) => !except.includes(name))
  expect(names.length, `files of ${files}`).toBeGreaterThan(0)
  return names.flatMap((name) =>
    fs
      .readFileSync(path.join(CHECKOUT, name), 'utf8')
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${name}:${at + 1} ${line.trim()}`] : [])),
  )
}

test('only the clock reads the time of this machine', () => {
  expect(find('{server,jobs}/**/*.ts', /new Date\(\)|Date\.now\(\)/, ['server/platform/clock.ts'])).toEqual([])
})

test('only the configuration reads the environment', () => {
  expect(find('{server,jobs,migrations}/**/*.ts', /process\.env/, ['server/config.ts'])).toEqual([])
})

test('nothing that people write reaches a page unescaped', () => {
  expect(find('views/**/*.hbs', /\{\{\{|\{\{&/)).toEqual([])
  // The one exception draws icons, by the names that templates give them.
  expect(find('server/**/*.ts', /SafeString|noEscape/, ['server/web/render.ts'])).toEqual([])
})

test('templates carry no style, no script and no handler of their own, so that the strict policy holds', () => {
  expect(find('views/**/*.hbs', /\sstyle=|\son[a-z]+=|hx-on|javascript:|<script(?![^>]*\bnonce=)/)).toEqual([])
})

test('each element that htmx serves carries the nonce without which it is stripped', () => {
  const elements = fs
    .globSync('views/**/*.hbs', { cwd: CHECKOUT })
    .flatMap((name) =>
      [
        ...fs
          .readFileSync(path.join(CHECKOUT, name), 'utf8')
          .matchAll(/<[a-z][^<>]*\shx-[a-z:-]+=(?:[^<>"]|"[^"]*")*>/g),
      ].map(([element]) => ({ name, element })),
    )
  expect(elements.filter(({ element }) => !/hx-nonce="\{\{(@root\.)?nonce\}\}"/.test(element))).toEqual([])
})

test('both languages have the same words', () => {
  const features = fs.globSync('views/*/en.json', { cwd: CHECKOUT }).map((file) => path.dirname(file))
  for (const feature of features) {
    const keys = (language: string) =>
      keysOf(JSON.parse(fs.readFileSync(path.join(CHECKOUT, feature, `${language}.json`), 'utf8')))
    expect([...new Set(keys('zh-CN'))].sort(), feature).toEqual([...new Set(keys('en'))].sort())
  }
})

/** `offer.take`; English tells one from many and Chinese does not, so `_one` and `_other` are one word. */
const keysOf = (branch: object, above = ''): string[] =>
  Object.entries(branch).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? keysOf(value, `${above}${key}.`)
      : [`${above}${key}`.replace(/_(one|other)$/, '')],
  )

test('what the chat draws is in its own small file of icons, and looks there as everywhere', () => {
  const read = (name: string): string => fs.readFileSync(path.join(CHECKOUT, name), 'utf8')
  const symbols = (name: string) =>
    new Map([...read(name).matchAll(/<symbol id="i-([a-z0-9-]+)".*?<\/symbol>/gs)].map(([all, id = '']) => [id, all]))
  const every = symbols('public/icons.svg')
  const small = symbols('public/chat/icons.svg')
  for (const [id, drawn] of small) expect(drawn).toBe(every.get(id))
  const views = fs.globSync('views/{widget/frame,parts/{chat-*,rating-form,conduct-*}}.hbs', { cwd: CHECKOUT })
  const used = [
    ...views.flatMap((name) => [...read(name).matchAll(/\{\{icon "([a-z0-9-]+)"\}\}/g)]),
    ...[...read('public/chat/draw.js').matchAll(/icon\([^)]*\)/g)].flatMap(([call]) => [
      ...call.matchAll(/'([a-z0-9-]+)'/g),
    ]),
  ].map(([, id = '']) => id)
  expect(used.length).toBeGreaterThan(10)
  expect(used.filter((id) => every.has(id) && !small.has(id))).toEqual([])
})
