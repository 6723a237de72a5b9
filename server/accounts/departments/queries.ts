import { sql } from 'kysely'
import type { DepartmentId, StaffId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Candidate, DepartmentFacts, Named } from './tables.ts'

export type Department = {
  readonly id: DepartmentId
  readonly code: string
  readonly name: Bilingual
  readonly head: Named | null
  readonly nightContact: (Named & { readonly phone: string | null }) | null
  readonly nightPhone: string | null
  /** Null takes the company's default. */
  readonly acceptMinutes: number | null
  readonly email: string | null
  /** How many people who are here belong to it. */
  readonly people: number
}

/** In the order of the house. */
export async function listDepartments(db: Reader): Promise<Department[]> {
  const { rows } = await sql<{
    id: string
    code: string
    name: Bilingual
    accept_minutes: number | null
    email: string | null
    night_phone: string | null
    head_id: string | null
    head: string | null
    head_en: string | null
    contact_id: string | null
    contact: string | null
    contact_en: string | null
    contact_phone: string | null
    people: string
  }>`
    select d.id, d.code, d.name, d.accept_minutes, d.email, d.night_phone,
      h.id as head_id, h.name as head, h.name_en as head_en,
      c.id as contact_id, c.name as contact, c.name_en as contact_en, c.phone as contact_phone,
      (select count(*) from staff p where p.department_id = d.id and p.active) as people
    from departments d left join staff h on h.id = d.head_id left join staff c on c.id = d.night_contact_id
    order by d.position, d.id`.execute(db)
  return rows.map((row) => ({
    id: row.id as DepartmentId,
    code: row.code,
    name: row.name,
    head: row.head_id ? { id: row.head_id as StaffId, name: row.head ?? '', nameEn: row.head_en ?? '' } : null,
    nightContact: row.contact_id
      ? {
          id: row.contact_id as StaffId,
          name: row.contact ?? '',
          nameEn: row.contact_en ?? '',
          phone: row.contact_phone,
        }
      : null,
    nightPhone: row.night_phone,
    acceptMinutes: row.accept_minutes,
    email: row.email,
    people: Number(row.people),
  }))
}

/** Every department, locked in the order of ids: order and names are decided together. */
export async function lockDepartments(tx: Tx): Promise<{ id: DepartmentId; name: Bilingual; position: number }[]> {
  const rows = await tx.db
    .selectFrom('departments')
    .select(['id', 'name', 'position'])
    .orderBy('id')
    .forUpdate()
    .execute()
  return rows.map((row) => ({ ...row, id: row.id as DepartmentId }))
}

/** @throws NotFound */
export async function lockDepartment(tx: Tx, id: DepartmentId): Promise<DepartmentFacts> {
  const row = await tx.db
    .selectFrom('departments')
    .select(['name', 'head_id', 'night_contact_id', 'night_phone', 'accept_minutes', 'email'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return {
    name: row.name,
    headId: row.head_id as StaffId | null,
    nightContactId: row.night_contact_id as StaffId | null,
    nightPhone: row.night_phone,
    acceptMinutes: row.accept_minutes,
    email: row.email,
  }
}

const columnsOf = (facts: DepartmentFacts) => ({
  name: JSON.stringify(facts.name),
  head_id: facts.headId,
  night_contact_id: facts.nightContactId,
  night_phone: facts.nightPhone,
  accept_minutes: facts.acceptMinutes,
  email: facts.email,
})

export async function insertDepartment(
  tx: Tx,
  facts: DepartmentFacts,
  { code, position }: { code: string; position: number },
): Promise<DepartmentId> {
  const row = await tx.db
    .insertInto('departments')
    .values({ code, position, ...columnsOf(facts) })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as DepartmentId
}

export const updateDepartment = (tx: Tx, id: DepartmentId, facts: DepartmentFacts) =>
  tx.db.updateTable('departments').set(columnsOf(facts)).where('id', '=', id).execute()

export const deleteDepartment = (tx: Tx, id: DepartmentId) =>
  tx.db.deleteFrom('departments').where('id', '=', id).execute()

export async function setOrder(tx: Tx, ids: readonly DepartmentId[]): Promise<void> {
  await sql`
    update departments d set position = o.position
    from unnest(${[...ids]}::bigint[]) with ordinality as o (id, position) where d.id = o.id`.execute(tx.db)
}

/** Everybody who ever belonged to it, those who left included. */
export async function countMembers(db: Reader, id: DepartmentId): Promise<number> {
  const { count } = await db
    .selectFrom('staff')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('department_id', '=', id)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export async function findCandidate(db: Reader, id: StaffId): Promise<Candidate | undefined> {
  const row = await db
    .selectFrom('staff')
    .select(['id', 'name', 'name_en', 'department_id', 'rank', 'active'])
    .where('id', '=', id)
    .executeTakeFirst()
  return (
    row && {
      id: row.id as StaffId,
      name: row.name,
      nameEn: row.name_en,
      departmentId: row.department_id as DepartmentId,
      rank: row.rank,
      active: row.active,
    }
  )
}

/** The department that this person heads. */
export async function headedBy(db: Reader, staffId: StaffId): Promise<DepartmentId | null> {
  const row = await db.selectFrom('departments').select('id').where('head_id', '=', staffId).executeTakeFirst()
  return (row?.id as DepartmentId | undefined) ?? null
}

/** Every department that somebody heads, by person. */
export async function listHeads(db: Reader): Promise<Map<StaffId, DepartmentId>> {
  const rows = await db.selectFrom('departments').select(['id', 'head_id']).where('head_id', 'is not', null).execute()
  return new Map(rows.map((row) => [row.head_id as StaffId, row.id as DepartmentId]))
}

/** Whoever left neither heads a department nor is called at night for it. */
export async function leaveDepartments(tx: Tx, staffId: StaffId): Promise<void> {
  await tx.db.updateTable('departments').set({ head_id: null }).where('head_id', '=', staffId).execute()
  await tx.db
    .updateTable('departments')
    .set({ night_contact_id: null })
    .where('night_contact_id', '=', staffId)
    .execute()
}
