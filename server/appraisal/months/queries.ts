import { sql } from 'kysely'
import type { MonthState } from '../../events/appraisal.ts'
import type { AppraisalMonthId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Window } from '../../kernel/time.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { MonthBasis } from '../counting/rules.ts'
import type { Norm } from '../scoring/satisfaction/rules.ts'
import { firstOfNext, type Plan } from './rules.ts'

export type MonthRow = MonthBasis & {
  readonly id: AppraisalMonthId
  readonly month: string
  readonly state: MonthState
  readonly pass: number
  readonly normsPass: number
  readonly zone: string
  readonly from: Date
  readonly to: Date
  readonly plan: Plan
  readonly dueAt: Date | null
  readonly weightsVersion: number
  readonly openedAt: Date
  readonly frozenAt: Date | null
  readonly publishedAt: Date | null
  readonly closedAt: Date | null
}

const rows = (db: Reader) =>
  db.selectFrom('appraisal_months').selectAll().select(sql<string>`to_char(month, 'YYYY-MM-DD')`.as('first'))
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]
const monthOf = (row: Row): MonthRow => ({
  id: row.id as AppraisalMonthId,
  month: row.first,
  state: row.state,
  pass: row.pass,
  normsPass: row.norms_pass,
  zone: row.zone,
  from: row.from_at,
  to: row.to_at,
  plan: row.plan,
  dueAt: row.due_at,
  weightsVersion: row.weights_version,
  weights: row.weights,
  limits: row.limits,
  norm: row.norm,
  raters: row.raters,
  rates: row.rates,
  openedAt: row.opened_at,
  frozenAt: row.frozen_at,
  publishedAt: row.published_at,
  closedAt: row.closed_at,
})

/** @throws NotFound */
export async function getMonth(db: Reader, id: AppraisalMonthId): Promise<MonthRow> {
  const row = await rows(db).where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return monthOf(row)
}

/** By its first day. */
export async function findMonth(db: Reader, month: string): Promise<MonthRow | undefined> {
  const row = await rows(db).where('month', '=', month).executeTakeFirst()
  return row && monthOf(row)
}

/** The latest on top; `before`: the last month of the page before. */
export const listMonths = async (
  db: Reader,
  { before, limit }: { before: string | null; limit: number },
): Promise<MonthRow[]> =>
  (
    await rows(db)
      .$if(before !== null, (q) => q.where('month', '<', before ?? ''))
      .orderBy('month', 'desc')
      .limit(limit)
      .execute()
  ).map(monthOf)

/** The row, locked. @throws NotFound */
export async function lockMonth(tx: Tx, id: AppraisalMonthId): Promise<MonthRow> {
  const row = await rows(tx.db).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return monthOf(row)
}

type NewMonth = Pick<MonthRow, 'month' | 'zone' | 'plan' | 'weightsVersion' | 'weights' | 'limits'> & {
  readonly window: Window
  readonly norm: Norm
}

/** Undefined where it is open already. */
export async function insertMonth(tx: Tx, { window, ...month }: NewMonth): Promise<AppraisalMonthId | undefined> {
  const row = await tx.db
    .insertInto('appraisal_months')
    .values({
      month: month.month,
      state: 'opening',
      zone: month.zone,
      from_at: window.from,
      to_at: window.to,
      plan: JSON.stringify(month.plan),
      due_at: null,
      weights_version: month.weightsVersion,
      weights: JSON.stringify(month.weights),
      limits: JSON.stringify(month.limits),
      norm: JSON.stringify(month.norm),
      raters: JSON.stringify({ all: 0, of: {} }),
      rates: JSON.stringify({}),
      opened_at: tx.now,
    })
    .onConflict((conflict) => conflict.constraint('appraisal_months_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as AppraisalMonthId | undefined
}

export type MonthChange = Partial<{
  state: MonthState
  pass: number
  due_at: Date | null
  frozen_at: Date
  published_at: Date
  closed_at: Date
  norms_pass: number
  norm: string
  raters: string
  rates: string
}>
export const setMonth = (tx: Tx, id: AppraisalMonthId, change: MonthChange) =>
  tx.db
    .updateTable('appraisal_months')
    .set({ ...change, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()

/** The norm of the month before, to go on from. */
export async function normBefore(db: Reader, month: string): Promise<Norm | null> {
  const row = await db
    .selectFrom('appraisal_months')
    .select('norm')
    .where('month', '<', month)
    .where('norms_pass', '>', 0)
    .orderBy('month', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.norm ?? null
}

/** Everybody with a shift in the month, each once; what they had in a pass before is left. */
export async function enrol(tx: Tx, id: AppraisalMonthId, month: string): Promise<void> {
  await sql`
    insert into appraisals (month_id, staff_id, state, posts, post, trial)
    select ${id}, s.staff_id, 'draft', jsonb_object_agg(s.post, s.shifts), (array_agg(s.post order by s.shifts desc, s.post))[1],
      not exists (select from shifts e where e.staff_id = s.staff_id and e.night < ${month}::date)
    from (
      select staff_id, post, count(*)::integer as shifts from shifts
      where night >= ${month}::date and night < ${firstOfNext(month)}::date group by staff_id, post
    ) s group by s.staff_id order by s.staff_id
    on conflict on constraint appraisals_once do update set posts = excluded.posts, post = excluded.post`.execute(tx.db)
}

/** Who led whose shifts, so that each is asked about those they led; whoever led the night themselves is the group's to score. */
export async function askManagers(tx: Tx, id: AppraisalMonthId, month: string): Promise<void> {
  await sql`
    insert into appraisal_scores (appraisal_id, manager_id, shifts)
    select a.id, led.manager_id, count(*)::integer from appraisals a
    join shifts s on s.staff_id = a.staff_id and s.night >= ${month}::date and s.night < ${firstOfNext(month)}::date
    cross join lateral (
      select case when s.post = 'manager' then null else (
        select m.staff_id from shifts m where m.post = 'manager' and m.staff_id <> s.staff_id and m.during && s.during
        order by upper(m.during * s.during) - lower(m.during * s.during) desc, m.id limit 1) end as manager_id
    ) led
    where a.month_id = ${id} and (led.manager_id is not null or s.post = 'manager')
    group by a.id, led.manager_id
    on conflict on constraint appraisal_scores_once do nothing`.execute(tx.db)
}

export type Progress = {
  readonly people: number
  readonly counted: number
  readonly commented: number
  readonly scored: number
  readonly asked: number
  readonly reviewed: number
  readonly extremes: number
  readonly signed: number
  readonly published: number
  readonly answered: number
  readonly objections: number
  readonly closed: number
}

/** How far a month has come. */
export async function progressOf(db: Reader, id: AppraisalMonthId, pass: number): Promise<Progress> {
  const { rows: found } = await sql<Progress>`
    select count(*)::integer as people,
      count(*) filter (where a.pass >= ${pass})::integer as counted,
      count(*) filter (where exists (select from appraisal_words w where w.appraisal_id = a.id and w.kind = 'comment'))::integer as commented,
      coalesce(sum((select count(*) from appraisal_scores s where s.appraisal_id = a.id)), 0)::integer as asked,
      coalesce(sum((select count(*) from appraisal_scores s where s.appraisal_id = a.id and s.scored_at is not null)), 0)::integer as scored,
      count(*) filter (where a.reviewed_at is not null)::integer as reviewed,
      count(*) filter (where a.grade in ('excellent', 'poor'))::integer as extremes,
      count(*) filter (where a.signed_at is not null)::integer as signed,
      count(*) filter (where a.published_at is not null)::integer as published,
      count(*) filter (where a.answered_at is not null)::integer as answered,
      count(*) filter (where a.state = 'appealed')::integer as objections,
      count(*) filter (where a.state = 'closed')::integer as closed
    from appraisals a where a.month_id = ${id}`.execute(db)
  const [progress] = found
  if (!progress) throw new NotFound()
  return progress
}

/** The other duty of a person: whether they belong to the house still. */
export const isActive = async (db: Reader, staffId: StaffId): Promise<boolean> =>
  (await db.selectFrom('staff').select('active').where('id', '=', staffId).executeTakeFirst())?.active ?? false
