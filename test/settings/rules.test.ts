import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../../server/kernel/refusal.ts'
import { keysOf, SETTINGS, type SettingKey } from '../../server/settings/definitions.ts'
import { GROUPS } from '../../server/settings/kinds.ts'
import {
  DEFAULTS,
  readGroup,
  readTyped,
  sameValue,
  settingsFrom,
  typedKeysOf,
  typedOf,
  whyNotTogether,
} from '../../server/settings/rules.ts'

const CHECKOUT = path.resolve(import.meta.dirname, '../..')
const KEYS = Object.keys(SETTINGS) as SettingKey[]
/** The reason's code, or the value itself. */
const read = (key: SettingKey, typed: string | Record<string, string>): unknown => {
  const value = readTyped(key, typeof typed === 'string' ? { [key]: typed } : typed)
  return value instanceof Refusal ? value.code : value
}

describe('the table of settings', () => {
  test.each(['en', 'zh-CN'])(
    'every setting says in %s what it is, what it means and where it comes from',
    (language) => {
      const words = JSON.parse(fs.readFileSync(path.join(CHECKOUT, `views/settings/${language}.json`), 'utf8'))
      expect(Object.keys(words.each).toSorted()).toEqual(KEYS.toSorted())
      for (const key of KEYS)
        expect(words.each[key], key).toEqual({
          name: expect.stringMatching(/./),
          means: expect.stringMatching(/./),
          source: expect.stringMatching(/./),
        })
      const units = KEYS.flatMap((key) => ('unit' in SETTINGS[key] ? [SETTINGS[key].unit] : []))
      for (const unit of units) expect(words.unit[String(unit)], String(unit)).toMatch(/./)
      for (const group of GROUPS) expect([words.group[group], words.about[group]]).not.toContain(undefined)
    },
  )

  test('no setting does nothing: each is read somewhere outside its own table', () => {
    const readers = fs
      .globSync('{server,jobs,views}/**/*.{ts,hbs}', { cwd: CHECKOUT })
      .filter((file) => !file.startsWith('server/tools/demo') && !/settings\/(definitions|rules)\.ts$/.test(file))
      .map((file) => fs.readFileSync(path.join(CHECKOUT, file), 'utf8'))
    const idle = KEYS.filter((key) => !readers.some((source) => new RegExp(`\\b${key}\\b`).test(source)))
    expect(idle).toEqual([])
  })

  test('each stands in one group, and what the product comes with is within its own bounds', () => {
    expect(GROUPS.flatMap(keysOf).toSorted()).toEqual(KEYS.toSorted())
    for (const group of GROUPS) {
      const typed = Object.assign({}, ...typedKeysOf(group).map((key) => typedOf(key, DEFAULTS[key])))
      const { values, refused } = readGroup(group, typed, DEFAULTS)
      expect(refused).toEqual([])
      for (const [key, value] of Object.entries(values))
        expect(sameValue(value, DEFAULTS[key as SettingKey])).toBe(true)
    }
    expect(whyNotTogether(DEFAULTS)).toEqual([])
  })

  test('what is stored and does not fit is ignored, and the default is in force', () => {
    const stored = [
      { key: 'offerSeconds', value: 4 },
      { key: 'capacity', value: '7' },
      { key: 'nightStart', value: '25:00' },
      { key: 'companyName', value: { en: 'Half' } },
      { key: 'logo', value: { file: 7 } },
      { key: 'nobody', value: 1 },
      { key: 'undoSeconds', value: 90 },
    ]
    expect(settingsFrom(stored)).toEqual({ ...DEFAULTS, undoSeconds: 90 })
  })
})

describe('what is typed', () => {
  test.each([
    ['20', 20],
    [' 25 ', 25],
    ['２５', 25],
    ['4', 'settings.out_of_bounds'],
    ['121', 'settings.out_of_bounds'],
    ['20.5', 'settings.not_whole'],
    ['', 'settings.not_a_number'],
    ['twenty', 'settings.not_a_number'],
    ['1e2', 'settings.not_a_number'],
    ['0x20', 'settings.not_a_number'],
    ['20 s', 'settings.not_a_number'],
    ['Infinity', 'settings.not_a_number'],
  ])('as a number of seconds, %j is %j', (typed, value) => {
    expect(read('offerSeconds', typed)).toBe(value)
  })

  test.each([
    ['', ''],
    [' mx.example.com ', 'mx.example.com'],
    ['Archive/2026', 'Archive/2026'],
    ['a\nb', 'settings.one_line'],
    ['x'.repeat(101), 'settings.too_long'],
  ])('as a name of a folder or a host, %j is %j', (typed, value) => {
    expect(read('mailFolder', typed)).toBe(value)
  })

  test.each([
    ['0.3', 0.3],
    ['0,35', 0.35],
    ['0', 0],
    ['1', 1],
    ['0.33', 'settings.not_in_steps'],
    ['1.05', 'settings.out_of_bounds'],
  ])('as a share of one, %j is %j', (typed, value) => {
    expect(read('waitingOnCustomerLoad', typed)).toBe(value)
  })

  test.each([
    ['22:00', '22:00'],
    ['8:30', '08:30'],
    ['２２：００', '22:00'],
    ['24:00', 'settings.not_a_time'],
    ['2200', 'settings.not_a_time'],
    ['', 'settings.not_a_time'],
  ])('as a time of day, %j is %j', (typed, value) => {
    expect(read('nightStart', typed)).toBe(value)
  })

  test('telephone and address may be left empty, but not be anything', () => {
    expect(read('dayDeskPhone', '')).toBe('')
    expect(read('dayDeskPhone', '400-000-1024')).toBe('400-000-1024')
    expect(read('dayDeskPhone', 'call us')).toBe('settings.not_a_phone')
    expect(read('dayDeskEmail', 'service@clearbrook.example')).toBe('service@clearbrook.example')
    expect(read('dayDeskEmail', 'service@')).toBe('settings.not_an_address')
  })

  test('a name is needed in both languages, on one line and not without end', () => {
    const name = (zh: string, en: string) => ({ 'companyName.zh-CN': zh, 'companyName.en': en })
    expect(read('companyName', name('澄川网络', 'Clearbrook'))).toEqual({ 'zh-CN': '澄川网络', en: 'Clearbrook' })
    expect(read('companyName', name('澄川网络', '  '))).toBe('settings.both_languages')
    expect(read('companyName', name('澄川网络', 'x'.repeat(41)))).toBe('settings.too_long')
    expect(read('companyName', name('澄川\n网络', 'Clearbrook'))).toBe('settings.one_line')
  })

  test('every field that is wrong has its own reason, so that all stand on the page at once', () => {
    const typed = Object.assign({}, ...typedKeysOf('desk').map((key) => typedOf(key, DEFAULTS[key])))
    const { refused } = readGroup('desk', { ...typed, offerSeconds: '3', capacity: 'many' }, DEFAULTS)
    expect(refused.map(({ field, code }) => [field, code])).toEqual([
      ['offerSeconds', 'settings.out_of_bounds'],
      ['capacity', 'settings.not_a_number'],
    ])
  })

  test('work goes back later than offers stop, a night has a length, a day desk opens before it closes', () => {
    const broken = (changed: object) => whyNotTogether({ ...DEFAULTS, ...changed }).map(({ field }) => field)
    expect(broken({ quietSeconds: 90 })).toEqual(['lostSeconds'])
    expect(broken({ quietSeconds: 89 })).toEqual([])
    expect(broken({ nightStart: '06:00' })).toEqual(['nightEnd'])
    expect(broken({ nightStart: '20:00', nightEnd: '19:00' })).toEqual([])
    expect(broken({ dayDeskEnd: '08:30' })).toEqual(['dayDeskEnd'])
  })
})
