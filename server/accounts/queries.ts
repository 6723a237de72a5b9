import { type RawBuilder, sql } from 'kysely'
import type { Post, StandingRole } from '../kernel/capabilities.ts'
import type { SessionId, StaffId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import type { Reader, Tx } from '../schema.ts'
import type { SignedIn } from '../web/env.ts'

type Found = Omit<SignedIn, 'capabilities' | 'offPost' | 'actor' | 'duty'> & {
  standingRoles: StandingRole[]
  posts: Post[]
  seenAt: Date
}

/**
 * Who a session belongs to, without what the post adds; undefined where it is over or its person left. Whoever heads
 * their department has the role of a head meanwhile, and whoever is in the leadership group has that of its members.
 */
export async function findSignedIn(db: Reader, tokenHash: Buffer, now: Date): Promise<Found | undefined> {
  const row = await db
    .selectFrom('sessions as s')
    .innerJoin('staff as p', 'p.id', 's.staff_id')
    .innerJoin('departments as d', 'd.id', 'p.department_id')
    .select([
      's.id as session_id',
      's.seen_at',
      'p.id',
      'p.number',
      'p.name',
      'p.name_en',
      'p.language',
      'p.standing_roles',
      'p.posts',
      'd.name as department',
      sql<boolean>`coalesce(d.head_id = p.id, false)`.as('heads'),
      sql<boolean>`exists (select from leadership_members m where m.staff_id = p.id and m.during @> ${now}::timestamptz)`.as(
        'leads',
      ),
    ])
    .where('s.token_hash', '=', tokenHash)
    .where('s.ended_at', 'is', null)
    .where('s.expires_at', '>', now)
    .where('p.active', '=', true)
    .executeTakeFirst()
  return (
    row && {
      sessionId: row.session_id as SessionId,
      staffId: row.id as StaffId,
      number: row.number,
      name: row.name,
      nameEn: row.name_en,
      department: row.department,
      language: row.language,
      posts: row.posts,
      standingRoles: [
        ...row.standing_roles,
        ...(row.heads ? (['head'] as const) : []),
        ...(row.leads ? (['leadership'] as const) : []),
      ],
      seenAt: row.seen_at,
    }
  )
}

/** In another statement: whose session that is; null where nobody's. */
export const ownerOf = (tokenHash: Buffer): RawBuilder<StaffId> =>
  sql<StaffId>`(select staff_id from sessions where token_hash = ${tokenHash})`

/** The session lives on while it is used; written once a minute at most, so that a busy page costs nothing. */
export async function keepSession(db: Reader, tokenHash: Buffer, now: Date, expiresAt: Date): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ seen_at: now, expires_at: expiresAt })
    .where('token_hash', '=', tokenHash)
    .where('ended_at', 'is', null)
    .where('seen_at', '<', new Date(now.getTime() - 60_000))
    .execute()
}

export async function findForSignIn(
  db: Reader,
  login: string,
): Promise<{ id: StaffId; passwordHash: string } | undefined> {
  const row = await db
    .selectFrom('staff')
    .select(['id', 'password_hash'])
    .where('login', '=', login)
    .where('active', '=', true)
    .executeTakeFirst()
  return row && { id: row.id as StaffId, passwordHash: row.password_hash }
}

export async function insertSession(
  tx: Tx,
  session: { tokenHash: Buffer; staffId: StaffId; expiresAt: Date; address: string | null; browser: string | null },
): Promise<SessionId> {
  const row = await tx.db
    .insertInto('sessions')
    .values({
      token_hash: session.tokenHash,
      staff_id: session.staffId,
      opened_at: tx.now,
      seen_at: tx.now,
      expires_at: session.expiresAt,
      ended_at: null,
      address: session.address,
      browser: session.browser,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as SessionId
}

/** False where it had ended. */
export async function endSessionRow(tx: Tx, id: SessionId): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('sessions')
    .set({ ended_at: tx.now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Ends all of a person but one, and names those that were open. */
export async function endSessionRows(tx: Tx, staffId: StaffId, except: SessionId | null): Promise<SessionId[]> {
  const rows = await tx.db
    .updateTable('sessions')
    .set({ ended_at: tx.now })
    .where('staff_id', '=', staffId)
    .where('ended_at', 'is', null)
    .where('id', '!=', except ?? '0')
    .returning('id')
    .execute()
  return rows.map(({ id }) => id as SessionId)
}

/** False in a house that nobody has moved into. */
export async function isInhabited(db: Reader): Promise<boolean> {
  return (await db.selectFrom('staff').select('id').limit(1).executeTakeFirst()) !== undefined
}

export const noteFailure = (db: Reader, keys: readonly string[], at: Date) =>
  db
    .insertInto('sign_in_failures')
    .values(keys.map((key) => ({ key, at })))
    .execute()

export async function countFailures(
  db: Reader,
  key: string,
  since: Date,
): Promise<{ count: number; last: Date | null }> {
  const row = await db
    .selectFrom('sign_in_failures')
    .select((s) => [s.fn.countAll<string>().as('count'), s.fn.max('at').as('last')])
    .where('key', '=', key)
    .where('at', '>', since)
    .executeTakeFirstOrThrow()
  return { count: Number(row.count), last: row.last }
}

/** Attempts under one key come one after the other, until the transaction ends. */
export const lockFailures = (db: Reader, key: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(db)

export const forgetFailures = (db: Reader, key: string) =>
  db.deleteFrom('sign_in_failures').where('key', '=', key).execute()

export type DemoSignIn = { login: string; name: string; nameEn: string; what: Post | StandingRole; until: Date | null }

/** Demo only: who is on shift now, the duty manager first, and one person of each standing role. */
export async function demoSignIns(db: Reader, now: Date): Promise<DemoSignIn[]> {
  const { rows } = await sql<{
    login: string
    name: string
    name_en: string
    what: Post | StandingRole
    until: Date | null
  }>`
    select p.login, p.name, p.name_en, s.post as what, s.ends_at as until from shifts s join staff p on p.id = s.staff_id
    where s.during @> ${now}::timestamptz
    union all
    select * from (
      select distinct on (role) p.login, p.name, p.name_en, role as what, null::timestamptz as until
      from staff p, unnest(p.standing_roles) as role
      where p.active and role in ('hr', 'leadership', 'administration', 'administrator') order by role, p.number
    ) standing`.execute(db)
  const order = ['service', 'manager', 'technician', 'guard', 'hr', 'administration', 'administrator', 'leadership']
  return rows
    .map((row) => ({ login: row.login, name: row.name, nameEn: row.name_en, what: row.what, until: row.until }))
    .sort((a, b) => order.indexOf(a.what) - order.indexOf(b.what) || a.login.localeCompare(b.login))
}

export const setLanguage = (db: Reader, id: StaffId, language: Language) =>
  db.updateTable('staff').set({ language }).where('id', '=', id).execute()

/** How many people have checked in on any post, at their screens or not, and who leads the night: what the sign-in page says. */
export async function tonightInBrief(
  db: Reader,
  now: Date,
): Promise<{ onPost: number; manager: { name: string; nameEn: string } | null }> {
  const { rows } = await sql<{ on_post: string; name: string | null; name_en: string | null }>`
    select (select count(*) from attendances a join shifts s on s.id = a.shift_id where a.checked_out_at is null and (s.during @> ${now}::timestamptz or a.stays_until > ${now})) as on_post,
      p.name, p.name_en
    from (select 1) one left join shifts m on m.post = 'manager' and m.during @> ${now}::timestamptz left join staff p on p.id = m.staff_id`.execute(
    db,
  )
  const [row] = rows
  return {
    onPost: Number(row?.on_post ?? 0),
    manager: row?.name ? { name: row.name, nameEn: row.name_en ?? '' } : null,
  }
}
