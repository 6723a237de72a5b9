import { sql } from 'kysely'
import type { Rank } from '../../kernel/capabilities.ts'
import type { MembershipId, StaffId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import { RANK_OF_CHIEF, type Term } from './rules.ts'

export type Membership = Term & {
  readonly id: MembershipId
  readonly staffId: StaffId
  readonly chief: boolean
  readonly window: { readonly from: Date; readonly to: Date | null }
  readonly name: string
  readonly nameEn: string
  readonly rank: Rank
  readonly active: boolean
  readonly department: Bilingual
}

const memberships = (db: Reader) =>
  db
    .selectFrom('leadership_members as m')
    .innerJoin('staff as p', 'p.id', 'm.staff_id')
    .innerJoin('departments as d', 'd.id', 'p.department_id')
    .select(['m.id', 'm.staff_id', 'm.chief', 'm.first_day', 'm.last_day'])
    .select(['p.name', 'p.name_en', 'p.rank', 'p.active', 'd.name as department'])
    .select([sql<Date>`lower(m.during)`.as('from'), sql<Date | null>`upper(m.during)`.as('to')])

type Row = Awaited<ReturnType<ReturnType<typeof memberships>['execute']>>[number]
const membershipOf = (row: Row): Membership => ({
  id: row.id as MembershipId,
  staffId: row.staff_id as StaffId,
  chief: row.chief,
  firstDay: row.first_day,
  lastDay: row.last_day,
  window: { from: row.from, to: row.to },
  name: row.name,
  nameEn: row.name_en,
  rank: row.rank,
  active: row.active,
  department: row.department,
})

/** Everybody who is, will be or was in the group: the 组长 first, then by the first day. */
export const listMemberships = async (db: Reader): Promise<Membership[]> =>
  (await memberships(db).orderBy('m.chief', 'desc').orderBy('m.first_day').orderBy('m.id').execute()).map(membershipOf)

/** @throws NotFound */
export async function lockMembership(tx: Tx, id: MembershipId): Promise<Membership> {
  await tx.db.selectFrom('leadership_members').select('id').where('id', '=', id).forUpdate().execute()
  const row = await memberships(tx.db).where('m.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return membershipOf(row)
}

/** Whether the house is led now: a 组长 of rank 副总经理 in their term, who is here (REGULATION row 5). */
export async function hasChief(db: Reader, now: Date): Promise<boolean> {
  const { rows } = await sql`
    select from leadership_members m join staff p on p.id = m.staff_id
    where m.chief and m.during @> ${now}::timestamptz and p.active and p.rank = 'vice_president' limit 1`.execute(db)
  return rows.length > 0
}

/** Everybody of the group who is here, by their role or by their term: whoever heads it first, then the others by their numbers. */
export async function listLeaders(db: Reader, now: Date): Promise<StaffId[]> {
  const { rows } = await sql<{ id: StaffId }>`
    select p.id from staff p
    left join leadership_members m on m.staff_id = p.id and m.during @> ${now}::timestamptz
    where p.active and ('leadership' = any(p.standing_roles) or m.id is not null)
    group by p.id order by bool_or(coalesce(m.chief, false)) desc, p.number`.execute(db)
  return rows.map(({ id }) => id)
}

/** Terms of everybody who is or will be a valid 组长, the earliest first (REGULATION row 5). */
export async function listChiefs(db: Reader): Promise<{ from: Date; to: Date | null }[]> {
  const rows = await memberships(db)
    .where('m.chief', '=', true)
    .where('p.active', '=', true)
    .where('p.rank', '=', RANK_OF_CHIEF)
    .orderBy('from')
    .execute()
  return rows.map(({ from, to }) => ({ from, to }))
}

const rangeOf = ({ from, to }: { from: Date; to: Date | null }): string =>
  `[${from.toISOString()},${to?.toISOString() ?? ''})`

export async function insertMembership(
  tx: Tx,
  { staffId, chief, firstDay, lastDay, window }: Term & Pick<Membership, 'staffId' | 'chief' | 'window'>,
): Promise<MembershipId> {
  const row = await tx.db
    .insertInto('leadership_members')
    .values({
      staff_id: staffId,
      chief,
      first_day: firstDay,
      last_day: lastDay,
      during: rangeOf(window),
      appointed_at: tx.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as MembershipId
}

export const setTerm = (tx: Tx, id: MembershipId, { firstDay, lastDay, window }: Term & Pick<Membership, 'window'>) =>
  tx.db
    .updateTable('leadership_members')
    .set({ first_day: firstDay, last_day: lastDay, during: rangeOf(window) })
    .where('id', '=', id)
    .execute()

export const deleteMembership = (tx: Tx, id: MembershipId) =>
  tx.db.deleteFrom('leadership_members').where('id', '=', id).execute()
