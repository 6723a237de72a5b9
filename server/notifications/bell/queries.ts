import { sql } from 'kysely'
import type { NoticeImportance, NoticeKind } from '../../events/notifications.ts'
import type { NoticeId, StaffId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import { type Told, told, toldOf } from '../notices/queries.ts'
import { OF_THE_DUTY_MANAGER } from '../notices/rules.ts'

/** Of one person, for the bell: what is unread first, each the newest first; what stands there by itself is left out. */
export async function listTold(
  db: Reader,
  staffId: StaffId,
  own: readonly NoticeKind[],
  limit: number,
): Promise<Told[]> {
  const rows = await told(db)
    .where('p.staff_id', '=', staffId)
    .where('p.covered_by', 'is', null)
    .where('n.kind', 'not in', [...own])
    .orderBy(sql`p.seen_at is not null or n.settled_at is not null`)
    .orderBy('n.last_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toldOf)
}

/** What one digest after an absence stands for. */
export const listCovered = async (db: Reader, id: NoticeId, staffId: StaffId): Promise<Told[]> =>
  (
    await told(db)
      .where('p.covered_by', '=', id)
      .where('p.staff_id', '=', staffId)
      .orderBy('n.last_at', 'desc')
      .limit(100)
      .execute()
  ).map(toldOf)

export async function listUnseen(db: Reader, staffId: StaffId): Promise<Told[]> {
  const rows = await told(db)
    .where('p.staff_id', '=', staffId)
    .where('p.seen_at', 'is', null)
    .where('p.covered_by', 'is', null)
    .where('n.kind', '<>', 'away')
    .orderBy('p.id')
    .limit(200)
    .execute()
  return rows.map(toldOf)
}

/** How many this person has not opened and that are not over; what the bell counts by itself is left out. */
export async function countUnseen(db: Reader, staffId: StaffId, own: readonly NoticeKind[]): Promise<number> {
  const { count } = await db
    .selectFrom('notice_people as p')
    .innerJoin('notices as n', 'n.id', 'p.notice_id')
    .select((s) => s.fn.countAll<string>().as('count'))
    .where('p.staff_id', '=', staffId)
    .where('p.seen_at', 'is', null)
    .where('p.covered_by', 'is', null)
    .where('n.kind', 'not in', [...own])
    .where('n.settled_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The newest that still wants this person's ear, with how often it has been told. */
export async function ringingFor(
  db: Reader,
  staffId: StaffId,
): Promise<{ id: NoticeId; importance: NoticeImportance; round: number } | undefined> {
  const row = await db
    .selectFrom('notice_people as p')
    .innerJoin('notices as n', 'n.id', 'p.notice_id')
    .select(['n.id', 'n.importance', 'p.round'])
    .where('p.staff_id', '=', staffId)
    .where('p.seen_at', 'is', null)
    .where('p.read_at', 'is', null)
    .where('p.covered_by', 'is', null)
    .where('p.wakes', '=', true)
    .where('n.importance', '<>', 'info')
    .where('n.settled_at', 'is', null)
    .orderBy(sql`n.importance = 'duty'`, 'desc')
    .orderBy('p.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { ...row, id: row.id as NoticeId }
}

/** Pages to the duty manager that go on and that nobody has read, the oldest first. */
export async function listUnanswered(db: Reader): Promise<Subject[]> {
  const rows = await db
    .selectFrom('notices as n')
    .select(['n.id', 'n.kind', 'n.importance'])
    .where('n.settled_at', 'is', null)
    .where('n.importance', '=', 'duty')
    .where('n.kind', 'in', OF_THE_DUTY_MANAGER)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('notice_people as p')
            .select('p.id')
            .whereRef('p.notice_id', '=', 'n.id')
            .where('p.read_at', 'is not', null),
        ),
      ),
    )
    .orderBy('n.id')
    .execute()
  return rows.map(({ id, kind, importance }) => ({ id: id as NoticeId, kind, importance }))
}
type Subject = { readonly id: NoticeId; readonly kind: NoticeKind; readonly importance: NoticeImportance }
