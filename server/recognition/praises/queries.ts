import { sql } from 'kysely'
import { ERASED } from '../../kernel/erased.ts'
import type { CommendationId, MessageId, PraiseId, RatingId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Praise = {
  readonly id: PraiseId
  /** Null where it was said in the conversation itself. */
  readonly ratingId: RatingId | null
  readonly ticketId: TicketId
  readonly number: string
  readonly customerName: string
  readonly comment: string
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly heardAt: Date
}

const COLUMNS = sql`a.id, a.rating_id as "ratingId", t.id as "ticketId", t.number, c.name as "customerName", coalesce(r.comment, m.body) as comment,
  a.staff_id as "staffId", p.name, p.name_en as "nameEn", a.heard_at as "heardAt"`
/** What a customer has had erased, and what was left out since, is no praise any more. */
const FROM = sql`praises a left join ratings r on r.id = a.rating_id left join messages m on m.id = a.message_id
  join tickets t on t.id = coalesce(r.ticket_id, m.ticket_id) join customers c on c.id = t.customer_id join staff p on p.id = a.staff_id`
const STANDS = sql`coalesce(r.comment, m.body) <> ${ERASED} and p.active
  and not exists (select from rating_exclusions x where x.rating_id = r.id and x.lifted_at is null)
  and not exists (select from ticket_exclusions x where x.ticket_id = t.id)`

/** Nobody has made anything of it yet; the newest first. `of`: one person's alone, `except`: not theirs. */
export async function listHeard(
  db: Reader,
  {
    since,
    of = null,
    except = null,
    limit,
  }: { since: Date; of?: StaffId | null; except?: StaffId | null; limit: number },
): Promise<Praise[]> {
  const { rows } = await sql<Praise>`
    select ${COLUMNS} from ${FROM} where a.state = 'heard' and a.heard_at >= ${since} and ${STANDS}
      and (${of}::bigint is null or a.staff_id = ${of}::bigint) and (${except}::bigint is null or a.staff_id <> ${except}::bigint)
    order by a.heard_at desc, a.id desc limit ${limit}`.execute(db)
  return rows
}

export type Praised = Praise & { readonly total: number }
/** Whoever was praised and nobody has made anything of it: the most praised first, from a place on, each with all that was said counted and the latest quoted. */
export async function listPraised(
  db: Reader,
  {
    since,
    except,
    after,
    people,
    quotes,
  }: {
    since: Date
    except: StaffId
    after: { readonly total: number; readonly staffId: StaffId } | null
    people: number
    quotes: number
  },
): Promise<Praised[]> {
  const { rows } = await sql<Praised>`
    with heard as (
      select ${COLUMNS}, count(*) over (partition by a.staff_id)::integer as total,
        row_number() over (partition by a.staff_id order by a.heard_at desc, a.id desc) as nth
      from ${FROM} where a.state = 'heard' and a.heard_at >= ${since} and ${STANDS} and a.staff_id <> ${except}),
    placed as (
      select h.*, dense_rank() over (order by total desc, "staffId") as place from heard h
      where nth <= ${quotes} and (${after?.total ?? null}::integer is null or (-total, "staffId") > (${-(after?.total ?? 0)}::integer, ${after?.staffId ?? null}::bigint)))
    select id, "ratingId", "ticketId", number, "customerName", comment, "staffId", name, "nameEn", "heardAt", total
    from placed where place <= ${people} order by place, nth`.execute(db)
  return rows
}

/** Some of them by their ids, as far as nobody has made anything of them. */
export async function listChosen(
  db: Reader,
  ids: readonly PraiseId[],
  { since, except }: { since: Date; except: StaffId },
): Promise<Praise[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<Praise>`
    select ${COLUMNS} from ${FROM} where a.id = any(${[...ids]}::bigint[]) and a.state = 'heard' and a.heard_at >= ${since}
      and a.staff_id <> ${except} and ${STANDS} order by a.heard_at desc, a.id desc`.execute(db)
  return rows
}

/** What customers said of one person, made something of or not, the newest first; `before` is the last of the page before. */
export async function listOf(
  db: Reader,
  staffId: StaffId,
  { before, limit }: { before: PraiseId | null; limit: number },
): Promise<Praise[]> {
  const { rows } = await sql<Praise>`
    select ${COLUMNS} from ${FROM} where a.staff_id = ${staffId} and ${STANDS}
      and (${before}::bigint is null or (a.heard_at, a.id) < (select y.heard_at, y.id from praises y where y.id = ${before}::bigint))
    order by a.heard_at desc, a.id desc limit ${limit}`.execute(db)
  return rows
}

/** The words that a commendation rests on, as far as they stand. */
export async function listUnder(db: Reader, id: CommendationId): Promise<Praise[]> {
  const { rows } = await sql<Praise>`
    select ${COLUMNS} from ${FROM} where a.commendation_id = ${id} and ${STANDS} order by a.heard_at`.execute(db)
  return rows
}

/** Those of this person's that nobody has made anything of, locked. */
export async function lockPraises(tx: Tx, ids: readonly PraiseId[], staffId: StaffId): Promise<PraiseId[]> {
  if (ids.length === 0) return []
  const rows = await tx.db
    .selectFrom('praises')
    .select('id')
    .where('id', 'in', ids)
    .where('staff_id', '=', staffId)
    .where('state', '=', 'heard')
    .orderBy('id')
    .forUpdate()
    .execute()
  return rows.map(({ id }) => id as PraiseId)
}

export async function usePraises(
  tx: Tx,
  ids: readonly PraiseId[],
  { id, by }: { id: CommendationId; by: StaffId },
): Promise<void> {
  if (ids.length === 0) return
  await tx.db
    .updateTable('praises')
    .set({ state: 'used', commendation_id: id, settled_by: by, settled_at: tx.now })
    .where('id', 'in', ids)
    .execute()
}

/** Whose it is; the row, locked. @throws NotFound */
export async function lockPraise(tx: Tx, id: PraiseId): Promise<StaffId> {
  const row = await tx.db.selectFrom('praises').select('staff_id').where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return row.staff_id as StaffId
}

/** Whose it is; undefined where somebody has made something of it already. */
export async function setAside(tx: Tx, id: PraiseId, by: StaffId | null): Promise<StaffId | undefined> {
  const row = await tx.db
    .updateTable('praises')
    .set({ state: 'set_aside', settled_by: by, settled_at: tx.now })
    .where('id', '=', id)
    .where('state', '=', 'heard')
    .returning('staff_id')
    .executeTakeFirst()
  return row?.staff_id as StaffId | undefined
}

/** What a rating said, and whom it is credited to; undefined where nobody spoke. */
export async function wordsOfRating(
  db: Reader,
  id: RatingId,
): Promise<{ service: number; comment: string | null; staffId: StaffId; givenAt: Date } | undefined> {
  const { rows } = await sql<{ service: number; comment: string | null; staffId: StaffId; givenAt: Date }>`
    select service, comment, handlers->0->>'staffId' as "staffId", given_at as "givenAt" from ratings
    where id = ${id} and state = 'given' and jsonb_array_length(handlers) > 0`.execute(db)
  return rows[0]
}

type Said = { readonly messageId: MessageId; readonly body: string; readonly staffId: StaffId; readonly at: Date }

/**
 * What the customer wrote in a round, each with whoever had spoken to them last, the latest first; nothing where the round
 * has praised somebody already.
 */
export async function wordsOfRound(db: Reader, ticketId: TicketId, round: number): Promise<Said[]> {
  const { rows } = await sql<Said>`
    select m.id as "messageId", m.body, s.staff_id as "staffId", m.at from messages m
    cross join lateral (
      select p.staff_id from messages p where p.ticket_id = m.ticket_id and p.seq < m.seq and p.staff_id is not null
      order by p.seq desc limit 1) s
    where m.ticket_id = ${ticketId} and m.round = ${round} and m.author = 'customer' and m.body <> ${ERASED}
      and not exists (select from praises a join messages o on o.id = a.message_id where o.ticket_id = m.ticket_id and o.round = m.round)
      and not exists (select from praises a join ratings r on r.id = a.rating_id where r.ticket_id = m.ticket_id and r.round = m.round)
    order by m.seq desc`.execute(db)
  return rows
}

/** Thanks of the same round that nobody has made anything of. */
export const setThanksAside = (tx: Tx, ratingId: RatingId) =>
  sql`
    update praises a set state = 'set_aside', settled_at = ${tx.now} from messages m, ratings r
    where m.id = a.message_id and r.id = ${ratingId} and m.ticket_id = r.ticket_id and m.round = r.round and a.state = 'heard'`.execute(
    tx.db,
  )

/** Undefined where it was heard before. */
export async function insertPraise(
  tx: Tx,
  row: { ratingId: RatingId | null; messageId: MessageId | null; staffId: StaffId; heardAt: Date },
): Promise<PraiseId | undefined> {
  const made = await tx.db
    .insertInto('praises')
    .values({ rating_id: row.ratingId, message_id: row.messageId, staff_id: row.staffId, heard_at: row.heardAt })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return made?.id as PraiseId | undefined
}
