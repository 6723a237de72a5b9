import { sql } from 'kysely'
import type { ClockId, TicketId } from '../../../kernel/ids.ts'
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

/** All clocks of each, the first started first. */
export async function clocksOfAll(db: Reader, ids: readonly TicketId[]): Promise<Map<TicketId, StoredClock[]>> {
  const { rows } = await sql<ClockRow>`
    select * from ticket_clocks where ticket_id = any(${[...ids]}::bigint[]) order by id`.execute(db)
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
  readonly owed: readonly { readonly ticketId: TicketId; readonly dueAt: Date | null }[]
  readonly seen: readonly { readonly ticketId: TicketId; readonly seq: number }[]
  /** The next time of a ticket on which nothing is owed. */
  readonly otherwise: Date
}

/**
 * How far each has been heard, the countdown that its badge shows, and when somebody must look at it next: its answer
 * clock or its soonest promise. A time that has passed is not next any more: those rings have rung.
 */
export async function storeOwed(tx: Tx, { owed, seen, otherwise }: Owed): Promise<void> {
  await sql`
    with heard as (
      update ticket_sla s set seen_seq = h.seq
      from unnest(${seen.map(({ ticketId }) => ticketId)}::bigint[], ${seen.map(({ seq }) => seq)}::integer[]) as h (id, seq)
      where s.ticket_id = h.id
    )
    update tickets t set answer_due_at = o.due_at, next_at = coalesce((
      select min(at) from (
        select o.due_at as at union all
        select p.due_at from promises p where p.ticket_id = t.id and p.state = 'open' union all
        select t.promised_at where t.state = 'new'
      ) next where at > ${tx.now}
    ), ${otherwise})
    from unnest(${owed.map(({ ticketId }) => ticketId)}::bigint[], ${owed.map(({ dueAt }) => dueAt)}::timestamptz[]) as o (id, due_at)
    where t.id = o.id`.execute(tx.db)
}
