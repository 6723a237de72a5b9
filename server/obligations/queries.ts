import { sql } from 'kysely'
import type { Post } from '../kernel/capabilities.ts'
import type { DepartmentId, ObligationId, ShiftId, StaffId } from '../kernel/ids.ts'
import { OBLIGATIONS, type ObligationKind, type ObligationState } from '../kernel/obligations.ts'
import { NotFound } from '../kernel/refusal.ts'
import type { Reader, Tx } from '../schema.ts'
import { done, lateAt, type Stage, type Timed } from './rules.ts'

/** Whose it is: a person's, or whoever's on a post or in a department. */
export type Owner =
  | { readonly staffId: StaffId; readonly post?: Post | null }
  | { readonly staffId?: null; readonly post: Post }
  | { readonly staffId?: null; readonly departmentId: DepartmentId }

/** What somebody will have to do. About one subject it is owed once by one person; `part` tells several of a kind apart. */
export type Owed = Owner & {
  readonly kind: ObligationKind
  readonly subject: string
  readonly part?: string
  /** The shift that brings it: it moves and goes with it. */
  readonly shiftId?: ShiftId | null
  readonly opensAt?: Date | null
  readonly dueAt: Date
  readonly graceMinutes?: number
  readonly missedAt?: Date | null
  /** Where one goes to do it. */
  readonly path?: string | null
}
/** What is meant: all of a kind about a subject, or one part of it. */
export type About = { readonly kind: ObligationKind; readonly subject: string; readonly part?: string }

export type ObligationRow = Timed & {
  readonly id: ObligationId
  readonly kind: ObligationKind
  readonly clause: number
  readonly staffId: StaffId | null
  readonly post: Post | null
  readonly departmentId: DepartmentId | null
  readonly shiftId: ShiftId | null
  readonly subject: string
  readonly part: string
  readonly opensAt: Date | null
  readonly state: ObligationState
  readonly doneAt: Date | null
}

const COLUMNS = [
  'id',
  'kind',
  'clause',
  'staff_id',
  'post',
  'department_id',
  'shift_id',
  'subject',
  'part',
  'opens_at',
  'due_at',
  'grace_minutes',
  'missed_at',
  'state',
  'done_at',
] as const

const rows = (db: Reader) => db.selectFrom('obligations').select(COLUMNS)
type Row = Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]
const rowOf = (row: Row): ObligationRow => ({
  id: row.id as ObligationId,
  kind: row.kind,
  clause: row.clause,
  staffId: row.staff_id as StaffId | null,
  post: row.post,
  departmentId: row.department_id as DepartmentId | null,
  shiftId: row.shift_id as ShiftId | null,
  subject: row.subject,
  part: row.part,
  opensAt: row.opens_at,
  dueAt: row.due_at,
  graceMinutes: row.grace_minutes,
  missedAt: row.missed_at,
  state: row.state,
  doneAt: row.done_at,
})

/** Writes what is owed; what somebody owed already at other times and has not done moves, and all else is left. */
export async function storeOwed(
  tx: Tx,
  owed: readonly Owed[],
): Promise<{ readonly row: ObligationRow; readonly isNew: boolean }[]> {
  if (owed.length === 0) return []
  const stored = await tx.db
    .insertInto('obligations')
    .values(owed.map((one) => valuesOf(one, tx.now)))
    .onConflict((conflict) =>
      conflict
        .constraint('obligations_once')
        .doUpdateSet(({ ref }) => ({
          post: ref('excluded.post'),
          shift_id: ref('excluded.shift_id'),
          opens_at: ref('excluded.opens_at'),
          due_at: ref('excluded.due_at'),
          grace_minutes: ref('excluded.grace_minutes'),
          late_at: ref('excluded.late_at'),
          missed_at: ref('excluded.missed_at'),
          path: ref('excluded.path'),
          next_at: ref('excluded.next_at'),
          version: sql<number>`obligations.version + 1`,
        }))
        .where('obligations.state', '=', 'due')
        .where(
          sql<boolean>`(obligations.due_at, obligations.late_at, obligations.missed_at, obligations.post, obligations.shift_id)
            is distinct from (excluded.due_at, excluded.late_at, excluded.missed_at, excluded.post, excluded.shift_id)`,
        ),
    )
    .returning([...COLUMNS, 'version'])
    .execute()
  return stored.map(({ version, ...row }) => ({ row: rowOf(row), isNew: version === 0 }))
}

function valuesOf(owed: Owed, now: Date) {
  const timed = { dueAt: owed.dueAt, graceMinutes: owed.graceMinutes ?? 0, missedAt: owed.missedAt ?? null }
  return {
    kind: owed.kind,
    clause: OBLIGATIONS[owed.kind].clause,
    staff_id: owed.staffId ?? null,
    post: 'post' in owed ? (owed.post ?? null) : null,
    department_id: 'departmentId' in owed ? owed.departmentId : null,
    shift_id: owed.shiftId ?? null,
    subject: owed.subject,
    part: owed.part ?? '',
    opens_at: owed.opensAt ?? null,
    due_at: timed.dueAt,
    grace_minutes: timed.graceMinutes,
    late_at: lateAt(timed),
    missed_at: timed.missedAt,
    path: owed.path ?? null,
    state: 'due' as const,
    done_at: null,
    // What was over before it was written is late with the next pass of the ticker, and told as such.
    next_at: lateAt(timed),
    made_at: now,
  } as never
}

export type Ended = { readonly owed: Owed; readonly at: Date; readonly by: StaffId | null }

/** As they ended, without ever having been due on a page; returns those that had not been written before. */
export async function insertDone(tx: Tx, all: readonly Ended[]): Promise<Ended[]> {
  if (all.length === 0) return []
  const rows = await tx.db
    .insertInto('obligations')
    .values(all.map((one) => endedOf(one, tx.now)))
    .onConflict((conflict) => conflict.constraint('obligations_once').doNothing())
    .returning(['kind', 'subject', 'part'])
    .execute()
  const keyOf = (one: { kind: string; subject: string; part?: string }): string =>
    [one.kind, one.subject, one.part ?? ''].join(' ')
  const inserted = new Set(rows.map(keyOf))
  return all.filter(({ owed }) => inserted.has(keyOf(owed)))
}

function endedOf({ owed, at, by }: Ended, now: Date) {
  const values = valuesOf(owed, now) as { due_at: Date; grace_minutes: number; missed_at: Date | null }
  const timed = { dueAt: values.due_at, graceMinutes: values.grace_minutes, missedAt: values.missed_at }
  const { state, doneAt } = done(timed, { state: 'due', doneAt: null }, at)
  return { ...values, state, done_at: doneAt, done_by: by ?? owed.staffId ?? null, next_at: null } as never
}

/** Locked, in the order of their ids. */
export async function lockAbout(tx: Tx, { kind, subject, part }: About): Promise<ObligationRow[]> {
  const found = rows(tx.db).where('kind', '=', kind).where('subject', '=', subject)
  const all = part === undefined ? found : found.where('part', '=', part)
  return (await all.orderBy('id').forUpdate().execute()).map(rowOf)
}

/** What a shift has brought, locked. */
export const lockOfShift = async (tx: Tx, shiftId: ShiftId): Promise<ObligationRow[]> =>
  (await rows(tx.db).where('shift_id', '=', shiftId).orderBy('id').forUpdate().execute()).map(rowOf)

/** @throws NotFound */
export async function lockObligation(tx: Tx, id: ObligationId): Promise<ObligationRow> {
  const row = await rows(tx.db).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new NotFound()
  return rowOf(row)
}

export const setStage = (
  tx: Tx,
  id: ObligationId,
  { state, doneAt, nextAt }: Stage,
  more: { done_by?: StaffId | null; record?: string | null } = {},
) =>
  tx.db
    .updateTable('obligations')
    .set({ state, done_at: doneAt, next_at: nextAt, version: sql`version + 1`, ...more })
    .where('id', '=', id)
    .execute()

export const setOwner = (tx: Tx, id: ObligationId, staffId: StaffId) =>
  tx.db.updateTable('obligations').set({ staff_id: staffId, version: sql`version + 1` }).where('id', '=', id).execute()

export const storeExcuse = (
  tx: Tx,
  id: ObligationId,
  { by, was, reason, link }: { by: StaffId; was: 'late' | 'missed'; reason: string; link: string | null },
) =>
  tx.db
    .updateTable('obligations')
    .set({
      state: 'excused',
      next_at: null,
      excused_at: tx.now,
      excused_by: by,
      excused_from: was,
      excuse_reason: reason,
      excuse_link: link,
      version: sql`version + 1`,
    })
    .where('id', '=', id)
    .execute()

export const deleteObligations = (tx: Tx, ids: readonly ObligationId[]) =>
  tx.db.deleteFrom('obligations').where('id', 'in', ids).execute()

export async function listLapsing(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: ObligationId; version: number; at: Date }[]> {
  const found = await db
    .selectFrom('obligations')
    .select(['id', 'version', 'next_at'])
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return found.map((row) => ({ id: row.id as ObligationId, version: row.version, at: row.next_at ?? now }))
}
