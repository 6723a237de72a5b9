import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { contrast, hexOf, oklchOf } from '../../server/kernel/colour.ts'
import type { CategoryId } from '../../server/kernel/ids.ts'
import { Refusal } from '../../server/kernel/refusal.ts'
import { accentOf, NIGHT, PAPER, styleSheetOf } from '../../server/settings/brand/rules.ts'
import { readTopic, stepped, type Topic } from '../../server/settings/categories/rules.ts'
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
import { readSite } from '../../server/settings/sites/rules.ts'

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

describe('the accent', () => {
  test('the surfaces that it is measured on are those of the style sheet', () => {
    const css = fs.readFileSync(path.join(CHECKOUT, 'public/app.css'), 'utf8')
    const token = (name: string): string[] => {
      const [, light = '', dark = ''] =
        new RegExp(`--${name}:\\s*light-dark\\((oklch\\([^)]+\\)),\\s*(oklch\\([^)]+\\))\\)`).exec(css) ?? []
      return [light, dark].map((text) => {
        const [l = 0, c = 0, h = 0] = text.match(/[\d.]+/g)?.map(Number) ?? []
        return hexOf({ l, c, h })
      })
    }
    expect(token('well')[0]).toBe(PAPER)
    expect(token('raised')[1]).toBe(NIGHT)
    const surfaces = ['well', 'ground', 'panel', 'raised', 'field'].map(token)
    for (const [light = '', dark = ''] of surfaces) {
      expect(contrast('#000000', light)).toBeGreaterThanOrEqual(contrast('#000000', PAPER))
      expect(contrast('#ffffff', dark)).toBeGreaterThanOrEqual(contrast('#ffffff', NIGHT))
    }
  })

  test.each(['#1d4ed8', '#e60012', '#ff6a00', '#07c160', '#7c3aed', '#14532d', '#777777'])(
    '%s can be read in both themes as a link, and what stands on it as a key',
    (colour) => {
      const accent = accentOf(colour)
      if (!accent) throw new Error('refused')
      expect(contrast(accent.light.colour, PAPER)).toBeGreaterThanOrEqual(4.5)
      expect(contrast(accent.dark.colour, NIGHT)).toBeGreaterThanOrEqual(4.5)
      expect(contrast(accent.light.colour, accent.light.on)).toBeGreaterThanOrEqual(4.5)
      expect(contrast(accent.dark.colour, accent.dark.on)).toBeGreaterThanOrEqual(4.5)
      // It stays the company's colour: where it had to give way, its hue did not.
      for (const { colour: shade } of [accent.light, accent.dark])
        if (oklchOf(colour).c > 0.02) expect(Math.abs(oklchOf(shade).h - oklchOf(colour).h)).toBeLessThan(8)
      expect(Math.abs(oklchOf(accent.light.colour).l - oklchOf(colour).l)).toBeLessThanOrEqual(0.31)
      expect(Math.abs(oklchOf(accent.dark.colour).l - oklchOf(colour).l)).toBeLessThanOrEqual(0.31)
    },
  )

  test.each([
    ['#ffd400', 'settings.too_light'],
    ['#ffffff', 'settings.too_light'],
    ['#0a1f44', 'settings.too_dark'],
    ['#000000', 'settings.too_dark'],
    ['blue', 'settings.not_a_colour'],
    ['#12345', 'settings.not_a_colour'],
    ['red; } body { display: none', 'settings.not_a_colour'],
  ])('%s is refused in words', (typed, code) => {
    expect(read('accent', typed)).toBe(code)
  })

  test('short and upper-case spellings are the same colour, and nothing is the house’s own', () => {
    expect([read('accent', '1D4ED8'), read('accent', '#28f'), read('accent', '')]).toEqual(['#1d4ed8', '#2288ff', ''])
    expect(styleSheetOf('')).toBe('')
    expect(styleSheetOf('#1d4ed8')).toContain('--key: light-dark(#1d4ed8, ')
  })

  test('a colour survives the way through OKLCH and back', () => {
    for (const hex of ['#000000', '#ffffff', '#1d4ed8', '#e60012', '#07c160', '#808080'])
      expect(hexOf(oklchOf(hex))).toBe(hex)
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
  })
})

describe('an allowed site', () => {
  test.each([
    ['https://shop.example.com', 'https://shop.example.com'],
    [' HTTPS://Shop.Example.com/ ', 'https://shop.example.com'],
    ['https://shop.example.com:8443', 'https://shop.example.com:8443'],
    ['https://shop.example.com:443', 'https://shop.example.com'],
    ['https://商店.example', 'https://xn--czrs0t.example'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://127.0.0.1:5173', 'http://127.0.0.1:5173'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['http://shop.example.com', 'settings.not_a_site'],
    ['https://*.example.com', 'settings.not_a_site'],
    ['*', 'settings.not_a_site'],
    ['null', 'settings.not_a_site'],
    ['shop.example.com', 'settings.not_a_site'],
    ['javascript:alert(1)', 'settings.not_a_site'],
    ['https://user:secret@shop.example.com', 'settings.not_a_site'],
    ["https://shop.example.com'; frame-ancestors *", 'settings.not_a_site'],
    ['https://shop.example.com/help', 'settings.site_only'],
    ['https://shop.example.com/?a=1', 'settings.site_only'],
    ['', 'settings.not_a_site'],
  ])('%j is %j', (typed, expected) => {
    const site = readSite(typed)
    expect(site instanceof Refusal ? site.code : site).toBe(expected)
  })
})

describe('topics', () => {
  const topic = (id: string, zh: string, more: Partial<Topic> = {}): Topic => ({
    id: id as CategoryId,
    parentId: null,
    name: { 'zh-CN': zh, en: `en ${zh}` },
    skill: null,
    position: Number(id),
    active: true,
    ...more,
  })
  const all = [topic('1', '宽带'), topic('2', '断网', { parentId: '1' as CategoryId }), topic('3', '账单')]
  const form = (more: object) => ({ zh: '邮箱', en: 'Mail', skill: '', above: null, ...more })
  const codeOf = (more: object, id: string | null = null): unknown => {
    const facts = readTopic(form(more), id as CategoryId | null, all)
    return facts instanceof Refusal ? `${facts.code} ${facts.field}` : facts
  }

  test('a topic has a name in both languages, a place of at most two levels, and perhaps a skill', () => {
    expect(codeOf({ skill: ' DNS ', above: '3' })).toEqual({
      name: { 'zh-CN': '邮箱', en: 'Mail' },
      parentId: '3',
      skill: 'dns',
    })
    expect(codeOf({ zh: ' ' })).toBe('settings.both_languages zh')
    expect(codeOf({ en: 'x'.repeat(41) })).toBe('settings.too_long en')
    expect(codeOf({ above: '2' })).toBe('settings.category_too_deep above')
    expect(codeOf({ above: '99' })).toBe('settings.category_too_deep above')
    expect(codeOf({ above: '3' }, '1')).toBe('settings.category_too_deep above')
    expect(codeOf({ above: '3' }, '3')).toBe('settings.category_itself above')
    expect(codeOf({ skill: 'dns, mail' })).toBe('settings.not_a_skill skill')
  })

  test('no two of one name stand at the same place, and a topic may keep its own', () => {
    expect(codeOf({ zh: '账单' })).toBe('settings.category_twice zh')
    expect(codeOf({ en: 'EN 账单' })).toBe('settings.category_twice en')
    expect(codeOf({ zh: '断网' })).toMatchObject({ name: { 'zh-CN': '断网' } })
    expect(codeOf({ zh: '账单' }, '3')).toMatchObject({ name: { 'zh-CN': '账单' } })
  })

  test('one step changes places with the neighbour under the same topic, and ends at the ends', () => {
    const [first, under, last] = all as [Topic, Topic, Topic]
    expect(stepped(all, last, -1)).toEqual(['3', '1'])
    expect(stepped(all, first, -1)).toBeNull()
    expect(stepped(all, under, 1)).toBeNull()
  })
})
