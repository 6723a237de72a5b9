import { sql } from 'kysely'
import type { Post, Rank } from '../../../kernel/capabilities.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { NotFound } from '../../../kernel/refusal.ts'
import type { Reader, Tx } from '../../../schema.ts'

export type Sex = 'female' | 'male'
/** What HR alone knows (see tables.ts); all dates are days. */
export type Known = {
  readonly birthDate: string | null
  readonly sex: Sex | null
  readonly protectedFrom: string | null
  readonly protectedTo: string | null
  readonly trainedUntil: string | null
  readonly mostNights: number | null
}
export type PlannedPerson = Known & {
  readonly id: StaffId
  readonly number: string
  readonly name: string
  readonly nameEn: string
  readonly rank: Rank
  readonly posts: readonly Post[]
  readonly skills: readonly string[]
  readonly leaves: { id: string; firstDay: string; lastDay: string }[]
  /** Nights that they stand in already although they may not: protected, under 18, or trained no longer (H2, H5). HR puts somebody else there. */
  readonly standsBarred: string[]
}

/** Everybody who may be rostered, with what the plan needs of them and their leave from a day on. */
export async function listKnown(db: Reader, from: string): Promise<PlannedPerson[]> {
  const { rows } = await sql<PlannedPerson>`
    select p.id::text as id, p.number, p.name, p.name_en as "nameEn", p.rank, p.posts, p.skills, h.birth_date as "birthDate", h.sex, h.protected_from as "protectedFrom",
      h.protected_to as "protectedTo", h.trained_until as "trainedUntil", h.most_nights as "mostNights",
      coalesce((select json_agg(json_build_object('id', l.id::text, 'firstDay', l.first_day, 'lastDay', l.last_day) order by l.first_day)
        from staff_leaves l where l.staff_id = p.id and l.cancelled_at is null and l.last_day >= ${from}), '[]') as leaves,
      coalesce((select json_agg(s.night::text order by s.night) from shifts s
        where s.staff_id = p.id and s.kind = 'night' and s.night >= ${from}::date and (
          (h.protected_from is not null or h.protected_to is not null)
            and (h.protected_from is null or s.night >= h.protected_from) and (h.protected_to is null or s.night <= h.protected_to)
          or s.night < (h.birth_date + interval '18 years')::date or h.trained_until < s.night)), '[]') as "standsBarred"
    from staff p left join staff_planning h on h.staff_id = p.id
    where p.active and p.posts <> '{}' order by p.number`.execute(db)
  return rows
}

/** Whether they may be rostered at all. */
export const hasPost = async (db: Reader, staffId: StaffId): Promise<boolean> =>
  (await db
    .selectFrom('staff')
    .select('id')
    .where('id', '=', staffId)
    .where(sql<boolean>`posts <> '{}'`)
    .executeTakeFirst()) !== undefined

export async function storeKnown(tx: Tx, staffId: StaffId, known: Known, by: StaffId): Promise<void> {
  const row = {
    birth_date: known.birthDate,
    sex: known.sex,
    protected_from: known.protectedFrom,
    protected_to: known.protectedTo,
    trained_until: known.trainedUntil,
    most_nights: known.mostNights,
    changed_by: by,
    changed_at: tx.now,
  }
  await tx.db
    .insertInto('staff_planning')
    .values({ staff_id: staffId, ...row })
    .onConflict((conflict) => conflict.column('staff_id').doUpdateSet(row))
    .execute()
}

export const insertLeave = (tx: Tx, leave: { staffId: StaffId; firstDay: string; lastDay: string; by: StaffId }) =>
  tx.db
    .insertInto('staff_leaves')
    .values({
      staff_id: leave.staffId,
      first_day: leave.firstDay,
      last_day: leave.lastDay,
      made_by: leave.by,
      made_at: tx.now,
    })
    .execute()

/** @throws NotFound */
export async function cancelLeaveRow(tx: Tx, id: string, by: StaffId): Promise<void> {
  const row = await tx.db
    .updateTable('staff_leaves')
    .set({ cancelled_by: by, cancelled_at: tx.now })
    .where('id', '=', id)
    .where('cancelled_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (!row) {
    const there = await tx.db.selectFrom('staff_leaves').select('id').where('id', '=', id).executeTakeFirst()
    if (!there) throw new NotFound()
  }
}

export type Wish = { readonly night: string; readonly wish: 'want' | 'avoid' }
export const listWishes = (db: Reader, staffId: StaffId, from: string, to: string): Promise<Wish[]> =>
  db
    .selectFrom('roster_wishes')
    .select(['night', 'wish'])
    .where('staff_id', '=', staffId)
    .where('night', '>=', from)
    .where('night', '<', to)
    .orderBy('night')
    .execute()

export async function storeWish(tx: Tx, staffId: StaffId, night: string, wish: Wish['wish'] | null): Promise<void> {
  await tx.db.deleteFrom('roster_wishes').where('staff_id', '=', staffId).where('night', '=', night).execute()
  if (wish)
    await tx.db.insertInto('roster_wishes').values({ staff_id: staffId, night, wish, made_at: tx.now }).execute()
}

/** Members of the leadership group now. */
export async function listLeaders(
  db: Reader,
  now: Date,
  except: StaffId | null = null,
): Promise<{ id: StaffId; name: string; nameEn: string }[]> {
  const { rows } = await sql<{ id: StaffId; name: string; nameEn: string }>`
    select p.id::text as id, p.name, p.name_en as "nameEn" from leadership_members m join staff p on p.id = m.staff_id
    where m.during @> ${now}::timestamptz and p.active and p.id is distinct from ${except}::bigint order by m.chief desc, p.number`.execute(
    db,
  )
  return rows
}
export const isLeader = async (db: Reader, id: StaffId, now: Date): Promise<boolean> =>
  (await listLeaders(db, now)).some((one) => one.id === id)

/** Names of everybody who may stand in a version: also of those who have left. */
export async function listNames(db: Reader): Promise<ReadonlyMap<StaffId, { name: string; nameEn: string }>> {
  const rows = await db.selectFrom('staff').select(['id', 'name', 'name_en']).execute()
  return new Map(rows.map((row) => [row.id as StaffId, { name: row.name, nameEn: row.name_en }]))
}
