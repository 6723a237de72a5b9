import type { StaffId } from '../../kernel/ids.ts'
import { listCanned } from '../../knowledge/replies/queries.ts'
import { type CannedKind, offered } from '../../knowledge/replies/rules.ts'
import { fillIn } from '../../knowledge/rules.ts'
import type { Reader } from '../../schema.ts'
import { currentSettings, listCategories } from '../../settings/queries.ts'
import type { SignedIn } from '../../web/env.ts'
import { findLastAssignment, findOpenAssignment, hasSpoken } from '../assignments/queries.ts'
import { isConfirmed, isRated } from '../endings/queries.ts'
import type { TicketView } from '../queries.ts'
import { resolvedBy, whyNotUndo } from '../rules.ts'
import type { House } from './around.ts'
import { lastPartOf } from './queries.ts'

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
