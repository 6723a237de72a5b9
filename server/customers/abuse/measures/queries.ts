import { type RawBuilder, sql } from 'kysely'
import type { ConductDuty } from '../../../events/abuse.ts'
import type { AbuseCaseId, CustomerId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'
import type { Contact } from '../../rules.ts'

export type Measure = { caseId: AbuseCaseId; state: 'limited' | 'banned'; until: Date; paceSeconds: number | null }

/** In another statement, as JSON or null: what is in force on a customer, or on whoever gives this contact. */
export const measureOn = (
  customer: RawBuilder<unknown>,
  contact: Contact | null,
  now: Date,
): RawBuilder<unknown> => sql`(
  select json_build_object('caseId', m.case_id::text, 'state', m.state, 'until', m.until, 'paceSeconds', m.pace_seconds)
  from abuse_measure(${customer}, ${contact?.kind ?? null}::text, ${contact?.value ?? null}::text, ${now}::timestamptz) m)`

/** The measure in force on a customer, if any. */
export async function findMeasure(db: Reader, customerId: CustomerId, now: Date): Promise<Measure | undefined> {
  const { rows: found } = await sql<{ measure: MeasureJson | null }>`
    select ${measureOn(sql`${customerId}::bigint`, null, now)} as measure`.execute(db)
  return measureFrom(found[0]?.measure)
}

/** The measure in force on whoever is reached at this contact, if any. */
export async function findMeasureOnContact(db: Reader, contact: Contact, now: Date): Promise<Measure | undefined> {
  const { rows: found } = await sql<{ measure: MeasureJson | null }>`
    select ${measureOn(sql`null::bigint`, contact, now)} as measure`.execute(db)
  return measureFrom(found[0]?.measure)
}

export type MeasureJson = Omit<Measure, 'until'> & { until: string }
export const measureFrom = (measure: MeasureJson | null | undefined): Measure | undefined =>
  measure ? { ...measure, until: new Date(measure.until) } : undefined

/** What a customer is told of a case of theirs: never who, never what colleagues wrote. Instants as ISO 8601. */
export type ConductNotice = {
  state: 'warned' | 'limited' | 'banned'
  duty: ConductDuty
  until: string
  /** While limited: one message in so many seconds. */
  paceSeconds: number | null
  /** Of a ban: null until there is one. */
  appeal: { at: string; answeredAt: string | null; answer: string | null } | null
}

/** In another statement, as JSON or null: the measure in force on a customer, else a warning that still stands. */
export const noticeOn = (customer: RawBuilder<unknown>, now: Date): RawBuilder<unknown> => sql`(
  select json_build_object('state', c.state, 'duty', c.duty, 'until', c.until,
    'paceSeconds', case when c.state = 'limited' then c.pace_seconds end,
    'appeal', case when c.state = 'banned' and c.appealed_at is not null then
      json_build_object('at', c.appealed_at, 'answeredAt', c.answered_at, 'answer', c.answer) end)
  from abuse_cases c where c.id = coalesce(
    (select m.case_id from abuse_measure(${customer}, null, null, ${now}::timestamptz) m),
    (select w.id from abuse_cases w where w.customer_id = ${customer} and w.state = 'warned' and w.until > ${now}::timestamptz)))`

/** Instants as the database writes them in JSON become those of the protocol. */
export function noticeFrom(json: ConductNotice | null | undefined): ConductNotice | null {
  if (!json) return null
  const { appeal } = json
  return {
    ...json,
    until: iso(json.until),
    appeal: appeal && {
      ...appeal,
      at: iso(appeal.at),
      answeredAt: appeal.answeredAt === null ? null : iso(appeal.answeredAt),
    },
  }
}
const iso = (text: string): string => new Date(text).toISOString()

export async function noticeOf(db: Reader, customerId: CustomerId, now: Date): Promise<ConductNotice | null> {
  const { rows } = await sql<{ notice: ConductNotice | null }>`
    select ${noticeOn(sql`${customerId}::bigint`, now)} as notice`.execute(db)
  return noticeFrom(rows[0]?.notice)
}
