import { type RawBuilder, sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { MINUTE, plus, SECOND } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { isEngaged } from '../engagements/queries.ts'
import { listCandidates } from '../offers/queries.ts'
import { isAble, isPresent } from '../rules.ts'

export type Colleague = {
  staffId: StaffId
  name: string
  nameEn: string
  post: Post
  open: number
  here: boolean
  onBreak: boolean
}

/** Who is on a post that talks with customers now. */
export async function listColleagues(db: Reader, now: Date): Promise<Colleague[]> {
  const { quietSeconds } = await currentSettings(db)
  const { rows } = await sql<{
    staff_id: string
    name: string
    name_en: string
    post: Post
    open: string
    seen_at: Date | null
    on_break: boolean
  }>`
    select s.staff_id, p.name, p.name_en, s.post,
      (select count(*) from assignments g where g.staff_id = s.staff_id and g.ended_at is null) as open,
      (select max(r.seen_at) from presence r where r.staff_id = s.staff_id) as seen_at,
      exists (select from breaks b where b.attendance_id = a.id and b.ended_at is null) as on_break
    from attendances a join shifts s on s.id = a.shift_id and (s.during @> ${now}::timestamptz or a.stays_until > ${now}) and s.post in ('service', 'manager')
    join staff p on p.id = s.staff_id
    where a.checked_out_at is null order by p.number`.execute(db)
  return rows.map((row) => ({
    staffId: row.staff_id as StaffId,
    name: row.name,
    nameEn: row.name_en,
    post: row.post,
    open: Number(row.open),
    here: isPresent(row.seen_at, now, quietSeconds),
    onBreak: row.on_break,
  }))
}

/** Whom customers see awake: on a customer-service post or leading the night, and present. */
export async function someoneOnPost(
  db: Reader,
  now: Date,
): Promise<{ count: number; faces: { staffId: StaffId; name: string; nameEn: string }[] }> {
  const here = (await listColleagues(db, now)).filter((one) => one.here)
  return { count: here.length, faces: here.slice(0, 3).map(({ staffId, name, nameEn }) => ({ staffId, name, nameEn })) }
}

/** In another statement: whether anybody of those is there. */
export const isSomeoneOnPost = (now: Date, quietSeconds: number): RawBuilder<boolean> => sql<boolean>`exists (
  select from attendances a join shifts s on s.id = a.shift_id and (s.during @> ${now}::timestamptz or a.stays_until > ${now}) and s.post in ('service', 'manager')
  join presence r on r.staff_id = a.staff_id and r.seen_at >= ${plus(now, -quietSeconds * SECOND)}
  where a.checked_out_at is null)`

/** How many could be asked about something new this very moment: able, and not being asked already. */
export async function ableNow(db: Reader, now: Date): Promise<number> {
  const settings = await currentSettings(db)
  const candidates = await listCandidates(db, now)
  return candidates.filter((one) => isAble(one, settings, now) && !one.hasOpenOffer).length
}

type Leaving = { readonly quietSeconds: number; readonly noOffersBeforeEndMinutes: number }
/** In another statement, one row: how many on a customer-service post are there to take something, whatever they have in hand, and since when the running shifts go. */
export const onPostAt = (now: Date, { quietSeconds, noOffersBeforeEndMinutes }: Leaving): RawBuilder<unknown> => sql`(
  select min(lower(s.during)) as since, count(*) filter (
    where coalesce(a.stays_until, upper(s.during)) > ${plus(now, noOffersBeforeEndMinutes * MINUTE)}
    and exists (select from presence r where r.staff_id = a.staff_id and r.seen_at >= ${plus(now, -quietSeconds * SECOND)})
    and not exists (select from breaks b where b.attendance_id = a.id and b.ended_at is null)
    and not ${isEngaged(sql.ref('s.staff_id'), now)})::integer as able
  from attendances a join shifts s on s.id = a.shift_id and s.post = 'service' and (s.during @> ${now}::timestamptz or a.stays_until > ${now})
  where a.checked_out_at is null)`
