import { sql } from 'kysely'
import type { AbuseState, ConductDuty, LiftReason } from '../../events/abuse.ts'
import type { AbuseCaseId, CustomerId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { AbuseAct, Standing } from './rules.ts'

export type CaseRow = Standing & {
  id: AbuseCaseId
  number: string
  customerId: CustomerId
  duty: ConductDuty
  until: Date | null
  paceSeconds: number | null
  /** The address range whose new visitors the measure holds for too, hashed. */
  range: Buffer | null
  openedAt: Date
  proposedAt: Date | null
  proposedDays: number | null
  appeal: string | null
  answer: string | null
  liftedAt: Date | null
  liftedWhy: LiftReason | null
  version: number
}

const COLUMNS = [
  'id',
  'number',
  'customer_id',
  'state',
  'duty',
  'until',
  'pace_seconds',
  'range_hash',
  'opened_at',
  'proposed_by',
  'proposed_at',
  'proposed_days',
  'confirmed_by',
  'appeal',
  'appealed_at',
  'answer',
  'answered_at',
  'lifted_at',
  'lifted_why',
  'version',
] as const
const rows = (db: Reader) => db.selectFrom('abuse_cases').select(COLUMNS)
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]

export const caseOf = (row: Row): CaseRow => ({
  id: row.id as AbuseCaseId,
  number: row.number,
  customerId: row.customer_id as CustomerId,
  state: row.state,
  duty: row.duty,
  until: row.until,
  paceSeconds: row.pace_seconds,
  range: row.range_hash,
  openedAt: row.opened_at,
  proposedBy: row.proposed_by as StaffId | null,
  proposedAt: row.proposed_at,
  proposedDays: row.proposed_days,
  confirmedBy: row.confirmed_by as StaffId | null,
  appeal: row.appeal,
  appealedAt: row.appealed_at,
  answer: row.answer,
  answeredAt: row.answered_at,
  liftedAt: row.lifted_at,
  liftedWhy: row.lifted_why,
  version: row.version,
})

/** The row, locked. @throws NotFound */
export async function lockCase(tx: Tx, id: AbuseCaseId): Promise<CaseRow> {
  const row = await rows(tx.db).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return caseOf(row)
}

/** @throws NotFound */
export async function getCase(db: Reader, id: AbuseCaseId): Promise<CaseRow> {
  const row = await rows(db).where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return caseOf(row)
}

/** The customer's open case, made where there is none; locked. */
export async function ensureOpenCase(tx: Tx, customerId: CustomerId, duty: ConductDuty): Promise<CaseRow> {
  await tx.db
    .insertInto('abuse_cases')
    .values({ customer_id: customerId, state: 'flagged', duty, ...NOTHING_YET, opened_at: tx.now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await rows(tx.db)
    .where('customer_id', '=', customerId)
    .where('state', '<>', 'lifted')
    .forUpdate()
    .executeTakeFirst()
  // The one that was open has been lifted in this very moment: then it is a new one.
  return row ? caseOf(row) : ensureOpenCase(tx, customerId, duty)
}
const NOTHING_YET = {
  until: null,
  pace_seconds: null,
  proposed_by: null,
  proposed_at: null,
  proposed_days: null,
  confirmed_by: null,
  appeal: null,
  appealed_at: null,
  answer: null,
  answered_by: null,
  answered_at: null,
  lifted_at: null,
  lifted_why: null,
} as const

type Change = Partial<{
  state: AbuseState
  duty: ConductDuty
  until: Date | null
  pace_seconds: number | null
  range_hash: Buffer | null
  proposed_by: StaffId | null
  proposed_at: Date | null
  proposed_days: number | null
  confirmed_by: StaffId | null
  appeal: string
  appealed_at: Date
  answer: string
  answered_by: StaffId
  answered_at: Date
  lifted_at: Date
  lifted_why: LiftReason
}>

/** Writes columns of a locked case and counts its version up. */
export const setCase = (tx: Tx, id: AbuseCaseId, change: Change) =>
  tx.db
    .updateTable('abuse_cases')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

export type NewFlag = {
  caseId: AbuseCaseId
  ticketId: TicketId
  reason: ConductDuty
  note: string
  seqs: readonly number[] | null
  upto: number
  by: StaffId
}

/** False where this person has flagged this ticket as it stands already. */
export async function insertFlag(tx: Tx, flag: NewFlag): Promise<boolean> {
  const row = await tx.db
    .insertInto('abuse_flags')
    .values({
      case_id: flag.caseId,
      ticket_id: flag.ticketId,
      reason: flag.reason,
      note: flag.note,
      seqs: flag.seqs ? [...flag.seqs] : null,
      upto: flag.upto,
      flagged_by: flag.by,
      flagged_at: tx.now,
    })
    .onConflict((conflict) => conflict.constraint('abuse_flags_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export const insertStep = (
  tx: Tx,
  step: {
    caseId: AbuseCaseId
    act: AbuseAct
    by: StaffId | null
    why: string
    until: Date | null
    withRange?: boolean | undefined
  },
) =>
  tx.db
    .insertInto('abuse_steps')
    .values({
      case_id: step.caseId,
      act: step.act,
      staff_id: step.by,
      why: step.why,
      until: step.until,
      with_range: step.withRange ?? false,
      at: tx.now,
    })
    .execute()

/** Measures whose time is over, the oldest first. */
export async function listDueCases(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: AbuseCaseId; version: number; at: Date }[]> {
  const due = await db
    .selectFrom('abuse_cases')
    .select(['id', 'version', 'until'])
    .where('until', '<=', now)
    .orderBy('until')
    .limit(limit)
    .execute()
  return due.map(({ id, version, until }) => ({ id: id as AbuseCaseId, version, at: until ?? now }))
}
