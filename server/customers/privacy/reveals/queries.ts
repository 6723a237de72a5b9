import { sql } from 'kysely'
import type { CustomerId, RevealId, StaffId, TicketId } from '../../../kernel/ids.ts'
import type { Reader, Tx } from '../../../schema.ts'
import type { RevealReason, Unusual } from '../rules.ts'

/** Until when this person sees this customer in full, because they gave a reason; null where they do not. */
export async function revealedTo(
  db: Reader,
  staffId: StaffId,
  customerId: CustomerId,
  now: Date,
): Promise<Date | null> {
  const { until } = await db
    .selectFrom('reveals')
    .select((s) => s.fn.max('until').as('until'))
    .where('staff_id', '=', staffId)
    .where('customer_id', '=', customerId)
    .where('until', '>', now)
    .executeTakeFirstOrThrow()
  return until
}

export async function countReveals(db: Reader, staffId: StaffId, night: string): Promise<number> {
  const { count } = await db
    .selectFrom('reveals')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('staff_id', '=', staffId)
    .where('night', '=', night)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export type NewReveal = {
  readonly customerId: CustomerId
  readonly ticketId: TicketId | null
  readonly staffId: StaffId
  readonly reason: RevealReason
  readonly words: string
  readonly until: Date
  readonly night: string
  readonly unusual: readonly Unusual[]
}
export async function insertReveal(tx: Tx, reveal: NewReveal): Promise<RevealId> {
  const row = await tx.db
    .insertInto('reveals')
    .values({
      customer_id: reveal.customerId,
      ticket_id: reveal.ticketId,
      staff_id: reveal.staffId,
      reason: reveal.reason,
      words: reveal.words,
      at: tx.now,
      until: reveal.until,
      night: reveal.night,
      unusual: [...reveal.unusual],
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as RevealId
}

export type Revealed = {
  readonly id: RevealId
  readonly at: Date
  readonly until: Date
  readonly who: { readonly id: StaffId; readonly name: string; readonly nameEn: string }
  readonly department: { readonly 'zh-CN': string; readonly en: string }
  readonly customerId: CustomerId
  readonly customerName: string
  readonly ticketNumber: string | null
  readonly reason: RevealReason
  readonly words: string
  readonly unusual: readonly Unusual[]
}
type Wish = {
  readonly staffId: StaffId | null
  readonly reason: RevealReason | null
  readonly unusual: boolean
  readonly from: string | null
  readonly to: string | null
  readonly before: RevealId | null
  readonly customerId?: CustomerId
}

/** Who looked at whom, the newest first. */
export async function listReveals(db: Reader, wish: Wish, limit: number): Promise<Revealed[]> {
  const rows = await db
    .selectFrom('reveals as r')
    .innerJoin('staff as s', 's.id', 'r.staff_id')
    .innerJoin('departments as d', 'd.id', 's.department_id')
    .innerJoin('customers as c', 'c.id', 'r.customer_id')
    .leftJoin('tickets as t', 't.id', 'r.ticket_id')
    .select(['r.id', 'r.at', 'r.until', 'r.staff_id', 'r.reason', 'r.words', 'r.unusual', 'r.customer_id'])
    .select(['s.name', 's.name_en', 'd.name as department', 'c.name as customer', 't.number'])
    .$if(wish.staffId !== null, (q) => q.where('r.staff_id', '=', wish.staffId))
    .$if(wish.reason !== null, (q) => q.where('r.reason', '=', wish.reason as RevealReason))
    .$if(wish.unusual, (q) => q.where(sql<boolean>`r.unusual <> '{}'`))
    .$if(wish.from !== null, (q) => q.where('r.night', '>=', wish.from as string))
    .$if(wish.to !== null, (q) => q.where('r.night', '<=', wish.to as string))
    .$if(wish.before !== null, (q) => q.where('r.id', '<', wish.before as RevealId))
    .$if(wish.customerId !== undefined, (q) => q.where('r.customer_id', '=', wish.customerId as CustomerId))
    .orderBy('r.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id as RevealId,
    at: row.at,
    until: row.until,
    who: { id: row.staff_id as StaffId, name: row.name, nameEn: row.name_en },
    department: row.department,
    customerId: row.customer_id as CustomerId,
    customerName: row.customer,
    ticketNumber: row.number,
    reason: row.reason,
    words: row.words,
    unusual: row.unusual,
  }))
}

/** Everybody who ever revealed a customer: for the filter. */
export async function listRevealers(db: Reader): Promise<{ id: StaffId; name: string; nameEn: string }[]> {
  const { rows } = await sql<{ id: StaffId; name: string; nameEn: string }>`
    select s.id, s.name, s.name_en as "nameEn" from staff s
    where exists (select from reveals r where r.staff_id = s.id) order by s.number`.execute(db)
  return rows
}
