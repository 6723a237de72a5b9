import type { MailId, TicketId } from '../server/kernel/ids.ts'
import { beginSending, forgetLink, noteDelivery } from '../server/notifications/outgoing/actions.ts'
import { listDueMails, listOverLinks } from '../server/notifications/outgoing/queries.ts'
import type { Earlier } from '../server/notifications/outgoing/threading/queries.ts'
import { system } from '../server/platform/actor.ts'
import { type Letter, openMailer } from '../server/platform/mail.ts'
import { answerAddress, messageIdOf } from '../server/platform/mail-thread.ts'
import { currentSettings } from '../server/settings/queries.ts'
import { type DueJob, dueJob } from './due-job.ts'

/**
 * When a letter waits: at most once (RELIABILITY 7). It is marked as on its way, sent outside any transaction, then
 * marked with what became of it; a process that dies between leaves it unknown. Without `SMTP_URL` it is kept.
 */
export const sendMail: DueJob = (deps) => {
  const { config, db, transact, clock } = deps
  const mailer = config.smtpUrl ? openMailer(config.smtpUrl) : undefined
  return dueJob(
    'send-mail',
    listDueMails,
    () => async (id) => {
      const ready = await transact(system, (tx) => beginSending(tx, id as MailId, mailer !== undefined))
      if (!ready || !mailer) return
      const { thread, ...letter } = ready
      const { mailFrom, mailAnswers, companyName } = await currentSettings(db)
      const address = mailFrom || `nightdesk@${new URL(config.publicUrl).hostname}`
      const from = { name: companyName[thread?.language ?? 'zh-CN'], address }
      const tied = thread && threadedBy(deps.secret, { ...thread, id, address, mailAnswers })
      const at = clock.now()
      const delivery = await mailer.deliver({
        id: `mail-${id}`,
        from,
        at,
        ...letter,
        ...(tied ? { thread: tied } : {}),
      })
      await transact(system, (tx) => noteDelivery(tx, id as MailId, delivery))
    },
    { slow: true, together: 5 },
  )(deps)
}

type Tied = { ticketId: TicketId; earlier: readonly Earlier[]; id: string; address: string; mailAnswers: string }

/**
 * As everything about one conversation is tied together (mail-thread.ts): below the last letter of the customer's, where
 * they wrote one, else below the first of ours.
 */
function threadedBy(secret: Buffer, { ticketId: about, earlier, id, address, mailAnswers }: Tied): Letter['thread'] {
  const host = address.slice(address.lastIndexOf('@') + 1)
  const named = (letter: string): string => messageIdOf(secret, { about, letter }, host)
  const replyTo = mailAnswers ? answerAddress(secret, about, mailAnswers) : null
  const references = earlier.map(({ ours, theirs }) => theirs ?? named(ours))
  const answers = earlier.findLast(({ theirs }) => theirs !== undefined)?.theirs ?? references[0] ?? null
  return { messageId: named(id), answers, references, replyTo }
}

/** When a private link in a kept letter is over. Repeats safely. */
export const forgetLinks = dueJob(
  'forget-links',
  listOverLinks,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => forgetLink(tx, id as MailId)),
)
