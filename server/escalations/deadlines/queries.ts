import { sql } from 'kysely'
import type { EscalationId, StaffId } from '../../kernel/ids.ts'
import type { Language } from '../../kernel/language.ts'
import type { Reader } from '../../schema.ts'
import type { EscalationRow } from '../queries.ts'

/** Sent and not accepted in time, the longest first. */
export async function listUnaccepted(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: EscalationId; version: number }[]> {
  const rows = await db
    .selectFrom('escalations')
    .select(['id', 'version'])
    .where('state', '=', 'sent')
    .where('accept_due_at', '<=', now)
    .orderBy('accept_due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as EscalationId, version: row.version }))
}

/** Requests to departments whose people have not been written to yet. */
export async function listUntold(
  db: Reader,
  _now: Date,
  limit: number,
): Promise<{ id: EscalationId; version: number }[]> {
  const { rows } = await sql<{ id: string; letters: number }>`
    select id, letters from escalations
    where state = 'sent' and department_id is not null and (letters = 0 or (letters = 1 and step >= 2))
    order by sent_at limit ${limit}`.execute(db)
  return rows.map((row) => ({ id: row.id as EscalationId, version: row.letters }))
}

type Written = { id: StaffId; name: string; email: string | null; language: Language }

/** Whom letters about a request go to: the one person that was meant, else its handlers, else the night contact; or the head. */
export async function listReaders(
  db: Reader,
  { department_id: departmentId, person_id: personId }: Pick<EscalationRow, 'department_id' | 'person_id'>,
  who: 'handlers' | 'head',
): Promise<Written[]> {
  const { rows } = await sql<Written>`
    select p.id, case when p.language = 'en' then p.name_en else p.name end as name, p.email, coalesce(p.language, 'zh-CN') as language
    from staff p join departments d on d.id = ${departmentId}
    where p.active and case ${who}
      when 'head' then p.id = d.head_id or (d.head_id is null and p.department_id = d.id and 'head' = any(p.standing_roles))
      else case when ${personId}::bigint is not null then p.id = ${personId}
        else (p.department_id = d.id and 'handler' = any(p.standing_roles)) or p.id = d.night_contact_id end
      end
    order by p.number limit 20`.execute(db)
  return rows
}
