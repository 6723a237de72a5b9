import { sql } from 'kysely'
import type { NoticeImportance, NoticeKind, NoticePart } from '../../events/notifications.ts'
import type { NoticeId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'

/** Two reactions that tell of the same wait for each other, so that it becomes one notice; all in one order, so that none waits in a ring. */
export const lockFolds = (tx: Tx, keys: readonly string[]) =>
  sql`
    select pg_advisory_xact_lock(lock) from (
      select distinct hashtextextended(key, 42) as lock from unnest(${[...keys]}::text[]) as key order by 1
    ) as locks`.execute(tx.db)

/** Of a notice that is not over, whether more of the same is counted in it: a burst, or a duty page that nobody has read. */
const stillCounts = (now: Date) => sql`
  o.settled_at is null and (o.fold_until > ${now}
    or (o.importance = 'duty' and not exists (select from notice_people p where p.notice_id = o.id and p.read_at is not null)))`

/** Of these, the keys of notices that still count. */
export async function foldsOpen(tx: Tx, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ key: string }>`
    select o.fold_key as key from notices o where o.fold_key = any(${[...keys]}::text[]) and ${stillCounts(tx.now)}`.execute(
    tx.db,
  )
  return new Set(rows.map(({ key }) => key))
}

export type Folded = { readonly id: NoticeId; readonly people: readonly StaffId[] }

/** Counts one more in the open notice of this kind; undefined where there is none that still counts. */
export async function countMore(tx: Tx, key: string): Promise<Folded | undefined> {
  const { rows } = await sql<{ id: string; people: string[] }>`
    update notices n set count = n.count + 1, last_at = ${tx.now}
    where n.id = (
      select o.id from notices o
      where o.fold_key = ${key} and ${stillCounts(tx.now)}
      order by o.id desc limit 1)
    returning n.id, (select coalesce(array_agg(p.staff_id::text), '{}') from notice_people p where p.notice_id = n.id) as people`.execute(
    tx.db,
  )
  return rows[0] && { id: rows[0].id as NoticeId, people: rows[0].people as StaffId[] }
}

/** News in a notice that was opened already: it is unread again. */
export const unseeNotice = (tx: Tx, id: NoticeId) =>
  tx.db
    .updateTable('notice_people')
    .set({ seen_at: null })
    .where('notice_id', '=', id)
    .where('read_at', 'is', null)
    .execute()

export type NewNotice = {
  readonly kind: NoticeKind
  readonly importance: NoticeImportance
  readonly ref: string
  readonly path: string
  readonly foldKey: string
  readonly foldUntil: Date
}

/** Their numbers by their keys, of which each is given once. */
export async function insertNotices(tx: Tx, notices: readonly NewNotice[]): Promise<ReadonlyMap<string, NoticeId>> {
  if (notices.length === 0) return new Map()
  const rows = await tx.db
    .insertInto('notices')
    .values(
      notices.map((notice) => ({
        kind: notice.kind,
        importance: notice.importance,
        ref: notice.ref,
        path: notice.path,
        fold_key: notice.foldKey,
        fold_until: notice.foldUntil,
        made_at: tx.now,
        last_at: tx.now,
      })),
    )
    .returning(['id', 'fold_key'])
    .execute()
  return new Map(rows.map(({ id, fold_key }) => [fold_key, id as NoticeId]))
}

export type NewPerson = {
  readonly noticeId: NoticeId
  readonly staffId: StaffId
  readonly part: NoticePart
  readonly pageId: string
  readonly wakes: boolean
  readonly nextAt: Date | null
  readonly upAt: Date | null
}

/** The page ids of those who were not told of it already. */
export async function insertPeople(tx: Tx, people: readonly NewPerson[]): Promise<ReadonlySet<string>> {
  if (people.length === 0) return new Set()
  const rows = await tx.db
    .insertInto('notice_people')
    .values(
      people.map((one) => ({
        notice_id: one.noticeId,
        staff_id: one.staffId,
        part: one.part,
        page_id: one.pageId,
        wakes: one.wakes,
        told_at: tx.now,
        next_at: one.nextAt,
        up_at: one.upAt,
      })),
    )
    .onConflict((conflict) => conflict.constraint('notice_people_once').doNothing())
    .returning('page_id')
    .execute()
  return new Set(rows.map(({ page_id }) => page_id))
}

/** One person's place in one notice. */
export type Told = {
  readonly id: string
  readonly noticeId: NoticeId
  readonly staffId: StaffId
  readonly kind: NoticeKind
  readonly importance: NoticeImportance
  readonly ref: string
  readonly path: string
  readonly count: number
  readonly part: NoticePart
  readonly pageId: string
  readonly round: number
  readonly wakes: boolean
  readonly toldAt: Date
  readonly lastAt: Date
  readonly seenAt: Date | null
  readonly readAt: Date | null
  readonly nextAt: Date | null
  readonly upAt: Date | null
  readonly settledAt: Date | null
}

/** Places in notices, for queries of this feature. */
export const told = (db: Reader) =>
  db
    .selectFrom('notice_people as p')
    .innerJoin('notices as n', 'n.id', 'p.notice_id')
    .select(['p.id', 'p.notice_id', 'p.staff_id', 'n.kind', 'n.importance', 'n.ref', 'n.path', 'n.count', 'p.part'])
    .select(['p.page_id', 'p.round', 'p.wakes', 'p.told_at', 'n.last_at', 'p.seen_at', 'p.read_at', 'p.next_at'])
    .select(['p.up_at', 'n.settled_at'])
type Row = Awaited<ReturnType<ReturnType<typeof told>['execute']>>[number]
export const toldOf = (row: Row): Told => ({
  id: row.id,
  noticeId: row.notice_id as NoticeId,
  staffId: row.staff_id as StaffId,
  kind: row.kind,
  importance: row.importance,
  ref: row.ref,
  path: row.path,
  count: row.count,
  part: row.part,
  pageId: row.page_id,
  round: row.round,
  wakes: row.wakes,
  toldAt: row.told_at,
  lastAt: row.last_at,
  seenAt: row.seen_at,
  readAt: row.read_at,
  nextAt: row.next_at,
  upAt: row.up_at,
  settledAt: row.settled_at,
})

/** Undefined where it is somebody else's, or not there. */
export async function lockTold(tx: Tx, id: NoticeId, staffId: StaffId): Promise<Told | undefined> {
  const row = await told(tx.db)
    .where('p.notice_id', '=', id)
    .where('p.staff_id', '=', staffId)
    .forUpdate('p')
    .executeTakeFirst()
  return row && toldOf(row)
}

/** @throws NotFound */
export async function lockPlace(tx: Tx, id: string): Promise<Told> {
  const row = await told(tx.db).where('p.id', '=', id).forUpdate('p').executeTakeFirst()
  if (!row) throw new NotFound()
  return toldOf(row)
}

type PlaceChange = {
  page_id?: string
  round?: number
  wakes?: boolean
  seen_at?: Date
  read_at?: Date
  next_at?: Date | null
  up_at?: Date | null
  covered_by?: NoticeId
}
export const setPlace = (tx: Tx, id: string, change: PlaceChange) =>
  tx.db.updateTable('notice_people').set(change).where('id', '=', id).execute()

/** They are over: nobody is told again. Those notices that were open. */
export async function settleByRefs(
  tx: Tx,
  refs: readonly string[],
): Promise<{ id: NoticeId; count: number; staff: StaffId[] }[]> {
  if (refs.length === 0) return []
  const rows = await tx.db
    .updateTable('notices')
    .set({ settled_at: tx.now })
    .where('ref', 'in', [...refs])
    .where('settled_at', 'is', null)
    .returning(['id', 'count'])
    .execute()
  if (rows.length === 0) return []
  const people = await tx.db
    .updateTable('notice_people')
    .set({ next_at: null, up_at: null })
    .where(
      'notice_id',
      'in',
      rows.map(({ id }) => id),
    )
    .returning(['notice_id', 'staff_id'])
    .execute()
  const of = Map.groupBy(people, ({ notice_id }) => notice_id)
  return rows.map(({ id, count }) => ({
    id: id as NoticeId,
    count,
    staff: (of.get(id) ?? []).map(({ staff_id }) => staff_id as StaffId),
  }))
}

export async function findByRef(db: Reader, ref: string): Promise<NoticeId | undefined> {
  const row = await db
    .selectFrom('notices')
    .select('id')
    .where('ref', '=', ref)
    .orderBy('id', 'desc')
    .executeTakeFirst()
  return row?.id as NoticeId | undefined
}

export const setCount = (tx: Tx, id: NoticeId, count: number) =>
  tx.db.updateTable('notices').set({ count }).where('id', '=', id).execute()

/** Everything of one reminder that this person has not opened. */
export async function listUnseenOf(tx: Tx, ref: string, staffId: StaffId): Promise<NoticeId[]> {
  const rows = await tx.db
    .selectFrom('notice_people as p')
    .innerJoin('notices as n', 'n.id', 'p.notice_id')
    .select('n.id')
    .where('n.ref', '=', ref)
    .where('p.staff_id', '=', staffId)
    .where('p.seen_at', 'is', null)
    .execute()
  return rows.map(({ id }) => id as NoticeId)
}

const due =
  (column: 'next_at' | 'up_at') =>
  async (db: Reader, now: Date, limit: number): Promise<Due[]> => {
    const rows = await db
      .selectFrom('notice_people')
      .select(['id', 'round', 'next_at', 'up_at'])
      .where(column, '<=', now)
      .orderBy(column)
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      id: row.id,
      version: `${row.round}-${row[column]?.getTime()}`,
      at: row[column] ?? now,
    }))
  }
/** Those whom the next channel, or the next round, may have to reach. */
export const listDueSteps = due('next_at')
/** Those whose next one up is to be told. */
export const listDueClimbs = due('up_at')
