import type { FalseRecordId } from '../../../kernel/ids.ts'
import type { Reader } from '../../../schema.ts'

/** What was not decided in the days for it, the longest late first; nobody has been told yet. */
export async function listLateCases(
  db: Reader,
  now: Date,
  limit: number,
): Promise<{ id: FalseRecordId; version: number; at: Date }[]> {
  const rows = await db
    .selectFrom('false_records')
    .select(['id', 'version', 'decide_due_at'])
    .where('decide_due_at', '<=', now)
    .where('decide_told_at', 'is', null)
    .where('state', 'in', ['opened', 'objected'])
    .orderBy('decide_due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id as FalseRecordId, version: row.version, at: row.decide_due_at ?? now }))
}
