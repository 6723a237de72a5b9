import { type RawBuilder, sql } from 'kysely'
import type { AppraisalId, AppraisalMonthId, StaffId } from '../../kernel/ids.ts'
import type { Named } from '../../kernel/named.ts'
import type { Reader } from '../../schema.ts'

/** Led this person's nights of the month, or scored them, for themselves or for the group. */
const firstHand = (by: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql`exists (select from appraisal_scores s where s.appraisal_id = a.id and (s.manager_id = ${by} or s.scored_by = ${by}))`

/** `p` is of the group, by their role or by their term. */
const inGroup = (now: Date): RawBuilder<boolean> =>
  sql`('leadership' = any(p.standing_roles)
    or exists (select from leadership_members g where g.staff_id = p.id and g.during @> ${now}::timestamptz))`

export type Standing = { readonly scored: boolean; readonly orphaned: boolean }

/** Whether one was the first hand of each, and whether nobody of personnel could be the second. */
export async function standingsIn(
  db: Reader,
  of: { readonly id: AppraisalId } | { readonly monthId: AppraisalMonthId },
  me: StaffId | null,
): Promise<Map<AppraisalId, Standing>> {
  const wanted = 'id' in of ? sql`a.id = ${of.id}` : sql`a.month_id = ${of.monthId}`
  const { rows } = await sql<Standing & { id: AppraisalId }>`
    select a.id, ${firstHand(sql`${me}::bigint`)} as scored,
      not exists (select from staff p where p.active and 'hr' = any(p.standing_roles) and p.id <> a.staff_id
        and not ${firstHand(sql`p.id`)}) as orphaned
    from appraisals a where ${wanted}`.execute(db)
  return new Map(rows.map(({ id, ...standing }) => [id, standing]))
}

export type Candidate = Named & {
  readonly id: StaffId
  readonly reviews: boolean
  readonly signs: boolean
  readonly scored: boolean
  readonly led: boolean
}

/** Everybody else of personnel and of the group, each with what they have done to this one. */
export async function candidatesFor(db: Reader, id: AppraisalId, now: Date): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    select p.id, p.name, p.name_en as "nameEn", 'hr' = any(p.standing_roles) as reviews, ${inGroup(now)} as signs,
      ${firstHand(sql`p.id`)} as scored,
      exists (select from appraisal_scores s where s.appraisal_id = a.id and s.manager_id = p.id) as led
    from appraisals a join staff p on p.id <> a.staff_id
    where a.id = ${id} and p.active and ('hr' = any(p.standing_roles) or ${inGroup(now)}) order by p.number`.execute(db)
  return rows
}

/** What came back to personnel and was not looked at in the days for it; nobody has been told yet. */
export async function listLateReviews(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: AppraisalId; version: number; at: Date }[]> {
  const rows = await db
    .selectFrom('appraisals')
    .select(['id', 'version', 'review_due_at'])
    .where('review_due_at', '<=', now)
    .where('review_told_at', 'is', null)
    .where('state', '=', 'manager_scored')
    .orderBy('review_due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as AppraisalId, version: row.version, at: row.review_due_at ?? now }))
}

/** Extremes of a month that nobody of the group can sign: whoever there is reviewed them, led the nights, or is the person. */
export async function listUnsignable(
  db: Reader,
  monthId: AppraisalMonthId,
  now: Date,
): Promise<(Named & { readonly id: AppraisalId })[]> {
  const { rows } = await sql<Named & { id: AppraisalId }>`
    select a.id, o.name, o.name_en as "nameEn" from appraisals a join staff o on o.id = a.staff_id
    where a.month_id = ${monthId} and a.state = 'hr_reviewed' and a.grade in ('excellent', 'poor')
      and not exists (select from staff p where p.active and p.id <> a.staff_id and p.id is distinct from a.reviewed_by
        and ${inGroup(now)}
        and not exists (select from appraisal_scores s where s.appraisal_id = a.id and s.manager_id = p.id))
    order by o.number`.execute(db)
  return rows
}
