import { sql } from 'kysely'
import { POSTS, type Post } from '../../kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { Reader, Tx } from '../../schema.ts'
import { listUnled } from '../leading/queries.ts'
import { isOfBackup, type Unled } from '../leading/rules.ts'

/** One link a person: a new one ends the one before. */
export const storeFeed = (tx: Tx, staffId: StaffId, tokenHash: Buffer) =>
  tx.db
    .insertInto('roster_feeds')
    .values({ staff_id: staffId, token_hash: tokenHash, made_at: tx.now })
    .onConflict((conflict) => conflict.column('staff_id').doUpdateSet({ token_hash: tokenHash, made_at: tx.now }))
    .execute()

export const deleteFeed = (tx: Tx, staffId: StaffId) =>
  tx.db.deleteFrom('roster_feeds').where('staff_id', '=', staffId).execute()

export async function hasFeed(db: Reader, staffId: StaffId): Promise<boolean> {
  return (
    (await db.selectFrom('roster_feeds').select('staff_id').where('staff_id', '=', staffId).executeTakeFirst()) !==
    undefined
  )
}

/** Whose link it is; undefined where it was made anew or their account is off. */
export async function findFeed(
  db: Reader,
  tokenHash: Buffer,
): Promise<{ staffId: StaffId; language: Language } | undefined> {
  const row = await db
    .selectFrom('roster_feeds as f')
    .innerJoin('staff as p', 'p.id', 'f.staff_id')
    .select(['p.id', 'p.language'])
    .where('f.token_hash', '=', tokenHash)
    .where('p.active', '=', true)
    .executeTakeFirst()
  return row && { staffId: row.id as StaffId, language: row.language ?? 'zh-CN' }
}

export const shiftsOfFeed = async (db: Reader, staffId: StaffId, from: Date) =>
  (
    await db
      .selectFrom('shifts')
      .select(['id', 'post', 'starts_at', 'ends_at'])
      .where('staff_id', '=', staffId)
      .where('ends_at', '>', from)
      .orderBy('starts_at')
      .limit(400)
      .execute()
  ).map((row) => ({ shiftId: row.id as ShiftId, post: row.post, from: row.starts_at, to: row.ends_at }))

export type CoverGap = {
  readonly night: string
  readonly post: Post
  readonly count: number
  readonly reason: string | null
}

type Ahead = Parameters<typeof listCoverGaps>[1] & { readonly now: Date; readonly zone: string }
/** What is missing in the nights ahead: those that nobody leads or whose named backup is gone, and places that nobody fills; who leads is said once. */
export async function listGapsAhead(
  db: Reader,
  { now, zone, ...asked }: Ahead,
): Promise<{ gaps: CoverGap[]; unled: Unled[] }> {
  const [gaps, unled] = await Promise.all([listCoverGaps(db, asked), listUnled(db, { now, zone })])
  const said = new Set(unled.filter((one) => one.code !== 'head_missing' && !isOfBackup(one)).map(({ night }) => night))
  return { gaps: gaps.filter(({ post, night }) => post !== 'manager' || !said.has(night)), unled }
}

/** Nights from one to another on which somebody is missing on a post, who is on leave as well, by what the company asks or HR has said for that night (row 20). */
export async function listCoverGaps(
  db: Reader,
  { from, to, heads }: { from: string; to: string; heads: Readonly<Record<Post, number>> },
): Promise<CoverGap[]> {
  const { rows } = await sql<CoverGap>`
    with nights as (select generate_series(${from}::date, ${to}::date, interval '1 day')::date as night),
    usual as (select * from unnest(${[...POSTS]}::text[], ${POSTS.map((post) => heads[post])}::integer[]) as u (post, heads))
    select n.night::text as night, u.post, (coalesce(r.heads, u.heads) - count(s.id))::integer as count, r.gap_reason as reason
    from nights n cross join usual u
    left join roster_needs r on r.night = n.night and r.post = u.post
    left join shifts s on s.night = n.night and s.post = u.post and s.kind = 'night' and not exists (select from staff_leaves l
      where l.staff_id = s.staff_id and l.cancelled_at is null and l.first_day <= s.night + 1 and l.last_day >= s.night)
    group by n.night, u.post, u.heads, r.heads, r.gap_reason
    having coalesce(r.heads, u.heads) > count(s.id) order by n.night, u.post`.execute(db)
  return rows
}
