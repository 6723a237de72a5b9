import { sql } from 'kysely'
import { endOfferIn, listExpiredIn, type OfferEnd } from '../../desk/offers/ends/queries.ts'
import type { Candidate, Waiting } from '../../desk/rules.ts'
import type { EscalationId, EscalationOfferId, StaffId, TicketId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { TargetPost } from '../rules.ts'

export type WaitingRequest = Waiting & {
  readonly escalationId: EscalationId
  readonly ticketId: TicketId
  readonly post: TargetPost
  readonly hops: number
}

/** Requests to a post that nobody has and nobody is asked about, complaints and the oldest first, locked; those that others hold are skipped. */
export async function lockWaiting(tx: Tx, askedSince: Date, limit: number): Promise<WaitingRequest[]> {
  const { rows } = await sql<{
    id: string
    ticket_id: string
    post: TargetPost
    language: Language
    skill: string | null
    hops: string
    asked_lately: StaffId[]
  }>`
    select e.id, e.ticket_id, e.post, t.language, (select k.skill from categories k where k.id = t.category_id) as skill,
      (select count(*) from escalation_offers o where o.escalation_id = e.id and o.state in ('passed', 'expired')) as hops,
      array(select o.staff_id::text from escalation_offers o where o.escalation_id = e.id and o.made_at > ${askedSince}) as asked_lately
    from escalations e join tickets t on t.id = e.ticket_id
    where e.state = 'sent' and e.post is not null
      and not exists (select from escalation_offers o where o.escalation_id = e.id and o.state = 'made')
    order by t.complained_at is null, e.sent_at, e.id
    limit ${limit} for update of e skip locked`.execute(tx.db)
  return rows.map((row) => ({
    id: row.id,
    escalationId: row.id as EscalationId,
    ticketId: row.ticket_id as TicketId,
    post: row.post,
    language: row.language,
    skill: row.skill,
    hops: Number(row.hops),
    askedLately: row.asked_lately,
  }))
}

/** Everybody checked in on this post now, with what decides: what they hold of others' requests is their load. */
export async function listCandidates(db: Reader, post: TargetPost, now: Date): Promise<Candidate[]> {
  const { rows } = await sql<{
    staff_id: string
    ends_at: Date
    seen_at: Date | null
    on_break: boolean
    has_offer: boolean
    held: string
    asked_back: string
    languages: Language[]
    skills: string[]
    last_offer_at: Date | null
  }>`
    select s.staff_id, coalesce(a.stays_until, s.ends_at) as ends_at, p.languages, p.skills,
      (select max(r.seen_at) from presence r where r.staff_id = s.staff_id) as seen_at,
      exists (select from breaks b where b.attendance_id = a.id and b.ended_at is null) as on_break,
      exists (select from escalation_offers o where o.staff_id = s.staff_id and o.state = 'made') as has_offer,
      (select count(*) from escalations e where e.accepted_by = s.staff_id and e.state = 'accepted') as held,
      (select count(*) from escalations e where e.accepted_by = s.staff_id and e.state = 'asked_back') as asked_back,
      (select max(o.made_at) from escalation_offers o where o.staff_id = s.staff_id) as last_offer_at
    from attendances a
    join shifts s on s.id = a.shift_id and s.post = ${post} and (s.during @> ${now}::timestamptz or a.stays_until > ${now})
    join staff p on p.id = s.staff_id and p.active
    where a.checked_out_at is null`.execute(db)
  return rows.map((row) => ({
    staffId: row.staff_id as StaffId,
    shiftEndsAt: row.ends_at,
    seenAt: row.seen_at,
    onBreak: row.on_break,
    engaged: false,
    hasOpenOffer: row.has_offer,
    waitingOnUs: Number(row.held),
    waitingOnCustomer: Number(row.asked_back),
    languages: row.languages,
    skills: row.skills,
    lastOfferAt: row.last_offer_at,
  }))
}

export type OfferRow = {
  id: EscalationOfferId
  escalationId: EscalationId
  staffId: StaffId
  hop: number
  state: 'made' | OfferEnd
  madeAt: Date
  expiresAt: Date
}

/** Undefined where another process has just made one for this request or this person. */
export async function insertOffer(
  tx: Tx,
  offer: { escalationId: EscalationId; staffId: StaffId; hop: number; expiresAt: Date },
): Promise<EscalationOfferId | undefined> {
  const row = await tx.db
    .insertInto('escalation_offers')
    .values({
      escalation_id: offer.escalationId,
      staff_id: offer.staffId,
      hop: offer.hop,
      state: 'made',
      made_at: tx.now,
      expires_at: offer.expiresAt,
      ended_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as EscalationOfferId | undefined
}

const offerRows = (db: Reader) =>
  db
    .selectFrom('escalation_offers')
    .select(['id', 'escalation_id', 'staff_id', 'hop', 'state', 'made_at', 'expires_at'])
type Row = Awaited<ReturnType<ReturnType<typeof offerRows>['execute']>>[number]
const rowOf = (row: Row): OfferRow => ({
  id: row.id as EscalationOfferId,
  escalationId: row.escalation_id as EscalationId,
  staffId: row.staff_id as StaffId,
  hop: row.hop,
  state: row.state,
  madeAt: row.made_at,
  expiresAt: row.expires_at,
})

/** @throws NotFound */
export async function getOffer(db: Reader, id: EscalationOfferId): Promise<OfferRow> {
  const row = await offerRows(db).where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return rowOf(row)
}

export async function findOpenOfferFor(db: Reader, escalationId: EscalationId): Promise<OfferRow | undefined> {
  const row = await offerRows(db)
    .where('escalation_id', '=', escalationId)
    .where('state', '=', 'made')
    .executeTakeFirst()
  return row && rowOf(row)
}

/** The offer on this person's screen. */
export async function openOfferOf(db: Reader, staffId: StaffId, now: Date): Promise<OfferRow | undefined> {
  const row = await offerRows(db)
    .where('staff_id', '=', staffId)
    .where('state', '=', 'made')
    .where('expires_at', '>', now)
    // Taken by another way meanwhile: the offer is withdrawn a moment after that, and is no longer shown.
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('escalations')
          .select('escalations.id')
          .whereRef('escalations.id', '=', 'escalation_offers.escalation_id')
          .where('escalations.state', '=', 'sent'),
      ),
    )
    .executeTakeFirst()
  return row && rowOf(row)
}

/** False where the offer had ended already. */
export const endOffer = (tx: Tx, id: EscalationOfferId, state: OfferEnd): Promise<boolean> =>
  endOfferIn(tx, 'escalation_offers', id, state)

export const listExpired = (db: Reader, now: Date, limit: number) =>
  listExpiredIn<EscalationOfferId>(db, 'escalation_offers', { now, limit })

/** What one person holds, with their row locked: two claims of one person are counted one after the other. */
export async function lockLoad(tx: Tx, staffId: StaffId): Promise<{ waitingOnUs: number; waitingOnCustomer: number }> {
  await tx.db.selectFrom('staff').select('id').where('id', '=', staffId).forNoKeyUpdate().execute()
  const { rows } = await sql<{ held: string; asked_back: string }>`
    select count(*) filter (where state = 'accepted') as held, count(*) filter (where state = 'asked_back') as asked_back
    from escalations where accepted_by = ${staffId} and post is not null`.execute(tx.db)
  return { waitingOnUs: Number(rows[0]?.held ?? 0), waitingOnCustomer: Number(rows[0]?.asked_back ?? 0) }
}

/** Whether anything waits for a post without an offer: a cheap question before a pass. */
export async function isAnythingWaiting(db: Reader): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (select from escalations e where e.state = 'sent' and e.post is not null and not exists (
      select from escalation_offers o where o.escalation_id = e.id and o.state = 'made')) as any`.execute(db)
  return rows[0]?.any ?? false
}
