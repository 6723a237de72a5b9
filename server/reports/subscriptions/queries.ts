import { sql } from 'kysely'
import type { StandingRole } from '../../kernel/capabilities.ts'
import type { ReportSubscriptionId, StaffId } from '../../kernel/ids.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Cut, Slice } from '../periods/rules.ts'
import type { Period } from './rules.ts'

export type Subscription = Slice & { readonly id: ReportSubscriptionId; readonly period: Period; readonly dueAt: Date }

export async function listOwn(db: Reader, staffId: StaffId): Promise<Subscription[]> {
  const rows = await db
    .selectFrom('report_subscriptions')
    .select(['id', 'period', 'cut', 'key', 'due_at'])
    .where('staff_id', '=', staffId)
    .orderBy('id')
    .execute()
  return rows.map(({ id, due_at: dueAt, ...rest }) => ({ ...rest, id: id as ReportSubscriptionId, dueAt }))
}

type Wish = Slice & { readonly staffId: StaffId; readonly period: Period; readonly dueAt: Date }

/** Wished twice is wished once. */
export const insertSubscription = (tx: Tx, { staffId, period, cut, key, dueAt }: Wish) =>
  tx.db
    .insertInto('report_subscriptions')
    .values({ staff_id: staffId, period, cut, key, due_at: dueAt, made_at: tx.now, sent_at: null })
    .onConflict((conflict) => conflict.constraint('report_subscriptions_once').doNothing())
    .execute()

export const deleteOwn = (tx: Tx, staffId: StaffId, id: ReportSubscriptionId) =>
  tx.db.deleteFrom('report_subscriptions').where('id', '=', id).where('staff_id', '=', staffId).execute()

export const deleteSubscription = (tx: Tx, id: ReportSubscriptionId) =>
  tx.db.deleteFrom('report_subscriptions').where('id', '=', id).execute()

export async function listDueReports(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('report_subscriptions')
    .select(['id', 'due_at'])
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id, due_at }) => ({ id, version: due_at.getTime(), at: due_at }))
}

export type DueReport = Wish & { readonly roles: readonly StandingRole[]; readonly active: boolean }

/** Locked; undefined where it is not due any more. */
export async function lockDueReport(tx: Tx, id: ReportSubscriptionId): Promise<DueReport | undefined> {
  const { rows } = await sql<{
    staff_id: string
    period: Period
    cut: Cut
    key: string
    due_at: Date
    roles: StandingRole[]
    active: boolean
  }>`
    select r.staff_id, r.period, r.cut, r.key, r.due_at, s.standing_roles as roles, s.active
    from report_subscriptions r join staff s on s.id = r.staff_id where r.id = ${id} and r.due_at <= ${tx.now} for update of r`.execute(
    tx.db,
  )
  const [row] = rows
  if (!row) return undefined
  const { staff_id, due_at, ...rest } = row
  return { ...rest, staffId: staff_id as StaffId, dueAt: due_at }
}

export const moveOn = (tx: Tx, id: ReportSubscriptionId, dueAt: Date, sent: boolean) =>
  tx.db
    .updateTable('report_subscriptions')
    .set({ due_at: dueAt, ...(sent ? { sent_at: tx.now } : {}) })
    .where('id', '=', id)
    .execute()
