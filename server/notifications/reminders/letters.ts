import { makeEscalationLink } from '../../escalations/links/actions.ts'
import { wordsOf } from '../../i18n/dictionaries.ts'
import { clockTime, shortDate } from '../../i18n/instants.ts'
import type { ReminderId } from '../../kernel/ids.ts'
import { HOUR, plus } from '../../kernel/time.ts'
import { LINK_MARK, leaveMail } from '../../platform/outgoing.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
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
  const t = wordsOf(reminder.language)
  const { escalationLinkHours } = await currentSettings(tx.db)
  const { number, subject, customerName, dueAt, language } = reminder
  const time = dueAt ? `${shortDate(dueAt, language, zone)} ${clockTime(dueAt, zone)}` : ''
  const what = t(`reminders.${reminder.kind}.${reminder.part}`, { time })
  const text = [
    t('reminders.mail.hello', { name: reminder.name }),
    what,
    // A letter is read off post as well: whoever follows it up finds the customer at the desk (REGULATION row 57).
    reminder.part === 'owner' ? number : `${number} · ${customerName}\n${subject}`,
    `${t('reminders.mail.open')}:`,
    LINK_MARK,
  ].join('\n\n')
  await leaveMail(tx, {
    kind: 'reminder',
    staffId: reminder.staffId,
    ticketId: reminder.ticketId,
    recipient: reminder.email,
    subject: t('reminders.mail.subject', { number, what }),
    text,
    html: null,
    link: `${publicUrl}${await pathFor(tx, reminder)}`,
    linkUntil: plus(tx.now, escalationLinkHours * HOUR),
  })
}

const pathFor = async (tx: Tx, { part, escalationId, staffId, ticketId, caseId }: Reminder): Promise<string> => {
  if (caseId) return `/abuse/${caseId}`
  return part !== 'owner' && escalationId
    ? `/e/${await makeEscalationLink(tx, escalationId, staffId)}`
    : `/desk/${ticketId}`
}
