import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { askToVerify } from '../../customers/verification/actions.ts'
import { writeVerification } from '../../customers/verification/letters.ts'
import { addressOf } from '../../customers/verification/queries.ts'
import { leaveLetters } from '../../escalations/letters.ts'
import type {
  BriefId,
  CustomerId,
  CustomerLetterId,
  EscalationId,
  MailId,
  TicketId,
  VerificationId,
} from '../../kernel/ids.ts'
import { addDays, HOUR, instantOf, localOf, MINUTE, plus } from '../../kernel/time.ts'
import { draftBrief, planBrief, timesOf } from '../../notifications/briefs/actions.ts'
import { sendDueBrief } from '../../notifications/briefs/letters.ts'
import { findBrief } from '../../notifications/briefs/queries.ts'
import { composeTranscript, composeUnread } from '../../notifications/customers/letters.ts'
import {
  insertLetter,
  lockLetter,
  type Party,
  partyOf,
  setLetter,
  storeMailed,
} from '../../notifications/customers/queries.ts'
import { frameOf } from '../../notifications/customers/writing.ts'
import { setMail } from '../../notifications/outgoing/queries.ts'
import { system } from '../../platform/actor.ts'
import { leaveMail } from '../../platform/outgoing.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { makeLink } from '../../tickets/links/actions.ts'
import { listMessages, type MessageView } from '../../tickets/messages/queries.ts'
import type { Deps } from '../../web/deps.ts'

/** Who wrote to the company, and whose mail is among those that nobody wrote. */
const WRITER = 'gu.yiming@example.com'
const MAILBOX = 'service@clearbrook.example/INBOX'
const NEWSLETTER = { sender: 'news@example.org', subject: '本周行业快讯：云与网络' }
/** Several programs start at once on one database: one tells it, the others leave it to that one. */
const LOCK = 4_201_114
const LINK_DAYS = 30

type Place = { readonly publicUrl: string; readonly zone: string }

/**
 * What came and went by mail: one conversation that was opened and continued by it, and the letters of several kinds that
 * lie on the Outgoing page, drawn up by the acts that draw them up on any night. Once, and only beside the company of the demo.
 */
export const tellMailed = ({ transact, config }: Pick<Deps, 'transact' | 'config'>): Promise<void> =>
  transact(system, async (tx) => {
    const { rows } = await sql<{ id: TicketId | null }>`
      select t.id from tickets t join contacts k on k.customer_id = t.customer_id and k.value = ${WRITER}
      where t.channel = 'mail' and t.state = 'open' and pg_try_advisory_xact_lock(${LOCK})
        and exists (select from staff where number = 'cs0301') and not exists (select from incoming_mails) order by t.id limit 1`.execute(
      tx.db,
    )
    const id = rows[0]?.id
    if (!id) return
    const place = { publicUrl: config.publicUrl, zone: config.timeZone }
    await tellLetters(tx, id, place)
    await tellNewsletter(tx)
    await tellRequestLetters(tx, place)
    await tellVerification(tx, place)
    await tellTranscript(tx, place)
    await tellBrief(tx, place)
    await keepAll(tx)
  })

/** What the customer wrote came by mail, and each answer went back in the same thread. */
async function tellLetters(tx: Tx, id: TicketId, place: Place): Promise<void> {
  await sql`update contacts set verified_at = created_at where value = ${WRITER}`.execute(tx.db)
  const messages = await listMessages(tx.db, id, 0)
  const letters = messages.filter(({ author }) => author === 'customer')
  const subject = letters[0]?.body.split('\n')[0] ?? ''
  await tx.db
    .insertInto('incoming_mails')
    .values(
      letters.map((one, n) => ({
        ...incoming(n + 1, one.at),
        state: 'taken' as const,
        reason: null,
        ticket_id: id,
        opened: n === 0,
        verified: true,
        sender: WRITER,
        subject: n === 0 ? subject : `Re: ${subject}`,
        message_id: `<demo-${n + 1}@example.com>`,
        headers: null,
        raw: null,
        bytes: String(2400 + one.body.length),
      })),
    )
    .execute()
  const last = letters.at(-1)?.seq ?? 0
  for (const one of messages.filter(({ author }) => author === 'staff'))
    await mailAnswer({ ...tx, now: plus(new Date(one.at), 2 * MINUTE) }, id, { one, place, answered: one.seq < last })
}

const incoming = (uid: number, at: string | Date) => ({
  mailbox: MAILBOX,
  uid_validity: '1',
  uid: String(uid),
  message_key: createHash('sha256').update(`demo ${uid}`).digest(),
  arrived_at: new Date(at),
  settled_at: new Date(at),
})

async function mailAnswer(
  tx: Tx,
  id: TicketId,
  { one, place, answered }: { one: MessageView; place: Place; answered: boolean },
): Promise<void> {
  const party = await partyOf(tx.db, id)
  const letterId = party && (await insertLetter(tx, { ticketId: id, kind: 'unread', dueAt: tx.now }))
  const letter = letterId && (await lockLetter(tx, letterId as CustomerLetterId))
  if (!party || !letter) return
  const words = composeUnread(party, { messages: [one], more: 0 }, await frameOf(tx, place))
  const mailId = await leave(tx, { party, kind: 'unread', words, place })
  await storeMailed(tx, letter, [one.seq])
  await setLetter(tx, letter.id, { state: 'left', dueAt: null, mailId })
  // What they wrote an answer to has reached them.
  if (answered) await setMail(tx, mailId, { state: 'sent', dueAt: null, settledAt: tx.now })
}

type Leaving = {
  party: Party
  kind: 'unread' | 'transcript'
  words: { subject: string; text: string; html: string }
  place: Place
}

async function leave(tx: Tx, { party, kind, words, place }: Leaving): Promise<MailId> {
  const { ticketId, customerId } = party
  const recipient = (await addressOf(tx.db, customerId))?.value ?? null
  const link = `${place.publicUrl}/requests/${await makeLink(tx, ticketId)}`
  const linkUntil = plus(tx.now, LINK_DAYS * 24 * HOUR)
  return leaveMail(tx, { kind, customerId, ticketId, recipient, ...words, link, linkUntil })
}

/** Nobody waits for an answer to it, and it says why it opened nothing. */
async function tellNewsletter(tx: Tx): Promise<void> {
  const { sender, subject } = NEWSLETTER
  await tx.db
    .insertInto('incoming_mails')
    .values({
      ...incoming(3, plus(tx.now, -3 * HOUR)),
      state: 'refused',
      reason: 'list',
      ticket_id: null,
      sender,
      subject,
      headers: JSON.stringify({ 'list-id': '<weekly.example.org>', precedence: 'list' }),
      raw: null,
      bytes: '48211',
    })
    .execute()
}

/** Departments were asked at night, and their handlers have it by mail. */
async function tellRequestLetters(tx: Tx, place: Place): Promise<void> {
  const { rows } = await sql<{ id: EscalationId; at: Date }>`
    update escalations set letters = 0 where state = 'sent' and department_id is not null returning id, sent_at as at`.execute(
    tx.db,
  )
  for (const { id, at } of rows) await leaveLetters({ ...tx, now: at }, id, place)
}

/** Somebody left an address that nobody has proved: it is asked whose it is. */
async function tellVerification(tx: Tx, place: Place): Promise<void> {
  const { rows } = await sql<{ customerId: CustomerId; ticketId: TicketId }>`
    select t.customer_id as "customerId", t.id as "ticketId" from tickets t
    join contacts k on k.customer_id = t.customer_id and k.kind = 'email' and k.verified_at is null
    where t.state = 'open' and t.channel <> 'mail' order by t.id limit 1`.execute(tx.db)
  const [one] = rows
  const address = one && (await addressOf(tx.db, one.customerId))
  if (!address) return
  const earlier = { ...tx, now: plus(tx.now, -20 * MINUTE) }
  await askToVerify(earlier, address, { ticketId: one.ticketId })
  const due = await tx.db
    .selectFrom('contact_verifications')
    .select('id')
    .where('contact_id', '=', address.id)
    .execute()
  for (const { id } of due) await writeVerification(earlier, id as VerificationId, place)
}

/** A customer who was helped had the conversation sent to them. */
async function tellTranscript(tx: Tx, place: Place): Promise<void> {
  const { rows } = await sql<{ id: TicketId; at: Date }>`
    select t.id, t.resolved_at as at from tickets t join contacts k on k.customer_id = t.customer_id and k.kind = 'email'
    where t.state in ('resolved', 'closed') and t.language = 'en' order by t.resolved_at desc limit 1`.execute(tx.db)
  const [one] = rows
  const party = one && (await partyOf(tx.db, one.id))
  if (!party) return
  const then = { ...tx, now: one.at }
  const words = composeTranscript(party, await listMessages(tx.db, one.id, 0), await frameOf(then, place))
  await leave(then, { party, kind: 'transcript', words, place })
}

/** The last night that is over, in ten lines, as its morning sent it. */
async function tellBrief(tx: Tx, { publicUrl, zone }: Place): Promise<void> {
  const settings = await currentSettings(tx.db)
  const today = localOf(tx.now, zone).date
  const night = addDays(today, instantOf(today, settings.briefTime, zone) <= tx.now ? -1 : -2)
  const times = timesOf(night, settings, zone)
  await planBrief(tx, night, times)
  const brief = await findBrief(tx.db, night)
  if (brief?.state !== 'due') return
  await draftBrief({ ...tx, now: times.draftAt }, brief.id as BriefId, zone)
  await sendDueBrief({ ...tx, now: times.dueAt }, brief.id as BriefId, { publicUrl, zone })
}

/** These people have no mailbox: what was drawn up lies where it can be read, whether or not there is a mail server today. */
const keepAll = (tx: Tx) =>
  sql`update outgoing_mails set state = 'kept', error = 'no_server', due_at = null, settled_at = made_at where state = 'pending' and xmin = pg_current_xact_id()::xid`.execute(
    tx.db,
  )
