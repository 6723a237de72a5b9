import type { MailId, TicketId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { NotFound, refuse } from '../../kernel/refusal.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { need } from '../../platform/actor.ts'
import type { Delivery } from '../../platform/mail.ts'
import { type LetterFile, withLinks } from '../../platform/outgoing.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { findGateway, type Hook } from '../channels/queries.ts'
import { hasUnread, letterOfMail } from '../customers/queries.ts'
import { isThreaded } from '../customers/rules.ts'
import { isTold } from '../texts/queries.ts'
import * as mails from './queries.ts'
import { againAfter, isOver, SENDING_MINUTES, waitsForPerson, whyNotSendAgain, whyNotShowLink } from './rules.ts'
import { type Earlier, threadOf as threadBefore } from './threading/queries.ts'

export type Ready = {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string | null
  readonly file: LetterFile | null
  /** Where it belongs to the thread of a conversation: its language, and the letters before it. */
  readonly thread: {
    readonly ticketId: TicketId
    readonly language: Language
    readonly earlier: readonly Earlier[]
  } | null
}

/** Undefined where there is nothing to send: another process has it, it has no address, or no mail server is set. */
export async function beginSending(tx: Tx, id: MailId, canSend: boolean): Promise<Ready | undefined> {
  const mail = await takeUp(tx, id, canSend ? null : 'no_server')
  if (!mail) return undefined
  return {
    to: mail.recipient,
    subject: mail.subject,
    text: withLinks(mail.text, mail.link),
    html: mail.html && withLinks(mail.html, mail.link),
    file: mail.file,
    thread: await threadOf(tx, mail),
  }
}

/** A short message with its gateway, whole but for the digits of a code. */
export type ReadyText = {
  readonly to: string
  readonly text: string
  readonly link: string | null
  readonly kind: mails.Mail['kind']
  readonly language: Language
  readonly hook: Hook
}

/** The same for a short message. */
export async function beginTexting(tx: Tx, id: MailId): Promise<ReadyText | undefined> {
  const hook = await findGateway(tx.db, 'sms')
  const mail = await takeUp(tx, id, hook ? null : 'no_hook')
  if (!mail || !hook) return undefined
  const { recipient: to, text, link, kind } = mail
  return { to, text: withLinks(text, link), link, kind, language: await mails.languageOf(tx.db, id), hook }
}

/**
 * The first half of a sending: from here on it counts as on its way, and is never taken up a second time by itself. What
 * nobody needs any more, or what nothing leads to, is settled here.
 */
async function takeUp(
  tx: Tx,
  id: MailId,
  missing: string | null,
): Promise<(mails.Mail & { recipient: string }) | undefined> {
  const mail = await mails.lockMail(tx, id)
  if (!mail.dueAt || mail.dueAt > tx.now) return undefined
  if (mail.state === 'sending') return settle(tx, mail, 'unknown', 'process_lost')
  if (mail.state !== 'pending') return undefined
  if (await wasRead(tx, mail)) return settle(tx, mail, 'dropped', 'read_meanwhile')
  if (mail.kind === 'callback' && (isOver(mail, tx.now) || (await isTold(tx.db, id))))
    return settle(tx, mail, 'dropped', 'over')
  if (isOver(mail, tx.now)) return settle(tx, mail, 'failed', 'link_over')
  const { recipient } = mail
  if (!recipient) return settle(tx, mail, 'kept', 'no_address')
  if (missing) return settle(tx, mail, 'kept', missing)
  const dueAt = plus(tx.now, SENDING_MINUTES * MINUTE)
  await mails.setMail(tx, id, { state: 'sending', attempts: mail.attempts + 1, error: null, dueAt })
  return { ...mail, recipient }
}

/** The second half: what became of it. A refusal for now is tried again later, anything unclear is left to a person. */
export async function noteDelivery(tx: Tx, id: MailId, delivery: Delivery): Promise<void> {
  const mail = await mails.lockMail(tx, id)
  if (mail.state !== 'sending') return
  if (delivery.state === 'sent') return void (await settle(tx, mail, 'sent', null))
  const wait = delivery.state === 'failed' && delivery.again ? againAfter(mail.attempts) : null
  if (wait === null) return void (await settle(tx, mail, delivery.state, delivery.error))
  await mails.setMail(tx, id, { state: 'pending', error: delivery.error, dueAt: plus(tx.now, wait) })
}

/** It was sent, and a server gave it back: whoever it was for is not reachable there. */
export async function noteReturned(tx: Tx, id: MailId, ticketId: TicketId): Promise<void> {
  const mail = await mails.findMailAbout(tx, id, ticketId)
  if (mail && (mail.state === 'sent' || mail.state === 'unknown')) await settle(tx, mail, 'failed', 'returned')
}

/** A person takes the risk of a double letter, or a mail server is there at last. */
export async function sendAgain(tx: Tx, id: MailId): Promise<void> {
  need(tx, 'people.edit')
  const mail = await mails.lockMail(tx, id)
  if (mail.state === 'pending' || mail.state === 'sending') return
  refuse(whyNotSendAgain(mail, tx.now))
  await mails.setMail(tx, id, { state: 'pending', attempts: 0, error: null, dueAt: tx.now })
  await announce(tx, 'mail.asked_again', { mailId: id }, { about: [] })
}

/** What a person was to hand over is told in another letter after all. */
export async function withdrawMail(tx: Tx, id: MailId): Promise<void> {
  const mail = await mails.lockMail(tx, id)
  if (waitsForPerson(mail.state)) await settle(tx, mail, 'dropped', 'told_after_all')
}

/** The private link of a letter that did not go out, for whoever hands it over; that it was looked at is on record. */
export async function showLink(tx: Tx, id: MailId): Promise<string> {
  need(tx, 'people.edit')
  const mail = await mails.lockMail(tx, id)
  refuse(whyNotShowLink(mail, tx.now))
  if (!mail.link) throw new NotFound()
  await announce(tx, 'mail.link_shown', { mailId: id }, { about: [] })
  return mail.link
}

/** A link that opens nothing any more is not kept either. */
export async function forgetLink(tx: Tx, id: MailId): Promise<void> {
  const mail = await mails.lockMail(tx, id)
  if (mail.link && isOver(mail, tx.now)) await mails.dropLink(tx, id)
}

/** Unread answers that the customer has read since the letter was written, or while a mail server put it off. */
async function wasRead(tx: Tx, { id, kind }: mails.Mail): Promise<boolean> {
  if (kind !== 'unread') return false
  const letter = await letterOfMail(tx.db, id)
  return letter !== undefined && !(await hasUnread(tx.db, letter.id, letter.ticketId))
}

const threadOf = async (tx: Tx, { id, kind, ticketId }: mails.Mail): Promise<Ready['thread']> =>
  ticketId && isThreaded(kind) ? { ticketId, ...(await threadBefore(tx.db, ticketId, id)) } : null

async function settle(
  tx: Tx,
  { id, attempts, ticketId }: mails.Mail,
  state: 'sent' | 'failed' | 'unknown' | 'kept' | 'dropped',
  error: string | null,
): Promise<undefined> {
  await mails.setMail(tx, id, { state, error, dueAt: null, settledAt: tx.now })
  if (state === 'sent' || state === 'dropped') await mails.dropLink(tx, id)
  await announce(tx, 'mail.settled', { mailId: id, state, attempts }, { about: ticketId ? [`ticket:${ticketId}`] : [] })
  return undefined
}
