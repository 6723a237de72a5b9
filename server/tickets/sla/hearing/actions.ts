import type { ClockId, TicketId } from '../../../kernel/ids.ts'
import { MINUTE, plus } from '../../../kernel/time.ts'
import { type Announcing, announceLast, sendLast } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { lockTickets, readTickets, type TicketRow } from '../../queries.ts'
import { listPolicies, type StoredClock, serviceWindows } from '../queries.ts'
import {
  type Clock,
  type Counted,
  channelKind,
  hear,
  mergeWindows,
  pickPolicy,
  usualPolicy,
  type Word,
  warnAt,
} from '../rules.ts'
import * as hearing from './queries.ts'

type Held = StoredClock | Clock
export type Heard = { readonly clocks: readonly Held[]; readonly counted: Counted }

/** A ticket with its clocks as they stand in their rows, and as they shall. */
export type Change = {
  readonly ticketId: TicketId
  readonly before: readonly Held[]
  readonly after: readonly Held[]
  readonly asRead?: hearing.AsRead
}

/**
 * Locks tickets and brings their clocks up to what has been said and done: words are heard in their order at their own
 * instants, so it does not matter when or how often this runs. A ticket left while nobody is on post has no clocks yet.
 * Whoever writes in these conversations waits meanwhile, so everything is asked at once, behind the lock, and what is
 * written leaves with the commit.
 */
export async function hearTickets(tx: Tx, ids: readonly TicketId[]): Promise<void> {
  const [tickets, known, clocks, words, paused] = await Promise.all([
    lockTickets(tx, ids),
    hearing.lockAgreed(tx, ids),
    hearing.clocksOfAll(tx.db, ids),
    hearing.wordsUnheard(tx.db, ids),
    hearing.pausedAmong(tx.db, ids),
  ])
  await hearAll(tx, tickets, { known, clocks, words, paused })
}

/**
 * The same while people talk on: nobody who writes waits for it. Its lock is that of what was agreed, which whoever hears
 * takes; the ticket's own row is written at the very end, where it stands as it was read and nobody holds it. Where that
 * is not so it is marked, and heard again under its lock (`settleLate`) unless the word that came in between is heard first.
 */
export async function hearInPassing(tx: Tx, ids: readonly TicketId[]): Promise<void> {
  const agreed = await hearing.findAgreed(tx.db, ids)
  const fresh = ids.filter((id) => !agreed.has(id))
  if (fresh.length > 0) await hearTickets(tx, fresh)
  const rest = ids.filter((id) => agreed.has(id))
  if (rest.length === 0) return
  const [known, tickets, clocks, words, paused] = await Promise.all([
    hearing.lockAgreed(tx, rest),
    readTickets(tx.db, rest),
    hearing.clocksOfAll(tx.db, rest),
    hearing.wordsUnheard(tx.db, rest),
    hearing.pausedAmong(tx.db, rest),
  ])
  await hearAll(tx, tickets, { known, clocks, words, paused, inPassing: true })
}

type Found = {
  readonly known: ReadonlyMap<TicketId, hearing.Agreed>
  readonly clocks: ReadonlyMap<TicketId, readonly StoredClock[]>
  readonly words: ReadonlyMap<TicketId, readonly Word[]>
  readonly paused: ReadonlySet<TicketId>
  readonly inPassing?: boolean
}

async function hearAll(
  tx: Tx,
  tickets: readonly TicketRow[],
  { known, clocks, words, paused, inPassing = false }: Found,
): Promise<void> {
  const live = tickets.filter(({ state }) => state !== 'new')
  if (live.length === 0) return
  const agreed = await agreedOf(tx, live, known)
  const changes: Change[] = []
  for (const ticket of live) {
    const policy = agreed.get(ticket.id)
    if (!policy) throw new Error(`ticket ${ticket.id} has nothing agreed`)
    const before = clocks.get(ticket.id) ?? []
    const listening = {
      policy,
      counted: await countedFor(tx, ticket, policy),
      withDepartment: paused.has(ticket.id),
      answeredByVoice: ticket.channel === 'phone',
      notBefore: before.length === 0 && ticket.queued_at ? ticket.queued_at : ticket.created_at,
    }
    let after: readonly Held[] = before
    for (const word of words.get(ticket.id) ?? []) after = hear(after, word, listening)
    const asRead = { lastSeq: ticket.last_seq, version: ticket.version }
    changes.push({
      ticketId: ticket.id,
      before,
      after: settled(ticket, after, tx.now),
      ...(inPassing ? { asRead } : {}),
    })
  }
  const seen = live.flatMap(({ id: ticketId }) => {
    const last = words.get(ticketId)?.at(-1)
    return last ? [{ ticketId, seq: last.seq }] : []
  })
  await writeClocks(tx, changes, seen)
}

/** The clocks of one locked ticket, heard, with what counts for them. */
export async function heardOf(tx: Tx, ticket: TicketRow): Promise<{ clocks: StoredClock[]; counted: Counted }> {
  if (ticket.state === 'new') return { clocks: [], counted: null }
  await hearTickets(tx, [ticket.id])
  const [agreed, clocks] = await Promise.all([
    hearing.findAgreed(tx.db, [ticket.id]),
    hearing.clocksOfAll(tx.db, [ticket.id]),
  ])
  const policy = agreed.get(ticket.id)
  return { clocks: clocks.get(ticket.id) ?? [], counted: policy ? await countedFor(tx, ticket, policy) : null }
}

/** Stores what changed and keeps each ticket's countdown and next time true. */
export async function writeClocks(
  tx: Tx,
  changes: readonly Change[],
  seen: readonly { ticketId: TicketId; seq: number }[] = [],
): Promise<void> {
  const changed = changes.flatMap(({ ticketId, before, after }) =>
    after
      .filter((clock) => !before.includes(clock))
      .map((clock) => ({
        ticketId,
        clock,
        was: 'id' in clock ? before.find((one) => 'id' in one && one.id === clock.id) : undefined,
      })),
  )
  const row = ({ ticketId, clock }: { ticketId: TicketId; clock: Held }) => ({
    ticketId,
    ...clock,
    warnAt: clock.endedAt ? null : warnAt(clock),
  })
  const [fresh, known] = [changed.filter(({ clock }) => !('id' in clock)), changed.filter(({ clock }) => 'id' in clock)]
  // What has ended first: a ticket has one open answer at a time.
  if (known.length > 0) sendLast(tx, hearing.updateClocks(tx, known.map(row)))
  const written = fresh.length > 0 ? hearing.insertClocks(tx, fresh.map(row)) : Promise.resolve([])
  sendLast(tx, written)
  // Seldom: a question that was asked and answered before it was heard.
  const ids = fresh.some(({ clock }) => clock.endedAt) ? await written : []
  const named = [
    ...fresh.map((one, at) => ({ ...one, id: ids[at] as ClockId })),
    ...known.map((one) => ({ ...one, id: (one.clock as StoredClock).id })),
  ]
  const ended = named.flatMap(({ id, ticketId, clock, was }): Announcing[] =>
    clock.endedAt && !was?.endedAt && clock.outcome && clock.outcome !== 'void'
      ? [
          {
            name: 'clock.ended',
            payload: { ...clockPayload(id, { ticketId, clock }), outcome: clock.outcome },
            about: clockTopics(ticketId),
          },
        ]
      : [],
  )
  if (ended.length > 0) announceLast(tx, ended)
  const { followUpMinutes } = await currentSettings(tx.db)
  const owed = changes.map(({ ticketId, after, asRead }) => ({
    ticketId,
    dueAt: owedAt(after),
    ...(asRead ? { asRead } : {}),
  }))
  sendLast(tx, hearing.storeOwed(tx, { owed, seen, otherwise: plus(tx.now, followUpMinutes * MINUTE) }))
}

/** When the customer must have an answer; null while none is owed. */
const owedAt = (clocks: readonly Held[]): Date | null =>
  clocks.findLast(({ kind, endedAt, dueAt }) => kind !== 'resolution' && !endedAt && dueAt)?.dueAt ?? null

/** What is agreed for each; with those that are asked for the first time an agreement is made. */
async function agreedOf(
  tx: Tx,
  tickets: readonly TicketRow[],
  known: ReadonlyMap<TicketId, hearing.Agreed>,
): Promise<ReadonlyMap<TicketId, hearing.Agreed>> {
  const missing = tickets.filter(({ id }) => !known.has(id))
  if (missing.length === 0) return known
  const [policies, facts, settings] = await Promise.all([
    listPolicies(tx.db),
    hearing.factsOf(
      tx.db,
      missing.map(({ id }) => id),
    ),
    currentSettings(tx.db),
  ])
  const fresh = missing.map(({ id: ticketId, channel: through }) => {
    const channel = channelKind(through)
    const { categoryIds, priority } = facts.get(ticketId) ?? { categoryIds: [], priority: 'normal' as const }
    const policy = pickPolicy(policies, { channel, categoryIds, priority }) ?? {
      ...usualPolicy(channel, settings),
      id: null,
    }
    return { ticketId, ...policy }
  })
  sendLast(tx, hearing.storeAgreed(tx, fresh))
  return new Map([...known, ...fresh.map((one) => [one.ticketId, one] as const)])
}

/** Stretches that count where only rostered hours do; null where every second does. */
const countedFor = async (tx: Tx, ticket: TicketRow, { hours }: hearing.Agreed): Promise<Counted> =>
  hours === 'night' ? mergeWindows(await serviceWindows(tx.db, ticket.created_at)) : null

/** What no word says: a resolve that was taken back goes on, and what is no request any more owes nothing. */
function settled(ticket: TicketRow, clocks: readonly Held[], now: Date): readonly Held[] {
  const gone = ticket.state === 'spam' || ticket.state === 'merged'
  if (gone) return clocks.map((clock) => (clock.endedAt ? clock : { ...clock, endedAt: now, outcome: 'void' as const }))
  const live = ticket.state === 'open' || ticket.state === 'queued'
  const last = clocks.findLast(({ kind, round }) => kind === 'resolution' && round === ticket.round)
  if (!live || !last?.endedAt) return clocks
  // A question that was open when the round ended is open again; one that was answered stays answered.
  const asks = ticket.waiting_on === 'us' && !clocks.some(({ kind, endedAt }) => kind !== 'resolution' && !endedAt)
  const asked = (clock: Held) => asks && clock.kind !== 'resolution'
  const goesOn = (clock: Held) =>
    clock === last || (asked(clock) && clock.endedAt?.getTime() === last.endedAt?.getTime())
  return clocks.map((clock) => (goesOn(clock) ? { ...clock, endedAt: null, outcome: null } : clock))
}

export const clockPayload = (clockId: ClockId, { ticketId, clock }: { ticketId: TicketId; clock: Held }) => ({
  clockId,
  ticketId,
  round: clock.round,
  kind: clock.kind,
})
export const clockTopics = (ticketId: TicketId): string[] => [`ticket:${ticketId}`, 'desk', 'board', 'sla']
