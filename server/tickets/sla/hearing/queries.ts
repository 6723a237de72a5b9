import { sql } from 'kysely'
import type { ClockId, TicketId } from '../../../kernel/ids.ts'
import { plus, SECOND } from '../../../kernel/time.ts'
import type { Reader, Tx } from '../../../schema.ts'
import { type ClockRow, clockOf, type StoredClock } from '../queries.ts'
import type { Clock, Policy, Priority, Word } from '../rules.ts'

/** Many tickets in one statement each; keyed by ticket, and a ticket that has none is not in it. */
export type Agreed = Policy

/** What was agreed when a ticket's clocks were first asked for; policies that change later leave it alone. */
export async function findAgreed(db: Reader, ids: readonly TicketId[]): Promise<Map<TicketId, Agreed>> {
  const { rows } = await sql<Policy & { ticketId: TicketId }>`
    select ticket_id as "ticketId", first_seconds as "firstSeconds", next_seconds as "nextSeconds",
      resolution_seconds as "resolutionSeconds", hours
    from ticket_sla where ticket_id = any(${[...ids]}::bigint[])`.execute(db)
  return new Map(rows.map((row) => [row.ticketId, row]))
}

/** The same, and whoever hears these clocks too waits until this act is over. Writers of messages do not ask for it. */
export async function lockAgreed(tx: Tx, ids: readonly TicketId[]): Promise<Map<TicketId, Agreed>> {
  const { rows } = await sql<Policy & { ticketId: TicketId }>`
    select ticket_id as "ticketId", first_seconds as "firstSeconds", next_seconds as "nextSeconds",
      resolution_seconds as "resolutionSeconds", hours
    from ticket_sla where ticket_id = any(${[...ids]}::bigint[]) order by ticket_id for no key update`.execute(tx.db)
  return new Map(rows.map((row) => [row.ticketId, row]))
}

/** Tickets whose countdown waits to be written. */
export async function listLate(db: Reader, limit: number): Promise<{ id: TicketId; version: number }[]> {
  const { rows } = await sql<{ id: TicketId; version: number }>`
    select ticket_id as id, seen_seq as version from ticket_sla where late order by ticket_id limit ${limit}`.execute(
    db,
  )
  return rows
}

export async function storeAgreed(
  tx: Tx,
  agreed: readonly (Policy & { ticketId: TicketId; id: string | null })[],
): Promise<void> {
  const rows = agreed.map(({ ticketId, id, firstSeconds, nextSeconds, resolutionSeconds, hours }) => ({
    ticket_id: ticketId,
    policy_id: id,
    first_seconds: firstSeconds,
    next_seconds: nextSeconds,
    resolution_seconds: resolutionSeconds,
    hours,
  }))
  await sql`
    insert into ticket_sla (ticket_id, policy_id, first_seconds, next_seconds, resolution_seconds, hours, agreed_at)
    select ticket_id, policy_id, first_seconds, next_seconds, resolution_seconds, hours, ${tx.now}
    from jsonb_populate_recordset(null::ticket_sla, ${JSON.stringify(rows)}::jsonb)`.execute(tx.db)
}

type Facts = { readonly categoryIds: string[]; readonly priority: Priority }
/** What a policy is chosen by: the category of a ticket and what stands above it, and how urgent it is. */
export async function factsOf(db: Reader, ids: readonly TicketId[]): Promise<Map<TicketId, Facts>> {
  const { rows } = await sql<Facts & { id: TicketId }>`
    select t.id, t.priority, array_remove(array[k.id, k.parent_id], null)::text[] as "categoryIds"
    from tickets t left join categories k on k.id = t.category_id where t.id = any(${[...ids]}::bigint[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * The clocks of each that a word can still move, the first started first: of the many answers that were asked and given
 * in a long talk only the last, which a round that goes on may open again.
 */
export async function clocksOfAll(db: Reader, ids: readonly TicketId[]): Promise<Map<TicketId, StoredClock[]>> {
  const { rows } = await sql<ClockRow>`
    select c.* from unnest(${[...ids]}::bigint[]) as t (id) cross join lateral (
      select * from ticket_clocks where ticket_id = t.id and (ended_at is null or kind <> 'next') union
      (select * from ticket_clocks where ticket_id = t.id and kind = 'next' order by id desc limit 1)
    ) c order by c.id`.execute(db)
  return new Map([...Map.groupBy(rows, (row) => row.ticket_id as TicketId)].map(([id, all]) => [id, all.map(clockOf)]))
}

const WORDS_AT_ONCE = 500

/** Words that the clocks have not heard yet, in order. */
export async function wordsUnheard(db: Reader, ids: readonly TicketId[]): Promise<Map<TicketId, Word[]>> {
  const { rows } = await sql<Word & { ticketId: TicketId }>`
    select t.id as "ticketId", m.seq, m.at, m.round, m.code,
      case when m.author in ('customer', 'house') then m.author else 'staff' end as by
    from unnest(${[...ids]}::bigint[]) as t (id) left join ticket_sla s on s.ticket_id = t.id cross join lateral (
      select seq, at, round, code, author from messages
      where ticket_id = t.id and seq > coalesce(s.seen_seq, 0) order by seq limit ${WORDS_AT_ONCE}) m
    order by t.id, m.seq`.execute(db)
  return Map.groupBy(rows, ({ ticketId }) => ticketId)
}

/** Those that somebody else has. */
export async function pausedAmong(db: Reader, ids: readonly TicketId[]): Promise<Set<TicketId>> {
  const { rows } = await sql<{ id: TicketId }>`
    select distinct ticket_id as id from ticket_pauses where ticket_id = any(${[...ids]}::bigint[]) and to_at is null`.execute(
    db,
  )
  return new Set(rows.map(({ id }) => id))
}

type Stored = Clock & { readonly ticketId: TicketId; readonly warnAt: Date | null; readonly id?: ClockId }
const COLUMNS = sql.raw(
  'kind, round, target_seconds, started_at, due_at, left_seconds, paused_at, ended_at, outcome, warn_at',
)
const rowsOf = (clocks: readonly Stored[]): string =>
  JSON.stringify(
    clocks.map((clock) => ({
      id: clock.id,
      ticket_id: clock.ticketId,
      kind: clock.kind,
      round: clock.round,
      target_seconds: clock.targetSeconds,
      started_at: clock.startedAt,
      due_at: clock.dueAt,
      left_seconds: clock.leftSeconds,
      paused_at: clock.pausedAt,
      ended_at: clock.endedAt,
      outcome: clock.outcome,
      warn_at: clock.warnAt,
    })),
  )

/** Their ids, in the order of the clocks. */
export async function insertClocks(tx: Tx, clocks: readonly Stored[]): Promise<ClockId[]> {
  const { rows } = await sql<{ id: ClockId }>`
    insert into ticket_clocks (ticket_id, ${COLUMNS})
    select ticket_id, ${COLUMNS} from jsonb_populate_recordset(null::ticket_clocks, ${rowsOf(clocks)}::jsonb) returning id`.execute(
    tx.db,
  )
  return rows.map(({ id }) => id)
}

export async function updateClocks(tx: Tx, clocks: readonly Stored[]): Promise<void> {
  await sql`
    update ticket_clocks c set (${COLUMNS}, version) = (select ${sql.raw(
      'n.kind, n.round, n.target_seconds, n.started_at, n.due_at, n.left_seconds, n.paused_at, n.ended_at, n.outcome, n.warn_at',
    )}, c.version + 1)
    from jsonb_populate_recordset(null::ticket_clocks, ${rowsOf(clocks)}::jsonb) n where c.id = n.id`.execute(tx.db)
}

type Owed = {
  /** With `asRead` only while the ticket stands as it was read and nobody holds it; it is marked as late otherwise. */
  readonly owed: readonly { readonly ticketId: TicketId; readonly dueAt: Date | null; readonly asRead?: AsRead }[]
  readonly seen: readonly { readonly ticketId: TicketId; readonly seq: number }[]
  /** The next time of a ticket on which nothing is owed. */
  readonly otherwise: Date
}

/** How a ticket stood when its clocks were counted. */
export type AsRead = { readonly lastSeq: number; readonly version: number }

/** A next time on which nothing hangs is not moved for less: while people talk it would be written with each word. */
const NEARLY_SECONDS = 30

/**
 * How far each has been heard, the countdown that its badge shows, and when somebody must look at it next: its answer
 * clock or its soonest promise. A time that has passed is not next any more: those rings have rung.
 */
export async function storeOwed(tx: Tx, { owed, seen, otherwise }: Owed): Promise<void> {
  const nearly = plus(otherwise, -NEARLY_SECONDS * SECOND)
  const seqs = new Map(seen.map(({ ticketId, seq }) => [ticketId, seq]))
  await sql`
    with given as materialized (
      select * from unnest(
        ${owed.map(({ ticketId }) => ticketId)}::bigint[], ${owed.map(({ dueAt }) => dueAt)}::timestamptz[],
        ${owed.map(({ ticketId }) => seqs.get(ticketId) ?? null)}::integer[],
        ${owed.map(({ asRead }) => asRead?.lastSeq ?? null)}::integer[], ${owed.map(({ asRead }) => asRead?.version ?? null)}::integer[]
      ) as given (id, due_at, seq, last_seq, version)
    ), free as materialized (
      select t.id from given g join tickets t on t.id = g.id
      where g.version is null or (t.last_seq = g.last_seq and t.version = g.version)
      order by t.id for no key update of t skip locked
    ), heard as (
      update ticket_sla s set seen_seq = coalesce(g.seq, s.seen_seq), late = f.id is null
      from given g left join free f on f.id = g.id
      where s.ticket_id = g.id and (s.seen_seq is distinct from coalesce(g.seq, s.seen_seq) or s.late is distinct from (f.id is null))
    )
    update tickets t set answer_due_at = n.due_at, next_at = n.at
    from (
      select w.id, g.due_at, coalesce((
        select min(at) from (
          select g.due_at as at union all
          select p.due_at from promises p where p.ticket_id = w.id and p.state = 'open' union all
          select w.promised_at where w.state = 'new'
        ) next where at > ${tx.now}
      ), case when w.next_at > ${nearly} and w.next_at < ${otherwise} then w.next_at else ${otherwise} end) as at
      from given g join free on free.id = g.id join tickets w on w.id = g.id
    ) n
    where t.id = n.id and (t.answer_due_at is distinct from n.due_at or t.next_at is distinct from n.at)`.execute(tx.db)
}
