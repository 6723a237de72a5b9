import { sql } from 'kysely'
import type { BriefId, StaffId } from '../../kernel/ids.ts'
import { named } from '../../kernel/named.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Window } from '../../kernel/time.ts'
import type { Due } from '../../platform/ticker.ts'
import type { Reader, Tx } from '../../schema.ts'
import { type BriefLine, type Figures, LINES } from './rules.ts'

/** What each of these windows had, in their order. Seconds, and counts. */
export async function readNights(db: Reader, windows: readonly Window[]): Promise<Figures[]> {
  const [from, to] = [windows.map((one) => one.from), windows.map((one) => one.to)]
  const first = from.reduce((a, b) => (b < a ? b : a), from[0] ?? new Date(0))
  const { rows } = await sql<Record<string, string | null>>`
    with w as (select * from unnest(${from}::timestamptz[], ${to}::timestamptz[]) with ordinality as w (a, z, n)),
    asked as materialized (select created_at as at, channel, extract(epoch from first_answered_at - created_at) as seconds from tickets where created_at >= ${first}),
    solved as materialized (select resolved_at as at from tickets where resolved_at >= ${first}),
    passed as materialized (select made_at as at from offers where made_at >= ${first} and state in ('passed', 'expired')),
    sent as materialized (select sent_at as at from escalations where sent_at >= ${first}),
    broken as materialized (select due_at as at from promises where due_at >= ${first} and state = 'broken'),
    opened as materialized (select opened_at as at from incidents where opened_at >= ${first}),
    rang as materialized (select raised_at as at from alarms where raised_at >= ${first}),
    lost as materialized (select starts_at as at from shifts s where starts_at >= ${first} and kind = 'night'
      and not exists (select from attendances c where c.shift_id = s.id))
    select
      (select count(*) from asked where at >= a and at < z) as asked,
      (select percentile_cont(0.5) within group (order by seconds) from asked where at >= a and at < z and seconds is not null and channel <> 'form') as first_answer,
      (select max(seconds) from asked where at >= a and at < z and channel <> 'form') as longest_wait,
      (select count(*) from solved where at >= a and at < z) as solved,
      (select count(*) from passed where at >= a and at < z) as not_taken,
      (select count(*) from sent where at >= a and at < z) as escalated,
      (select count(*) from broken where at >= a and at < z) as promises_broken,
      (select count(*) from opened where at >= a and at < z) as complaints,
      (select count(*) from rang where at >= a and at < z) as alarms,
      (select count(*) from lost where at >= a and at < z) as missing
    from w order by n`.execute(db)
  return rows.map(
    (row) => Object.fromEntries(LINES.map(({ key }) => [key, row[key] == null ? null : Number(row[key])])) as Figures,
  )
}

export type Brief = {
  readonly id: BriefId
  readonly night: string
  readonly state: 'due' | 'draft' | 'sent' | 'empty'
  readonly draftAt: Date
  readonly dueAt: Date
  readonly lines: readonly BriefLine[]
  readonly words: string
  readonly version: number
  readonly editedAt: Date | null
  readonly editor: { readonly name: string; readonly nameEn: string } | null
  readonly sentAt: Date | null
}

const briefs = (db: Reader) =>
  db
    .selectFrom('night_briefs as b')
    .leftJoin('staff as s', 's.id', 'b.edited_by')
    .select(['b.id', 'b.night', 'b.state', 'b.draft_at', 'b.due_at', 'b.lines', 'b.words', 'b.version'])
    .select(['b.edited_at', 'b.sent_at', 's.name', 's.name_en'])
type Row = Awaited<ReturnType<ReturnType<typeof briefs>['execute']>>[number]
const briefOf = (row: Row): Brief => ({
  id: row.id as BriefId,
  night: row.night,
  state: row.state,
  draftAt: row.draft_at,
  dueAt: row.due_at,
  lines: row.lines ?? [],
  words: row.words,
  version: row.version,
  editedAt: row.edited_at,
  editor: named(row.name, row.name_en),
  sentAt: row.sent_at,
})

/** @throws NotFound */
export async function lockBrief(tx: Tx, id: BriefId): Promise<Brief> {
  const row = await briefs(tx.db).where('b.id', '=', id).forUpdate('b').executeTakeFirst()
  if (!row) throw new NotFound()
  return briefOf(row)
}

export async function findBrief(db: Reader, night: string): Promise<Brief | undefined> {
  const row = await briefs(db).where('b.night', '=', night).executeTakeFirst()
  return row && briefOf(row)
}

/** Nights that have a brief, the latest first. */
export const listBriefs = async (db: Reader, limit: number): Promise<Brief[]> =>
  (await briefs(db).where('b.state', 'in', ['draft', 'sent']).orderBy('b.night', 'desc').limit(limit).execute()).map(
    briefOf,
  )

/** Whether this night has its row, with these times. */
export async function isPlanned(db: Reader, night: string, at: { draftAt: Date; dueAt: Date }): Promise<boolean> {
  const row = await db
    .selectFrom('night_briefs')
    .select(['state', 'draft_at', 'due_at'])
    .where('night', '=', night)
    .executeTakeFirst()
  if (!row) return false
  const draft = row.state !== 'due' || row.draft_at.getTime() === at.draftAt.getTime()
  const due = (row.state !== 'due' && row.state !== 'draft') || row.due_at.getTime() === at.dueAt.getTime()
  return draft && due
}

export const storePlan = (tx: Tx, night: string, { draftAt, dueAt }: { draftAt: Date; dueAt: Date }) =>
  sql`
    insert into night_briefs (night, state, draft_at, due_at) values (${night}, 'due', ${draftAt}, ${dueAt})
    on conflict (night) do update set
      draft_at = case when night_briefs.state = 'due' then excluded.draft_at else night_briefs.draft_at end,
      due_at = excluded.due_at
    where night_briefs.state in ('due', 'draft')`.execute(tx.db)

/** To be drawn up, or to go out. */
export async function listDueBriefs(db: Reader, now: Date, limit: number): Promise<Due[]> {
  const { rows } = await sql<{ id: string; state: string }>`
    select id, state from night_briefs
    where (state = 'due' and draft_at <= ${now}) or (state = 'draft' and due_at <= ${now}) order by id limit ${limit}`.execute(
    db,
  )
  return rows.map(({ id, state }) => ({ id, version: state }))
}

type Change = {
  state?: Brief['state']
  lines?: readonly BriefLine[]
  words?: string
  edited_by?: StaffId
  edited_at?: Date
  sent_at?: Date
  sent_by?: StaffId | null
}
export const setBrief = (tx: Tx, id: BriefId, { lines, ...change }: Change) =>
  tx.db
    .updateTable('night_briefs')
    .set({
      ...change,
      ...(lines ? { lines: JSON.stringify(lines) as never } : {}),
      version: sql<number>`version + 1`,
    })
    .where('id', '=', id)
    .execute()

/** Duty managers of a window who came: the brief of that night is theirs. */
export async function managersOf(db: Reader, { from, to }: Window): Promise<StaffId[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct s.staff_id as id from shifts s join attendances a on a.shift_id = s.id
    where s.post = 'manager' and s.during && tstzrange(${from}, ${to}) order by 1`.execute(db)
  return rows.map(({ id }) => id as StaffId)
}
