import { sql } from 'kysely'
import type { NoticeKind, ReminderKind } from '../../events/notifications.ts'
import type { DepartmentId, EscalationId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import type { Told } from '../notices/queries.ts'

type Latest = Pick<Told, 'kind' | 'ref' | 'count' | 'importance' | 'lastAt' | 'staffId'>

/** The latest notice of each kind that anybody was told of. */
export async function latestNotices(db: Reader): Promise<Map<NoticeKind, Latest>> {
  const { rows } = await sql<Latest>`
    select distinct on (n.kind) n.kind, n.ref, n.count, n.importance, n.last_at as "lastAt", p.staff_id as "staffId"
    from notices n join notice_people p on p.notice_id = n.id order by n.kind, n.id desc`.execute(db)
  return new Map(rows.map((row) => [row.kind, row]))
}

/** The latest request that went to a department. */
export async function latestRequest(db: Reader): Promise<EscalationId | undefined> {
  const row = await db
    .selectFrom('escalations')
    .select('id')
    .where('department_id', 'is not', null)
    .where('sent_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id as EscalationId | undefined
}

/** The latest reminder of each kind. */
export async function latestReminders(db: Reader): Promise<Map<ReminderKind, string>> {
  const { rows } = await sql<{ kind: ReminderKind; id: string }>`
    select kind, max(id)::text as id from reminders group by kind`.execute(db)
  return new Map(rows.map(({ kind, id }) => [kind, id]))
}

/** A department that has something before it, so that its morning is drawn with what is really there. */
export async function departmentAsked(db: Reader): Promise<DepartmentId | undefined> {
  const row = await db
    .selectFrom('escalations')
    .select('department_id')
    .where('department_id', 'is not', null)
    .where('state', '=', 'sent')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.department_id as DepartmentId | undefined
}
