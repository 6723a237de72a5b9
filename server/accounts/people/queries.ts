import { sql } from 'kysely'
import type { Post, Rank, StandingRole } from '../../kernel/capabilities.ts'
import type { DepartmentId, StaffId } from '../../kernel/ids.ts'
import type { Bilingual, Language } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Facts, PersonState } from './rules.ts'

export type Person = {
  readonly id: StaffId
  readonly number: string
  readonly login: string
  readonly name: string
  readonly nameEn: string
  readonly departmentId: DepartmentId
  readonly department: Bilingual
  readonly rank: Rank
  readonly roles: readonly StandingRole[]
  readonly posts: readonly Post[]
  readonly skills: readonly string[]
  readonly languages: readonly Language[]
  /** What they read in, where they have said so. */
  readonly language: Language | null
  readonly phone: string | null
  readonly email: string | null
  readonly invited: boolean
  readonly active: boolean
  readonly deactivatedAt: Date | null
}

const persons = (db: Reader) =>
  db
    .selectFrom('staff as p')
    .innerJoin('departments as d', 'd.id', 'p.department_id')
    .select(['p.id', 'p.number', 'p.login', 'p.name', 'p.name_en', 'p.department_id', 'd.name as department', 'p.rank'])
    .select(['p.standing_roles', 'p.posts', 'p.skills', 'p.languages', 'p.language', 'p.phone', 'p.email'])
    .select(['p.invited', 'p.active', 'p.deactivated_at'])

type Row = Awaited<ReturnType<ReturnType<typeof persons>['execute']>>[number]
const personOf = (row: Row): Person => ({
  id: row.id as StaffId,
  number: row.number,
  login: row.login,
  name: row.name,
  nameEn: row.name_en,
  departmentId: row.department_id as DepartmentId,
  department: row.department,
  rank: row.rank,
  roles: row.standing_roles,
  posts: row.posts,
  skills: row.skills,
  languages: row.languages,
  language: row.language,
  phone: row.phone,
  email: row.email,
  invited: row.invited,
  active: row.active,
  deactivatedAt: row.deactivated_at,
})

export type Filter = {
  readonly words: string | undefined
  readonly department: DepartmentId | undefined
  readonly role: StandingRole | Post | undefined
  readonly state: PersonState | undefined
}

const filtered = (db: Reader, { words, department, role, state }: Filter) => {
  let query = persons(db)
  const like = `%${(words ?? '').trim().replaceAll(/[\\%_]/g, (mark) => `\\${mark}`)}%`
  if (like !== '%%')
    query = query.where(
      sql<boolean>`concat_ws(' ', p.name, p.name_en, p.number, p.login, p.phone, p.email) ilike ${like}`,
    )
  if (department) query = query.where('p.department_id', '=', department)
  if (role) query = query.where(sql<boolean>`(${role} = any(p.standing_roles) or ${role} = any(p.posts))`)
  if (state === 'gone') return query.where('p.active', '=', false)
  if (state === 'invited') return query.where('p.active', '=', true).where('p.invited', '=', true)
  return state === 'here' ? query.where('p.active', '=', true) : query
}

/** Those who are here first, then by department and number. */
export async function listPeople(
  db: Reader,
  filter: Filter,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ people: Person[]; count: number }> {
  const [rows, counted] = await Promise.all([
    filtered(db, filter)
      .orderBy('p.active', 'desc')
      .orderBy('d.position')
      .orderBy('p.number')
      .limit(limit)
      .offset(offset)
      .execute(),
    filtered(db, filter).clearSelect().select(sql<string>`count(*)`.as('count')).executeTakeFirstOrThrow(),
  ])
  return { people: rows.map(personOf), count: Number(counted.count) }
}

/** Everybody who works here, by number: for the choices of a form. */
export const listActive = async (db: Reader): Promise<Person[]> =>
  (await persons(db).where('p.active', '=', true).orderBy('p.number').execute()).map(personOf)

/** @throws NotFound */
export async function getPerson(db: Reader, id: StaffId): Promise<Person> {
  const row = await persons(db).where('p.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return personOf(row)
}

export const findByNumbers = async (db: Reader, numbers: readonly string[]): Promise<Person[]> =>
  numbers.length === 0
    ? []
    : (
        await persons(db)
          .where(sql<boolean>`p.number = any(${[...numbers]}::text[])`)
          .execute()
      ).map(personOf)

/** Sign-in names that others hold, with whose number. */
export async function findLogins(db: Reader, logins: readonly string[]): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('staff')
    .select(['login', 'number'])
    .where(sql<boolean>`login = any(${[...logins]}::text[])`)
    .execute()
  return new Map(rows.map(({ login, number }) => [login, number]))
}

/**
 * The person and all who administer the house, locked in the order of ids: two administrators who take the role from
 * each other would otherwise both find that somebody is left.
 */
export async function lockForRights(tx: Tx, ids: readonly StaffId[]): Promise<{ administrators: StaffId[] }> {
  const { rows } = await sql<{ id: string; administers: boolean }>`
    select id, active and 'administrator' = any(standing_roles) as administers from staff
    where id = any(${[...ids]}::bigint[]) or (active and 'administrator' = any(standing_roles))
    order by id for update`.execute(tx.db)
  return { administrators: rows.filter(({ administers }) => administers).map(({ id }) => id as StaffId) }
}

export async function listAdministrators(db: Reader): Promise<StaffId[]> {
  const rows = await db
    .selectFrom('staff')
    .select('id')
    .where('active', '=', true)
    .where(sql<boolean>`'administrator' = any(standing_roles)`)
    .execute()
  return rows.map(({ id }) => id as StaffId)
}

const columnsOf = (facts: Facts) => ({
  number: facts.number,
  login: facts.login,
  name: facts.name,
  name_en: facts.nameEn,
  department_id: facts.departmentId,
  rank: facts.rank,
  standing_roles: [...facts.roles],
  posts: [...facts.posts],
  skills: [...facts.skills],
  languages: [...facts.languages],
  phone: facts.phone,
  email: facts.email,
})

const LINES_AT_ONCE = 500

/** New people, who still have to choose a password; `passwordHash` fits none. Ids in the order given. */
export async function insertPeople(tx: Tx, all: readonly Facts[], passwordHash: string): Promise<StaffId[]> {
  const ids = new Map<string, StaffId>()
  for (let at = 0; at < all.length; at += LINES_AT_ONCE) {
    const rows = await tx.db
      .insertInto('staff')
      .values(
        all.slice(at, at + LINES_AT_ONCE).map((facts) => ({
          ...columnsOf(facts),
          password_hash: passwordHash,
          invited: true,
          language: null,
          created_at: tx.now,
        })),
      )
      .returning(['id', 'number'])
      .execute()
    for (const { id, number } of rows) ids.set(number, id as StaffId)
  }
  return all.map(({ number }) => ids.get(number) as StaffId)
}

export const updatePerson = (tx: Tx, id: StaffId, facts: Facts) =>
  tx.db.updateTable('staff').set(columnsOf(facts)).where('id', '=', id).execute()

/** Many people at once, one statement for every five hundred. */
export async function updatePeople(tx: Tx, all: readonly (Facts & { readonly id: StaffId })[]): Promise<void> {
  // Two people may trade their sign-in names in one list: first nobody has either, then everybody theirs.
  await sql`
    update staff set login = 'moving-' || id where id = any(${all.map(({ id }) => id)}::bigint[])`.execute(tx.db)
  for (let at = 0; at < all.length; at += LINES_AT_ONCE) {
    const lines = all.slice(at, at + LINES_AT_ONCE).map(({ id, ...facts }) => ({ id, ...columnsOf(facts) }))
    await sql`
      update staff p set number = l.number, login = l.login, name = l.name, name_en = l.name_en,
        department_id = l.department_id, rank = l.rank, standing_roles = l.standing_roles, posts = l.posts,
        skills = l.skills, languages = l.languages, phone = l.phone, email = l.email
      from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as l (id bigint, number text, login text, name text,
        name_en text, department_id bigint, rank text, standing_roles text[], posts text[], skills text[],
        languages text[], phone text, email text)
      where p.id = l.id`.execute(tx.db)
  }
}

/** False where it was so already. */
export async function setActive(tx: Tx, id: StaffId, active: boolean): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('staff')
    .set({ active, deactivated_at: active ? null : tx.now })
    .where('id', '=', id)
    .where('active', '!=', active)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Sessions that are open now, and when the last of them was used. */
export async function sessionsInBrief(
  db: Reader,
  id: StaffId,
  now: Date,
): Promise<{ count: number; seenAt: Date | null }> {
  const row = await db
    .selectFrom('sessions')
    .select((s) => [s.fn.countAll<string>().as('count'), s.fn.max('seen_at').as('seen_at')])
    .where('staff_id', '=', id)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return { count: Number(row.count), seenAt: row.seen_at }
}
