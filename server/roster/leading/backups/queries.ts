import { sql } from 'kysely'
import type { StaffId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'
import { type Bare, RANKS_TO_LEAD } from '../rules.ts'

/**
 * Nights from tonight on whose named backup is gone, may not lead or is on leave (H1). A version says by name which night has lost
 * its backup; one that a leader has signed for since was decided so. Whoever leads the night in the manager's place has done what
 * they stood ready for.
 */
export async function listUnbacked(db: Reader, tonight: string, now: Date): Promise<Bare[]> {
  const { rows } = await sql<Bare>`
    with published as (select month, version from roster_months where state = 'published'),
    ready as (
      select c.night, c."staffId"::bigint as staff_id, p.active, p.rank = any(${RANKS_TO_LEAD}::text[]) as ranked,
        exists (select from staff_leaves l where l.staff_id = p.id and l.cancelled_at is null
          and l.first_day <= c.night + 1 and l.last_day >= c.night) as away
      from published m join roster_versions v on v.month = m.month and v.version = m.version
      cross join lateral jsonb_to_recordset(v.cells) as c (night date, "staffId" text, backup boolean)
      join staff p on p.id = c."staffId"::bigint
      where c.backup and c.night >= ${tonight}::date
    ),
    said as (
      select distinct on (night) (f->>'night')::date as night, v.leader_id is null as unsigned
      from published m join roster_versions v on v.month = m.month
      cross join lateral jsonb_path_query(v.findings, '$[*] ? (@.code == "backup_none")') as f
      where (f->>'night')::date >= ${tonight}::date order by night, v.version desc
    ),
    nights as (
      select night, case
        when not bool_or(active) then 'backup_none'
        when not bool_or(active and ranked) then 'backup_rank'
        when not bool_or(active and ranked and not away) then 'backup_leave' end as code
      from ready r group by night
      having not exists (select from shifts s where s.night = r.night and s.kind = 'night' and s.post = 'manager' and s.staff_id = any(array_agg(r.staff_id)))
      union all
      select night, 'backup_none' from said where unsigned and not exists (select from ready r where r.night = said.night)
    )
    select n.night::text as night, n.code,
      (select min(s.starts_at) from shifts s where s.night = n.night and s.kind = 'night' and s.ends_at > ${now}) as "from"
    from nights n where n.code is not null order by n.night`.execute(db)
  return rows
}

export type Backup = {
  readonly night: string
  readonly staffId: StaffId
  readonly name: string
  readonly nameEn: string
}

/** Who is named to stand ready for the duty manager, by what is published: of one night, or of a person from a night on. */
export async function listBackups(
  db: Reader,
  asked: { readonly night: string } | { readonly staffId: StaffId; readonly from: string },
): Promise<Backup[]> {
  const from = 'night' in asked ? asked.night : asked.from
  const whose = 'night' in asked ? sql`c.night = ${asked.night}::date` : sql`c."staffId" = ${asked.staffId}`
  const { rows } = await sql<Backup>`
    select c.night::text as night, p.id::text as "staffId", p.name, p.name_en as "nameEn" from roster_months m
    join roster_versions v on v.month = m.month and v.version = m.version
    cross join lateral jsonb_to_recordset(v.cells) as c (night date, "staffId" text, backup boolean)
    join staff p on p.id = c."staffId"::bigint and p.active
    where m.month >= ${from.slice(0, 7)} and c.backup and c.night >= ${from}::date and ${whose}
      and not exists (select from shifts s where s.night = c.night and s.kind = 'night' and s.post = 'manager' and s.staff_id = p.id)
    order by c.night`.execute(db)
  return rows
}
