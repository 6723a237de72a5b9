import { type RawBuilder, sql } from 'kysely'
import { ERASED } from '../../../kernel/erased.ts'
import type { Reader, Tx } from '../../../schema.ts'
import type { Belongs, Kept, Scope } from '../keeping.ts'

/** Reads, counts and erases what the registry names (keeping.ts); table and column names come from there alone. */

/** Rows of one table about a customer, as they are handed out. */
export async function rowsOf(db: Reader, kept: Kept, scope: Scope): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<{ row: Record<string, unknown> }>`
    select to_jsonb(k) - ${[...(kept.withheld ?? [])]}::text[] as row from ${sql.table(kept.table)} k
    where ${belongsTo('k', kept.belongs, scope)} order by k`.execute(db)
  return rows.map(({ row }) => row)
}

/** How many rows hold something that an erasure would take. */
export async function countKept(db: Reader, kept: Kept, scope: Scope): Promise<number> {
  if (!takesAnything(kept)) return 0
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from ${sql.table(kept.table)} k
    where ${belongsTo('k', kept.belongs, scope)} and ${holdsAnything(kept)}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

export type KeptFile = { readonly id: string; readonly name: string }

export async function filesOf(db: Reader, kept: Kept, scope: Scope): Promise<KeptFile[]> {
  if (!kept.file) return []
  const { column, name } = kept.file
  const { rows } = await sql<KeptFile>`
    select k.${sql.ref(column)}->>'file' as id, k.${sql.ref(name)} as name from ${sql.table(kept.table)} k
    where ${belongsTo('k', kept.belongs, scope)} and k.${sql.ref(column)} ? 'file' order by k.id`.execute(db)
  return rows
}

/** Takes the words and leaves the rows, or takes the rows; says how many. */
export async function eraseKept(tx: Tx, kept: Kept, scope: Scope): Promise<number> {
  if (!takesAnything(kept)) return 0
  const table = sql.table(kept.table)
  const where = sql`${belongsTo('k', kept.belongs, scope)} and ${holdsAnything(kept)}`
  const statement = kept.removed
    ? sql`delete from ${table} k where ${where}`
    : sql`update ${table} k set ${sql.join(changes(tx, kept), sql`, `)} where ${where}`
  const { numAffectedRows } = await statement.execute(tx.db)
  return Number(numAffectedRows ?? 0)
}

const changes = (tx: Tx, { texts = [], cleared = [], stamp }: Kept): RawBuilder<unknown>[] => [
  ...texts.map(
    (column) =>
      sql`${sql.ref(column)} = case when k.${sql.ref(column)} = '' then '' when k.${sql.ref(column)} is not null then ${ERASED} end`,
  ),
  ...cleared.map((column) => sql`${sql.ref(column)} = null`),
  ...(stamp ? [sql`${sql.ref(stamp)} = ${tx.now}`] : []),
]

const takesAnything = ({ removed, stamp, texts = [], cleared = [] }: Kept): boolean =>
  removed === true || stamp !== undefined || texts.length + cleared.length > 0

function holdsAnything({ texts = [], cleared = [], stamp, removed }: Kept): RawBuilder<unknown> {
  if (removed) return sql`true`
  const any = [
    ...texts.map((column) => sql`k.${sql.ref(column)} not in ('', ${ERASED})`),
    ...cleared.map((column) => sql`k.${sql.ref(column)} is not null`),
    ...(stamp ? [sql`k.${sql.ref(stamp)} is null`] : []),
  ]
  return sql`(${sql.join(any, sql` or `)})`
}

function belongsTo(alias: string, belongs: Belongs, scope: Scope): RawBuilder<unknown> {
  const column = (name: string) => sql.ref(`${alias}.${name}`)
  if ('customer' in belongs) return scope.whole ? sql`${column(belongs.customer)} = ${scope.customerId}` : sql`false`
  if ('ticket' in belongs) {
    const ids = [...scope.ticketIds]
    return sql`(${sql.join(
      belongs.ticket.map((name) => sql`${column(name)} = any(${ids}::bigint[])`),
      sql` or `,
    )})`
  }
  const inner = `${alias}${alias}`
  return sql`${column(belongs.column)} in (select ${sql.ref(`${inner}.id`)} from ${sql.table(belongs.of)} ${sql.raw(inner)}
    where ${belongsTo(inner, belongs.belongs, scope)})`
}
