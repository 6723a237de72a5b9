import { type RawBuilder, sql } from 'kysely'
import type { StaffId, TicketId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import type { Reader } from '../../schema.ts'
import type { TicketState } from '../rules.ts'
import { isSeldom } from './frequency/queries.ts'
import { type Kind, literally, type Wanted } from './rules.ts'

/** Which tickets are looked through. */
export type Narrowed = {
  /** None for all. */
  readonly states: readonly TicketState[]
  /** Whose people had the ticket last. */
  readonly departmentId: string | null
  /** Tickets that this colleague has had. */
  readonly hadBy: StaffId | null
  /** Only what this colleague has in hand: for whoever may not read every ticket. */
  readonly heldBy: StaffId | null
  readonly since: Date | null
}
type Page = { readonly before: string | null; readonly limit: number }

type Ticket = {
  ticketId: TicketId
  number: string
  subject: string
  state: TicketState
  customerName: string
  category: Bilingual | null
  /** Whose it is now. */
  heldBy: StaffId | null
}
/** One place where the words were found. */
export type Place = Ticket & {
  /** Where it stands in its own list: places are told from the newest on. */
  id: string
  text: string
  /** The word's number in its conversation, where it is one. */
  seq: number | null
  at: Date
  by: { name: string; nameEn: string } | null
}

type Source = {
  readonly table: RawBuilder<unknown>
  /** As its index has it (migrations/0050-search.ts). */
  readonly text: RawBuilder<unknown>
  readonly only: RawBuilder<unknown>
  readonly ticket: RawBuilder<unknown>
  readonly facts: RawBuilder<unknown>
  readonly at: RawBuilder<unknown>
  readonly by: RawBuilder<unknown>
}
const SOURCES = {
  messages: {
    table: sql`messages`,
    text: sql`w.body`,
    only: sql`w.author <> 'house'`,
    ticket: sql`w.ticket_id`,
    facts: sql`w.body as text, w.seq`,
    at: sql`w.at`,
    by: sql`w.staff_id`,
  },
  notes: {
    table: sql`notes`,
    text: sql`w.body`,
    only: sql`true`,
    ticket: sql`w.ticket_id`,
    facts: sql`w.body as text, null::integer as seq`,
    at: sql`w.at`,
    by: sql`w.staff_id`,
  },
  solutions: {
    table: sql`tickets`,
    text: sql`coalesce(w.need, '') || ' ' || w.result`,
    only: sql`w.result is not null`,
    ticket: sql`w.id`,
    facts: sql`concat_ws(' · ', w.need, w.result) as text, null::integer as seq`,
    at: sql`coalesce(w.resolved_at, w.last_message_at)`,
    by: sql`w.last_handler_id`,
  },
} satisfies Record<Exclude<Kind, 'customers'>, Source>

export type PlaceKind = keyof typeof SOURCES
type Wish = { readonly wanted: Wanted; readonly narrowed: Narrowed; readonly before: string | null }

/** Words, notes, solutions that hold all of it, so many of each kind, the newest first; in one statement. */
export async function findPlaces(
  db: Reader,
  kinds: readonly { kind: PlaceKind; limit: number }[],
  wish: Wish,
): Promise<(Place & { kind: PlaceKind })[]> {
  if (kinds.length === 0) return []
  const seldom = await isSeldom(db, wish.wanted.query, READ.messages)
  const parts = kinds.map(({ kind, limit }) =>
    placesOf(kind, { ...wish, limit, seldom: seldom && kind === 'messages' }),
  )
  const { rows } = await sql<
    Omit<Place, 'by'> & { kind: PlaceKind; name: string | null; name_en: string | null }
  >`${sql.join(parts, sql` union all `)} order by id desc`.execute(db)
  return rows.map(({ name, name_en, ...row }) => ({ ...row, by: name ? { name, nameEn: name_en ?? '' } : null }))
}

function placesOf(
  kind: PlaceKind,
  { wanted, narrowed, before, limit, seldom }: Wish & Page & Seldom,
): RawBuilder<unknown> {
  const { table, ticket, facts, at, by, ...source } = SOURCES[kind]
  const tickets = narrowing(narrowed, at)
  const joined = tickets ? sql`join tickets t on t.id = ${ticket} and ${tickets}` : sql``
  const read = kind === 'messages' ? READ.messages : READ.others
  const ids = newestWith(wanted, { ...source, table, joined, read, before, limit, seldom })
  return sql`
    select ${sql.lit(kind)} as kind, w.id, ${facts}, ${at} as at, s.name, s.name_en, ${TICKET}
    from ${ids} found join ${table} w on w.id = found.id join tickets t on t.id = ${ticket}
    join customers c on c.id = t.customer_id left join categories k on k.id = t.category_id left join staff s on s.id = ${by}`
}

const TICKET = sql`t.id as "ticketId", t.number, t.subject, t.state, c.name as "customerName", k.name as category,
  (select a.staff_id from assignments a where a.ticket_id = t.id and a.ended_at is null) as "heldBy"`

/** So many of the newest are simply read: what is said often is found among them without fetching all of its places. */
const READ = { messages: 2500, others: 1000 } as const

/**
 * Ids of the newest that hold all terms: those just written by reading back, the others by the index. The second half does
 * not run where the first has found enough. Each is checked by `like`: pairs of letters may stand apart. That a word begins
 * so the index knows: to ask each of a thousand places again takes longer than all the rest. What is seldom said is not
 * read back at all: the index has fewer places than that would look at.
 */
function newestWith(
  { terms, begins, parted, query }: Wanted,
  { table, text, only, read, joined = sql``, before, limit, seldom }: Newest,
): RawBuilder<unknown> {
  const there = sql`lower(${text}) like all(${terms.map((term) => `%${literally(term)}%`)}::text[])`
  const begin = (patterns: readonly string[]) =>
    patterns.length > 0 ? sql`and lower(${text}) ~ all(${patterns}::text[])` : sql``
  const end = before ? sql`${before}::bigint` : sql`(select coalesce(max(id), 0) + 1 from ${table})`
  const lately = sql`(${end} - ${sql.lit(read)})`
  const byIndex = (below: RawBuilder<unknown>) => sql`
    select w.id from ${table} w ${joined} where w.id + 0 < ${below} and ${only} and words_of(${text}) @@ ${query}::tsquery
      and ${there} ${begin(parted)} order by w.id + 0 desc limit ${limit}`
  if (seldom) return sql`(${byIndex(end)})`
  // `+ 0` keeps the index of ids out of it: it would be read whole, and its order walked through all that is old.
  return sql`(
    (select w.id from ${table} w ${joined} where w.id < ${end} and w.id >= ${lately} and ${only} and ${there} ${begin(begins)}
      order by w.id desc limit ${limit})
    union all
    (${byIndex(lately)})
    limit ${limit})`
}
type Newest = Pick<Source, 'table' | 'text' | 'only'> & { read: number; joined?: RawBuilder<unknown> } & Page &
  Partial<Seldom>
type Seldom = { readonly seldom: boolean }

/** What a ticket `t` must be; nothing where every ticket will do. `at`: when what is looked for came. */
function narrowing({ states, departmentId, hadBy, heldBy, since }: Narrowed, at: RawBuilder<unknown>) {
  const all = [
    ...(states.length > 0 ? [sql`t.state = any(${states}::text[])`] : []),
    ...(departmentId
      ? [sql`exists (select from staff h where h.id = t.last_handler_id and h.department_id = ${departmentId})`]
      : []),
    ...(hadBy ? [sql`exists (select from assignments a where a.ticket_id = t.id and a.staff_id = ${hadBy})`] : []),
    ...(heldBy
      ? [
          sql`exists (select from assignments a where a.ticket_id = t.id and a.staff_id = ${heldBy} and a.ended_at is null)`,
        ]
      : []),
    ...(since ? [sql`${at} >= ${since}`] : []),
  ]
  return all.length > 0 ? sql.join(all, sql` and `) : undefined
}

export type FoundTicket = Ticket & { at: Date }

/** The ticket of that number, whatever else it is narrowed to. */
export async function findByNumber(
  db: Reader,
  number: string,
  heldBy: StaffId | null,
): Promise<FoundTicket | undefined> {
  const held = heldBy
    ? sql`and exists (select from assignments a where a.ticket_id = t.id and a.staff_id = ${heldBy} and a.ended_at is null)`
    : sql``
  const { rows } = await sql<FoundTicket>`
    select ${TICKET}, t.last_message_at as at from tickets t join customers c on c.id = t.customer_id
    left join categories k on k.id = t.category_id where t.number = ${number} ${held}`.execute(db)
  return rows[0]
}

/** A customer with their newest ticket among those looked through. */
export type FoundCustomer = Ticket & { id: string; at: Date; contact: string | null; count: number }

/** By part of a name, by an e-mail address or its beginning, by a phone from its beginning or its last digits; the newest first. */
export async function findCustomers(
  db: Reader,
  { wanted, narrowed, before, limit }: { wanted: Wanted; narrowed: Narrowed } & Page,
): Promise<FoundCustomer[]> {
  const tickets = narrowing(narrowed, sql`t.last_message_at`)
  const such = tickets ? sql`and ${tickets}` : sql``
  const has = sql`exists (select from tickets t where t.customer_id = w.id ${such})`
  const named = newestWith(wanted, {
    table: sql`customers`,
    text: sql`w.name`,
    only: has,
    read: READ.others,
    before,
    limit,
  })
  const reached = sql`(
    select w.id from contacts x join customers w on w.id = x.customer_id
    where ${contactIs(wanted)} and ${has} ${before ? sql`and w.id < ${before}` : sql``} order by w.id desc limit ${limit})`
  const { rows } = await sql<Omit<FoundCustomer, 'count'> & { count: string }>`
    select c.id, newest.*, (select x.value from contacts x where x.customer_id = c.id order by x.id limit 1) as contact,
      (select count(*) from tickets t where t.customer_id = c.id ${such}) as count
    from (select id from (select id from ${named} n union ${reached}) such order by id desc limit ${limit}) found
    join customers c on c.id = found.id cross join lateral (
      select ${TICKET}, t.last_message_at as at from tickets t left join categories k on k.id = t.category_id
      where t.customer_id = c.id ${such} order by t.created_at desc limit 1) newest
    order by c.id desc`.execute(db)
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** Stored as E.164: whoever types it may leave out the country, or remember the end only. */
const HOME_CODE = '86'

function contactIs({ digits, mail }: Wanted): RawBuilder<unknown> {
  const starts = (value: string) => sql`x.value like ${`${literally(value)}%`}`
  const any = [
    ...(digits
      ? [
          starts(`+${digits}`),
          starts(`+${HOME_CODE}${digits}`),
          sql`reverse(x.value) like ${`${[...digits].reverse().join('')}%`}`,
        ]
      : []),
    ...(mail ? [starts(mail)] : []),
  ]
  return any.length > 0 ? sql`(${sql.join(any, sql` or `)})` : sql`false`
}
