import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { contrast, hexOf, oklchOf } from '../../server/kernel/colour.ts'
import { Refusal } from '../../server/kernel/refusal.ts'
import { accentOf, NIGHT, PAPER, styleSheetOf } from '../../server/settings/brand/rules.ts'
import type { SettingKey } from '../../server/settings/definitions.ts'
import { readTyped } from '../../server/settings/rules.ts'

const CHECKOUT = path.resolve(import.meta.dirname, '../..')
/** The reason's code, or the value itself. */
const read = (key: SettingKey, typed: string | Record<string, string>): unknown => {
  const value = readTyped(key, typeof typed === 'string' ? { [key]: typed } : typed)
  return value instanceof Refusal ? value.code : value
}

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
