import { sql } from 'kysely'
import type { AppraisalMonthId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import type { Named } from '../../kernel/named.ts'
import type { Reader } from '../../schema.ts'

/** By how many points of the whole each score moved somebody. */
export async function shiftsOfScores(
  db: Reader,
  monthId: AppraisalMonthId,
): Promise<(Named & { rater: string; by: number })[]> {
  const { rows } = await sql<Named & { rater: string; by: string }>`
    select s.scored_by as rater, p.name, p.name_en as "nameEn", coalesce(sum(
      (s.moved -> (d ->> 'indicator') ->> 'by')::numeric * (d ->> 'weight')::numeric / 100), 0) as by
    from appraisal_scores s join appraisals a on a.id = s.appraisal_id join staff p on p.id = s.scored_by
    left join lateral jsonb_array_elements(a.result -> 'addends') d on true
    where a.month_id = ${monthId} and s.scored_at is not null
    group by s.id, s.scored_by, p.name, p.name_en order by s.id`.execute(db)
  return rows.map((row) => ({ ...row, by: Number(row.by) }))
}

/** How each duty manager notes shifts, of 1, against all. */
export async function notesByRater(
  db: Reader,
  { month, next }: { month: string; next: string },
): Promise<(Named & { rater: string; notes: number; mean: number })[]> {
  const { rows } = await sql<Named & { rater: string; notes: number; mean: string }>`
    select n.manager_id as rater, p.name, p.name_en as "nameEn", count(*)::integer as notes,
      avg((n.reachable + n.records + n.courteous + n.helpful) / 12.0) as mean
    from shift_notes n join shifts s on s.id = n.shift_id join staff p on p.id = n.manager_id
    where s.night >= ${month}::date and s.night < ${next}::date
    group by 1, 2, 3 order by count(*) desc, 1`.execute(db)
  return rows.map((row) => ({ ...row, mean: Number(row.mean) }))
}

export type AgeBand = 'under30' | 'under40' | 'under50' | 'from50'
export type Scored = {
  readonly score: number
  readonly post: string
  readonly department: Bilingual
  readonly departmentId: string
  /** Less than a year in the house. */
  readonly young: boolean
  /** As HR knows it for its plans; null where nobody has noted it. */
  readonly sex: 'female' | 'male' | null
  readonly age: AgeBand | null
  /** More than every third of their shifts began on a Friday or Saturday. */
  readonly weekend: boolean
}
export async function scoredOf(
  db: Reader,
  monthId: AppraisalMonthId,
  { month, next }: { month: string; next: string },
): Promise<Scored[]> {
  const { rows } = await sql<Scored & { score: string }>`
    select a.score, a.post, d.name as department, d.id as "departmentId",
      p.created_at > ${month}::date - interval '1 year' as young, g.sex,
      case when g.birth_date is null then null when g.birth_date > ${next}::date - interval '30 years' then 'under30'
        when g.birth_date > ${next}::date - interval '40 years' then 'under40'
        when g.birth_date > ${next}::date - interval '50 years' then 'under50' else 'from50' end as age,
      coalesce((select avg((extract(isodow from s.night) in (5, 6))::integer) > 0.34 from shifts s
        where s.staff_id = a.staff_id and s.night >= ${month}::date and s.night < ${next}::date), false) as weekend
    from appraisals a join staff p on p.id = a.staff_id join departments d on d.id = p.department_id
    left join staff_planning g on g.staff_id = a.staff_id
    where a.month_id = ${monthId} and a.score is not null order by a.id`.execute(db)
  return rows.map((row) => ({ ...row, score: Number(row.score) }))
}

/** Whoever has one duty manager's word alone. */
export async function byOneAlone(
  db: Reader,
  monthId: AppraisalMonthId,
): Promise<(Named & { id: string; by: Named; shifts: number })[]> {
  const { rows } = await sql<Named & { id: string; byName: string; byNameEn: string; shifts: number }>`
    select a.id, p.name, p.name_en as "nameEn", min(m.name) as "byName", min(m.name_en) as "byNameEn", sum(s.shifts)::integer as shifts
    from appraisals a join staff p on p.id = a.staff_id join appraisal_scores s on s.appraisal_id = a.id
    join staff m on m.id = s.manager_id
    where a.month_id = ${monthId} group by a.id, p.name, p.name_en, p.number
    having count(distinct s.manager_id) = 1 order by p.number`.execute(db)
  return rows.map(({ byName, byNameEn, ...row }) => ({ ...row, by: { name: byName, nameEn: byNameEn } }))
}
