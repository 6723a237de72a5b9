import type { Capability } from '../../kernel/capabilities.ts'
import { ERASED } from '../../kernel/erased.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { maskContact, maskName, maskWords } from '../../kernel/masks.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { asWritten } from '../rules.ts'

type Viewer = { readonly staffId: StaffId; readonly capabilities: ReadonlySet<Capability> }

/**
 * REGULATION row 57: names, phones and addresses in full for whoever has the conversation on duty (`heldBy`) and for whoever
 * leads the night; for a department what it was asked decides (escalations). Everybody else sees them masked.
 */
export const seesCustomer = ({ staffId, capabilities }: Viewer, heldBy: StaffId | null | undefined): boolean =>
  capabilities.has('customer.read') || (heldBy === staffId && capabilities.has('desk.work'))

export type What = 'name' | 'contact' | 'words'

/**
 * The one door through which what identifies a customer reaches a page: as it is, a number as people write it, or masked.
 * `name`: whose words they are.
 */
export function shown(what: What, value: string, inFull: boolean, name = ''): string {
  if (value === ERASED) return value
  if (inFull) return what === 'contact' ? asWritten(value) : value
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
