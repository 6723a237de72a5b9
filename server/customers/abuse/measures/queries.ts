import { type RawBuilder, sql } from 'kysely'
import type { ConductDuty } from '../../../events/abuse.ts'
import type { AbuseCaseId, CustomerId, VisitorId } from '../../../kernel/ids.ts'
import type { Refusal } from '../../../kernel/refusal.ts'
import { plus } from '../../../kernel/time.ts'
import type { Reader } from '../../../schema.ts'
import type { Settings } from '../../../settings/definitions.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Contact } from '../../rules.ts'
import { RANGE_LASTS, whyNetworkBanned } from './rules.ts'

export type Measure = {
  caseId: AbuseCaseId
  state: 'limited' | 'banned'
  until: Date
  paceSeconds: number | null
  /** It is on somebody else of the same address range, and holds for those who are new there. */
  byRange: boolean
}

/** Whoever a measure is looked for on; parts of another statement, each may be null there. */
export type Here = {
  readonly customer: RawBuilder<unknown>
  readonly visitor: RawBuilder<unknown>
  /** When the conversation began that it is about; left out: one that is only about to begin. */
  readonly begun?: RawBuilder<unknown>
}

const measureHere = ({ customer, visitor, begun = sql`null` }: Here, contact: Contact | null, now: Date) =>
  sql`abuse_measure_here(${customer}::bigint, ${visitor}::bigint, ${begun}::timestamptz,
    ${contact?.kind ?? null}::text, ${contact?.value ?? null}::text, ${now}::timestamptz)`

/** In another statement, as JSON or null: what is in force on a customer, on whoever gives this contact, or on new visitors of a range. */
export const measureOn = (here: Here, contact: Contact | null, now: Date): RawBuilder<unknown> => sql`(
  select json_build_object('caseId', m.case_id::text, 'state', m.state, 'until', m.until, 'paceSeconds', m.pace_seconds,
    'byRange', m.by_range)
  from ${measureHere(here, contact, now)} m)`

/** The measure in force on a customer, if any. */
export async function findMeasure(db: Reader, customerId: CustomerId, now: Date): Promise<Measure | undefined> {
  const here = { customer: sql`${customerId}`, visitor: sql`null` }
  const { rows: found } = await sql<{ measure: MeasureJson | null }>`
    select ${measureOn(here, null, now)} as measure`.execute(db)
  return measureFrom(found[0]?.measure)
}

/** The measure in force on whoever is reached at this contact, if any. */
export async function findMeasureOnContact(db: Reader, contact: Contact, now: Date): Promise<Measure | undefined> {
  const { rows: found } = await sql<{ measure: MeasureJson | null }>`
    select ${measureOn({ customer: sql`null`, visitor: sql`null` }, contact, now)} as measure`.execute(db)
  return measureFrom(found[0]?.measure)
}

export type MeasureJson = Omit<Measure, 'until'> & { until: string }
export const measureFrom = (measure: MeasureJson | null | undefined): Measure | undefined =>
  measure ? { ...measure, until: new Date(measure.until) } : undefined

/** What a customer is told of a case of theirs: never who, never what colleagues wrote. Instants as ISO 8601. */
export type ConductNotice = {
  state: 'warned' | 'limited' | 'banned'
  /** `other` where it is somebody else's: what they did is nobody's business. */
  duty: ConductDuty
  until: string
  /** While limited: one message in so many seconds. */
  paceSeconds: number | null
  /** Of a ban: null until there is one. */
  appeal: { at: string; answeredAt: string | null; answer: string | null } | null
  /** Where it is the network that is limited, not they: how the company is reached by day, each may be empty. */
  network: { phone: string; email: string } | null
}
export type NoticeJson = Omit<ConductNotice, 'network'> & { network: boolean }

/** In another statement, as JSON or null: the measure in force here, else a warning that still stands. */
export const noticeOn = (here: Here, now: Date): RawBuilder<unknown> => sql`coalesce(
  (select json_build_object('state', m.state, 'duty', case when m.by_range then 'other' else c.duty end, 'until', m.until,
    'paceSeconds', case when m.state = 'limited' then m.pace_seconds end, 'network', m.by_range,
    'appeal', case when m.state = 'banned' and not m.by_range and c.appealed_at is not null then
      json_build_object('at', c.appealed_at, 'answeredAt', c.answered_at, 'answer', c.answer) end)
   from ${measureHere(here, null, now)} m join abuse_cases c on c.id = m.case_id),
  (select json_build_object('state', w.state, 'duty', w.duty, 'until', w.until, 'paceSeconds', null, 'network', false, 'appeal', null)
   from abuse_cases w where w.customer_id = ${here.customer} and w.state = 'warned' and w.until > ${now}::timestamptz))`

/** Instants as the database writes them in JSON become those of the protocol. */
export function noticeFrom(
  json: NoticeJson | null | undefined,
  { dayDeskPhone: phone, dayDeskEmail: email }: Pick<Settings, 'dayDeskPhone' | 'dayDeskEmail'>,
): ConductNotice | null {
  if (!json) return null
  const { appeal, network } = json
  return {
    ...json,
    until: iso(json.until),
    appeal: appeal && {
      ...appeal,
      at: iso(appeal.at),
      answeredAt: appeal.answeredAt === null ? null : iso(appeal.answeredAt),
    },
    network: network ? { phone, email } : null,
  }
}
const iso = (text: string): string => new Date(text).toISOString()

/** What somebody is told who is about to ask; of a visitor who never asked only their network is known. */
export async function noticeOf(
  db: Reader,
  who: { readonly customerId: CustomerId | null; readonly visitorId: VisitorId | null },
  now: Date,
): Promise<ConductNotice | null> {
  const here = { customer: sql`${who.customerId}::bigint`, visitor: sql`${who.visitorId}::bigint` }
  const { rows } = await sql<{ notice: NoticeJson | null }>`select ${noticeOn(here, now)} as notice`.execute(db)
  return noticeFrom(rows[0]?.notice, await currentSettings(db))
}

/** The range that a customer last asked from, hashed, and how many other customers asked from it in the last 30 days. */
export type KnownRange = { readonly hash: Buffer; readonly others: number }

/** Null where the customer has asked from nowhere we know in the last 30 days. */
export async function rangeOfCustomer(db: Reader, customerId: CustomerId, now: Date): Promise<KnownRange | null> {
  const since = plus(now, -RANGE_LASTS)
  const { rows } = await sql<{ hash: Buffer; others: number }>`
    select mine.range_hash as hash, (
      select count(distinct v.customer_id) from visitors v
      where v.range_hash = mine.range_hash and v.range_at > ${since} and v.customer_id <> ${customerId})::integer as others
    from visitors mine where mine.customer_id = ${customerId} and mine.range_at > ${since}
    order by mine.range_at desc, mine.id desc limit 1`.execute(db)
  return rows[0] ?? null
}

/** Said to a stranger whose network is shut, with the telephone of emergencies, else of the day desk. */
export async function networkBanned(db: Reader, until: Date, now: Date): Promise<Refusal> {
  const { emergencyPhone, dayDeskPhone } = await currentSettings(db)
  return whyNetworkBanned(until, now, emergencyPhone || dayDeskPhone)
}
