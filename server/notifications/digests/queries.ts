import { sql } from 'kysely'
import type { DepartmentId, DigestId, EscalationId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'

/** Whether each department has its row of this day, with this time while it is still to come. */
export async function isPlanned(db: Reader, day: string, dueAt: Date): Promise<boolean> {
  const { rows } = await sql`
    select from departments d where not exists (
      select from digests g where g.department_id = d.id and g.day = ${day} and (g.state <> 'due' or g.due_at = ${dueAt})) limit 1`.execute(
    db,
  )
  return rows.length === 0
}

export const storePlan = (tx: Tx, day: string, dueAt: Date) =>
  sql`
    insert into digests (department_id, day, state, due_at) select id, ${day}, 'due', ${dueAt} from departments order by id
    on conflict (department_id, day) do update set due_at = excluded.due_at where digests.state = 'due'`.execute(tx.db)

export async function listDueDigests(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const rows = await db
    .selectFrom('digests')
    .select(['id', 'due_at'])
    .where('state', '=', 'due')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id, due_at }) => ({ id, version: due_at.getTime(), at: due_at }))
}

/** Undefined where it is written already, or not due. */
export async function lockDueDigest(
  tx: Tx,
  id: DigestId,
): Promise<{ departmentId: DepartmentId; dueAt: Date } | undefined> {
  const row = await tx.db
    .selectFrom('digests')
    .select(['department_id', 'due_at'])
    .where('id', '=', id)
    .where('state', '=', 'due')
    .where('due_at', '<=', tx.now)
    .forUpdate()
    .executeTakeFirst()
  return row && { departmentId: row.department_id as DepartmentId, dueAt: row.due_at }
}

export const storeWritten = (tx: Tx, id: DigestId, { fresh, overdue }: { fresh: number; overdue: number }) =>
  tx.db
    .updateTable('digests')
    .set({ state: fresh + overdue > 0 ? 'sent' : 'empty', fresh, overdue, written_at: tx.now })
    .where('id', '=', id)
    .execute()

/** A request that the department has before it: not accepted yet, or promised and late. */
export type Listed = {
  readonly id: EscalationId
  readonly number: string
  readonly subject: string
  readonly need: string
  readonly state: 'sent' | 'accepted' | 'asked_back'
  readonly sentAt: Date
  readonly promisedAt: Date | null
  readonly overdue: boolean
}

/** Overdue first, then by when the customer was promised to hear. */
export async function listForDepartment(db: Reader, id: DepartmentId, now: Date): Promise<Listed[]> {
  const { rows } = await sql<Listed>`
    select e.id, t.number, t.subject, e.need, e.state, e.sent_at as "sentAt", e.promised_at as "promisedAt",
      (e.state = 'sent' and (e.accept_due_at <= ${now} or e.step > 0)) or coalesce(e.promised_at <= ${now}, false) as overdue
    from escalations e join tickets t on t.id = e.ticket_id
    where e.department_id = ${id} and (e.state = 'sent' or (e.state = 'accepted' and e.promised_at <= ${now}))
    order by overdue desc, e.promised_at nulls last, e.id limit 200`.execute(db)
  return rows
}

export async function nameOfDepartment(db: Reader, id: DepartmentId): Promise<Bilingual> {
  const { name } = await db.selectFrom('departments').select('name').where('id', '=', id).executeTakeFirstOrThrow()
  return name
}
