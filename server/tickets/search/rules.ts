import { literalPattern } from '../../kernel/literal.ts'
import { DAY, noonBefore, plus } from '../../kernel/time.ts'
import type { TicketState } from '../rules.ts'

/** What somebody typed into the search field, as what it can be. */
export type Wanted = {
  readonly state: 'empty' | 'long' | 'short' | 'words'
  /** Each must be there, as it was typed, in lower case. */
  readonly terms: readonly string[]
  /** Patterns for those that begin with a letter or digit of spaced text: they must begin a word. */
  readonly begins: readonly string[]
  /** Those among them that the index does not tell already: of more than one word, or of too long a one. */
  readonly parted: readonly string[]
  /** The same for the index, as text of a `tsquery`; empty where nothing in it can be looked up. */
  readonly query: string
  /** A ticket's number, where it is one. */
  readonly number: string | null
  /** The digits of a phone, where it is nothing else. */
  readonly digits: string | null
  /** An e-mail address or its beginning, where it can be one. */
  readonly mail: string | null
}

/** Longer than anything that somebody looks for. */
export const MOST_LETTERS = 200
const TICKET_NUMBER = /^#?\s*(?:nt[\s-]*)?(\d{4,9})$/i
const PHONE = /^[\d\s()+./-]+$/
const PHONE_LEAST_DIGITS = 4
const MAIL = /^[\w.+-]{3,64}(?:@[\w.-]*)?$/i
const NOTHING = { terms: [], begins: [], parted: [], query: '', number: null, digits: null, mail: null } as const

export function readWanted(typed: string): Wanted {
  const trimmed = typed.trim()
  // Chinese keyboards type wide digits.
  const narrow = trimmed.normalize('NFKC')
  if (trimmed === '') return { state: 'empty', ...NOTHING }
  if (Array.from(trimmed).length > MOST_LETTERS) return { state: 'long', ...NOTHING }
  const terms = termsIn(trimmed)
  const query = terms.flatMap(lexemesOf).join(' & ')
  const spaced = terms.filter((term) => IS_WORD.test(term))
  const number = TICKET_NUMBER.exec(narrow)?.[1]
  const digits = narrow.replace(/\D/g, '').replace(/^0{1,2}/, '')
  return {
    state: query === '' && !number && !(PHONE.test(narrow) && digits.length >= PHONE_LEAST_DIGITS) ? 'short' : 'words',
    terms,
    begins: spaced.map(beginning),
    parted: spaced.filter((term) => !IS_ONE_WORD.test(term)).map(beginning),
    query,
    number: number ? `NT-${number}` : null,
    digits: PHONE.test(narrow) && digits.length >= PHONE_LEAST_DIGITS ? digits : null,
    mail: MAIL.test(trimmed) ? trimmed.toLowerCase() : null,
  }
}

const beginning = (term: string): string => `(^|[^${WORD}])${escaped(term)}`

/** A typed text inside a `like` pattern stands for itself. */
export const literally = (typed: string): string => typed.replace(/[\\%_]/g, (sign) => `\\${sign}`)

/** The same inside a regular expression. */
const escaped = (typed: string): string => typed.replace(/[^\p{L}\p{N}\s]/gu, '\\$&')

/** Words are parted by spaces; what stands in quotation marks belongs together. */
function termsIn(typed: string): string[] {
  const found = lower(typed).matchAll(/["“”]([^"“”]+)["“”]|(\S+)/g)
  return [...found].map(([, phrase, word]) => (phrase ?? word ?? '').trim()).filter((term) => term !== '')
}

/** In lower case, letter by letter as PostgreSQL does it: in a whole word the last sigma is another. No letter becomes two. */
function lower(text: string): string {
  const whole = text.toLowerCase()
  if (whole.length === text.length && !text.includes('Σ')) return whole
  return Array.from(text, (letter) => {
    const low = letter.toLowerCase()
    return low.length === letter.length ? low : letter
  }).join('')
}

/** As in migrations/0050-search.ts: scripts without spaces between words, and the letters and digits of all others. */
const HAN = String.raw`\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\u{20000}-\u{3ffff}`
const WORD = String.raw`a-z0-9\u00b5\u00df-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u1e00-\u1fff`
const RUNS = new RegExp(`[${HAN}]+|[${WORD}]+`, 'gu')
const IS_HAN = new RegExp(`^[${HAN}]`, 'u')
const IS_WORD = new RegExp(`^[${WORD}]`, 'u')
const WORD_LETTERS = 40
const WORD_LEAST_LETTERS = 2
const IS_ONE_WORD = new RegExp(`^[${WORD}]{${WORD_LEAST_LETTERS},${WORD_LETTERS}}$`, 'u')

/** What the index must hold where this term is. A word at the end may go on; one letter of Latin text says nothing. */
function lexemesOf(term: string): string[] {
  return [...term.matchAll(RUNS)].flatMap(({ 0: run, index }) => {
    const letters = Array.from(run)
    if (IS_HAN.test(run))
      return letters.length === 1 ? [`'${run}':*`] : letters.slice(1).map((letter, at) => `'${letters[at]}${letter}'`)
    const isWhole = index + run.length < term.length && letters.length <= WORD_LETTERS
    if (isWhole) return [`'${run}'`]
    return letters.length < WORD_LEAST_LETTERS ? [] : [`'${letters.slice(0, WORD_LETTERS).join('')}':*`]
  })
}

/** Finds the terms in a text in lower case, the longest first. */
export const marksOf = (terms: readonly string[]): RegExp =>
  new RegExp(
    terms
      .toSorted((a, b) => b.length - a.length)
      .map(literalPattern)
      .join('|'),
    'g',
  )

export type Piece = { readonly text: string; readonly hit: boolean }
const LETTERS_BEFORE = 24
const LETTERS_AROUND = 120

/** The place where the words were found: a piece of the text around the first of them, each of them marked. */
export function excerptOf(text: string, marks: RegExp): Piece[] {
  const flat = text.replace(/\s+/g, ' ').trim()
  const found = [...lower(flat).matchAll(marks)]
  const first = found[0]?.index ?? 0
  const from = flat.length <= LETTERS_AROUND ? 0 : whole(flat, Math.max(0, first - LETTERS_BEFORE))
  const to = whole(flat, Math.min(flat.length, from + LETTERS_AROUND))
  const pieces: Piece[] = []
  const add = (some: string, hit: boolean): void => {
    if (some !== '') pieces.push({ text: some, hit })
  }
  let at = from
  for (const { 0: term, index } of found.filter((one) => one.index < to)) {
    const end = whole(flat, Math.min(to, index + term.length))
    add(`${at === from && from > 0 ? '…' : ''}${flat.slice(at, index)}`, false)
    add(flat.slice(index, end), true)
    at = end
  }
  add(`${at === from && from > 0 ? '…' : ''}${flat.slice(at, to)}${to < flat.length ? '…' : ''}`, false)
  return pieces
}

/** Never between the two halves of a letter. */
const whole = (text: string, at: number): number => (/[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at - 1 : at)

/** What can be narrowed down, as it stands in the address. */
export const STATES = ['all', 'waiting', 'open', 'resolved', 'closed'] as const
export const PERIODS = ['all', 'night', 'week', 'month'] as const
/** In the order in which they stand on the page. */
export const KINDS = ['customers', 'solutions', 'notes', 'messages'] as const
export type Kind = (typeof KINDS)[number]

export const statesIn = (state: (typeof STATES)[number]): TicketState[] => {
  switch (state) {
    case 'all':
      return []
    case 'waiting':
      return ['new', 'queued']
    case 'open':
      return ['open']
    case 'resolved':
      return ['resolved']
    case 'closed':
      return ['closed', 'merged', 'spam']
  }
}

/** From when on. The night is that of the calendar, from noon to noon. */
export function sinceOf(period: (typeof PERIODS)[number], now: Date, zone: string): Date | null {
  switch (period) {
    case 'all':
      return null
    case 'night':
      return noonBefore(now, zone)
    case 'week':
      return plus(now, -7 * DAY)
    case 'month':
      return plus(now, -30 * DAY)
  }
}

/** Places in one ticket stand together, at the newest of them. */
export function byTicket<Place extends { readonly ticketId: string }>(
  places: readonly Place[],
): { first: Place; more: number }[] {
  const groups = new Map<string, { first: Place; more: number }>()
  for (const place of places) {
    const group = groups.get(place.ticketId)
    if (group) group.more += 1
    else groups.set(place.ticketId, { first: place, more: 0 })
  }
  return [...groups.values()]
}
