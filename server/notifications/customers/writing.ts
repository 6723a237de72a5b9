import { askToVerify } from '../../customers/verification/actions.ts'
import { type Address, addressOf, phoneOf } from '../../customers/verification/queries.ts'
import { raiseAlarm } from '../../desk/alarms/actions.ts'
import type { CustomerLetterId, MailId } from '../../kernel/ids.ts'
import { DAY, MINUTE, plus, windowOf } from '../../kernel/time.ts'
import { leaveMail, leaveText } from '../../platform/outgoing.ts'
import { announce } from '../../platform/transaction.ts'
import type { Reader, Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { makeLink } from '../../tickets/links/actions.ts'
import { listMessages } from '../../tickets/messages/queries.ts'
import { lockTicket } from '../../tickets/queries.ts'
import { setMail } from '../outgoing/queries.ts'
import { canText, textableAt } from '../texts/actions.ts'
import { morningText, unreadText } from '../texts/words.ts'
import { composeMorning, composeTranscript, composeUnread, type Frame, type Written } from './letters.ts'
import { nightOfTicket } from './morning/queries.ts'
import * as letters from './queries.ts'
import { isOpen, isOver, MESSAGES_A_LETTER, nextNightEnd, unreadDueAt } from './rules.ts'

export type Place = { readonly publicUrl: string; readonly zone: string }
/** A letter that is decided about, under the lock of its ticket. */
type Case = { readonly letter: letters.CustomerLetter; readonly party: letters.Party; readonly place: Place }

const WHOLE = 10_000

/**
 * What is due for a customer is decided now: left for sending, put off, held until an address is proved, or not needed any
 * more. The ticket is locked first, so that two processes, a new word and a merge come one after the other.
 */
export async function writeCustomerLetter(tx: Tx, id: CustomerLetterId, place: Place): Promise<void> {
  const found = await letters.findLetter(tx.db, id)
  if (!found) return
  await lockTicket(tx, found.ticketId)
  const letter = await letters.lockLetter(tx, id)
  if (!letter?.dueAt || letter.dueAt > tx.now) return
  const party = await letters.partyOf(tx.db, letter.ticketId)
  if (!party || isOver(party)) return drop(tx, letter)
  const one = { letter, party, place }
  const written = await write(tx, one)
  if (written === 'later') return
  if (!written) return drop(tx, letter)
  const { address, phone } = await waysTo(tx, one)
  if (address?.verified) return send(tx, one, { ...written, to: address.value })
  if (phone?.verified) return text(tx, one, { ...written, to: phone.value })
  if (letter.state === 'waiting') return giveUp(tx, one, written)
  // Whoever has no browser here and no address called, and is called.
  if (!address && !party.visits) return drop(tx, letter)
  const asked = address ?? phone
  if (asked) await askToVerify(tx, asked, { ticketId: letter.ticketId, pressed: letter.kind === 'transcript' })
  await hold(tx, one)
}

/** A conversation is wished by mail, and does not fit into a short message. */
async function waysTo(tx: Tx, { letter, party }: Case): Promise<{ address?: Address; phone?: Address }> {
  const address = await addressOf(tx.db, party.customerId)
  const byText = letter.kind !== 'transcript' && (await canText(tx.db))
  const phone = byText ? await phoneOf(tx.db, party.customerId) : undefined
  return { ...(address ? { address } : {}), ...(phone ? { phone } : {}) }
}

type Draft = {
  readonly words: Written
  /** The same as a short message; null for what is sent by mail alone. */
  readonly brief: string | null
  /** Answers that it tells of. */
  readonly unread: readonly number[]
}

/** What would be written now; null where there is nothing to say, `later` where it was put off. */
async function write(tx: Tx, { letter, party, place }: Case): Promise<Draft | null | 'later'> {
  const frame = await frameOf(tx, place)
  switch (letter.kind) {
    case 'unread':
      return writeUnread(tx, { letter, party, place }, frame)
    case 'transcript': {
      const messages = await listMessages(tx.db, letter.ticketId, 0, WHOLE)
      return { words: composeTranscript(party, messages, frame), brief: null, unread: [] }
    }
    case 'morning': {
      if (!isOpen(party.state) || !letter.night) return null
      const { nightStart, nightEnd } = await currentSettings(tx.db)
      const { from } = windowOf(letter.night, nightStart, nightEnd, place.zone)
      const night = await nightOfTicket(tx.db, letter.ticketId, { from, to: letter.madeAt }, tx.now)
      const brief = morningText(party, night, frame)
      return { words: composeMorning(party, night, frame), brief, unread: [] }
    }
  }
}

async function writeUnread(tx: Tx, { letter, party }: Case, frame: Frame): Promise<Draft | null | 'later'> {
  const unread = await letters.listUnread(tx.db, letter.ticketId, WHOLE)
  const messages = unread.slice(0, MESSAGES_A_LETTER)
  const first = messages[0]
  if (!first) return null
  const settings = await currentSettings(tx.db)
  const dueAt = unreadDueAt({
    now: tx.now,
    saidAt: new Date(first.at),
    seenAt: party.seenAt,
    lastLeftAt: party.lastLeftAt,
    awayMinutes: settings.unreadMailMinutes,
    againMinutes: settings.unreadMailAgainMinutes,
  })
  if (letter.state === 'due' && dueAt > tx.now) {
    await letters.setLetter(tx, letter.id, { dueAt })
    return 'later'
  }
  const more = unread.length - messages.length
  return {
    words: composeUnread(party, { messages, more }, frame),
    brief: unreadText(party, unread.length, frame),
    unread: unread.map(({ seq }) => seq),
  }
}

async function send(tx: Tx, { letter, party, place }: Case, { to, ...draft }: Draft & { to: string }): Promise<void> {
  const mailId = await leave(tx, { letter, party, place }, draft, to)
  await letters.storeMailed(tx, letter, draft.unread.slice(0, MESSAGES_A_LETTER))
  await letters.setLetter(tx, letter.id, { state: 'left', dueAt: null, mailId })
  await announce(tx, 'customer_letter.left', { ...named(letter), mailId }, { about: [`ticket:${letter.ticketId}`] })
  if (draft.unread.length <= MESSAGES_A_LETTER) return
  const { unreadMailAgainMinutes } = await currentSettings(tx.db)
  const dueAt = plus(tx.now, unreadMailAgainMinutes * MINUTE)
  await letters.insertLetter(tx, { ticketId: letter.ticketId, kind: 'unread', dueAt })
}

/** A short message says that there is something, and where: all that is unread stands behind its link. */
async function text(tx: Tx, one: Case, { to, ...draft }: Draft & { to: string }): Promise<void> {
  const { letter, party, place } = one
  const from = await textableAt(tx, to)
  // The number has had its share of this day: with the next, by which a morning is no news any more.
  if (from > tx.now)
    return letter.kind === 'morning' ? drop(tx, letter) : letters.setLetter(tx, letter.id, { dueAt: from })
  const { requestPageDays } = await currentSettings(tx.db)
  const mailId = await leaveText(tx, {
    kind: letter.kind,
    customerId: party.customerId,
    ticketId: letter.ticketId,
    number: to,
    text: draft.brief ?? '',
    link: `${place.publicUrl}/requests/${await makeLink(tx, letter.ticketId)}`,
    until: plus(tx.now, requestPageDays * DAY),
  })
  await letters.storeMailed(tx, letter, draft.unread)
  await letters.setLetter(tx, letter.id, { state: 'left', dueAt: null, mailId })
  await announce(tx, 'customer_letter.left', { ...named(letter), mailId }, { about: [`ticket:${letter.ticketId}`] })
}

/** Nobody has proved an address: until the end of the night it waits for that. */
async function hold(tx: Tx, { letter, place }: Case): Promise<void> {
  // By the next night it is no news any more, and what they did not read has a letter of its own.
  if (letter.kind === 'morning') return drop(tx, letter)
  const { nightEnd } = await currentSettings(tx.db)
  const dueAt = nextNightEnd(tx.now, nightEnd, place.zone)
  await letters.setLetter(tx, letter.id, { state: 'waiting', dueAt })
  await announce(tx, 'customer_letter.held', named(letter), { about: [`ticket:${letter.ticketId}`] })
}

/** The night is over and no address is proved: it lies on the Outgoing page, and the board rings for a call. */
async function giveUp(tx: Tx, one: Case, draft: Draft): Promise<void> {
  const { letter, party } = one
  const address = await addressOf(tx.db, party.customerId)
  // Without its address, so that nobody can send what a customer said to a mailbox that may be a stranger's.
  const mailId = await leave(tx, one, draft, null)
  const error = address ? 'not_verified' : 'no_address'
  await setMail(tx, mailId, { state: 'kept', error, dueAt: null, settledAt: tx.now })
  await letters.setLetter(tx, letter.id, { state: 'unreached', dueAt: null, mailId })
  await announce(tx, 'customer_letter.unreached', named(letter), { about: [`ticket:${letter.ticketId}`] })
  await raiseAlarm(tx, 'customer_unreached', letter.ticketId)
}

/** Nothing to say after all, as after most answers, which are read at once: that is no event, and leaves no row. A morning is told once. */
const drop = async (tx: Tx, { id, kind }: letters.CustomerLetter): Promise<void> =>
  kind === 'unread'
    ? void (await letters.deleteLetter(tx, id))
    : letters.setLetter(tx, id, { state: 'dropped', dueAt: null })

async function leave(
  tx: Tx,
  { letter, party, place }: Case,
  { words }: Pick<Draft, 'words'>,
  recipient: string | null,
): Promise<MailId> {
  const { requestPageDays } = await currentSettings(tx.db)
  return leaveMail(tx, {
    kind: letter.kind,
    customerId: party.customerId,
    ticketId: letter.ticketId,
    recipient,
    ...words,
    link: `${place.publicUrl}/requests/${await makeLink(tx, letter.ticketId)}`,
    linkUntil: plus(tx.now, requestPageDays * DAY),
  })
}

export async function frameOf({ db, now }: { db: Reader; now: Date }, { zone }: Pick<Place, 'zone'>): Promise<Frame> {
  const { companyName: company, mailAnswers } = await currentSettings(db)
  return { company, zone, now, takesAnswers: mailAnswers !== '' }
}

const named = ({ id: letterId, ticketId, kind }: letters.CustomerLetter) => ({ letterId, ticketId, kind })
