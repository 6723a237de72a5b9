import { contrast, hexOf, oklchOf } from '../../kernel/colour.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'

/** What is taken from a browser, and what is kept of it: as wide as three names, as sharp as a dense screen. */
export const LOGO_BYTES = 2_000_000
export const LOGO_WITHIN = { width: 640, height: 160 } as const

/** One accent as each theme shows it, and what is written on it. */
export type Shade = { readonly colour: string; readonly on: string }
export type Accent = { readonly light: Shade; readonly dark: Shade }

/** WCAG 1.4.3, for links and for what stands on the key. */
export const LEAST_CONTRAST = 4.5
/** The surfaces of public/app.css on which an accent is hardest to read, `--well` by day and `--raised` by night; a test compares them. */
export const PAPER = hexOf({ l: 0.948, c: 0.006, h: 266 })
export const NIGHT = hexOf({ l: 0.236, c: 0.024, h: 266 })

/** Beyond that it is no longer the company's colour. */
const FARTHEST = 0.3
const STEP = 0.01

/** The accent itself where it can be read, else the nearest shade of it that can; null where that is no longer the same colour. */
export function accentOf(colour: string): Accent | null {
  const light = readable(colour, PAPER, -STEP)
  const dark = readable(colour, NIGHT, STEP)
  return light && dark ? { light: { colour: light, on: '#ffffff' }, dark: { colour: dark, on: NIGHT } } : null
}

export function whyNotAccent(colour: string, field: string): Refusal | null {
  if (!readable(colour, PAPER, -STEP)) return refusal('settings.too_light', {}, field)
  return readable(colour, NIGHT, STEP) ? null : refusal('settings.too_dark', {}, field)
}

function readable(colour: string, surface: string, step: number): string | null {
  const start = oklchOf(colour)
  for (let shift = 0; shift <= FARTHEST; shift += Math.abs(step)) {
    const shade = shift === 0 ? colour : hexOf({ ...start, l: start.l + Math.sign(step) * shift })
    if (contrast(shade, surface) >= LEAST_CONTRAST) return shade
  }
  return null
}

/** A tiny style sheet over public/app.css for customers' pages: keys, links and focus in the company's colour. */
export function styleSheetOf(colour: string): string {
  const accent = colour === '' ? null : accentOf(colour)
  if (!accent) return ''
  const both = (of: (shade: Shade) => string): string => `light-dark(${of(accent.light)}, ${of(accent.dark)})`
  const own = both((shade) => shade.colour)
  const on = both((shade) => shade.on)
  return [
    ':root {',
    `  --key: ${own}; --key-on: ${on};`,
    `  --moon: ${own}; --moon-on: ${on}; --moon-text: ${own}; --moon-line: color-mix(in oklch, ${own} 40%, transparent);`,
    '}',
    '',
  ].join('\n')
}
