import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { DepartmentId, EscalationId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import { handlersOf, listDepartments } from '../directory/queries.ts'
import type { TargetFacts, TargetPost } from '../rules.ts'

/** A decision to escalate; the same person's earlier one on this ticket where it has not been sent. */
export async function storeDecision(
  tx: Tx,
  ticket: { id: TicketId; round: number },
  by: StaffId,
): Promise<{ id: EscalationId; made: boolean }> {
  const made = await tx.db
    .insertInto('escalations')
    .values({
      ticket_id: ticket.id,
      round: ticket.round,
      state: 'decided',
      need: '',
      tried: '',
      contact: '',
      decided_at: tx.now,
      decided_by: by,
    } as never)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made) return { id: made.id as EscalationId, made: true }
  const { id } = await tx.db
    .selectFrom('escalations')
    .select('id')
    .where('ticket_id', '=', ticket.id)
    .where('decided_by', '=', by)
    .where('state', '=', 'decided')
    .executeTakeFirstOrThrow()
  return { id: id as EscalationId, made: false }
}

export type Target =
  | { kind: 'department'; departmentId: DepartmentId; personId: StaffId | null }
  | { kind: 'post'; post: TargetPost }

/** Who stands behind a target now. @throws NotFound where there is no such department */
export async function factsOfTarget(db: Reader, target: Target, now: Date): Promise<TargetFacts> {
  if (target.kind === 'post') return { kind: 'post', rostered: await countRostered(db, target.post, now) }
  const department = await db
    .selectFrom('departments')
    .select('id')
    .where('id', '=', target.departmentId)
    .executeTakeFirst()
  if (!department) throw new NotFound()
  const person = target.personId ? await standing(db, target.personId, target.departmentId) : 'none'
  return { kind: 'department', handlers: await countAnswering(db, target.departmentId), person }
}

/** Those who take its requests, with a night contact who may sit elsewhere. */
async function countAnswering(db: Reader, departmentId: DepartmentId): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from staff p join departments d on d.id = ${departmentId}
    where p.active and (p.id in (d.head_id, d.night_contact_id)
      or (p.department_id = d.id and p.standing_roles && array['handler', 'head']))`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

async function countRostered(db: Reader, post: Post, now: Date): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from shifts where post = ${post} and during @> ${now}::timestamptz`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

async function standing(db: Reader, id: StaffId, departmentId: DepartmentId): Promise<'fits' | 'gone' | 'elsewhere'> {
  const row = await db.selectFrom('staff').select(['active', 'department_id']).where('id', '=', id).executeTakeFirst()
  if (!row?.active) return 'gone'
  return row.department_id === departmentId ? 'fits' : 'elsewhere'
}

/** Departments with the people who take requests there, and posts with somebody rostered now. */
export async function listTargets(db: Reader, now: Date) {
  const departments = await listDepartments(db)
  return {
    departments: await Promise.all(
      departments.map(async (one) => ({ ...one, handlers: await handlersOf(db, one.id) })),
    ),
    technicians: await countRostered(db, 'technician', now),
  }
}

export const listReturnedOf = async (db: Reader, ticketId: TicketId): Promise<EscalationId[]> =>
  (
    await db
      .selectFrom('escalations')
      .select('id')
      .where('ticket_id', '=', ticketId)
      .where('state', '=', 'returned')
      .execute()
  ).map((row) => row.id as EscalationId)
