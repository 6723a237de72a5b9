import { sql } from 'kysely'
import { ERASED } from '../../kernel/erased.ts'
import type { CommendationId, PraiseId, RatingId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

export type Praise = {
  readonly id: PraiseId
  readonly ratingId: RatingId
  readonly ticketId: TicketId
  readonly number: string
  readonly customerName: string
  readonly comment: string
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
  readonly heardAt: Date
}

const COLUMNS = sql`a.id, a.rating_id as "ratingId", r.ticket_id as "ticketId", t.number, c.name as "customerName", r.comment,
  a.staff_id as "staffId", p.name, p.name_en as "nameEn", a.heard_at as "heardAt"`
/** What a customer has had erased, and what was left out since, is no praise any more. */
const FROM = sql`praises a join ratings r on r.id = a.rating_id join tickets t on t.id = r.ticket_id
  join customers c on c.id = t.customer_id join staff p on p.id = a.staff_id`
const STANDS = sql`r.comment is not null and r.comment <> ${ERASED} and p.active
  and not exists (select from rating_exclusions x where x.rating_id = r.id and x.lifted_at is null)
  and not exists (select from ticket_exclusions x where x.ticket_id = r.ticket_id)`

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

/** What customers said of one person, made something of or not. */
export async function listOf(db: Reader, staffId: StaffId, since: Date, limit: number): Promise<Praise[]> {
  const { rows } = await sql<Praise>`
    select ${COLUMNS} from ${FROM} where a.staff_id = ${staffId} and a.heard_at >= ${since} and ${STANDS}
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

/** Undefined where it was heard before. */
export async function insertPraise(
  tx: Tx,
  row: { ratingId: RatingId; staffId: StaffId; heardAt: Date },
): Promise<PraiseId | undefined> {
  const made = await tx.db
    .insertInto('praises')
    .values({ rating_id: row.ratingId, staff_id: row.staffId, heard_at: row.heardAt })
    .onConflict((conflict) => conflict.constraint('praises_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return made?.id as PraiseId | undefined
}
