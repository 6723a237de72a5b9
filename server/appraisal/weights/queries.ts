import type { StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'
import { FIRST_WEIGHTS, type WeightsByPost } from '../scoring/weights/rules.ts'

/** The regulation's own. */
const FIRST_VERSION = 1

export type WeightsVersion = {
  readonly version: number
  readonly weights: WeightsByPost
  readonly why: string
  readonly changedAt: Date | null
  readonly by: { readonly name: string; readonly nameEn: string } | null
}

const first: WeightsVersion = { version: FIRST_VERSION, weights: FIRST_WEIGHTS, why: '', changedAt: null, by: null }

/** All versions, the one in force on top; the last one is the regulation's. */
export async function listWeights(db: Reader): Promise<[WeightsVersion, ...WeightsVersion[]]> {
  const rows = await db
    .selectFrom('appraisal_weights as w')
    .innerJoin('staff as p', 'p.id', 'w.changed_by')
    .select(['w.version', 'w.weights', 'w.why', 'w.changed_at', 'p.name', 'p.name_en'])
    .orderBy('w.version', 'desc')
    .execute()
  const versions = rows.map((row) => ({
    version: row.version,
    weights: row.weights,
    why: row.why,
    changedAt: row.changed_at,
    by: { name: row.name, nameEn: row.name_en },
  }))
  const [latest, ...rest] = versions
  return latest ? [latest, ...rest, first] : [first]
}

export async function currentWeights(db: Reader): Promise<WeightsVersion> {
  const [latest] = await listWeights(db)
  return latest
}

/** False where somebody else has made this version in the same moment. */
export async function insertWeights(
  tx: Tx,
  row: { version: number; weights: WeightsByPost; why: string; by: StaffId },
): Promise<boolean> {
  const made = await tx.db
    .insertInto('appraisal_weights')
    .values({
      version: row.version,
      weights: JSON.stringify(row.weights),
      why: row.why,
      changed_by: row.by,
      changed_at: tx.now,
    })
    .onConflict((conflict) => conflict.column('version').doNothing())
    .returning('version')
    .executeTakeFirst()
  return made !== undefined
}
