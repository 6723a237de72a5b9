import type { Capability } from '../../kernel/capabilities.ts'
import { ERASED } from '../../kernel/erased.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'

type Viewer = { readonly staffId: StaffId; readonly capabilities: ReadonlySet<Capability> }

/**
 * REGULATION row 57: names, phones and addresses in full for whoever has the conversation on duty (`heldBy`) and for whoever
 * leads the night; for a department what it was asked decides (escalations). Everybody else sees them masked.
 */
export const seesCustomer = ({ staffId, capabilities }: Viewer, heldBy: StaffId | null | undefined): boolean =>
  capabilities.has('customer.read') || (heldBy === staffId && capabilities.has('desk.work'))

export type What = 'name' | 'contact' | 'words'

/** The one door through which what identifies a customer reaches a page: as it is, or masked. `name`: whose words they are. */
export function shown(what: What, value: string, inFull: boolean, name = ''): string {
  if (inFull || value === ERASED) return value
  switch (what) {
    case 'name':
      return maskName(value)
    case 'contact':
      return maskContact(value)
    case 'words':
      return maskWords(value, name)
  }
}

/** `shown` for one customer: whoever may see everything gets everything back. */
export type Veil = {
  readonly inFull: boolean
  readonly name: string
  readonly contact: (value: string) => string
  readonly words: <Text extends string | null>(value: Text) => Text
}
export const veilOf = (inFull: boolean, name: string): Veil => ({
  inFull,
  name: shown('name', name, inFull),
  contact: (value) => shown('contact', value, inFull),
  words: (value) => (value === null ? value : shown('words', value, inFull, name)) as typeof value,
})

/** A row of a list that names a customer, as this colleague may see it. */
export function veiled<Row extends { customerName: string; subject: string; heldBy: StaffId | null }>(
  me: Viewer,
  row: Row,
): Row {
  const veil = veilOf(seesCustomer(me, row.heldBy), row.customerName)
  return { ...row, customerName: veil.name, subject: veil.words(row.subject) }
}

/** Enough to know a customer by who knows them already: 138****0041, l***@example.com. */
function maskContact(value: string): string {
  const at = value.indexOf('@')
  if (at > 0) return `${Array.from(value)[0]}***${value.slice(at)}`
  const digits = value.replace(/^\+86(?=1\d{10}$)/, '').replace(/[^\d+]/g, '')
  const kept = digits.length >= 10 ? { from: 3, to: 4 } : { from: 1, to: 2 }
  return `${digits.slice(0, kept.from)}****${digits.slice(-kept.to)}`
}

const HAN = /^[\p{Script=Han}·]+$/u
const STARS = 3

/** The first letter of each word; of a Chinese name the surname's first. */
function maskName(name: string): string {
  return name.trim().split(/\s+/u).map(maskPart).join(' ')
}
function maskPart(part: string): string {
  const letters = Array.from(part)
  if (part.includes('@') || /\d{5}/.test(part)) return maskContact(part)
  if (HAN.test(part)) return `${letters[0]}${'*'.repeat(Math.min(STARS, Math.max(1, letters.length - 1)))}`
  return `${letters[0] ?? ''}***`
}

const MAIL = /(?<![\p{L}\d._%+-])[\p{L}\d._%+-]{1,254}@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu
// From the beginning of a word alone: a text of one long word is read once and not from each of its letters.
/** Phones, accounts and cards, however they are parted; a date is none. */
const NUMBER = /(?<![\d-])(?!\d{4}-\d{2}-\d{2}(?!\d))\+?\d(?:[\s().-]{0,2}\d){6,}/gu

/** What somebody wrote, without the numbers and addresses in it and without the customer's name. */
function maskWords(words: string, name: string): string {
  const masked = words.replace(MAIL, maskContact).replace(NUMBER, maskContact)
  const isTelling = HAN.test(name) ? Array.from(name).length > 1 : Array.from(name).length > 2
  if (!isTelling) return masked
  return HAN.test(name)
    ? masked.replaceAll(name, maskName(name))
    : masked.replace(
        new RegExp(`(?<![\\p{L}\\d])${name.replace(/[^\p{L}\p{N}\s]/gu, '\\$&')}(?![\\p{L}\\d])`, 'giu'),
        maskName(name),
      )
}

/** REGULATION row 57: reveals off one's own tickets, or more than so many in a night, are for HR to look at. */
export type Unusual = 'many' | 'not_theirs'
export function unusualIn(
  { theirs, before }: { readonly theirs: boolean; readonly before: number },
  mostANight: number,
): Unusual[] {
  return [...(before >= mostANight ? (['many'] as const) : []), ...(theirs ? [] : (['not_theirs'] as const))]
}

export const REVEAL_REASONS = ['call_back', 'identity', 'safety', 'complaint', 'their_wish', 'other'] as const
export type RevealReason = (typeof REVEAL_REASONS)[number]
export const ERASURE_REASONS = ['their_wish', 'law', 'mistake', 'other'] as const
export type ErasureReason = (typeof ERASURE_REASONS)[number]

/** One of the list says enough; what is not on it has to be said. */
export const whyNotReason = (reason: string, words: string): Refusal | null =>
  reason === 'other' && words.trim() === '' ? refusal('privacy.words_missing', {}, 'words') : null

/** Erasing cannot be taken back: whoever does it types whom they mean, by the name or by the number of a conversation. */
export const whyNotConfirmed = (typed: string, name: string, numbers: readonly string[]): Refusal | null => {
  const said = typed.trim().toLowerCase()
  const is = said !== '' && [name, ...numbers].some((one) => one.trim().toLowerCase() === said)
  return is ? null : refusal('privacy.not_confirmed', {}, 'typed')
}

/** Nothing is erased under somebody's hands. */
export const whyNotErase = (
  conversations: readonly { readonly state: string; readonly number: string }[],
): Refusal | null => {
  const open = conversations.find(({ state }) => !IS_OVER.includes(state))
  return open ? refusal('privacy.still_open', { number: open.number }) : null
}
/** States in which a conversation is over for good. */
export const IS_OVER: readonly string[] = ['closed', 'merged', 'spam']
