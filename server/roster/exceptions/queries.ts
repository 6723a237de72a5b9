import type { StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Finding } from '../facts.ts'
import type { ExceptionTables } from './tables.ts'

type What = ExceptionTables['roster_exceptions']['what']
type Made = {
  readonly night: string
  readonly post: ExceptionTables['roster_exceptions']['post']
  readonly staffId: StaffId
  readonly what: What
  readonly reason: string
  readonly leaderId: StaffId
  readonly by: StaffId
  readonly findings: readonly Finding[]
}

export async function insertException(tx: Tx, made: Made): Promise<string> {
  const { id } = await tx.db
    .insertInto('roster_exceptions')
    .values({
      night: made.night,
      post: made.post,
      staff_id: made.staffId,
      what: made.what,
      reason: made.reason,
      leader_id: made.leaderId,
      made_by: made.by,
      made_at: tx.now,
      findings: JSON.stringify(made.findings),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** What was signed for in a night, the newest first. */
export async function exceptionsOfNight(db: Reader, night: string) {
  const rows = await db
    .selectFrom('roster_exceptions as e')
    .innerJoin('staff as p', 'p.id', 'e.staff_id')
    .innerJoin('staff as l', 'l.id', 'e.leader_id')
    .leftJoin('roster_signatures as g', 'g.exception_id', 'e.id')
    .select(['e.id', 'e.post', 'e.what', 'e.reason', 'e.made_at', 'e.findings', 'p.name', 'p.name_en'])
    .select(['l.name as leader', 'l.name_en as leader_en', 'g.state', 'g.words'])
    .where('e.night', '=', night)
    .orderBy('e.id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    post: row.post,
    what: row.what,
    reason: row.reason,
    at: row.made_at,
    findings: row.findings,
    name: row.name,
    nameEn: row.name_en,
    leader: { name: row.leader, nameEn: row.leader_en },
    /** What the leader says to it; null where it was before they were asked. */
    said: row.state === null ? null : { state: row.state, words: row.words },
  }))
}
