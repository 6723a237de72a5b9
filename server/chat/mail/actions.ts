import { createHash } from 'node:crypto'
import { recordCustomer, verifyContact } from '../../customers/actions.ts'
import { insertCustomer } from '../../customers/queries.ts'
import { raiseAlarm } from '../../desk/alarms/actions.ts'
import { someoneOnPost } from '../../desk/on-post/queries.ts'
import type { RefusedBecause } from '../../events/mail.ts'
import type { CustomerId, IncomingId, MailId, TicketId } from '../../kernel/ids.ts'
import type { Letter } from '../../kernel/letter.ts'
import { MINUTE, plus } from '../../kernel/time.ts'
import { need, staffOf, system } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { openTicket, writeAsCustomer } from '../../tickets/actions.ts'
import { countFiles, forgetIncoming } from '../../tickets/files/queries.ts'
import { FILES_A_TICKET, type FileDetails } from '../../tickets/files/rules.ts'
import { standsFor } from '../../tickets/merging/queries.ts'
import { lockTicket } from '../../tickets/queries.ts'
import { whyNotReopen } from '../../tickets/rules.ts'
import { promiseNow } from '../actions.ts'
import type { Kept } from './queries.ts'
import * as letters from './queries.ts'
import { noteReader } from './reading/queries.ts'
import {
  type Authenticity,
  contactOf,
  keptSubject,
  languageOf,
  numberIn,
  type Remark,
  senderName,
  storable,
  subjectIn,
  tellingHeaders,
  threadIn,
} from './rules.ts'
import { contactIn, findNumbered, isColleague, isShared } from './senders/queries.ts'
import { fitted, ownWords, questionOf } from './words/rules.ts'

/** A letter that is to be taken, with its files stored already. */
export type Coming = {
  readonly kept: Kept
  readonly letter: Letter
  readonly authenticity: Authenticity
  /** The conversation that its signed thread names, whoever sent it. */
  readonly thread: TicketId | null
  readonly files: readonly { readonly name: string; readonly details: FileDetails }[]
  readonly remarks: readonly Remark[]
  /** A conversation of this browser is open beside the one that it would reopen: it opens one of its own. */
  readonly alone?: boolean
  readonly zone: string
}

/**
 * A letter becomes words of a customer, once: in the conversation it answers, where its sender is one of that customer's
 * addresses, or in one of its own. Whoever sent it, it is never a colleague's word. False where it was known already.
 */
export async function takeLetter(tx: Tx, coming: Coming): Promise<boolean> {
  if (!(await letters.isNew(tx, coming.kept))) return false
  const taken = await say(tx, coming)
  const verified = coming.authenticity === 'pass'
  const row = { state: 'taken', ...taken, ...threadIn(coming.letter), verified } as const
  const incomingId = await letters.insertIncoming(tx, coming.kept, row)
  await announceTaken(tx, incomingId, { ...taken, verified })
  return true
}

/** A colleague takes what the house would not. It is still the customer who speaks. */
export async function takeByHand(tx: Tx, id: IncomingId, coming: Omit<Coming, 'kept'>): Promise<TicketId> {
  need(tx, 'people.edit')
  const kept = await letters.lockRefused(tx, id)
  await announce(tx, 'letter.asked_again', { incomingId: id, staffId: staffOf(tx) }, { about: [] })
  const house: Tx = { ...tx, actor: system }
  const taken = await say(house, { ...coming, kept })
  const verified = coming.authenticity === 'pass'
  const remarks: Remark[] = [...taken.remarks, 'by_hand']
  await letters.setTaken(house, id, { ...taken, ...threadIn(coming.letter), remarks, verified })
  await announceTaken(house, id, { ...taken, verified })
  return taken.ticketId
}

/** What opens and answers nothing is kept with its reason. False where it was known already. */
export async function refuseLetter(
  tx: Tx,
  kept: Kept,
  refusal: { reason: RefusedBecause; letter: Letter | null; raw: { file: string; whole: boolean } | null },
): Promise<boolean> {
  if (!(await letters.isNew(tx, kept))) return false
  const { reason, letter, raw } = refusal
  const incomingId = await letters.insertIncoming(tx, kept, { ...rowOf(letter), state: 'refused', reason, raw })
  if (raw) await forgetIncoming(tx, raw.file)
  await announce(tx, 'letter.refused', { incomingId, reason }, { about: [] })
  return true
}

/** A mailbox that cannot be read for minutes is the duty manager's matter: customers write, and nobody sees it. */
export async function noteReading(tx: Tx, mailbox: string, trouble: string | null): Promise<void> {
  const rings = await noteReader(tx, mailbox, trouble, plus(tx.now, -ALARM_MINUTES * MINUTE))
  if (rings) await raiseAlarm(tx, 'job_failed', null, `mailbox ${mailbox}`)
}
const ALARM_MINUTES = 5

/** One of our own letters came back for good: whoever sent it is told. */
export async function noteBounce(
  tx: Tx,
  kept: Kept,
  { letter, mailId, ticketId }: { letter: Letter; mailId: MailId; ticketId: TicketId },
): Promise<boolean> {
  if (!(await letters.isNew(tx, kept))) return false
  const row = { ...rowOf(letter), state: 'bounce', reason: 'bounce', raw: null } as const
  const incomingId = await letters.insertIncoming(tx, kept, row)
  await announce(tx, 'mail.bounced', { incomingId, mailId, ticketId }, { about: [] })
  return true
}

const rowOf = (letter: Letter | null) => ({
  subject: keptSubject(letter?.subject ?? ''),
  headers: letter ? tellingHeaders(letter) : {},
  verified: false,
})

type Taken = { ticketId: TicketId; opened: boolean; remarks: Remark[]; verified?: boolean }

const announceTaken = (tx: Tx, incomingId: IncomingId, { ticketId, opened, verified = false }: Taken) =>
  announce(tx, 'letter.taken', { incomingId, ticketId, opened, verified }, { about: [`ticket:${ticketId}`] })

async function say(tx: Tx, coming: Coming): Promise<Taken> {
  const { letter, kept, authenticity } = coming
  const remarks = new Set(coming.remarks)
  if (authenticity === 'fail') remarks.add('forged')
  if (kept.sender && (await isColleague(tx.db, kept.sender))) remarks.add('colleague')
  const found = await conversationOf(tx, coming, remarks)
  const words = fitted(storable(found ? ownWords(letter.text) : wordsOfNew(letter)))
  const clientId = uuidFrom(kept.key, 0)
  const body = words || (coming.files.length === 0 ? storable(subjectIn(letter.subject)) : '')
  const ticketId = found ?? (await open(tx, coming, { body: body || coming.files[0]?.name || NOTHING, clientId }))
  if (found && body) await writeAsCustomer(tx, found, { clientId, body })
  if (found && authenticity === 'pass') await verify(tx, coming, (await lockTicket(tx, found)).customer_id)
  await sendFiles(tx, ticketId, coming, remarks)
  if (kept.sender && (await isShared(tx.db, kept.sender))) remarks.add('shared')
  return { ticketId, opened: !found, remarks: [...remarks] }
}

/** Stands where somebody wrote nothing, and nothing that came with it could be taken. */
const NOTHING = '…'

const wordsOfNew = ({ subject, text }: Letter): string => questionOf(subjectIn(subject), ownWords(text))

/**
 * The conversation that this letter goes on with. A signed thread says which; the sender's address says whether it may:
 * a letter that was handed on, or read by somebody else, opens one of its own.
 */
async function conversationOf(tx: Tx, coming: Coming, remarks: Set<Remark>): Promise<TicketId | null> {
  const { thread, letter, authenticity, kept, alone } = coming
  if (authenticity === 'fail' || !kept.sender) return null
  const number = authenticity === 'pass' ? numberIn(letter.subject) : null
  const named = thread ?? (number && (await findNumbered(tx.db, number))) ?? null
  if (!named) return null
  if (!(await contactIn(tx.db, named, kept.sender))) {
    if (thread) remarks.add('other_address')
    return null
  }
  const id = await standsFor(tx.db, named)
  const ticket = await lockTicket(tx, id)
  const goesOn = ['new', 'queued', 'open'].includes(ticket.state)
  if (goesOn || (!alone && ticket.state === 'resolved' && !whyNotReopen(ticket, tx.now))) return id
  remarks.add('continues')
  return null
}

async function open(tx: Tx, coming: Coming, { body, clientId }: { body: string; clientId: string }): Promise<TicketId> {
  const { letter, zone } = coming
  const language = languageOf(letter)
  const customerId = await customerOf(tx, coming)
  const live = (await someoneOnPost(tx.db, tx.now)).count > 0
  const { ticketId } = await openTicket(tx, {
    customerId,
    visitorId: null,
    channel: 'mail',
    language,
    categoryId: null,
    question: body,
    clientId,
    cameFrom: null,
    live,
    promisedAt: live ? null : (await promiseNow(tx.db, tx.now, zone)).promisedBy,
  })
  return ticketId
}

/**
 * The same name from the same address is the same customer, because answers go nowhere else. What does not come from where
 * it says is nobody we know, and gets no answer by mail: it would go to somebody who has not written.
 */
async function customerOf(tx: Tx, coming: Coming): Promise<CustomerId> {
  const { letter, authenticity } = coming
  const [sender = { name: '', address: '?' }] = letter.from
  const who = { name: senderName(sender), language: languageOf(letter) }
  if (authenticity === 'fail') return insertCustomer(tx, who)
  const customerId = await recordCustomer(tx, { ...who, contact: contactOf(sender.address) })
  if (authenticity === 'pass') await verify(tx, coming, customerId)
  return customerId
}

async function verify(tx: Tx, { letter }: Coming, customerId: CustomerId): Promise<void> {
  const contact = contactOf(letter.from[0]?.address ?? '')
  if (contact) await verifyContact(tx, customerId, contact)
}

async function sendFiles(tx: Tx, id: TicketId, { files, kept }: Coming, remarks: Set<Remark>): Promise<void> {
  const room = FILES_A_TICKET - (await countFiles(tx.db, id))
  if (files.length > room) remarks.add('files_left')
  for (const [at, { name, details }] of files.slice(0, Math.max(0, room)).entries()) {
    await forgetIncoming(tx, details.file)
    await writeAsCustomer(tx, id, { clientId: uuidFrom(kept.key, at + 1), body: name, file: details })
  }
}

/** The same for the same letter, so that a second taking would find the first. */
function uuidFrom(key: Buffer, at: number): string {
  const hex = createHash('sha256').update(key).update(`${at}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
