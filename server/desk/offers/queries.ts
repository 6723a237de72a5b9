import { sql } from 'kysely'
import type { OfferId, ShiftId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import { isEngaged } from '../engagements/queries.ts'
import type { Candidate } from '../rules.ts'
import { endOfferIn, listExpiredIn, type OfferEnd } from './ends/queries.ts'

/** Everybody checked in for customer service on a shift that covers this instant, with what decides. */
export async function listCandidates(db: Reader, now: Date): Promise<(Candidate & { shiftId: ShiftId })[]> {
  const { rows } = await sql<{
    staff_id: string
    shift_id: string
    ends_at: Date
    seen_at: Date | null
    on_break: boolean
    engaged: boolean
    has_offer: boolean
    on_us: string
    on_customer: string
    languages: Language[]
    skills: string[]
    last_offer_at: Date | null
  }>`
    select s.staff_id, s.id as shift_id, coalesce(a.stays_until, s.ends_at) as ends_at, p.languages, p.skills,
      (select max(r.seen_at) from presence r where r.staff_id = s.staff_id) as seen_at,
      exists (select from breaks b where b.attendance_id = a.id and b.ended_at is null) as on_break,
      ${isEngaged(sql.ref('s.staff_id'), now)} as engaged,
      exists (select from offers o where o.staff_id = s.staff_id and o.state = 'made') as has_offer,
      coalesce(load.on_us, 0) as on_us, coalesce(load.on_customer, 0) as on_customer,
      (select max(o.made_at) from offers o where o.staff_id = s.staff_id) as last_offer_at
    from attendances a
    join shifts s on s.id = a.shift_id and s.post = 'service' and (s.during @> ${now}::timestamptz or a.stays_until > ${now})
    join staff p on p.id = s.staff_id and p.active
    left join lateral (
      select count(*) filter (where t.waiting_on = 'us') as on_us, count(*) filter (where t.waiting_on = 'customer') as on_customer
      from assignments g join tickets t on t.id = g.ticket_id where g.staff_id = s.staff_id and g.ended_at is null
    ) load on true
    where a.checked_out_at is null`.execute(db)
  return rows.map((row) => ({
    staffId: row.staff_id as StaffId,
    shiftId: row.shift_id as ShiftId,
    shiftEndsAt: row.ends_at,
    seenAt: row.seen_at,
    onBreak: row.on_break,
    engaged: row.engaged,
    hasOpenOffer: row.has_offer,
    waitingOnUs: Number(row.on_us),
    waitingOnCustomer: Number(row.on_customer),
    languages: row.languages,
    skills: row.skills,
    lastOfferAt: row.last_offer_at,
  }))
}

export type OfferRow = {
  id: OfferId
  ticketId: TicketId
  staffId: StaffId
  round: number
  hop: number
  state: 'made' | OfferEnd
  madeAt: Date
  expiresAt: Date
}
type Stored = {
  id: string
  ticket_id: string
  staff_id: string
  round: number
  hop: number
  state: OfferRow['state']
  made_at: Date
  expires_at: Date
}
const rowOf = (row: Stored): OfferRow => ({
  id: row.id as OfferId,
  ticketId: row.ticket_id as TicketId,
  staffId: row.staff_id as StaffId,
  round: row.round,
  hop: row.hop,
  state: row.state,
  madeAt: row.made_at,
  expiresAt: row.expires_at,
})

/** Undefined where another process has just made one for this ticket or this person. */
export async function insertOffer(
  tx: Tx,
  offer: { ticketId: TicketId; staffId: StaffId; round: number; hop: number; expiresAt: Date },
): Promise<OfferId | undefined> {
  const row = await tx.db
    .insertInto('offers')
    .values({
      ticket_id: offer.ticketId,
      staff_id: offer.staffId,
      round: offer.round,
      hop: offer.hop,
      state: 'made',
      made_at: tx.now,
      expires_at: offer.expiresAt,
      ended_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as OfferId | undefined
}

/** @throws NotFound */
export async function getOffer(db: Reader, id: OfferId): Promise<OfferRow> {
  const row = await db.selectFrom('offers').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return rowOf(row)
}

export async function findOpenOfferFor(db: Reader, ticketId: TicketId): Promise<OfferRow | undefined> {
  const row = await db
    .selectFrom('offers')
    .selectAll()
    .where('ticket_id', '=', ticketId)
    .where('state', '=', 'made')
    .executeTakeFirst()
  return row && rowOf(row)
}

/** The one open offer of a person. */
export async function findTicketOfferedTo(db: Reader, staffId: StaffId): Promise<TicketId | undefined> {
  const row = await db
    .selectFrom('offers')
    .select('ticket_id')
    .where('staff_id', '=', staffId)
    .where('state', '=', 'made')
    .executeTakeFirst()
  return row?.ticket_id as TicketId | undefined
}

/** False where the offer had ended already. */
export const endOffer = (tx: Tx, id: OfferId, state: OfferEnd): Promise<boolean> => endOfferIn(tx, 'offers', id, state)

export const listExpired = (db: Reader, now: Date, limit: number) =>
  listExpiredIn<OfferId>(db, 'offers', { now, limit })

/** The load of one person, with their row locked: two claims of one person are counted one after the other. */
export async function lockLoad(tx: Tx, staffId: StaffId): Promise<{ waitingOnUs: number; waitingOnCustomer: number }> {
  await tx.db.selectFrom('staff').select('id').where('id', '=', staffId).forNoKeyUpdate().execute()
  const { rows } = await sql<{ on_us: string; on_customer: string }>`
    select count(*) filter (where t.waiting_on = 'us') as on_us, count(*) filter (where t.waiting_on = 'customer') as on_customer
    from assignments g join tickets t on t.id = g.ticket_id where g.staff_id = ${staffId} and g.ended_at is null`.execute(
    tx.db,
  )
  return { waitingOnUs: Number(rows[0]?.on_us ?? 0), waitingOnCustomer: Number(rows[0]?.on_customer ?? 0) }
}
