import type { MailKind } from '../../events/notifications.ts'
import { type Words, wordsOf } from '../../i18n/dictionaries.ts'
import { orErased } from '../../i18n/erased.ts'
import { ERASED } from '../../kernel/erased.ts'
import type { Language } from '../../kernel/language.ts'
import { maskContact } from '../../kernel/masks.ts'
import { CODE_MARK, LINK_MARK, withoutLinks } from '../../platform/outgoing.ts'
import { isThreaded } from '../customers/rules.ts'
import { waitsForPerson as deliveryWaits } from '../deliveries/rules.ts'
import { sentenceOf } from '../deliveries/words.ts'
import type { Mail, OutgoingLine } from './queries.ts'
import { isOver, waitsForPerson } from './rules.ts'

type Around = {
  readonly language: Language
  readonly now: Date
  /** What leads outside: a mail server, a gateway for SMS. */
  readonly ways: Readonly<Record<Mail['channel'], boolean>>
}

/** A line as the page shows it. Without private links: those are shown on their own, to whoever asks for them by name. */
export function seen(line: OutgoingLine, mail: Mail | undefined, { language, now, ways }: Around) {
  const { error, source, kind, ref, count, id } = line
  const t = wordsOf(language)
  // A short message quotes nobody.
  const closed = mail?.channel === 'mail' && ABOUT_CUSTOMERS.includes(mail.kind)
  return {
    ...line,
    at: `${source}-${id}`,
    isMail: source === 'mail',
    closed,
    recipient: mail?.recipient && isToCustomer(mail.kind) ? maskContact(mail.recipient) : (mail?.recipient ?? null),
    number: closed ? (/NT-\d+/.exec(mail.subject)?.[0] ?? /NT-\d+/.exec(mail.text)?.[0]) : undefined,
    says: closed ? '' : mail ? titleOf(mail, t) : sentenceOf({ kind: kind as never, ref: ref ?? '', count }, language),
    tone: TONES[line.state],
    waits: mail ? waitsForPerson(mail.state) : deliveryWaits(line.state as never),
    over: mail ? isOver(mail, now) || mail.text === ERASED : false,
    canSend: mail ? mail.recipient !== null && ways[mail.channel] : true,
    opensLink: mail !== undefined && kind !== 'callback',
    linkUntil: mail?.linkUntil ?? null,
    paragraphs: mail && !closed ? paragraphsOf(mail, t) : [],
    code: error && CODES.includes(error) ? error : null,
    said: error && !CODES.includes(error) ? error : null,
    opens: ['escalation', 'reminder', 'notice', 'digest', 'brief', 'report'].includes(kind),
  }
}

type Seen = ReturnType<typeof seen>

/**
 * The same words to several people, one after the other, as one line that names the rest: a stage that asks forty people
 * is one thing that went out. `apart` stands on its own: somebody is about to act on it.
 */
export function folded(lines: readonly Seen[], apart: string | undefined): (Seen & { readonly others: Seen[] })[] {
  const groups: (Seen & { readonly others: Seen[] })[] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (last && isSame(last, line) && ![last.at, line.at].includes(apart ?? '')) last.others.push(line)
    else groups.push({ ...line, others: [] })
  }
  return groups
}

/** Nobody is told the same twice in it, so that each of them is found by their name. */
const isSame = (group: Seen & { readonly others: readonly Seen[] }, line: Seen): boolean =>
  (['source', 'channel', 'kind', 'state', 'says', 'error'] as const).every((key) => group[key] === line[key]) &&
  !line.closed &&
  line.person !== null &&
  [group, ...group.others].every(({ person }) => person !== null && person.id !== line.person?.id)

const titleOf = ({ channel, subject, text }: Mail, t: Words): string =>
  orErased(t, channel === 'mail' ? subject : withoutLinks(text, '…').replaceAll(CODE_MARK, '••••••'))

const paragraphsOf = ({ text }: Mail, t: Words) =>
  orErased(t, text)
    .split('\n\n')
    .map((paragraph) => ({
      pieces: withoutLinks(paragraph, LINK_MARK)
        .split(/(\[\[(?:link|code)\]\])/)
        .filter(Boolean)
        .map((piece) => ({ piece, link: piece === LINK_MARK, code: piece === CODE_MARK })),
    }))

const TONES: Readonly<Record<OutgoingLine['state'], string>> = {
  pending: 'quiet',
  sending: 'quiet',
  sent: 'ok',
  seen: 'ok',
  failed: 'bad',
  unknown: 'bad',
  kept: 'lamp',
  dropped: 'quiet',
}
const CODES = [
  ...['no_address', 'no_server', 'process_lost', 'link_over', 'restored', 'returned'],
  ...['no_device', 'no_hook', 'no_phone', 'gone', 'over', 'timeout', 'redirected', 'address_inside', 'not_http'],
  ...['not_verified', 'read_meanwhile', 'told_after_all'],
]

/** They quote a customer: what they say is for whoever was asked (REGULATION row 57). */
const ABOUT_CUSTOMERS: readonly string[] = [
  'escalation',
  'reminder',
  'digest',
  'unread',
  'transcript',
  'morning',
] satisfies MailKind[]

const isToCustomer = (kind: MailKind): boolean => TO_CUSTOMERS.includes(kind) || isThreaded(kind)
const TO_CUSTOMERS: readonly MailKind[] = ['verification', 'code', 'callback']
