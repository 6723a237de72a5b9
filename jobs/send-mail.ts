import type { MailId } from '../server/kernel/ids.ts'
import { beginSending, forgetLink, noteDelivery } from '../server/notifications/outgoing/actions.ts'
import { listDueMails, listOverLinks } from '../server/notifications/outgoing/queries.ts'
import { system } from '../server/platform/actor.ts'
import { openMailer } from '../server/platform/mail.ts'
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
      const { mailFrom, companyName } = await currentSettings(db)
      const address = mailFrom || `nightdesk@${new URL(config.publicUrl).hostname}`
      const from = { name: companyName['zh-CN'], address }
      const delivery = await mailer.deliver({ id: `mail-${id}`, from, at: clock.now(), ...ready })
      await transact(system, (tx) => noteDelivery(tx, id as MailId, delivery))
    },
    { slow: true },
  )(deps)
}

/** When a private link in a kept letter is over. Repeats safely. */
export const forgetLinks = dueJob(
  'forget-links',
  listOverLinks,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => forgetLink(tx, id as MailId)),
)
