import { sql } from 'kysely'
import type { ConductDuty } from '../../../events/abuse.ts'
import type { AbuseCaseId, CustomerId, StaffId, TicketId } from '../../../kernel/ids.ts'
import { named } from '../../../kernel/named.ts'
import type { Reader } from '../../../schema.ts'
import type { CaseRow } from '../queries.ts'
import type { AbuseAct } from '../rules.ts'

export type FlagView = {
  ticketId: TicketId
  reason: ConductDuty
  note: string
  seqs: readonly number[] | null
  upto: number
  flaggedBy: StaffId
  name: string
  nameEn: string
  at: Date
}

/** In the order in which they came: the last one is what a decision is about. */
export async function flagsOf(db: Reader, id: AbuseCaseId): Promise<FlagView[]> {
  const found = await db
    .selectFrom('abuse_flags as f')
    .innerJoin('staff as s', 's.id', 'f.flagged_by')
    .select([
      'f.ticket_id',
      'f.reason',
      'f.note',
      'f.seqs',
      'f.upto',
      'f.flagged_by',
      'f.flagged_at',
      's.name',
      's.name_en',
    ])
    .where('f.case_id', '=', id)
    .orderBy('f.id')
    .execute()
  return found.map((row) => ({
    ticketId: row.ticket_id as TicketId,
    reason: row.reason,
    note: row.note,
    seqs: row.seqs,
    upto: row.upto,
    flaggedBy: row.flagged_by as StaffId,
    name: row.name,
    nameEn: row.name_en,
    at: row.flagged_at,
  }))
}

export type StepView = {
  act: AbuseAct
  staffId: StaffId | null
  by: { name: string; nameEn: string } | null
  why: string
  until: Date | null
  /** Decided for new visitors of the same address range too. */
  withRange: boolean
  at: Date
}

export async function stepsOf(db: Reader, id: AbuseCaseId): Promise<StepView[]> {
  const found = await db
    .selectFrom('abuse_steps as p')
    .leftJoin('staff as s', 's.id', 'p.staff_id')
    .select(['p.act', 'p.staff_id', 'p.why', 'p.until', 'p.with_range', 'p.at', 's.name', 's.name_en'])
    .where('p.case_id', '=', id)
    .orderBy('p.id')
    .execute()
  return found.map((row) => ({
    act: row.act,
    staffId: row.staff_id as StaffId | null,
    by: named(row.name, row.name_en),
    why: row.why,
    until: row.until,
    withRange: row.with_range,
    at: row.at,
  }))
}

export type CaseLine = Pick<CaseRow, 'id' | 'number' | 'state' | 'duty' | 'until' | 'openedAt'> & {
  customerName: string
  /** A ban that waits for a second person, an appeal that waits for an answer, or a flag that came after the last decision. */
  waits: 'ban' | 'appeal' | 'flag' | null
  flags: number
}

const WAITS = sql<CaseLine['waits']>`case
  when c.state = 'limited' and c.proposed_by is not null then 'ban'
  when c.state = 'banned' and c.appealed_at is not null and c.answered_at is null then 'appeal'
  when c.state in ('warned', 'limited') and (select max(f.flagged_at) from abuse_flags f where f.case_id = c.id)
    > (select max(s.at) from abuse_steps s where s.case_id = c.id) then 'flag' end`

const lines = (db: Reader) =>
  db
    .selectFrom('abuse_cases as c')
    .innerJoin('customers as k', 'k.id', 'c.customer_id')
    .select(['c.id', 'c.number', 'c.state', 'c.duty', 'c.until', 'c.opened_at', 'k.name'])
    .select((of) => [
      WAITS.as('waits'),
      of
        .selectFrom('abuse_flags as f')
        .select((f) => f.fn.countAll<string>().as('n'))
        .whereRef('f.case_id', '=', 'c.id')
        .as('flags'),
    ])
type Line = Awaited<ReturnType<ReturnType<typeof lines>['execute']>>[number]
const lineOf = (row: Line): CaseLine => ({
  id: row.id as AbuseCaseId,
  number: row.number,
  state: row.state,
  duty: row.duty,
  until: row.until,
  openedAt: row.opened_at,
  customerName: row.name,
  waits: row.waits,
  flags: Number(row.flags),
})

/** Those that somebody has to decide about first, then those in force, then the lifted; each the newest first. */
export async function listCases(db: Reader, limit: number): Promise<CaseLine[]> {
  const found = await lines(db)
    .orderBy(sql`c.state = 'lifted'`)
    .orderBy(sql`c.state <> 'flagged' and (${WAITS}) is null`)
    .orderBy('c.id', 'desc')
    .limit(limit)
    .execute()
  return found.map(lineOf)
}

/** What else there was about this customer, the newest first. */
export async function earlierCases(db: Reader, { id, customerId }: CaseRow, limit: number): Promise<CaseLine[]> {
  const found = await lines(db)
    .where('c.customer_id', '=', customerId)
    .where('c.id', '<>', id)
    .orderBy('c.id', 'desc')
    .limit(limit)
    .execute()
  return found.map(lineOf)
}

/** The newest case in which this ticket was flagged. */
export async function caseOfTicket(db: Reader, ticketId: TicketId): Promise<CaseLine | undefined> {
  const row = await lines(db)
    .where((of) =>
      of.exists(
        of
          .selectFrom('abuse_flags as x')
          .select('x.id')
          .whereRef('x.case_id', '=', 'c.id')
          .where('x.ticket_id', '=', ticketId),
      ),
    )
    .orderBy('c.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && lineOf(row)
}

/** The customer's open case, whichever ticket it came from. */
export async function openCaseOf(db: Reader, customerId: CustomerId): Promise<CaseLine | undefined> {
  const row = await lines(db)
    .where('c.customer_id', '=', customerId)
    .where('c.state', '<>', 'lifted')
    .executeTakeFirst()
  return row && lineOf(row)
}

/** How many cases wait for this person: flagged ones for whoever leads, a second person's word for whoever may give it. */
export async function countForDecider(
  db: Reader,
  staffId: StaffId,
  { leads, decides }: { leads: boolean; decides: boolean },
): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from abuse_cases c where
      (${leads}::boolean and (c.state = 'flagged' or (${WAITS}) = 'flag'))
      or (${decides}::boolean and (${WAITS}) in ('ban', 'appeal') and c.proposed_by <> ${staffId} and c.confirmed_by is distinct from ${staffId}
        and not exists (select from abuse_flags f where f.case_id = c.id and f.flagged_by = ${staffId}))`.execute(db)
  return Number(rows[0]?.count ?? 0)
}
