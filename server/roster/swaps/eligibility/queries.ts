import { sql } from 'kysely'
import type { Post, Rank } from '../../../kernel/capabilities.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { addDays } from '../../../kernel/time.ts'
import type { Reader } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Candidate, Duty, Limits } from './rules.ts'

/** The days around a month within which other duties matter for one of its nights: rest, and nights in seven. */
const AROUND_DAYS = 8

/** People who are rostered, or these alone, with what they stand in around a night and in its month. */
export async function listCandidates(
  db: Reader,
  night: string,
  only: readonly StaffId[] | null = null,
): Promise<Candidate[]> {
  const month = `${night.slice(0, 7)}-01`
  const from = addDays(month, -AROUND_DAYS)
  const to = addDays(month, 31 + AROUND_DAYS)
  const { rows } = await sql<{
    id: string
    name: string
    name_en: string
    rank: Rank
    posts: Post[]
    active: boolean
    duties: { id: string; from: string; to: string; night: string; kind: 'night' | 'day' }[]
  }>`
    select p.id, p.name, p.name_en, p.rank, p.posts, p.active, coalesce((
      select jsonb_agg(jsonb_build_object('id', s.id::text, 'from', s.starts_at, 'to', s.ends_at, 'night', s.night, 'kind', s.kind) order by s.starts_at)
      from shifts s where s.staff_id = p.id and s.night >= ${from}::date and s.night <= ${to}::date
    ), '[]') as duties
    from staff p
    where ${only === null} and p.active and p.posts <> '{}' or p.id = any(${[...(only ?? [])]}::bigint[])
    order by p.number`.execute(db)
  return rows.map((row) => ({
    id: row.id as StaffId,
    name: row.name,
    nameEn: row.name_en,
    rank: row.rank,
    posts: row.posts,
    active: row.active,
    duties: row.duties.map((one): Duty => ({ ...one, from: new Date(one.from), to: new Date(one.to) })),
  }))
}

export async function limitsOf(db: Reader): Promise<Limits> {
  const { earlyMinutes, restHours, nightsInFour, nightsInSeven } = await currentSettings(db)
  return { earlyMinutes, restHours, nightsInFour, nightsInSeven }
}
