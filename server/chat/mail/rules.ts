import { type Contact, readContact } from '../../customers/rules.ts'
import type { RefusedBecause } from '../../events/mail.ts'
import type { Language } from '../../kernel/language.ts'
import type { Letter } from '../../kernel/letter.ts'

/** What a colleague should know about a letter that was taken. */
export const REMARKS = [
  'other_address', // it answers a conversation of somebody else's address
  'forged', // the receiving server says that it does not come from where it says
  'colleague', // its address is a colleague's; what it says is not theirs as an agent
  'shared', // several customers write from this address
  'continues', // it answers a conversation that is over for good
  'trimmed', // too big to be read whole
  'files_left', // not every attachment could be taken
  'by_hand', // a colleague took it
] as const
export type Remark = (typeof REMARKS)[number]

const first = ({ headers }: Letter, name: string): string => headers.get(name)?.[0]?.trim().toLowerCase() ?? ''

/** Addresses and Message-IDs of the house, in lower case, so that it never talks to itself. */
export type Own = { readonly addresses: readonly string[]; readonly isOurId: (messageId: string) => boolean }

/**
 * Why a letter opens and answers nothing. What machines send, or send on, has nobody behind it who waits; and an answer to
 * it may be answered by a machine again, for ever (RFC 3834). Null: a person wrote it.
 */
export function whyNotTake(letter: Letter, own: Own): RefusedBecause | null {
  if (letter.report || first(letter, 'return-path') === '<>') return 'bounce'
  const [sender, ...others] = letter.from
  if (letter.messageId && own.isOurId(letter.messageId)) return 'own'
  if (!sender?.address || others.length > 0) return 'no_sender'
  if (own.addresses.includes(sender.address.toLowerCase())) return 'own'
  if (/^(mailer-daemon|postmaster)@/i.test(sender.address)) return 'bounce'
  if (isAutomatic(letter)) return 'auto_reply'
  if (letter.headers.has('list-id')) return 'list'
  if (/^(bulk|list|junk)$/.test(first(letter, 'precedence'))) return 'bulk'
  if (!letter.whole) return 'unreadable'
  const empty = letter.text.trim() === '' && letter.subject.trim() === '' && letter.files.length === 0
  return empty ? 'empty' : null
}

const AUTOMATIC = ['x-auto-response-suppress', 'x-autoreply', 'x-autorespond', 'x-auto-reply-from']
function isAutomatic(letter: Letter): boolean {
  const said = first(letter, 'auto-submitted')
  if (said !== '' && !/^no\b/.test(said)) return true
  return first(letter, 'precedence') === 'auto_reply' || AUTOMATIC.some((name) => letter.headers.has(name))
}

export type Authenticity = 'pass' | 'fail' | 'unknown'

/**
 * What the receiving server found out about the sender (Authentication-Results, RFC 8601). Only what the trusted host wrote
 * counts, and of that the topmost: anybody may write such a header below it. Pass needs a domain that is the sender's own.
 */
export function authenticityOf(letter: Letter, trustedHost: string): Authenticity {
  const domain = letter.from[0]?.address.split('@').at(-1)?.toLowerCase() ?? ''
  const found = (letter.headers.get('authentication-results') ?? [])
    .map((value) => value.replace(/\([^()]*\)/g, ' ').toLowerCase())
    .find((value) => value.split(/[;\s]/, 1)[0] === trustedHost.trim().toLowerCase())
  if (!found || !trustedHost || !domain) return 'unknown'
  const results = found.split(';').slice(1)
  const of = (method: string) => results.filter((one) => one.trim().startsWith(`${method}=`))
  const says = (method: string, verdict: string) =>
    of(method).some((one) => one.trim().startsWith(`${method}=${verdict}`))
  const passes = (method: string, property: RegExp) =>
    of(method).some(
      (one) => one.trim().startsWith(`${method}=pass`) && isAligned(property.exec(one)?.[1]?.split('@').at(-1), domain),
    )
  if (says('dmarc', 'fail')) return 'fail'
  if (passes('dmarc', /header\.from=([^\s;]+)/)) return 'pass'
  if (passes('dkim', /header\.[di]=([^\s;]+)/) || passes('spf', /smtp\.mailfrom=([^\s;]+)/)) return 'pass'
  const failed = says('spf', 'fail') || says('dkim', 'fail')
  return failed && !says('spf', 'pass') && !says('dkim', 'pass') ? 'fail' : 'unknown'
}

const isAligned = (shown: string | undefined, domain: string): boolean =>
  shown !== undefined &&
  (shown === domain || shown.endsWith(`.${domain}`) || (shown.includes('.') && domain.endsWith(`.${shown}`)))

/** Han letters are Chinese; everything else gets English. */
export const languageOf = ({ subject, text }: Pick<Letter, 'subject' | 'text'>): Language =>
  /\p{Script=Han}/u.test(`${subject}${text}`) ? 'zh-CN' : 'en'

const PREFIX = /^\s*(?:(?:re|aw|sv|fw|fwd|wg|回复|答复|转发|回覆|轉寄)\s*(?:\[\d+\])?\s*[:：]\s*)+/i
/** What a letter is about, without what mail programs put before it. */
export const subjectIn = (subject: string): string => subject.replace(PREFIX, '').replace(/\s+/g, ' ').trim()

/** `NT-1042` in a subject. */
export const numberIn = (subject: string): string | null =>
  /(?<![\p{L}\d])NT-\d{1,12}(?!\d)/iu.exec(subject)?.[0].toUpperCase() ?? null

/** The sender's address as a way to reach them; null where no answer could go there. */
export function contactOf(address: string): Contact | null {
  try {
    const contact = readContact(address)
    return contact.kind === 'email' ? contact : null
  } catch {
    return null // a Refusal is how it says that nobody can be reached there
  }
}

const NAME_LETTERS = 80
/** What the sender is called: the name beside the address, else what stands before the @. */
export function senderName({ name, address }: { readonly name: string; readonly address: string }): string {
  const clean = storable(name)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return Array.from(clean || address.split('@')[0] || address)
    .slice(0, NAME_LETTERS)
    .join('')
}

/** Text as PostgreSQL can keep it. */
export const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed()

const HEADER_LETTERS = 300
const SUBJECT_LETTERS = 300
/** As much of a subject as is kept. */
export const keptSubject = (subject: string): string => Array.from(storable(subject)).slice(0, SUBJECT_LETTERS).join('')

const ID_LETTERS = 250
/**
 * By what the sender's program knows this letter, so that our answers stand below it: its subject without what programs
 * put before it, and its `Message-ID` where that can stand in a header of ours.
 */
export const threadIn = ({
  subject,
  messageId,
}: Pick<Letter, 'subject' | 'messageId'>): { subject: string; messageId: string | null } => ({
  subject: keptSubject(subjectIn(subject)),
  messageId:
    messageId && messageId.length <= ID_LETTERS && /^<[!-;=?-~]+@[!-;=?-~]+>$/.test(messageId) ? messageId : null,
})

const TELLING = [
  'date',
  'message-id',
  'content-type',
  'auto-submitted',
  'precedence',
  'list-id',
  'x-auto-response-suppress',
  'return-path',
  'authentication-results',
]
/** The headers that say why a letter was refused. */
export const tellingHeaders = ({ headers }: Pick<Letter, 'headers'>): Record<string, string> =>
  Object.fromEntries(
    TELLING.flatMap((name) => {
      const value = headers.get(name)?.[0]
      return value === undefined ? [] : [[name, storable(value).slice(0, HEADER_LETTERS)]]
    }),
  )
