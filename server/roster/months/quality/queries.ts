import { sql } from 'kysely'
import type { Post } from '../../../kernel/capabilities.ts'
import { isHoliday } from '../../../kernel/holidays.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { addDays } from '../../../kernel/time.ts'
import type { Reader } from '../../../schema.ts'

export type Share = {
  readonly id: StaffId
  readonly name: string
  readonly nameEn: string
  readonly posts: readonly Post[]
  readonly nights: number
  readonly weekends: number
  readonly holidays: number
  readonly managerTurns: number
  readonly wishes: number
  readonly granted: number
}

/** What each person has stood in the six months until a night, and how many of their wishes were followed. */
export async function listShares(db: Reader, until: string): Promise<Share[]> {
  const { rows } = await sql<Omit<Share, 'holidays'> & { dates: string[] }>`
    select p.id::text as id, p.name, p.name_en as "nameEn", p.posts, coalesce(n.nights, 0)::integer as nights,
      coalesce(n.weekends, 0)::integer as weekends, coalesce(n.turns, 0)::integer as "managerTurns", coalesce(n.dates, '{}') as dates,
      coalesce(w.wishes, 0)::integer as wishes, coalesce(w.granted, 0)::integer as granted
    from staff p
    left join lateral (
      select count(*) as nights, count(*) filter (where extract(isodow from s.night) > 5) as weekends,
        count(*) filter (where s.post = 'manager') as turns, array_agg(s.night::text) as dates
      from shifts s where s.staff_id = p.id and s.kind = 'night' and s.night > ${addDays(until, -183)} and s.night <= ${until}
    ) n on true
    left join lateral (
      select count(*) as wishes, count(*) filter (where (r.wish = 'want') = exists (
        select from shifts s where s.staff_id = p.id and s.night = r.night and s.kind = 'night')) as granted
      from roster_wishes r where r.staff_id = p.id and r.night > ${addDays(until, -183)} and r.night <= ${until}
    ) w on true
    where p.active and p.posts <> '{}' order by p.number`.execute(db)
  return rows.map(({ dates, ...row }) => ({ ...row, holidays: dates.filter(isHoliday).length }))
}
