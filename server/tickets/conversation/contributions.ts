import { REVEAL_REASONS, shown } from '../../customers/privacy/rules.ts'
import { contactsOf, customerOf, sameContact } from '../../customers/queries.ts'
import { clockTime } from '../../i18n/instants.ts'
import type { StaffId, TicketId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { SECOND } from '../../kernel/time.ts'
import { listCanned } from '../../knowledge/replies/queries.ts'
import { type CannedKind, offered } from '../../knowledge/replies/rules.ts'
import { fillIn } from '../../knowledge/rules.ts'
import type { Reader } from '../../schema.ts'
import { type Category, currentSettings, listCategories } from '../../settings/queries.ts'
import type { Deps } from '../../web/deps.ts'
import type { SignedIn } from '../../web/env.ts'
import type { Insert } from '../../web/inserts.ts'
import { listMessages, listNotes, marksOf } from '../messages/queries.ts'
import { withWords } from '../messages/rules.ts'
import { findLastAssignment, findOpenAssignment, hasSpoken, isConfirmed, isRated, type TicketView } from '../queries.ts'
import { clockTone, resolvedBy, whyNotUndo } from '../rules.ts'
import { answerTargetOf } from '../sla/queries.ts'
import { mergesOf, owedOf } from './owed.ts'
import { lastPartOf, listEarlier, listParts, readSeqOf } from './queries.ts'
import { readTicket, type SeenTicket } from './reading.ts'
import { weave, zoneOfPhone } from './rules.ts'

type House = Pick<Deps, 'db' | 'clock' | 'config'>

/** A colleague on a post that talks with customers. */
export type Receiver = {
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly open: number
  readonly here: boolean
  readonly onBreak: boolean
}
/** Who is there to take a conversation over: only the desk knows, so it is handed in (reactions.ts). */
export type ListReceivers = (db: Reader, now: Date) => Promise<readonly Receiver[]>

/** A colleague who has the same conversation open, and to whom they write there. */
export type Neighbour = {
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly writing: 'customer' | 'colleagues' | null
}
/** Who else is at a conversation now: the desk sees them, so it is handed in (reactions.ts). */
export type ListNeighbours = (db: Reader, id: TicketId, except: StaffId) => Promise<readonly Neighbour[]>

/** What a feature further down adds beside a conversation. */
export type Aside = (house: House, me: SignedIn, ticket: SeenTicket) => Promise<Insert | null>
/** What only others know: handed in (reactions.ts). */
export type Around = {
  readonly receivers: ListReceivers
  readonly neighbours: ListNeighbours
  readonly asides: readonly Aside[]
  /** Acts on a conversation that a feature further down adds to those of its own. */
  readonly acts: readonly Aside[]
  /** On top of the queue beside it: what rings at this person, and what they have in hand besides. */
  readonly onTop: readonly ((house: Deps, me: SignedIn) => Promise<Insert | null>)[]
}

/** Shown at once; earlier words are a link away. */
const LATEST = 200
const EARLIER = 6
/** Named in one line; the others are a number. */
const LOOKERS = 2

/** Everything around and in one conversation, as its page shows it to this colleague. */
export async function conversationOf(
  house: House,
  me: SignedIn,
  id: TicketId,
  { receivers, neighbours, asides, acts, from }: Around & { from?: number | undefined },
): Promise<Record<string, unknown>> {
  const { db, clock } = house
  const ticket = await readTicket(house, me, id)
  const [head, timeline, composer, side, categories, colleagues, merges, beside, more] = await Promise.all([
    headOf(house, me, ticket),
    timelineOf(house, me, ticket, { from }),
    composerOf(house, me, ticket),
    sideOf(house, me, ticket, asides),
    listCategories(db),
    receivers(db, clock.now()),
    mergesOf(house, ticket),
    besideOf(house, me, ticket, neighbours),
    Promise.all(acts.map((act) => act(house, me, ticket))),
  ])
  return {
    ...head,
    ...timeline,
    ...composer,
    ...side,
    ...merges,
    ...beside,
    acts: more.filter((one) => one !== null),
    categories: labelled(categories),
    colleagues: colleagues.filter(({ staffId }) => staffId !== me.staffId),
  }
}

/** Whose it is, and its clock. */
export async function headOf(house: House, me: SignedIn, ticket: SeenTicket) {
  const { db, clock } = house
  const seconds = (await answerTargetOf(db, ticket.id)) ?? (await currentSettings(db)).answerSeconds
  const { solution, withOthers, priority } = await owedOf(house, ticket)
  const now = clock.now()
  const due = ticket.waiting_on === 'us' && ['queued', 'open'].includes(ticket.state) ? ticket.answer_due_at : null
  return {
    ticket,
    mine: ticket.assignment?.staffId === me.staffId,
    solution,
    withOthers,
    priority,
    due: due && {
      at: due,
      tone: clockTone(due, now, seconds),
      seconds,
    },
  }
}

/** Who else is here: those who write, and those who look, without whoever is named already because they have it. */
export async function besideOf({ db }: Pick<House, 'db'>, me: SignedIn, ticket: TicketView, list: ListNeighbours) {
  const all = await list(db, ticket.id, me.staffId)
  const looking = all.filter(({ staffId, writing }) => !writing && staffId !== ticket.assignment?.staffId)
  return {
    writers: all.filter(({ writing }) => writing),
    lookers: looking.slice(0, LOOKERS),
    more: looking.length - LOOKERS,
  }
}

/** What was said and noted. `after`: where the line of new words stands, once a page has drawn it. */
export async function timelineOf(
  { db, clock, config }: House,
  me: SignedIn,
  ticket: SeenTicket,
  { from, after }: { from?: number | undefined; after?: number | undefined },
) {
  const first = Math.max(1, from ?? ticket.last_seq - LATEST + 1)
  const [messages, notes, marks, readSeq] = await Promise.all([
    listMessages(db, ticket.id, first - 1, Math.max(LATEST, ticket.last_seq)),
    listNotes(db, ticket.id),
    marksOf(db, ticket.id),
    after ?? readSeqOf(db, ticket.id, me.staffId),
  ])
  return {
    timeline: weave({
      messages: messages.map((one) => withWords(one, ticket.veil.words)),
      notes: notes
        .map((one) => ({ ...one, body: ticket.veil.words(one.body) }))
        .filter(({ afterSeq }) => afterSeq >= first - 1),
      marks: marks.customer,
      newAfter: readSeq,
      zone: config.timeZone,
      now: clock.now(),
    }),
    newAfter: readSeq,
    first,
    lastSeq: messages.at(-1)?.seq ?? 0,
    customerMarks: marks.customer,
    earlierFrom: first > 1 ? Math.max(1, first - LATEST) : null,
  }
}

/** What this colleague may do here, and where they may not, why. */
export async function composerOf({ db, clock }: House, me: SignedIn, ticket: TicketView) {
  const { id, state, assignment } = ticket
  const now = clock.now()
  const mine = assignment?.staffId === me.staffId
  const may = (capability: Parameters<typeof me.capabilities.has>[0]) => me.capabilities.has(capability)
  const [canned, categories, { companyName }, spoken, part, undo] = await Promise.all([
    mine ? listCanned(db, me.staffId) : [],
    mine ? listCategories(db) : [],
    currentSettings(db),
    mine && assignment ? hasSpoken(db, id, assignment) : false,
    mine ? undefined : lastPartOf(db, id, me.staffId),
    undoable(db, ticket, me.staffId, now),
  ])
  const open = ['new', 'queued', 'open'].includes(state)
  const openings = {
    customer: ticket.customerName,
    agent: ticket.language === 'en' ? me.nameEn : me.name,
    ticket: ticket.number,
    company: companyName[ticket.language],
  }
  const topic = categories.find((one) => one.id === ticket.category_id)
  const topics = [topic?.id, topic?.parentId].filter((one) => one !== undefined && one !== null)
  const replies = offered(canned, { language: ticket.language, topics, spoken }).map((one) => ({
    ...one,
    text: fillIn(one.body[ticket.language], openings),
  }))
  return {
    clientId: crypto.randomUUID(),
    noteId: crypto.randomUUID(),
    fileId: crypto.randomUUID(),
    // What one once had and lost is said before whose it is now.
    lost: open && part ? part : null,
    canNote: may('ticket.read') && !ticket.erasedAt,
    canTake: !mine && open && may('desk.lead'),
    canReopen: state === 'resolved' && may('desk.work'),
    undo: undo && may('desk.work') ? undo : null,
    canned: replies,
    phrases: {
      greeting: replies.find(isOf('greeting')),
      redirect: replies.find(isOf('redirect')),
      closing: replies.find(isOf('closing')),
    },
  }
}

const isOf =
  (kind: CannedKind) =>
  (one: { kind: CannedKind }): boolean =>
    one.kind === kind

/** Who the customer is, what they are still owed, and what other features know about it. */
export async function sideOf(house: House, me: SignedIn, ticket: SeenTicket, asides: readonly Aside[]) {
  const { db, clock } = house
  const [owed, inserts, customer, contacts, earlier, parts, twins] = await Promise.all([
    owedOf(house, ticket),
    Promise.all(asides.map((aside) => aside(house, me, ticket))),
    customerOf(db, ticket.customer_id),
    contactsOf(db, ticket.customer_id),
    listEarlier(db, ticket.customer_id, ticket.id, EARLIER),
    listParts(db, ticket.id),
    sameContact(db, ticket.customer_id, EARLIER),
  ])
  const phone = contacts.find(({ kind }) => kind === 'phone')
  const zone = phone ? zoneOfPhone(phone.value) : null
  return {
    ...owed,
    inserts: inserts.filter((one) => one !== null),
    customer: { ...customer, name: ticket.veil.name },
    contacts: contacts.map((one) => ({
      ...one,
      value: ticket.veil.contact(one.value),
      link: ticket.veil.inFull ? `${one.kind === 'phone' ? 'tel' : 'mailto'}:${one.value}` : null,
    })),
    earlier: earlier.map((one) => ({ ...one, subject: ticket.veil.words(one.subject) })),
    parts,
    // Nobody has proved that they are one: those others stay masked.
    twins: twins.map((one) => ({ ...one, name: shown('name', one.name, me.capabilities.has('customer.read')) })),
    mayReveal: !ticket.erasedAt && !ticket.veil.inFull && me.capabilities.has('customer.reveal'),
    revealReasons: REVEAL_REASONS,
    revealed: ticket.revealedUntil && {
      until: ticket.revealedUntil,
      seconds: Math.ceil((ticket.revealedUntil.getTime() - clock.now().getTime()) / SECOND) + 1,
    },
    theirTime: zone ? { zone, time: clockTime(clock.now(), zone) } : null,
  }
}

/** What this colleague has just done and may still take back. */
async function undoable(
  db: Reader,
  ticket: TicketView,
  by: StaffId,
  now: Date,
): Promise<'resolution' | 'transfer' | null> {
  const last = await findLastAssignment(db, ticket.id)
  const { undoSeconds } = await currentSettings(db)
  if (ticket.state === 'resolved') {
    const tooLate = (await isRated(db, ticket.id, ticket.round)) || (await isConfirmed(db, ticket.id))
    return whyNotUndo({ last: resolvedBy(ticket, last), by, why: 'resolved', undoSeconds, now, tooLate })
      ? null
      : 'resolution'
  }
  const present = ticket.state === 'open' ? await findOpenAssignment(db, ticket.id) : undefined
  if (!present) return null
  const tooLate = await hasSpoken(db, ticket.id, present)
  return whyNotUndo({ last, by, why: 'transferred', undoSeconds, now, tooLate }) ? null : 'transfer'
}

/** Topics with the one they belong to before them, as one choice. */
function labelled(
  categories: readonly Category[],
): { id: string; label: Readonly<Record<Language, string>>; selected?: boolean }[] {
  const byId = new Map(categories.map((one) => [one.id, one]))
  return categories.map(({ id, parentId, name }) => {
    const parent = parentId ? byId.get(parentId)?.name : undefined
    const label = parent ? { 'zh-CN': `${parent['zh-CN']} / ${name['zh-CN']}`, en: `${parent.en} / ${name.en}` } : name
    return { id, label }
  })
}
