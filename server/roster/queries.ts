import { sql } from 'kysely'
import type { Post, Rank } from '../kernel/capabilities.ts'
import type { ShiftId, StaffId } from '../kernel/ids.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Window } from '../kernel/time.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Planned } from './rules.ts'

export type ShiftView = Planned & {
  readonly id: ShiftId
  readonly night: string
  readonly kind: 'night' | 'day'
  readonly name: string
  readonly nameEn: string
}

const shiftRows = (db: Reader) =>
  db
    .selectFrom('shifts as s')
    .innerJoin('staff as p', 'p.id', 's.staff_id')
    .select(['s.id', 's.staff_id', 's.post', 's.starts_at', 's.ends_at', 's.night', 's.kind', 'p.name', 'p.name_en'])

type Row = Awaited<ReturnType<ReturnType<typeof shiftRows>['execute']>>[number]
const viewOf = (row: Row): ShiftView => ({
  id: row.id as ShiftId,
  staffId: row.staff_id as StaffId,
  post: row.post,
  from: row.starts_at,
  to: row.ends_at,
  night: row.night,
  kind: row.kind,
  name: row.name,
  nameEn: row.name_en,
})

export const listShifts = async (db: Reader, fromNight: string, toNight: string): Promise<ShiftView[]> =>
  (
    await shiftRows(db)
      .where('s.night', '>=', fromNight)
      .where('s.night', '<', toNight)
      .orderBy('s.starts_at')
      .orderBy('s.id')
      .execute()
  ).map(viewOf)

export const shiftsOfNight = async (db: Reader, night: string): Promise<ShiftView[]> =>
  (await shiftRows(db).where('s.night', '=', night).orderBy('s.starts_at').orderBy('s.id').execute()).map(viewOf)

/** Everybody whose shift covers this instant. */
export const shiftsAt = async (db: Reader, at: Date): Promise<ShiftView[]> =>
  (await shiftRows(db).where(sql<boolean>`s.during @> ${at}::timestamptz`).orderBy('p.number').execute()).map(viewOf)

/** @throws NotFound */
export async function getShift(db: Reader, id: ShiftId): Promise<ShiftView> {
  const row = await shiftRows(db).where('s.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return viewOf(row)
}

/** Any constant of our own. */
const LOCK = 4_201_004

/** Whoever plans waits for whoever plans now: what holds between shifts is checked on what is really there. */
export const lockRoster = (tx: Tx) => sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx.db)

/** The shift, locked. @throws NotFound */
export async function lockShift(tx: Tx, id: ShiftId): Promise<ShiftView> {
  await tx.db.selectFrom('shifts').select('id').where('id', '=', id).forUpdate().execute()
  return getShift(tx.db, id)
}

/** All shifts that touch a window, in the order of their ids; `except` is the one being planned. */
export const shiftsTouching = async (db: Reader, window: Window, except: ShiftId | null): Promise<ShiftView[]> =>
  (
    await shiftRows(db)
      .where(sql<boolean>`s.during && ${rangeOf(window)}::tstzrange`)
      .where('s.id', '!=', except ?? '0')
      .orderBy('s.id')
      .execute()
  ).map(viewOf)

/** The shift that this person stands in, or the next to come. */
export async function nextShiftOf(db: Reader, staffId: StaffId, now: Date): Promise<ShiftView | undefined> {
  const row = await shiftRows(db)
    .where('s.staff_id', '=', staffId)
    .where('s.ends_at', '>', now)
    .orderBy('s.starts_at')
    .limit(1)
    .executeTakeFirst()
  return row && viewOf(row)
}

export const comingShiftsOf = async (db: Reader, staffId: StaffId, now: Date, limit: number): Promise<ShiftView[]> =>
  (
    await shiftRows(db)
      .where('s.staff_id', '=', staffId)
      .where('s.ends_at', '>', now)
      .orderBy('s.starts_at')
      .limit(limit)
      .execute()
  ).map(viewOf)

/** Shifts that are not over and that this person has not come to: what they leave open when they go. */
export const shiftsAheadOf = async (db: Reader, staffId: StaffId, now: Date): Promise<ShiftView[]> =>
  (
    await shiftRows(db)
      .where('s.staff_id', '=', staffId)
      .where('s.ends_at', '>', now)
      .where(sql<boolean>`not exists (select from attendances a where a.shift_id = s.id)`)
      .orderBy('s.starts_at')
      .execute()
  ).map(viewOf)

/** Whether a shift on this post covers the instant. */
export async function isCovered(db: Reader, now: Date, post: Post): Promise<boolean> {
  const row = await db
    .selectFrom('shifts')
    .select('id')
    .where('post', '=', post)
    .where(sql<boolean>`during @> ${now}::timestamptz`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** When the next customer-service shift begins; null where none is planned. */
export async function nextOpening(db: Reader, now: Date): Promise<Date | null> {
  const row = await db
    .selectFrom('shifts')
    .select('starts_at')
    .where('post', '=', 'service')
    .where('starts_at', '>', now)
    .orderBy('starts_at')
    .limit(1)
    .executeTakeFirst()
  return row?.starts_at ?? null
}

export type Rostered = {
  id: StaffId
  number: string
  name: string
  nameEn: string
  rank: Rank
  posts: Post[]
  active: boolean
}

/** Everybody who may be rostered on something, by number. */
export async function listRosterable(db: Reader): Promise<Rostered[]> {
  const rows = await db
    .selectFrom('staff')
    .select(['id', 'number', 'name', 'name_en', 'rank', 'posts', 'active'])
    .where('active', '=', true)
    .where(sql<boolean>`posts <> '{}'`)
    .orderBy('number')
    .execute()
  return rows.map((row) => ({
    id: row.id as StaffId,
    number: row.number,
    name: row.name,
    nameEn: row.name_en,
    rank: row.rank,
    posts: row.posts,
    active: row.active,
  }))
}

/** The person, locked: two plans for one person wait for each other. */
export async function lockPerson(tx: Tx, id: StaffId): Promise<Rostered | undefined> {
  const row = await tx.db
    .selectFrom('staff')
    .select(['id', 'number', 'name', 'name_en', 'rank', 'posts', 'active'])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return (
    row && {
      id: row.id as StaffId,
      number: row.number,
      name: row.name,
      nameEn: row.name_en,
      rank: row.rank,
      posts: row.posts,
      active: row.active,
    }
  )
}

type Plan = Window & { staffId: StaffId; post: Post; night: string; kind: 'night' | 'day' }

export async function insertShift(tx: Tx, plan: Plan): Promise<ShiftId> {
  const row = await tx.db.insertInto('shifts').values(rowOf(plan, tx.now)).returning('id').executeTakeFirstOrThrow()
  return row.id as ShiftId
}

/** Many at once, in one statement. */
export async function insertShifts(tx: Tx, plans: readonly Plan[]): Promise<void> {
  if (plans.length === 0) return
  const rows = plans.map((plan) => rowOf(plan, tx.now))
  await tx.db.insertInto('shifts').values(rows).execute()
}

const rowOf = (plan: Plan, now: Date) => ({
  staff_id: plan.staffId,
  post: plan.post,
  during: rangeOf(plan),
  night: plan.night,
  kind: plan.kind,
  created_at: now,
})

export const setShift = (tx: Tx, id: ShiftId, to: { staffId: StaffId; post: Post }) =>
  tx.db.updateTable('shifts').set({ staff_id: to.staffId, post: to.post }).where('id', '=', id).execute()

export const deleteShift = (tx: Tx, id: ShiftId) => tx.db.deleteFrom('shifts').where('id', '=', id).execute()

/** Somebody has checked in on it: it is history and stays. */
export async function hasAttendance(db: Reader, id: ShiftId): Promise<boolean> {
  const row = await db.selectFrom('attendances').select('id').where('shift_id', '=', id).limit(1).executeTakeFirst()
  return row !== undefined
}

const rangeOf = ({ from, to }: Window): string => `[${from.toISOString()},${to.toISOString()})`
