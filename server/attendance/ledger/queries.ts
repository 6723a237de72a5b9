import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { AttendanceId, ShiftId, StaffId } from '../../kernel/ids.ts'
import { neighbour } from '../../roster/month.ts'
import type { Reader } from '../../schema.ts'

export type Attended = {
  /** Null where the shift of somebody who did not come is another's by now, or gone. */
  readonly shiftId: ShiftId | null
  readonly attendanceId: AttendanceId | null
  readonly staffId: StaffId
  readonly number: string
  readonly name: string
  readonly nameEn: string
  readonly post: Post
  readonly night: string
  readonly kind: 'night' | 'day'
  readonly from: Date
  readonly to: Date
  /** As it holds now: as recorded, or as corrected since. */
  readonly checkedInAt: Date | null
  readonly checkedOutAt: Date | null
  /** Off post between coming and going, having come back. */
  readonly offMinutes: number
  /** Stayed on after the end because relief was missing. */
  readonly stayed: boolean
  readonly arrival: 'ready' | 'late_for_handover' | 'late' | null
  readonly minutesLate: number
  readonly how: string | null
  readonly absent: boolean
  readonly excuse: string | null
  readonly absenceId: string | null
}

/** Every shift of a month with how it was attended, by person and night; one's own with `staffId`. */
export async function attendedOfMonth(db: Reader, month: string, now: Date, staffId?: StaffId): Promise<Attended[]> {
  const [first, next] = [`${month}-01`, `${neighbour(month, 1)}-01`]
  const { rows } = await sql<Attended>`
    select s.id::text as "shiftId", a.attendance_id::text as "attendanceId", s.staff_id::text as "staffId", p.number, p.name,
      p.name_en as "nameEn", s.post, s.night::text as night, s.kind, s.starts_at as "from", s.ends_at as "to", a.came_at as "checkedInAt",
      a.left_at as "checkedOutAt", coalesce((select extract(epoch from sum(b.ended_at - b.started_at)) / 60 from breaks b
        where b.attendance_id = a.attendance_id and b.kind = 'off'), 0)::float8 as "offMinutes",
      exists (select from stays y where y.attendance_id = a.attendance_id) as stayed, a.arrival,
      coalesce(a.minutes_late, 0) as "minutesLate", a.how, false as absent, null as excuse, null as "absenceId"
    from shifts s join staff p on p.id = s.staff_id left join attended a on a.shift_id = s.id and a.staff_id = s.staff_id
    where s.night >= ${first} and s.night < ${next} and s.starts_at <= ${now} and (${staffId ?? null}::bigint is null or s.staff_id = ${staffId ?? null})
      and (a.came_at is not null or not exists (
        select from absences x where x.shift_id = s.id and x.staff_id = s.staff_id and x.absent_at is not null))
    union all
    select case when s.staff_id = x.staff_id then s.id::text end, null, x.staff_id::text, p.number, p.name, p.name_en, x.post,
      x.night::text, 'night', x.starts_at, x.ends_at, null, null, 0, false, null, 0, null, true, x.excuse, x.id::text
    from absences x join staff p on p.id = x.staff_id left join shifts s on s.id = x.shift_id
    left join attended a on a.shift_id = x.shift_id and a.staff_id = x.staff_id
    where x.night >= ${first} and x.night < ${next} and x.absent_at is not null and a.came_at is null
      and (${staffId ?? null}::bigint is null or x.staff_id = ${staffId ?? null})
    order by 4, 8, 10`.execute(db)
  return rows
}
