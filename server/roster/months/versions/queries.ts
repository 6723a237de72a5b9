import type { StaffId } from '../../../kernel/ids.ts'
import type { Reader, Tx } from '../../../schema.ts'
import type { Finding } from '../../facts.ts'
import { plain } from '../cells/queries.ts'
import type { VersionWhy } from '../rules.ts'
import type { StoredCell } from '../tables.ts'

export type Version = {
  readonly version: number
  readonly at: Date
  readonly why: VersionWhy
  readonly reason: string | null
  readonly late: boolean
  readonly by: { name: string; nameEn: string } | null
  readonly leader: { name: string; nameEn: string } | null
  readonly cells: StoredCell[]
  readonly findings: Finding[]
}

export async function insertVersion(
  tx: Tx,
  row: {
    month: string
    version: number
    why: VersionWhy
    by: StaffId | null
    reason: string | null
    leaderId: StaffId | null
    late: boolean
    cells: readonly StoredCell[]
    findings: readonly Finding[]
  },
): Promise<void> {
  await tx.db
    .insertInto('roster_versions')
    .values({
      month: row.month,
      version: row.version,
      at: tx.now,
      by: row.by,
      why: row.why,
      reason: row.reason,
      leader_id: row.leaderId,
      late: row.late,
      cells: JSON.stringify(row.cells.map(plain)),
      findings: JSON.stringify(row.findings),
    })
    .execute()
}

/** Every version of a month, the newest first. */
export async function listVersions(db: Reader, month: string): Promise<Version[]> {
  const rows = await db
    .selectFrom('roster_versions as v')
    .leftJoin('staff as p', 'p.id', 'v.by')
    .leftJoin('staff as l', 'l.id', 'v.leader_id')
    .leftJoin('roster_signatures as g', (join) =>
      join.onRef('g.month', '=', 'v.month').onRef('g.version', '=', 'v.version'),
    )
    .select(['v.version', 'v.at', 'v.why', 'v.reason', 'v.late', 'v.cells', 'v.findings'])
    .select(['p.name', 'p.name_en', 'l.name as leader', 'l.name_en as leader_en', 'g.state', 'g.words'])
    .where('v.month', '=', month)
    .orderBy('v.version', 'desc')
    .execute()
  return rows.map((row) => ({
    version: row.version,
    at: row.at,
    why: row.why,
    reason: row.reason,
    late: row.late,
    by: row.name === null ? null : { name: row.name, nameEn: row.name_en ?? '' },
    leader: row.leader === null ? null : { name: row.leader, nameEn: row.leader_en ?? '' },
    said: row.state === null ? null : { state: row.state, words: row.words ?? null },
    cells: row.cells,
    findings: row.findings,
  }))
}
