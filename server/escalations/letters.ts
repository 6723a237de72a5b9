import { wordsOf } from '../i18n/dictionaries.ts'
import { clockTime, shortDate } from '../i18n/instants.ts'
import type { EscalationId, StaffId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import { HOUR, plus } from '../kernel/time.ts'
import { LINK_MARK, leaveMail } from '../platform/outgoing.ts'
import type { Tx } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { lock } from './actions.ts'
import { listReaders } from './deadlines/queries.ts'
import { makeEscalationLink } from './links/actions.ts'
import { type EscalationView, setEscalation, viewEscalation } from './queries.ts'

type Place = { readonly publicUrl: string; readonly zone: string }
type Reader = {
  readonly id: StaffId
  readonly name: string
  readonly email: string | null
  readonly language: Language
}

/**
 * Letters to whoever may take a request, each with a link of its own: its handlers when it is sent, the head when nobody
 * has accepted in time. Once a step; whoever has no address is shown on the Outgoing page, for somebody to tell them.
 */
export async function leaveLetters(tx: Tx, id: EscalationId, place: Place): Promise<void> {
  const { escalation } = await lock(tx, id)
  if (escalation.state !== 'sent' || !escalation.department_id) return
  const step = escalation.step >= 2 ? 2 : 1
  if (escalation.letters >= step) return
  await setEscalation(tx, id, { letters: step })
  const one = await viewEscalation(tx.db, id)
  const readers = await listReaders(tx.db, escalation, step === 2 ? 'head' : 'handlers')
  for (const reader of readers) await leaveLetter(tx, one, reader, { ...place, late: step === 2 })
}

async function leaveLetter(
  tx: Tx,
  one: EscalationView,
  { id: staffId, name, email, language }: Reader,
  { publicUrl, zone, late }: Place & { late: boolean },
): Promise<void> {
  const t = wordsOf(language)
  const { escalationLinkHours } = await currentSettings(tx.db)
  const moment = (at: Date): string => `${shortDate(at, language, zone)} ${clockTime(at, zone)}`
  const link = `${publicUrl}/e/${await makeEscalationLink(tx, one.id, staffId)}`
  const parts: [string, string][] = [
    [t('escalations.mail.need'), one.need],
    [t('escalations.mail.tried'), one.tried],
    [t('escalations.mail.contact'), `${one.customerName}\n${one.contact}`],
  ]
  const times = [
    ...(one.promisedAt ? [t('escalations.mail.promised', { time: moment(one.promisedAt) })] : []),
    ...(one.acceptDueAt ? [t('escalations.mail.accept_by', { time: moment(one.acceptDueAt) })] : []),
  ]
  const hello = [t('escalations.mail.hello', { name }), t(late ? 'escalations.mail.head' : 'escalations.mail.asked')]
  const text = [
    hello.join(' '),
    ...parts.map(([label, words]) => `${label}\n${words}`),
    times.join('\n'),
    `${t('escalations.mail.open')}:`,
    LINK_MARK,
    t('escalations.mail.only_you'),
  ].join('\n\n')
  await leaveMail(tx, {
    kind: 'escalation',
    staffId,
    ticketId: one.ticketId,
    recipient: email,
    subject: t('escalations.mail.subject', { number: one.number, subject: one.subject }),
    text,
    html: null,
    link,
    linkUntil: plus(tx.now, escalationLinkHours * HOUR),
  })
}
