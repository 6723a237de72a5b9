import { makeEscalationLink } from '../../escalations/links/actions.ts'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime, shortDate } from '../../i18n/instants.ts'
import type { ReminderId } from '../../kernel/ids.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { HOUR, plus } from '../../kernel/time.ts'
import { LINK_MARK, leaveMail } from '../../platform/outgoing.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { render } from '../../web/render.ts'
import { wantsMail } from '../choices/actions.ts'
import { KIND_OF } from '../notices/rules.ts'
import { lockReminder, type Reminder, storeWritten } from './queries.ts'

type Place = { readonly publicUrl: string; readonly zone: string }

/** The letter about a reminder, once. Whoever was asked gets a link that opens the request without signing in; the owner one to the conversation. */
export async function writeReminder(tx: Tx, id: ReminderId, { publicUrl, zone }: Place): Promise<void> {
  const reminder = await lockReminder(tx, id)
  if (reminder.mail !== 'due') return
  await storeWritten(tx, id)
  if (!(await wantsMail(tx, reminder.staffId, KIND_OF[reminder.kind]))) return
  const { escalationLinkHours, companyName: company } = await currentSettings(tx.db)
  await leaveMail(tx, {
    kind: 'reminder',
    staffId: reminder.staffId,
    ticketId: reminder.ticketId,
    recipient: reminder.email,
    ...reminderLetter(reminder, reminder.language, { company, zone, now: tx.now }),
    link: `${publicUrl}${await pathFor(tx, reminder)}`,
    linkUntil: plus(tx.now, escalationLinkHours * HOUR),
  })
}

type Reminding = Pick<Reminder, 'kind' | 'part' | 'number' | 'subject' | 'customerName' | 'dueAt' | 'name'>
type Around = { readonly company: Bilingual; readonly zone: string; readonly now: Date }

/** Subject, text and HTML of a reminder, in the language of whoever is reminded. */
export function reminderLetter(
  { kind, part, number, subject, customerName, dueAt, name }: Reminding,
  language: Language,
  { company, zone, now }: Around,
): { subject: string; text: string; html: string } {
  const t = wordsOf(language)
  const time = dueAt ? `${shortDate(dueAt, language, zone)} ${clockTime(dueAt, zone)}` : ''
  const what = t(`reminders.${kind}.${part}`, { time })
  const title = t('reminders.mail.subject', { number, what })
  const lines = [
    t('reminders.mail.hello', { name }),
    what,
    // A letter is read off post as well: whoever follows it up finds the customer at the desk (REGULATION row 57).
    part === 'owner' ? number : `${number} · ${customerName}\n${subject}`,
  ]
  const press = t('reminders.mail.open')
  const frame = { t, language, zone, now, nonce: '' }
  return {
    subject: title,
    text: [...lines, `${press}:`, LINK_MARK, company[language]].join('\n\n'),
    html: render('notices/letter', {
      ...frame,
      ...{ title, lines, press, after: [], company: company[language] },
      link: LINK_MARK,
    }),
  }
}

const pathFor = async (tx: Tx, { part, escalationId, staffId, ticketId, caseId }: Reminder): Promise<string> => {
  if (caseId) return `/abuse/${caseId}`
  return part !== 'owner' && escalationId
    ? `/e/${await makeEscalationLink(tx, escalationId, staffId)}`
    : `/desk/${ticketId}`
}
