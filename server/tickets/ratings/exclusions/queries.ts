import type { ExclusionReason } from '../../../events/ratings.ts'
import type { ContestId, RatingId, StaffId } from '../../../kernel/ids.ts'
import type { Tx } from '../../../schema.ts'

type NewExclusion = {
  ratingId: RatingId
  reason: ExclusionReason
  why: string
  by: StaffId
  contestId: ContestId | null
}

/** False where it is out already. */
export async function insertExclusion(
  tx: Tx,
  { ratingId, reason, why, by, contestId }: NewExclusion,
): Promise<boolean> {
  const row = await tx.db
    .insertInto('rating_exclusions')
    .values({
      rating_id: ratingId,
      reason,
      why,
      contest_id: contestId,
      excluded_by: by,
      excluded_at: tx.now,
      lifted_by: null,
      lifted_at: null,
      lifted_why: '',
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** The reason that was lifted; undefined where there was none in force. */
export async function liftExclusion(
  tx: Tx,
  ratingId: RatingId,
  { by, why }: { by: StaffId; why: string },
): Promise<ExclusionReason | undefined> {
  const row = await tx.db
    .updateTable('rating_exclusions')
    .set({ lifted_by: by, lifted_at: tx.now, lifted_why: why })
    .where('rating_id', '=', ratingId)
    .where('lifted_at', 'is', null)
    .returning('reason')
    .executeTakeFirst()
  return row?.reason
}
