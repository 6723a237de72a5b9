import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { findMeasureOnContact } from '../../customers/abuse/measures/queries.ts'
import type { RefusedBecause } from '../../events/mail.ts'
import type { IncomingId, MailId, TicketId } from '../../kernel/ids.ts'
import type { Letter } from '../../kernel/letter.ts'
import { Refusal, TooMany } from '../../kernel/refusal.ts'
import { MINUTE, plus, SECOND } from '../../kernel/time.ts'
import { type Actor, system } from '../../platform/actor.ts'
import { readAttachment } from '../../platform/attachments.ts'
import { readLetter } from '../../platform/letter.ts'
import { readAnswerAddress, readMessageIds } from '../../platform/mail-thread.ts'
import { type Mailbox, openMailbox } from '../../platform/mailbox.ts'
import { type Arrived, mailboxName } from '../../platform/mailbox-line.ts'
import { constraintOf } from '../../platform/transaction.ts'
import { currentSettings } from '../../settings/queries.ts'
import { noteIncoming } from '../../tickets/files/queries.ts'
import { FILE_BYTES, fileName } from '../../tickets/files/rules.ts'
import type { Deps } from '../../web/deps.ts'
import { type Coming, noteBounce, noteReading, refuseLetter, takeByHand, takeLetter } from './actions.ts'
import * as letters from './queries.ts'
import { beginTrying, endTrying, holdReader, releaseReader } from './reading/queries.ts'
import { authenticityOf, type Own, type Remark, storable, subjectIn, whyNotTake } from './rules.ts'
import { MESSAGE_LETTERS, ownWords } from './words/rules.ts'

/** Bigger ones are read as far as their words go. */
const WHOLE_BYTES = 25_000_000
const FILES_A_LETTER = 20
/** Of words that are beside a message as a text. */
const TEXT_LETTERS = 2_000_000
/** Of a sender who floods us no more is kept. */
const FLOOD_BYTES = 256_000
/** Longer than a round waits; whoever freezes loses the mailbox after it. */
const LEASE_SECONDS = 40

type House = Pick<Deps, 'db' | 'transact' | 'files' | 'clock' | 'config' | 'secret' | 'log' | 'process'>
type Pauses = Parameters<typeof openMailbox>[0]['pauses']

/** Reads the company's mailbox, in one process at a time. */
export function openMailReader(house: House, url: string, pauses?: Pauses): Mailbox {
  const { transact, db, clock, log, process: holder } = house
  const mailbox = mailboxName(url)
  const reader = openMailbox({
    url,
    log,
    wholeBytes: WHOLE_BYTES,
    ...(pauses ? { pauses } : {}),
    reading: {
      mayRead: () =>
        transact(system, (tx) => holdReader(tx, { mailbox, holder, until: plus(clock.now(), LEASE_SECONDS * SECOND) })),
      settled: (uidValidity, uids) => letters.settledAmong(db, { mailbox, uidValidity }, uids),
      begin: (uidValidity, uid) => transact(system, (tx) => beginTrying(tx, mailbox, `${uidValidity}-${uid}`)),
      end: () => transact(system, (tx) => endTrying(tx, mailbox)),
      take: (arrived) => takeArrived(house, mailbox, arrived),
      giveUp: async (arrived) => void (await refuse(house, mailbox, arrived, { reason: 'failed', letter: null })),
      folder: async () => (await currentSettings(db)).mailFolder,
      told: (trouble) => transact(system, (tx) => noteReading(tx, mailbox, trouble)),
    },
  })
  return {
    stop: async () => {
      await reader.stop()
      await transact(system, (tx) => releaseReader(tx, mailbox, holder)).catch(() => undefined) // it runs out by itself
    },
  }
}

/** Read, judged, and settled in one transaction. What is thrown leaves nothing but files that are swept. */
export async function takeArrived(house: House, mailbox: string, arrived: Arrived): Promise<void> {
  const letter = await readLetter(arrived.raw).catch(() => null)
  if (!letter) return void (await refuse(house, mailbox, arrived, { reason: 'unreadable', letter }))
  const kept = keptOf(mailbox, arrived, letter)
  const reason = whyNotTake(letter, await ownOf(house)) ?? (await whyHeld(house, kept.sender))
  const bounced = letter.report?.failed ? readMessageIds(house.secret, letter.report.about) : null
  if (bounced) {
    const of = { letter, mailId: bounced.letter as MailId, ticketId: bounced.about as TicketId }
    return void (await house.transact(system, (tx) => noteBounce(tx, kept, of)))
  }
  if (reason) return void (await refuse(house, mailbox, arrived, { reason, letter }))
  const coming = { ...(await comingOf(house, letter, arrived.whole)), kept }
  try {
    await orAlone(coming, (one) => house.transact(system, (tx) => takeLetter(tx, one)))
  } catch (error) {
    // Whoever is limited writes faster by mail than they may, or is banned under another address: a person looks at it.
    const isMeasure = error instanceof TooMany || (error instanceof Refusal && error.code.startsWith('abuse.'))
    if (!isMeasure) throw error
    await refuse(house, mailbox, arrived, { reason: 'measure', letter })
  }
}

/** A colleague takes a letter that was refused. @throws NotFound where it was taken since, or nothing is left of it */
export async function takeRefused(house: House, actor: Actor, id: IncomingId): Promise<TicketId | null> {
  const { raw } = await letters.getRefused(house.db, id)
  const file = raw && (await house.files.get(raw.file))
  if (!raw || !file) return null
  const pieces: Uint8Array[] = []
  for await (const piece of file.content) pieces.push(piece as Uint8Array)
  const letter = await readLetter(Buffer.concat(pieces)).catch(() => null)
  if (!letter?.from[0]) return null
  const coming = await comingOf(house, letter, raw.whole)
  return orAlone(coming, (one) => house.transact(actor, (tx) => takeByHand(tx, id, one)))
}

// The conversation that it would reopen belongs to a browser which has opened another one: an index says so, and the whole
// transaction is over by then.
async function orAlone<C extends object, T>(coming: C, take: (coming: C) => Promise<T>): Promise<T> {
  try {
    return await take(coming)
  } catch (error) {
    if (constraintOf(error) !== 'tickets_one_open_a_visitor') throw error
    return take({ ...coming, alone: true })
  }
}

async function comingOf(house: House, letter: Letter, whole: boolean): Promise<Omit<Coming, 'kept'>> {
  const { secret, config, db } = house
  const { mailTrustedHost } = await currentSettings(db)
  const { files, left } = await storeFiles(house, letter, whole)
  const byId = readMessageIds(secret, letter.answers)?.about
  const byAddress = letter.to.map((address) => readAnswerAddress(secret, address)).find((about) => about !== null)
  const remarks: Remark[] = [...(whole ? [] : (['trimmed'] as const)), ...(left ? (['files_left'] as const) : [])]
  return {
    letter,
    authenticity: authenticityOf(letter, mailTrustedHost),
    thread: (byId ?? byAddress ?? null) as TicketId | null,
    files,
    remarks,
    zone: config.timeZone,
  }
}

/** Through the same gate as every file of a customer; what does not pass it stays out, and a colleague is told. */
async function storeFiles(
  house: House,
  letter: Letter,
  whole: boolean,
): Promise<{ files: Coming['files']; left: boolean }> {
  const files: Coming['files'][number][] = []
  // Of a letter that was cut nobody knows which of its files are whole.
  const given = whole ? letter.files : []
  let left = !whole || given.length > FILES_A_LETTER
  for (const one of [...longWords(letter), ...given.slice(0, FILES_A_LETTER)]) {
    const stored = await storeFile(house, one)
    if (stored) files.push(stored)
    else left = true
  }
  return { files, left }
}

async function storeFile({ db, files, clock }: House, { name, bytes }: Letter['files'][number]) {
  if (bytes.byteLength > FILE_BYTES) return undefined
  const read = await readAttachment(bytes)
  if (typeof read === 'string') return undefined
  const { bytes: content, ...about } = read
  const id = randomBytes(16).toString('hex')
  await noteIncoming(db, id, clock.now())
  const stored = await files.put(Readable.from([content]), { id })
  return { name: fileName(storable(name), about.type), details: { file: id, bytes: stored.bytes, ...about } }
}

/** What is too long for a message goes beside it as a text, whole. */
function longWords({ subject, text }: Letter): Letter['files'] {
  const words = storable(ownWords(text))
  if (Array.from(words).length <= MESSAGE_LETTERS) return []
  const bytes = Buffer.from(words.replace(/[^\P{Cc}\n\t]/gu, '').slice(0, TEXT_LETTERS))
  return [{ name: `${subjectIn(subject) || 'letter'}.txt`, bytes }]
}

async function refuse(
  house: House,
  mailbox: string,
  arrived: Arrived,
  { reason, letter }: { reason: RefusedBecause; letter: Letter | null },
): Promise<void> {
  const { db, files, clock, transact } = house
  const raw = reason === 'flood' ? arrived.raw.subarray(0, FLOOD_BYTES) : arrived.raw
  const file = randomBytes(16).toString('hex')
  await noteIncoming(db, file, clock.now())
  await files.put(Readable.from([raw]), { id: file })
  const whole = arrived.whole && raw.length === arrived.raw.length
  const kept = keptOf(mailbox, arrived, letter)
  await transact(system, (tx) => refuseLetter(tx, kept, { reason, letter, raw: { file, whole } }))
}

function keptOf(mailbox: string, arrived: Arrived, letter: Letter | null): letters.Kept {
  const { uid, uidValidity, bytes, at, raw } = arrived
  const address = storable(letter?.from[0]?.address ?? '').toLowerCase()
  const sender = /^[^\s@]{1,64}@[^\s@]{1,190}$/.test(address) ? address : null
  // Two people may claim the same Message-ID, and one of them may be up to something.
  const key = createHash('sha256')
  if (letter?.messageId) key.update(`${letter.messageId}\n${sender}`)
  else key.update(raw)
  return { mailbox, uid, uidValidity, bytes, at, key: key.digest(), sender }
}

async function ownOf({ config, db, secret }: House): Promise<Own> {
  const { mailFrom } = await currentSettings(db)
  const from = (mailFrom || `nightdesk@${new URL(config.publicUrl).hostname}`).toLowerCase()
  const host = from.split('@').at(-1) ?? ''
  const box = config.imapUrl ? decodeURIComponent(new URL(config.imapUrl).username).toLowerCase() : ''
  return {
    addresses: [from, ...(box.includes('@') ? [box] : [])],
    isOurId: (id) =>
      readMessageIds(secret, id) !== null || (/^<mail-\d+@/.test(id) && id.toLowerCase().endsWith(`@${host}>`)),
  }
}

/** Whoever is banned is heard of by their appeal alone; whoever writes faster than people do is held: two machines may be answering each other. */
async function whyHeld({ db, clock }: House, sender: string | null): Promise<RefusedBecause | null> {
  if (!sender) return 'no_sender'
  const measure = await findMeasureOnContact(db, { kind: 'email', value: sender }, clock.now())
  if (measure?.state === 'banned') return 'measure'
  const { mailSenderLetters, mailSenderMinutes } = await currentSettings(db)
  const count = await letters.countFrom(db, sender, plus(clock.now(), -mailSenderMinutes * MINUTE))
  return count >= mailSenderLetters ? 'flood' : null
}
