/**
 * Handlebars pages. A page is `views/<name>.hbs`; a swappable part of it stands between `{{#fragment "queue"}}…{{/fragment}}`
 * in the same file, so that page and part never drift. A fragment may not stand inside each, with or if.
 * A template's context is the page's own values beside the frame of web/page.ts: t, language, nonce, token, theme, me …
 *
 * Helpers
 *   {{t "desk.offer.take" name=customer.name}}   words in the reader's language (views/<feature>/<language>.json)
 *   {{refusal reason}}                            the words of a Refusal
 *   {{href url}}                                  a link that is only http, https, mailto, tel or a path of ours; else #
 *   {{icon "timer"}}                              <svg class="i"> from /icons.svg
 *   {{time at}} {{day at}} {{moment at}}          02:14 · 23 Nov · both where it is not tonight; company time zone
 *   {{since at}}                                  17 min, 2 h
 *   {{timeLeft at}} {{timeWaited at}}             3:12, or 4:05 over · 1:12:03; public/shell/clocks.js goes on from there
 *   <img {{fitted picture}}>                      width and height for the room that a conversation has
 *   {{fileSize bytes}}                            12 KB, 3.4 MB
 *   {{both name}}                                 the reader's side of a bilingual value
 *   {{#if (eq a b)}} {{#if (and a b)}} {{#if (or a b)}} {{#if (not a)}} {{#if (gt a b)}}
 *   {{#if (includes list one)}}
 *   {{pick holds a b}}                            a where it holds, else b
 *   {{nth @index}}                                numbers of people's lists begin with 1
 *   {{json value}}                                escaped JSON for a data- attribute
 *   {{personName person}}                         the reader's spelling of {name, nameEn}
 *   {{face name}} {{hue id}}                      initials or last character of a name · 1..4 for data-hue
 *   {{drawing chart}}                             a chart of platform/drawing.ts, which lets nothing through but shapes and words
 *   {{percent share}} {{points share}} {{decimal mean}}   87 % · 87.3 · 4.26; – where there is none
 *   {{insert one}}                                a piece that another feature adds (web/inserts.ts)
 *   {{#each (list 1 2 3)}} {{moment (instant iso)}}  a list of constants · an instant out of ISO text
 *   {{spanName "2026-11-23" "2026-11-30"}}          23 Nov – 30 Nov
 *   {{dateName "2026-11-23"}} {{concat "a." b}}   23 Nov · one key out of parts
 * Partials: every file of views/parts and views/layouts by its name: {{> rating}}, {{#> app}}…{{/app}}.
 */
import fs from 'node:fs'
import path from 'node:path'
import Handlebars from 'handlebars'
import type { Words } from '../i18n/dictionaries.ts'
import { clockTime, countdown, dateName, fileSize, longDate, monthName, shortDate, spanName } from '../i18n/instants.ts'
import { ERASED } from '../kernel/erased.ts'
import type { Bilingual, Language } from '../kernel/language.ts'
import type { Refusal } from '../kernel/refusal.ts'
import { DAY, HOUR, MINUTE, plus } from '../kernel/time.ts'
import { Drawing } from '../platform/drawing.ts'
import type { Insert } from './inserts.ts'

const VIEWS = path.join(import.meta.dirname, '../../views')
const SAFE_LINK = /^(https?:|mailto:|tel:|\/(?!\/))/i

/** What every template may use besides its own values. */
export type Frame = { t: Words; language: Language; zone: string; now: Date; nonce: string }
type Options = Handlebars.HelperOptions & { data: { root: Frame } }
type Template = (context: object) => string
type Loaded = { page: Template; parts: Map<string, Template> }

const hb = Handlebars.create()
/** Room for a picture in a conversation, in pixels, as public/chat/files.js gives it too; never larger than it is. */
const PICTURE_SIDE = 300
const COMPILE = { strict: false, assumeObjects: false, knownHelpersOnly: false } as const

hb.registerHelper('fragment', function (this: unknown, _name: string, options: Options) {
  return options.fn(this)
})
hb.registerHelper('t', (key: string, { data, hash }: Options) => data.root.t(key, hash))
hb.registerHelper('refusal', (reason: Refusal | undefined, { data }: Options) =>
  reason ? data.root.t(`refusals.${reason.code}`, { ...reason.details }) : '',
)
hb.registerHelper('href', (url: unknown) => (typeof url === 'string' && SAFE_LINK.test(url.trim()) ? url : '#'))
/** Those that the chat draws, because the frame on other sites shall weigh little. */
const CHAT_ICONS = '/chat/icons.svg'
hb.registerHelper('icon', (name: string, { data }: Options) => {
  // The name is a constant of the template, never a person's text.
  if (!/^[a-z0-9-]+$/.test(name)) throw new Error(`not an icon: ${name}`)
  return new Handlebars.SafeString(
    `<svg class="i" aria-hidden="true"><use href="${data.root.framed ? CHAT_ICONS : '/icons.svg'}#i-${name}"/></svg>`,
  )
})
hb.registerHelper('time', (at: Date, { data }: Options) => (at ? clockTime(at, data.root.zone) : ''))
/** Beyond this a date without its year would be taken for one of this year. */
const FAR_DAYS = 300
const dateOf = (at: Date, { now, language, zone }: Frame): string =>
  Math.abs(now.getTime() - at.getTime()) > FAR_DAYS * DAY ? longDate(at, language, zone) : shortDate(at, language, zone)
hb.registerHelper('day', (at: Date, { data }: Options) => (at ? dateOf(at, data.root) : ''))
const momentOf = (at: Date, frame: Frame): string => {
  const recent = Math.abs(frame.now.getTime() - at.getTime()) < 12 * HOUR
  return recent ? clockTime(at, frame.zone) : `${dateOf(at, frame)} ${clockTime(at, frame.zone)}`
}
hb.registerHelper('moment', (at: Date, { data: { root } }: Options) => (at ? momentOf(at, root) : ''))
// The end of a workday is that day's, `1 Dec 24:00`: as 00:00 of the next day many would read a day more.
hb.registerHelper('deadline', (at: Date, { data: { root } }: Options) => {
  if (!at) return ''
  return clockTime(at, root.zone) === '00:00' ? `${dateOf(plus(at, -MINUTE), root)} 24:00` : momentOf(at, root)
})
hb.registerHelper('iso', (at: Date) => (at ? at.toISOString() : ''))
hb.registerHelper('since', (at: Date, { data: { root } }: Options) => {
  if (!at) return ''
  const passed = Math.max(0, root.now.getTime() - at.getTime())
  if (passed < MINUTE) return root.t('common.just_now')
  if (passed < HOUR) return root.t('common.minutes', { count: Math.floor(passed / MINUTE) })
  if (passed < DAY) return root.t('common.hours', { count: Math.floor(passed / HOUR) })
  return shortDate(at, root.language, root.zone)
})
hb.registerHelper('timeLeft', (at: Date, { data: { root } }: Options) => {
  if (!at) return ''
  const left = at.getTime() - root.now.getTime()
  return left < 0 ? root.t('shell.over', { time: countdown(left) }) : countdown(left)
})
hb.registerHelper('timeWaited', (at: Date, { data: { root } }: Options) =>
  at ? countdown(root.now.getTime() - at.getTime()) : '',
)
hb.registerHelper('both', (name: Bilingual | null | undefined, options: Options) => {
  const language: Language = options.data.root.language
  return name?.[language] ?? ''
})
hb.registerHelper('personName', (person: { name: string; nameEn: string } | null | undefined, { data }: Options) =>
  person ? (data.root.language === 'en' && person.nameEn ? person.nameEn : person.name) : '',
)
hb.registerHelper('spanName', (from: string, to: string, { data }: Options) => spanName(from, to, data.root.language))
hb.registerHelper('dateName', (date: string, { data }: Options) => dateName(date, data.root.language))
hb.registerHelper('monthName', (month: string | undefined, { data }: Options) =>
  month ? monthName(month, data.root.language) : '',
)
hb.registerHelper('concat', (...parts: unknown[]) => parts.slice(0, -1).join(''))
hb.registerHelper('hue', (id: unknown) => (Number(String(id ?? '0').slice(-3)) % 4) + 1)
hb.registerHelper('face', (name: string) => (name === ERASED ? '–' : faceOf(String(name ?? ''))))
hb.registerHelper('json', (value: unknown) => JSON.stringify(value))
hb.registerHelper('fileSize', (bytes: number, { data }: Options) => fileSize(bytes, data.root.language))
hb.registerHelper('fitted', ({ width, height }: { width: number; height: number }) => {
  const scale = Math.min(1, PICTURE_SIDE / width, PICTURE_SIDE / height)
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  return new Handlebars.SafeString(`width="${side(Number(width))}" height="${side(Number(height))}"`)
})
hb.registerHelper('eq', (a: unknown, b: unknown) => a === b)
hb.registerHelper('gt', (a: number, b: number) => a > b)
hb.registerHelper('asNumber', (text: unknown) => Number(text))
hb.registerHelper('nth', (index: number) => index + 1)
hb.registerHelper('not', (a: unknown) => !a)
hb.registerHelper('and', (...args: unknown[]) => args.slice(0, -1).every(Boolean))
hb.registerHelper('or', (...args: unknown[]) => args.slice(0, -1).some(Boolean))
hb.registerHelper('pick', (holds: unknown, yes: unknown, no: unknown) => (holds ? yes : no))
hb.registerHelper('insert', (one: Insert | null | undefined, { data }: Options) =>
  // Drawn by a view of ours, which escapes what it shows.
  one ? new Handlebars.SafeString(render(one.view, { ...data.root, ...one.values }, one.part)) : '',
)
hb.registerHelper('percent', (share: unknown) => (typeof share === 'number' ? `${Math.round(share * 100)} %` : '–'))
hb.registerHelper('points', (share: unknown) => (typeof share === 'number' ? (share * 100).toFixed(1) : '–'))
hb.registerHelper('decimal', (value: unknown) => (typeof value === 'number' ? value.toFixed(2) : '–'))
hb.registerHelper('drawing', (one: unknown) => (one instanceof Drawing ? new Handlebars.SafeString(one.svg) : ''))
hb.registerHelper('includes', (list: readonly unknown[] | undefined, one: unknown) => list?.includes(one) ?? false)
hb.registerHelper('list', (...items: unknown[]) => items.slice(0, -1))
hb.registerHelper('instant', (text: unknown) => (text ? new Date(String(text)) : undefined))
hb.registerHelper('object', ({ hash }: Options) => hash)
// Compiled here, because Handlebars forgets what it compiles inside a page that has pieces of its own.
for (const folder of ['layouts', 'parts'])
  for (const file of fs.globSync('*.hbs', { cwd: path.join(VIEWS, folder) }))
    hb.registerPartial(
      path.basename(file, '.hbs'),
      hb.compile(fs.readFileSync(path.join(VIEWS, folder, file), 'utf8').trimEnd(), COMPILE),
    )

/** The last character of a Chinese name, the initials of any other. */
export function faceOf(name: string): string {
  const trimmed = name.trim()
  if (/\p{Script=Han}$/u.test(trimmed)) return Array.from(trimmed).at(-1) ?? ''
  const parts = trimmed.split(/\s+/).filter(Boolean)
  return parts
    .slice(0, 2)
    .map((part) => (Array.from(part)[0] ?? '').toUpperCase())
    .join('')
}

const loaded = new Map<string, Loaded>()

/** A whole page, or one fragment of it. */
export function render(name: string, context: Frame & Record<string, unknown>, part?: string): string {
  const { page, parts } = load(name)
  if (!part) return saidErased(page(context), context)
  const template = parts.get(part)
  if (!template) throw new Error(`${name} has no fragment ${part}`)
  // White space around a part would become one more text node on the page with each refetch.
  return saidErased(template(context).trim(), context)
}

/** What was erased is said in the reader's language, wherever on a page it stood. */
const saidErased = (html: string, { t }: Frame): string =>
  html.includes(ERASED) ? html.replaceAll(ERASED, Handlebars.escapeExpression(t('common.erased'))) : html

function load(name: string): Loaded {
  const known = loaded.get(name)
  if (known) return known
  const ast = hb.parse(fs.readFileSync(path.join(VIEWS, `${name}.hbs`), 'utf8'))
  const fragments = new Fragments(name)
  fragments.accept(ast)
  const made = { page: hb.compile(ast, COMPILE), parts: fragments.parts }
  loaded.set(name, made)
  return made
}

/** Finds the fragments of a page, and refuses those whose context would differ from the page's. */
class Fragments extends Handlebars.Visitor {
  readonly parts = new Map<string, Template>()
  private readonly page: string
  private depth = 0

  constructor(page: string) {
    super()
    this.page = page
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const { original } = block.path as hbs.AST.PathExpression
    if (original === 'fragment') {
      if (this.depth > 0) throw new Error(`${this.page}: a fragment inside each, with or if would lose its context`)
      const name = (block.params[0] as hbs.AST.StringLiteral).value
      this.parts.set(name, hb.compile(block.program, COMPILE))
    }
    const nests = ['each', 'with', 'if', 'unless'].includes(original)
    if (nests) this.depth++
    super.BlockStatement(block)
    if (nests) this.depth--
  }
}
