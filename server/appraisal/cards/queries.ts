import { sql } from 'kysely'
import type { Capability } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import type { ObligationKind } from '../../kernel/obligations.ts'
import type { Reader } from '../../schema.ts'

export type Seen = {
  /** What it is called where it is a number of ours. */
  readonly number: string | null
  /** Where it stands, for whoever may open it there: this person, or anybody with this right. */
  readonly link: string | null
  readonly of: StaffId | null
  readonly rights: readonly Capability[]
  readonly kind: ObligationKind | null
  readonly at: Date | null
}

/** Where facts are seen: the rows of ours behind them, whoever reads; no customer is named. */
export async function seenFacts(db: Reader, subject: string, refs: readonly string[]): Promise<Map<string, Seen>> {
  if (refs.length === 0) return new Map()
  const { rows } = await rowsOf(db, subject, [...refs])
  return new Map(rows.map(({ ref, ...seen }) => [ref, seen]))
}

type Row = Seen & { readonly ref: string }

function rowsOf(db: Reader, subject: string, refs: string[]): Promise<{ rows: Row[] }> {
  switch (subject) {
    case 'obligation':
      return sql<Row>`
        select o.id::text as ref, null as number, '/obligations/' || o.id as link, o.staff_id as of, array['obligation.read'] as rights, o.kind, o.due_at as at
        from obligations o where o.id = any(${refs}::bigint[])`.execute(db)
    case 'rating':
      return sql<Row>`
        select r.id::text as ref, t.number, '/ratings/' || r.id as link, r.handlers->0->>'staffId' as of, array['rating.decide'] as rights, null as kind, r.given_at as at
        from ratings r join tickets t on t.id = r.ticket_id where r.id = any(${refs}::bigint[])`.execute(db)
    case 'incident':
      return sql<Row>`
        select i.id::text as ref, i.number, '/incidents/' || i.id as link, null as of, array['incident.read'] as rights, null as kind, i.opened_at as at
        from incidents i where i.id = any(${refs}::bigint[])`.execute(db)
    case 'shift':
      return sql<Row>`
        select s.id::text as ref, null as number, '/roster?month=' || to_char(s.night, 'YYYY-MM') as link, null as of, array['roster.read'] as rights, null as kind, s.starts_at as at
        from shifts s where s.id = any(${refs}::bigint[])`.execute(db)
    case 'commendation':
      return sql<Row>`
        select c.id::text as ref, null as number, '/commendations/' || c.id as link, c.staff_id as of,
          array['recognition.review', 'recognition.decide'] as rights, null as kind, c.decided_at as at
        from commendations c where c.id = any(${refs}::bigint[])`.execute(db)
    case 'case':
      return sql<Row>`
        select f.id::text as ref, null as number, '/records/cases/' || f.id as link, f.staff_id as of,
          array['record.ask', 'record.decide'] as rights, null as kind, f.decided_at as at
        from false_records f where f.id = any(${refs}::bigint[])`.execute(db)
    default:
      return Promise.resolve({ rows: [] })
  }
}

/** The fact's own subject, as it was frozen. */
export async function inputOf(
  db: Reader,
  { id, revision, item }: { id: string; revision: number; item: string },
): Promise<{ subject: string } | undefined> {
  return db
    .selectFrom('appraisal_inputs')
    .select('subject')
    .where('appraisal_id', '=', id)
    .where('revision', '=', revision)
    .where('item', '=', item)
    .executeTakeFirst()
}

/** Names of those who reviewed, signed, noted or opened it again. */
export async function namesOf(
  db: Reader,
  ids: readonly (string | null)[],
): Promise<Map<string, { name: string; nameEn: string }>> {
  const known = ids.filter((id): id is string => id !== null)
  if (known.length === 0) return new Map()
  const rows = await db.selectFrom('staff').select(['id', 'name', 'name_en']).where('id', 'in', known).execute()
  return new Map(rows.map((row) => [row.id, { name: row.name, nameEn: row.name_en }]))
}
