import { sql } from 'kysely'
import type { ContestGround, ExclusionReason } from '../../../events/ratings.ts'
import type { ContestId, CustomerId, RatingId, StaffId, TicketId } from '../../../kernel/ids.ts'
import type { Named } from '../../../kernel/named.ts'
import { NotFound } from '../../../kernel/refusal.ts'
import type { Reader } from '../../../schema.ts'
import type { Handler } from '../../tables.ts'
import { standings } from '../standing/queries.ts'

export type RatingRow = {
  readonly ratingId: RatingId
  readonly ticketId: TicketId
  readonly number: string
  readonly customerName: string
  readonly handlers: readonly Handler[]
  readonly service: number
  readonly product: number | null
  readonly reasons: readonly string[]
  readonly comment: string | null
  readonly givenAt: Date
  readonly reason: ExclusionReason | null
  readonly by: string | null
  readonly byName: Named | null
  readonly at: Date | null
  readonly excludedWhy: string | null
  readonly contested: boolean
  readonly staff: Named | null
}

const COLUMNS = sql`r.id as "ratingId", r.ticket_id as "ticketId", r.number, c.name as "customerName", r.handlers, r.service, r.product,
  r.reasons, r.comment, r.given_at as "givenAt", r.reason, r.by, r.at, r.excluded_why as "excludedWhy", r.contested,
  case when s.id is not null then json_build_object('name', s.name, 'nameEn', s.name_en) end as staff,
  case when b.id is not null then json_build_object('name', b.name, 'nameEn', b.name_en) end as "byName"`
const JOINED = sql`join customers c on c.id = r.customer_id left join staff s on s.id = (r.handlers->0->>'staffId')::bigint
  left join staff b on b.id = case when r.by ~ '^[0-9]+$' then r.by::bigint end`

type Span = { readonly from: Date; readonly to: Date }

/** What is credited to one person, the newest first. */
export async function listMine(db: Reader, staffId: StaffId, span: Span, zone: string): Promise<RatingRow[]> {
  const { rows } = await sql<RatingRow>`
    select ${COLUMNS} from (${await standings(db, span, zone)}) as r ${JOINED}
    where r.given_at >= ${span.from} and (r.handlers->0->>'staffId')::bigint = ${staffId}::bigint
    order by r.given_at desc, r.id desc limit 300`.execute(db)
  return rows
}

/** @throws NotFound where there is no such rating, or nobody has given it yet */
export async function getRating(db: Reader, id: RatingId, zone: string): Promise<RatingRow> {
  const found = await db
    .selectFrom('ratings as r')
    .innerJoin('tickets as t', 't.id', 'r.ticket_id')
    .select(['r.given_at', 't.customer_id'])
    .where('r.id', '=', id)
    .where('r.state', '=', 'given')
    .executeTakeFirst()
  if (!found?.given_at) throw new NotFound()
  const span = {
    from: found.given_at,
    to: new Date(found.given_at.getTime() + 1),
    customerId: found.customer_id as CustomerId,
  }
  const { rows } = await sql<RatingRow>`
    select ${COLUMNS} from (${await standings(db, span, zone)}) as r ${JOINED} where r.id = ${id}`.execute(db)
  const [row] = rows
  if (!row) throw new NotFound()
  return row
}

export type ContestView = {
  readonly id: ContestId
  readonly ratingId: RatingId
  readonly number: string
  readonly customerName: string
  readonly service: number
  readonly staffId: StaffId
  readonly staff: Named
  readonly ground: ContestGround
  readonly words: string
  readonly contestedAt: Date
  readonly state: 'open' | 'counted' | 'excluded' | 'withdrawn'
  readonly decider: Named | null
  readonly decidedAt: Date | null
  readonly why: string
}

const contests = sql`
  select x.id, x.rating_id as "ratingId", t.number, c.name as "customerName", r.service, x.staff_id as "staffId",
    json_build_object('name', s.name, 'nameEn', s.name_en) as staff, x.ground, x.words, x.contested_at as "contestedAt", x.state,
    case when d.id is not null then json_build_object('name', d.name, 'nameEn', d.name_en) end as decider, x.decided_at as "decidedAt", x.why
  from rating_contests x join ratings r on r.id = x.rating_id join tickets t on t.id = r.ticket_id
  join customers c on c.id = t.customer_id join staff s on s.id = x.staff_id left join staff d on d.id = x.decided_by`

/** Those that wait, the oldest first: all of them, because each has its days. */
export async function listOpenContests(db: Reader): Promise<ContestView[]> {
  const { rows } = await sql<ContestView>`
    ${contests} where x.state = 'open' order by x.contested_at, x.id`.execute(db)
  return rows
}

/** Those that were settled, the last first; `before` is the last of the page before. */
export async function listSettledContests(
  db: Reader,
  { before, limit }: { before: ContestId | null; limit: number },
): Promise<ContestView[]> {
  const older = before
    ? sql`and (x.decided_at, x.id) < (select y.decided_at, y.id from rating_contests y where y.id = ${before})`
    : sql``
  const { rows } = await sql<ContestView>`
    ${contests} where x.state <> 'open' ${older} order by x.decided_at desc, x.id desc limit ${limit}`.execute(db)
  return rows
}

export async function contestsOf(db: Reader, id: RatingId): Promise<ContestView[]> {
  const { rows } = await sql<ContestView>`${contests} where x.rating_id = ${id} order by x.contested_at`.execute(db)
  return rows
}

/** Contests that wait for somebody else than this person. */
export async function countContests(db: Reader, staffId: StaffId): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from rating_contests x join ratings r on r.id = x.rating_id
    where x.state = 'open' and x.staff_id <> ${staffId}
      and not exists (select from jsonb_array_elements(r.handlers) h where (h->>'staffId')::bigint = ${staffId}::bigint)`.execute(
    db,
  )
  return Number(rows[0]?.count ?? 0)
}

export type Lifted = {
  reason: ExclusionReason
  by: Named
  at: Date
  why: string
  lifter: Named | null
  liftedAt: Date | null
  liftedWhy: string
}

/** Every time it was left out by a person, the first first. */
export async function exclusionsOf(db: Reader, id: RatingId): Promise<Lifted[]> {
  const { rows } = await sql<Lifted>`
    select x.reason, json_build_object('name', b.name, 'nameEn', b.name_en) as by, x.excluded_at as at, x.why,
      case when l.id is not null then json_build_object('name', l.name, 'nameEn', l.name_en) end as lifter,
      x.lifted_at as "liftedAt", x.lifted_why as "liftedWhy"
    from rating_exclusions x join staff b on b.id = x.excluded_by left join staff l on l.id = x.lifted_by
    where x.rating_id = ${id} order by x.excluded_at, x.id`.execute(db)
  return rows
}
