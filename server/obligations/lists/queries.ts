import { sql } from 'kysely'
import type { Post } from '../../kernel/capabilities.ts'
import type { DepartmentId, ObligationId, ShiftId, StaffId } from '../../kernel/ids.ts'
import type { Bilingual } from '../../kernel/language.ts'
import type { ObligationKind, ObligationState } from '../../kernel/obligations.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader } from '../../schema.ts'

type Named = { readonly name: string; readonly nameEn: string }

/** One as pages show it. */
export type ObligationView = {
  readonly id: ObligationId
  readonly kind: ObligationKind
  readonly clause: number
  readonly staffId: StaffId | null
  readonly person: Named | null
  readonly post: Post | null
  readonly department: Bilingual | null
  readonly shiftId: ShiftId | null
  /** Of that shift, `2026-12-03`. */
  readonly night: string | null
  readonly subject: string
  /** The number of the ticket that it is about, `NT-24031`, as the desk shows it. */
  readonly ticket: string | null
  readonly path: string | null
  readonly opensAt: Date | null
  readonly dueAt: Date
  readonly lateAt: Date
  readonly graceMinutes: number
  readonly state: ObligationState
  readonly doneAt: Date | null
  readonly doneBy: Named | null
  readonly excuse: {
    readonly at: Date
    readonly by: Named
    readonly from: 'late' | 'missed'
    readonly reason: string
    readonly link: string | null
  } | null
}

/** Of the ticket itself, or of that which a promise, a request to others or a callback belongs to. */
const ticketNumber = sql<string | null>`(
  select t.number from tickets t where t.id = case split_part(o.subject, ':', 1)
    when 'ticket' then split_part(o.subject, ':', 2)::bigint
    when 'promise' then (select p.ticket_id from promises p where p.id = split_part(o.subject, ':', 2)::bigint)
    when 'escalation' then (select e.ticket_id from escalations e where e.id = split_part(o.subject, ':', 2)::bigint)
    when 'callback' then (select c.ticket_id from callbacks c where c.id = split_part(o.subject, ':', 2)::bigint)
  end)`

const views = (db: Reader) =>
  db
    .selectFrom('obligations as o')
    .leftJoin('staff as p', 'p.id', 'o.staff_id')
    .leftJoin('departments as d', 'd.id', 'o.department_id')
    .leftJoin('staff as by', 'by.id', 'o.done_by')
    .leftJoin('staff as x', 'x.id', 'o.excused_by')
    .leftJoin('shifts as s', 's.id', 'o.shift_id')
    .select('s.night')
    .select(ticketNumber.as('ticket'))
    .select(['o.id', 'o.kind', 'o.clause', 'o.staff_id', 'o.post', 'o.shift_id', 'o.subject', 'o.path', 'o.opens_at'])
    .select(['o.due_at', 'o.late_at', 'o.grace_minutes', 'o.state', 'o.done_at', 'o.excused_at', 'o.excused_from'])
    .select(['o.excuse_reason', 'o.excuse_link', 'p.name', 'p.name_en', 'd.name as department'])
    .select(['by.name as by_name', 'by.name_en as by_name_en', 'x.name as x_name', 'x.name_en as x_name_en'])

type Row = Awaited<ReturnType<ReturnType<typeof views>['execute']>>[number]
const viewOf = (row: Row): ObligationView => ({
  id: row.id as ObligationId,
  kind: row.kind,
  clause: row.clause,
  staffId: row.staff_id as StaffId | null,
  person: named(row.name, row.name_en),
  post: row.post,
  department: row.department,
  shiftId: row.shift_id as ShiftId | null,
  night: row.night,
  subject: row.subject,
  ticket: row.ticket,
  path: row.path,
  opensAt: row.opens_at,
  dueAt: row.due_at,
  lateAt: row.late_at,
  graceMinutes: row.grace_minutes,
  state: row.state,
  doneAt: row.done_at,
  doneBy: named(row.by_name, row.by_name_en),
  excuse: row.excused_at && {
    at: row.excused_at,
    by: named(row.x_name, row.x_name_en) ?? { name: '', nameEn: '' },
    from: row.excused_from ?? 'late',
    reason: row.excuse_reason ?? '',
    link: row.excuse_link,
  },
})
const named = (name: string | null, nameEn: string | null): Named | null =>
  name === null ? null : { name, nameEn: nameEn ?? '' }

/** @throws NotFound */
export async function viewObligation(db: Reader, id: ObligationId): Promise<ObligationView> {
  const row = await views(db).where('o.id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return viewOf(row)
}

/** What is due from a person in a stretch of time, and what of earlier they have still to do; the earliest first. */
export const listMine = async (
  db: Reader,
  staffId: StaffId,
  { from, to, limit }: { from: Date; to: Date; limit: number },
): Promise<ObligationView[]> =>
  (
    await views(db)
      .where('o.staff_id', '=', staffId)
      .where('o.due_at', '<', to)
      .where(({ or, and, eb }) =>
        or([eb('o.due_at', '>=', from), and([eb('o.state', 'in', ['due', 'late']), eb('o.done_at', 'is', null)])]),
      )
      .orderBy('o.due_at')
      .orderBy('o.id')
      .limit(limit)
      .execute()
  ).map(viewOf)

/** What comes for a person after that. */
export const listAhead = async (db: Reader, staffId: StaffId, after: Date, limit: number): Promise<ObligationView[]> =>
  (
    await views(db)
      .where('o.staff_id', '=', staffId)
      .where('o.due_at', '>=', after)
      .where('o.state', '=', 'due')
      .orderBy('o.due_at')
      .orderBy('o.id')
      .limit(limit)
      .execute()
  ).map(viewOf)

export type Counts = Readonly<Record<ObligationState, number>>

/** What became of everything due in a stretch of time; what went wrong and is nobody's excuse, and what comes next, on top. */
export async function readTonight(
  db: Reader,
  { from, to, limit }: { from: Date; to: Date; limit: number },
): Promise<{ readonly counts: Counts; readonly open: ObligationView[] }> {
  const counts = await db
    .selectFrom('obligations')
    .select(['state', (s) => s.fn.countAll<string>().as('count')])
    .where('due_at', '>=', from)
    .where('due_at', '<', to)
    .groupBy('state')
    .execute()
  const open = await views(db)
    .where('o.due_at', '>=', from)
    .where('o.due_at', '<', to)
    .where('o.state', 'in', ['due', 'late', 'missed'])
    .where('o.done_at', 'is', null)
    .orderBy(sql`case o.state when 'late' then 0 when 'missed' then 1 else 2 end`)
    .orderBy('o.due_at')
    .orderBy('o.id')
    .limit(limit)
    .execute()
  const zero: Counts = { due: 0, done: 0, late: 0, missed: 0, excused: 0 }
  return {
    counts: { ...zero, ...Object.fromEntries(counts.map(({ state, count }) => [state, Number(count)])) },
    open: open.map(viewOf),
  }
}

export type Wanted = {
  readonly from: Date | null
  readonly to: Date | null
  readonly staffId: StaffId | null
  readonly departmentId: DepartmentId | null
  readonly post: Post | null
  readonly kind: ObligationKind | null
  /** The last one of the page before: what was due before it follows. */
  readonly before: { readonly at: Date; readonly id: ObligationId } | null
}

function wantedRows(db: Reader, { from, to, staffId, departmentId, post, kind }: Wanted) {
  let rows = db.selectFrom('obligations as o').leftJoin('staff as p', 'p.id', 'o.staff_id')
  if (from) rows = rows.where('o.due_at', '>=', from)
  if (to) rows = rows.where('o.due_at', '<', to)
  if (staffId) rows = rows.where('o.staff_id', '=', staffId)
  if (post) rows = rows.where('o.post', '=', post)
  if (kind) rows = rows.where('o.kind', '=', kind)
  if (departmentId)
    rows = rows.where(({ or, eb }) =>
      or([eb('o.department_id', '=', departmentId), eb('p.department_id', '=', departmentId)]),
    )
  return rows
}

export async function countWanted(db: Reader, wanted: Wanted): Promise<Counts> {
  const rows = await wantedRows(db, wanted)
    .select(['o.state', (s) => s.fn.countAll<string>().as('count')])
    .groupBy('o.state')
    .execute()
  const zero: Counts = { due: 0, done: 0, late: 0, missed: 0, excused: 0 }
  return { ...zero, ...Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)])) }
}

/** The latest first. */
export async function listWanted(
  db: Reader,
  wanted: Wanted,
  { state, limit }: { state: ObligationState | null; limit: number },
): Promise<ObligationView[]> {
  let ids = wantedRows(db, wanted).select(['o.id', 'o.due_at'])
  if (state) ids = ids.where('o.state', '=', state)
  if (wanted.before) {
    const { at, id } = wanted.before
    ids = ids.where(sql<boolean>`(o.due_at, o.id) < (${at}::timestamptz, ${id}::bigint)`)
  }
  const found = await ids.orderBy('o.due_at', 'desc').orderBy('o.id', 'desc').limit(limit).execute()
  if (found.length === 0) return []
  const rows = await views(db)
    .where(
      'o.id',
      'in',
      found.map(({ id }) => id),
    )
    .orderBy('o.due_at', 'desc')
    .orderBy('o.id', 'desc')
    .execute()
  return rows.map(viewOf)
}

/** Where each of a person's stands on the line of the night. */
export const ticksOf = async (
  db: Reader,
  staffId: StaffId,
  { from, to }: { from: Date; to: Date },
): Promise<{ readonly dueAt: Date; readonly opensAt: Date | null; readonly state: ObligationState }[]> =>
  (
    await db
      .selectFrom('obligations')
      .select(['due_at', 'opens_at', 'state'])
      .where('staff_id', '=', staffId)
      .where('due_at', '>=', from)
      .where('due_at', '<=', to)
      .orderBy('due_at')
      .limit(60)
      .execute()
  ).map((row) => ({ dueAt: row.due_at, opensAt: row.opens_at, state: row.state }))
