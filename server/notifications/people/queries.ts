import { sql } from 'kysely'
import type { NoticeChannel } from '../../events/notifications.ts'
import type { DepartmentId, EscalationId, StaffId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { Reader } from '../../schema.ts'

export type Addressee = {
  readonly id: StaffId
  readonly name: string
  readonly email: string | null
  readonly phone: string | null
  readonly language: Language
}

/** Undefined where they have left. */
export async function findAddressee(db: Reader, id: StaffId): Promise<Addressee | undefined> {
  const { rows } = await sql<Addressee>`
    select id, case when language = 'en' then name_en else name end as name, email, phone, coalesce(language, 'zh-CN') as language
    from staff where id = ${id} and active`.execute(db)
  return rows[0]
}

/** Of these, who is on a post that covers this instant: checked in, not checked out. */
export async function onPostAmong(db: Reader, people: readonly StaffId[], now: Date): Promise<ReadonlySet<StaffId>> {
  const { rows } = await sql<{ id: StaffId }>`
    select distinct a.staff_id as id from attendances a
    join shifts s on s.id = a.shift_id and (s.during @> ${now}::timestamptz or a.stays_until > ${now})
    where a.staff_id = any(${[...people]}::bigint[]) and a.checked_out_at is null`.execute(db)
  return new Set(rows.map(({ id }) => id))
}
export const isOnPost = async (db: Reader, staffId: StaffId, now: Date): Promise<boolean> =>
  (await onPostAmong(db, [staffId], now)).has(staffId)

/** A night shift runs: the house sleeps but for those on post. */
export async function isNightAt(db: Reader, now: Date): Promise<boolean> {
  const { rows } = await sql`
    select from shifts where kind = 'night' and during @> ${now}::timestamptz limit 1`.execute(db)
  return rows.length > 0
}

/** Channels that lead to each of them now: a device that takes pushes; a number and a gateway for it; mail always. */
export async function reachOfEach(
  db: Reader,
  people: readonly StaffId[],
): Promise<ReadonlyMap<StaffId, ReadonlySet<NoticeChannel>>> {
  const { rows } = await sql<{ id: StaffId; push: boolean; sms: boolean; voice: boolean }>`
    select s.id,
      exists (select from push_devices d where d.staff_id = s.id and d.gone_at is null) as push,
      coalesce(s.phone, '') <> '' and exists (select from hooks h where h.channel = 'sms' and h.removed_at is null) as sms,
      coalesce(s.phone, '') <> '' and exists (select from hooks h where h.channel = 'voice' and h.removed_at is null) as voice
    from staff s where s.id = any(${[...people]}::bigint[])`.execute(db)
  return new Map(
    rows.map(({ id, push, sms, voice }) => [
      id,
      new Set<NoticeChannel>([
        ...ALWAYS,
        ...(push ? ['push' as const] : []),
        ...(sms ? ['sms' as const] : []),
        ...(voice ? ['voice' as const] : []),
      ]),
    ]),
  )
}
/** Nothing has to be there for these. */
export const ALWAYS: ReadonlySet<NoticeChannel> = new Set(['page', 'mail'])
export const reachOf = async (db: Reader, staffId: StaffId): Promise<ReadonlySet<NoticeChannel>> =>
  (await reachOfEach(db, [staffId])).get(staffId) ?? ALWAYS

/** Whoever heads the leadership group now; undefined where nobody does. */
export async function chiefNow(db: Reader, now: Date): Promise<StaffId | undefined> {
  const { rows } = await sql<{ id: string }>`
    select m.staff_id as id from leadership_members m join staff p on p.id = m.staff_id
    where m.chief and m.during @> ${now}::timestamptz and p.active order by m.id limit 1`.execute(db)
  return rows[0]?.id as StaffId | undefined
}

/** Whoever heads the department of this person, by name or by role; undefined where it is themselves or nobody. */
export async function headOf(db: Reader, staffId: StaffId): Promise<StaffId | undefined> {
  const { rows } = await sql<{ id: string }>`
    select h.id from staff p join departments d on d.id = p.department_id
    join staff h on h.active and (h.id = d.head_id or (d.head_id is null and h.department_id = d.id and 'head' = any(h.standing_roles)))
    where p.id = ${staffId} and h.id <> p.id
      and not exists (select from staff me where me.id = p.id and (me.id = d.head_id or (d.head_id is null and 'head' = any(me.standing_roles))))
    order by h.number limit 1`.execute(db)
  return rows[0]?.id as StaffId | undefined
}

/** Where a request to others stands, for whoever is told of it. */
export async function targetOf(
  db: Reader,
  id: EscalationId,
): Promise<
  | { departmentId: DepartmentId | null; personId: StaffId | null; post: string | null; sentBy: StaffId | null }
  | undefined
> {
  const row = await db
    .selectFrom('escalations')
    .select(['department_id', 'person_id', 'post', 'sent_by'])
    .where('id', '=', id)
    .executeTakeFirst()
  return (
    row && {
      departmentId: row.department_id as DepartmentId | null,
      personId: row.person_id as StaffId | null,
      post: row.post,
      sentBy: row.sent_by as StaffId | null,
    }
  )
}

/** Checked in on this post now. */
export async function onPostNow(db: Reader, post: string, now: Date): Promise<StaffId[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct s.staff_id as id from attendances a
    join shifts s on s.id = a.shift_id and s.post = ${post} and (s.during @> ${now}::timestamptz or a.stays_until > ${now})
    where a.checked_out_at is null order by 1`.execute(db)
  return rows.map(({ id }) => id as StaffId)
}

/** Whether an alarm of this kind still rings. */
export async function ringsStill(db: Reader, kind: string): Promise<boolean> {
  const { rows } = await sql`select from alarms where kind = ${kind} and settled_at is null limit 1`.execute(db)
  return rows.length > 0
}

/** Members of the leadership group in their term, the head first. */
export async function leadersNow(db: Reader, now: Date): Promise<StaffId[]> {
  const { rows } = await sql<{ id: string }>`
    select m.staff_id as id from leadership_members m join staff p on p.id = m.staff_id
    where m.during @> ${now}::timestamptz and p.active group by m.staff_id order by bool_or(m.chief) desc, m.staff_id`.execute(
    db,
  )
  return rows.map(({ id }) => id as StaffId)
}
