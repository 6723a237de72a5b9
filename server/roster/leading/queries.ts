import { sql } from 'kysely'
import { RANK_OF_CHIEF } from '../../accounts/leadership/rules.ts'
import { isAtLeast } from '../../accounts/rules.ts'
import { RANKS } from '../../kernel/capabilities.ts'
import type { Reader } from '../../schema.ts'
import { LEAST_RANK_OF_MANAGER } from '../rules.ts'

/** Why nobody leads a night: codes of the checker's findings. */
export type UnledCode = 'manager_none' | 'manager_rank' | 'leave' | 'head_missing'
export type Unled = {
  readonly night: string
  readonly code: UnledCode
  /** When the first of the night begins; null where nobody stands in it any more. */
  readonly from: Date | null
}

/**
 * Nights ahead of published months that have no duty manager, or one who may not lead or is on leave, for as long as anybody
 * stands in them, or that no valid 组长 heads (rows 5 and 8). No publication leaves one; who falls ill, leaves or is appointed elsewhere may.
 */
export async function listUnled(db: Reader, now: Date): Promise<Unled[]> {
  const ranks = RANKS.filter((rank) => isAtLeast(rank, LEAST_RANK_OF_MANAGER))
  const { rows } = await sql<Unled>`
    with ahead as (select tstzrange(${now}::timestamptz, null) as it),
    published as (select month from roster_months where state = 'published'),
    stands as (
      select s.night, s.during, s.post, p.rank = any(${ranks}::text[]) as ranked, s.post = 'manager' as leads,
        exists (select from staff_leaves l where l.staff_id = s.staff_id and l.cancelled_at is null
          and l.first_day <= s.night + 1 and l.last_day >= s.night) as away
      from shifts s join staff p on p.id = s.staff_id
      where s.kind = 'night' and s.ends_at > ${now} and to_char(s.night, 'YYYY-MM') in (select month from published)
    ),
    nights as (
      select night, min(lower(during)) as begins, range_agg(during) as stood,
        coalesce(range_agg(during) filter (where not leads), range_agg(during)) as others,
        coalesce(range_agg(during) filter (where leads), '{}') as led,
        coalesce(range_agg(during) filter (where leads and ranked), '{}') as ranked,
        coalesce(range_agg(during) filter (where leads and ranked and not away), '{}') as present
      from stands group by night
    ),
    chiefs as (
      select coalesce(range_agg(m.during), '{}') as terms from leadership_members m join staff p on p.id = m.staff_id
      where m.chief and p.active and p.rank = ${RANK_OF_CHIEF}
    ),
    empty as (
      select d::date as night from published m,
        generate_series((m.month || '-01')::date, (m.month || '-01')::date + interval '1 month' - interval '1 day', interval '1 day') d
      where d::date >= (${now}::timestamptz at time zone 'UTC')::date and not exists (select from shifts s where s.night = d::date and s.kind = 'night')
    )
    select night::text as night, code, "from" from (
      select n.night, n.begins as "from", case
        when not isempty((n.others - n.led) * a.it::tstzmultirange) then 'manager_none'
        when not isempty((n.others - n.ranked) * a.it::tstzmultirange) then 'manager_rank'
        when not isempty((n.others - n.present) * a.it::tstzmultirange) then 'leave' end as code
      from nights n cross join ahead a
      union all
      select n.night, n.begins, 'head_missing' from nights n cross join ahead a cross join chiefs c
      where not isempty((n.stood - c.terms) * a.it::tstzmultirange)
      union all
      select night, null, 'manager_none' from empty
    ) found where code is not null order by night, code`.execute(db)
  return rows
}
