import { sql } from 'kysely'
import { RANK_OF_CHIEF } from '../../accounts/leadership/rules.ts'
import { comingNight, windowOf } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { listUnbacked } from './backups/queries.ts'
import { type Bare, RANKS_TO_LEAD, type Unled } from './rules.ts'

/** When, and in which zone the company counts its nights. */
type At = { readonly now: Date; readonly zone: string }

/**
 * Nights ahead of published months that have no duty manager, or one who may not lead or is on leave, for as long as anybody
 * stands in them, that no valid 组长 heads (rows 5 and 8), or whose named backup is not there any more (H1). No publication
 * leaves one unnamed; who falls ill, leaves or is appointed elsewhere may.
 */
export async function listUnled(db: Reader, { now, zone }: At): Promise<Unled[]> {
  const { nightStart, nightEnd } = await currentSettings(db)
  // Where nobody stands no shift says when the night is over: the company's own hours do.
  const tonight = comingNight(now, { start: nightStart, end: nightEnd, zone })
  const [unled, unbacked] = await Promise.all([listUnledFrom(db, tonight, now), listUnbacked(db, tonight, now)])
  return [...unled, ...unbacked]
    .map(({ night, code, from }) => ({ night, code, from: from ?? windowOf(night, nightStart, nightEnd, zone).from }))
    .sort((a, b) => a.night.localeCompare(b.night))
}

async function listUnledFrom(db: Reader, tonight: string, now: Date): Promise<Bare[]> {
  const { rows } = await sql<Bare>`
    with ahead as (select tstzrange(${now}::timestamptz, null) as it),
    published as (select month from roster_months where state = 'published'),
    stands as (
      select s.night, s.during, s.post, p.rank = any(${RANKS_TO_LEAD}::text[]) as ranked, s.post = 'manager' as leads,
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
      where d::date >= ${tonight}::date and not exists (select from shifts s where s.night = d::date and s.kind = 'night')
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
