import { sql } from 'kysely'
import type { DepartmentId, StaffId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import { DAY, plus } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { named } from '../views/queries.ts'

/** How far back a department's record is counted. */
const WEEKS = 4

/** Who answers at night, department by department, and how it has gone: acceptance, bounces, what is open now. */
export async function listDirectory(db: Reader, now: Date) {
  const records = new Map<string, DepartmentRecord>(
    (await recordsOfDepartments(db, plus(now, -WEEKS * 7 * DAY), now)).map((one) => [one.departmentId, one]),
  )
  const departments = await listDepartments(db)
  const { departmentAcceptMinutes } = await currentSettings(db)
  return Promise.all(
    departments.map(async (department) => ({
      ...department,
      acceptMinutes: department.acceptMinutes ?? departmentAcceptMinutes,
      handlers: (await handlersOf(db, department.id)).filter(({ id }) => id !== department.contact?.id),
      record: records.get(department.id),
    })),
  )
}

export type DepartmentLine = {
  id: DepartmentId
  name: Bilingual
  acceptMinutes: number | null
  nightPhone: string | null
  head: { name: string; nameEn: string } | null
  contact: { id: StaffId; name: string; nameEn: string } | null
}

export async function listDepartments(db: Reader): Promise<DepartmentLine[]> {
  const rows = await db
    .selectFrom('departments as d')
    .leftJoin('staff as h', 'h.id', 'd.head_id')
    .leftJoin('staff as c', 'c.id', 'd.night_contact_id')
    .select(['d.id', 'd.name', 'd.accept_minutes', 'd.night_phone', 'h.name as head', 'h.name_en as head_en'])
    .select(['c.id as contact_id', 'c.name as contact', 'c.name_en as contact_en'])
    .orderBy('d.position')
    .orderBy('d.id')
    .execute()
  return rows.map((row) => ({
    id: row.id as DepartmentId,
    name: row.name,
    acceptMinutes: row.accept_minutes,
    nightPhone: row.night_phone,
    head: row.head ? { name: row.head, nameEn: row.head_en ?? '' } : null,
    contact: named(row.contact_id, row.contact, row.contact_en),
  }))
}

/** A department's own time to accept, null where the house's holds. */
export async function acceptMinutesOf(db: Reader, id: DepartmentId): Promise<number | null> {
  const row = await db.selectFrom('departments').select('accept_minutes').where('id', '=', id).executeTakeFirst()
  return row?.accept_minutes ?? null
}

export type Handler = { id: StaffId; name: string; nameEn: string; head: boolean }

/** People of a department who may take its requests, the head last. */
export async function handlersOf(db: Reader, departmentId: DepartmentId): Promise<Handler[]> {
  const rows = await db
    .selectFrom('staff')
    .select(['id', 'name', 'name_en', 'standing_roles'])
    .where('department_id', '=', departmentId)
    .where('active', '=', true)
    .where(sql<boolean>`standing_roles && array['handler', 'head']`)
    .orderBy('number')
    .execute()
  return rows
    .map((row) => ({
      id: row.id as StaffId,
      name: row.name,
      nameEn: row.name_en,
      head: row.standing_roles.includes('head'),
    }))
    .toSorted((a, b) => Number(a.head) - Number(b.head))
}

/** How a department answers: requests, bounces, median minutes to acceptance over the last weeks. */
export type DepartmentRecord = {
  departmentId: DepartmentId
  asked: number
  bounced: number
  open: number
  overdue: number
  acceptMinutes: number | null
}

export async function recordsOfDepartments(db: Reader, since: Date, now: Date): Promise<DepartmentRecord[]> {
  const { rows } = await sql<{
    department_id: string
    asked: string
    bounced: string
    open: string
    overdue: string
    minutes: string | null
  }>`
    select department_id, count(*) as asked, count(*) filter (where state = 'returned') as bounced,
      count(*) filter (where state in ('sent', 'accepted', 'asked_back')) as open,
      count(*) filter (where state = 'sent' and accept_due_at <= ${now} or step > 0 and state = 'sent') as overdue,
      percentile_cont(0.5) within group (order by extract(epoch from accepted_at - sent_at) / 60) filter (where accepted_at is not null) as minutes
    from escalations where department_id is not null and sent_at >= ${since} group by department_id`.execute(db)
  return rows.map((row) => ({
    departmentId: row.department_id as DepartmentId,
    asked: Number(row.asked),
    bounced: Number(row.bounced),
    open: Number(row.open),
    overdue: Number(row.overdue),
    acceptMinutes: row.minutes === null ? null : Math.round(Number(row.minutes)),
  }))
}
