import type { ChangeId, StaffId } from '../../kernel/ids.ts'
import { named } from '../../kernel/named.ts'
import type { Reader, Tx } from '../../schema.ts'

/** One change of what the company has set: what it was, what it became, by whom and when. */
export type Change = {
  readonly id: ChangeId
  /** A setting's key, `category:7`, `site:3` or `terms`. */
  readonly subject: string
  readonly old: unknown
  readonly new: unknown
  /** Null where the program itself did it. */
  readonly by: { readonly name: string; readonly nameEn: string } | null
  readonly at: Date
}

/** Writes one change down for good. Null is nothing: before the first value, or after the last. */
export async function keepChange(
  db: Reader,
  change: {
    readonly subject: string
    readonly old: unknown
    readonly new: unknown
    readonly by: StaffId | null
    readonly at: Date
  },
): Promise<ChangeId> {
  const row = await db
    .insertInto('setting_changes')
    .values({
      subject: change.subject,
      old: jsonOf(change.old),
      new: jsonOf(change.new),
      changed_by: change.by,
      changed_at: change.at,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as ChangeId
}

const jsonOf = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

/** By whom and when a transaction changes things. */
export const changer = ({ actor, now }: Tx): { by: StaffId | null; at: Date } => ({
  by: actor.kind === 'staff' ? actor.staffId : null,
  at: now,
})

/** The newest first; of some subjects only where they are named, and only those before a change where one is given. */
export async function listChanges(
  db: Reader,
  { of, before, limit }: { of?: readonly string[]; before?: ChangeId | undefined; limit: number },
): Promise<Change[]> {
  const rows = await db
    .selectFrom('setting_changes as c')
    .leftJoin('staff as s', 's.id', 'c.changed_by')
    .select(['c.id', 'c.subject', 'c.old', 'c.new', 'c.changed_at', 's.name', 's.name_en'])
    .$if(of !== undefined, (query) => query.where('c.subject', 'in', of ?? []))
    .$if(before !== undefined, (query) => query.where('c.id', '<', before ?? '0'))
    .orderBy('c.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id as ChangeId,
    subject: row.subject,
    old: row.old,
    new: row.new,
    by: named(row.name, row.name_en),
    at: row.changed_at,
  }))
}

/** The newest change of any of these, `0` where there was none: what a form was filled on top of. */
export async function lastChange(db: Reader, subjects: readonly string[]): Promise<ChangeId> {
  const row = await db
    .selectFrom('setting_changes')
    .select(({ fn }) => fn.max('id').as('id'))
    .where('subject', 'in', subjects)
    .executeTakeFirst()
  return (row?.id ?? '0') as ChangeId
}
