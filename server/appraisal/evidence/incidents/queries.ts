import { sql } from 'kysely'
import type { Post } from '../../../kernel/capabilities.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import type { Window } from '../../../kernel/time.ts'
import type { Reader } from '../../../schema.ts'

/** Within how long each level is to be seen, and a report to be there. */
export type Deadlines = { readonly general: number; readonly major: number; readonly reportHours: number }

/** One person's part in one incident: 0..1 each, null where it was not theirs, or is not over. */
export type IncidentPart = {
  readonly staffId: StaffId
  /** What they stood on while it lasted; null where they had no shift then. */
  readonly post: Post | null
  readonly incidentId: string
  readonly openedAt: Date
  readonly acknowledged: number | null
  /** Of what they sent to others about it: how much was for whom it was sent to. */
  readonly escalated: number | null
  readonly reported: number | null
}

/**
 * Incidents of a window and whoever had a part in each: saw it first, answered it, or asked others about the request behind
 * it. All of the house in one read: there are few incidents, and many people.
 */
export async function incidentParts(
  db: Reader,
  { window, deadlines: { general, major, reportHours } }: { window: Window; deadlines: Deadlines },
): Promise<IncidentPart[]> {
  const { rows } = await sql<IncidentPart>`
    with sent as (
      select i.id as incident_id, e.sent_by as staff_id,
        (avg(case when e.return_reason in ('not_ours', 'not_enough') then 0 when e.accepted_at is not null then 1 end))::float8 as rightly
      from incidents i join escalations e on e.ticket_id = i.ticket_id and e.sent_by is not null
        and e.sent_at >= i.opened_at and e.sent_at <= coalesce(i.resolved_at, 'infinity')
      where i.opened_at >= ${window.from} and i.opened_at < ${window.to}
      group by i.id, e.sent_by
    )
    select p.staff_id as "staffId", i.id as "incidentId", i.opened_at as "openedAt", sent.rightly as escalated,
      case when i.acknowledged_by = p.staff_id then (i.acknowledged_at <= i.opened_at
        + make_interval(mins => case i.level when 'major' then ${major}::integer else ${general}::integer end))::integer end as acknowledged,
      case when i.resolved_by <> p.staff_id then null
        when i.closed_at <= i.resolved_at + make_interval(hours => ${reportHours}::integer) then 1
        when i.closed_at is not null or i.resolved_at + make_interval(hours => ${reportHours}::integer) <= ${window.to} then 0 end as reported,
      (select s.post from shifts s where s.staff_id = p.staff_id
        and s.during && tstzrange(i.opened_at, greatest(i.opened_at, coalesce(i.resolved_at, i.acknowledged_at, i.opened_at)), '[]')
        order by s.starts_at limit 1) as post
    from incidents i
    cross join lateral (
      select v as staff_id from unnest(array[i.acknowledged_by, i.resolved_by]) v where v is not null
      union select s.staff_id from sent s where s.incident_id = i.id) p
    left join sent on sent.incident_id = i.id and sent.staff_id = p.staff_id
    where i.opened_at >= ${window.from} and i.opened_at < ${window.to}
    order by i.id, p.staff_id`.execute(db)
  return rows
}
