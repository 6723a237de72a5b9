import { wordsOf } from '../i18n/dictionaries.ts'
import { clockTime, shortDate } from '../i18n/instants.ts'
import type { EscalationId, StaffId } from '../kernel/ids.ts'
import type { Bilingual, Language } from '../kernel/language.ts'
import { HOUR, plus } from '../kernel/time.ts'
import { LINK_MARK, leaveMail } from '../platform/outgoing.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { render } from '../web/render.ts'
import { lock } from './actions.ts'
import { listReaders } from './deadlines/queries.ts'
import { makeEscalationLink } from './links/actions.ts'
import { setEscalation } from './queries.ts'
import { type EscalationView, viewEscalation } from './views/queries.ts'

type Place = { readonly publicUrl: string; readonly zone: string }
type Reader = {
  readonly id: StaffId
  readonly name: string
  readonly email: string | null
  readonly language: Language
}

const READERS = ['handlers', 'head'] as const

/**
 * Letters to whoever may take a request, each with a link of its own: its handlers when it is sent, the head when nobody
 * has accepted in time. Once a step, and each step, also where the clock was away for both: its handlers can take it still.
 * Whoever has no address is shown on the Outgoing page, for somebody to tell them.
 */
export async function leaveLetters(tx: Tx, id: EscalationId, place: Place): Promise<void> {
  const { escalation } = await lock(tx, id)
  if (escalation.state !== 'sent' || !escalation.department_id) return
  const step = escalation.step >= 2 ? 2 : 1
  if (escalation.letters >= step) return
  await setEscalation(tx, id, { letters: step })
  const one = await viewEscalation(tx.db, id)
  for (const who of READERS.slice(escalation.letters, step))
    for (const reader of await listReaders(tx.db, escalation, who))
      await leaveLetter(tx, one, reader, { ...place, late: who === 'head' })
}

async function leaveLetter(
  tx: Tx,
  one: EscalationView,
  { id: staffId, name, email, language }: Reader,
  { publicUrl, zone, late }: Place & { late: boolean },
): Promise<void> {
  const { escalationLinkHours, companyName: company } = await currentSettings(tx.db)
  await leaveMail(tx, {
    kind: 'escalation',
    staffId,
    ticketId: one.ticketId,
    recipient: email,
    ...requestLetter(one, { name, language }, { late, company, zone, now: tx.now }),
    link: `${publicUrl}/e/${await makeEscalationLink(tx, one.id, staffId)}`,
    linkUntil: plus(tx.now, escalationLinkHours * HOUR),
  })
}

type Asked = Pick<
  EscalationView,
  'number' | 'subject' | 'need' | 'tried' | 'customerName' | 'contact' | 'promisedAt' | 'acceptDueAt'
>
type Around = { readonly late: boolean; readonly company: Bilingual; readonly zone: string; readonly now: Date }

/** Subject, text and HTML of a request, in the language of whoever may take it; `late`: nobody has, and their head reads it. */
export function requestLetter(
  one: Asked,
  { name, language }: { readonly name: string; readonly language: Language },
  { late, company, zone, now }: Around,
): { subject: string; text: string; html: string } {
  const t = wordsOf(language)
  const moment = (at: Date): string => `${shortDate(at, language, zone)} ${clockTime(at, zone)}`
  const subject = t('escalations.mail.subject', { number: one.number, subject: one.subject })
  const hello = [t('escalations.mail.hello', { name }), t(late ? 'escalations.mail.head' : 'escalations.mail.asked')]
  const facts = [
    { label: t('escalations.mail.need'), words: one.need },
    { label: t('escalations.mail.tried'), words: one.tried },
    { label: t('escalations.mail.contact'), words: `${one.customerName}\n${one.contact}` },
  ]
  const times = [
    ...(one.promisedAt ? [t('escalations.mail.promised', { time: moment(one.promisedAt) })] : []),
    ...(one.acceptDueAt ? [t('escalations.mail.accept_by', { time: moment(one.acceptDueAt) })] : []),
  ]
  const press = t('escalations.mail.open')
  const after = [t('escalations.mail.only_you')]
  const frame = { t, language, zone, now, nonce: '' }
  const shown = { title: subject, hello: hello.join(' '), facts, times, press, after, company: company[language] }
  return {
    subject,
    text: [
      hello.join(' '),
      ...facts.map(({ label, words }) => `${label}\n${words}`),
      ...(times.length > 0 ? [times.join('\n')] : []),
      `${press}:`,
      LINK_MARK,
      ...after,
      company[language],
    ].join('\n\n'),
    html: render('escalations/letter', { ...frame, ...shown, link: LINK_MARK }),
  }
}
