import { sql } from 'kysely'
import type { ContestGround } from '../../../events/ratings.ts'
import type { ContestId, RatingId, StaffId } from '../../../kernel/ids.ts'
import { NotFound } from '../../../kernel/refusal.ts'
import type { Reader, Tx } from '../../../schema.ts'

/** @throws NotFound */
export async function ratingOfContest(db: Reader, id: ContestId): Promise<RatingId> {
  const row = await db.selectFrom('rating_contests').select('rating_id').where('id', '=', id).executeTakeFirst()
  if (!row) throw new NotFound()
  return row.rating_id as RatingId
}

export type ContestRow = {
  id: ContestId
  staffId: StaffId
  state: 'open' | 'counted' | 'excluded' | 'withdrawn'
  decidedBy: StaffId | null
  version: number
}

/** @throws NotFound */
export async function lockContest(tx: Tx, id: ContestId): Promise<ContestRow> {
  const row = await tx.db
    .selectFrom('rating_contests')
    .select(['id', 'staff_id', 'state', 'decided_by', 'version'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return {
    id,
    staffId: row.staff_id as StaffId,
    state: row.state,
    decidedBy: row.decided_by as StaffId | null,
    version: row.version,
  }
}

export async function contestOf(db: Reader, ratingId: RatingId, staffId: StaffId): Promise<ContestId | undefined> {
  const row = await db
    .selectFrom('rating_contests')
    .select('id')
    .where('rating_id', '=', ratingId)
    .where('staff_id', '=', staffId)
    .executeTakeFirst()
  return row?.id as ContestId | undefined
}

type NewContest = { ratingId: RatingId; staffId: StaffId; ground: ContestGround; words: string }

/** Undefined where this person has contested it already. */
export async function insertContest(
  tx: Tx,
  { ratingId, staffId, ground, words }: NewContest,
): Promise<ContestId | undefined> {
  const row = await tx.db
    .insertInto('rating_contests')
    .values({
      rating_id: ratingId,
      staff_id: staffId,
      ground,
      words,
      contested_at: tx.now,
      state: 'open',
      decided_by: null,
      decided_at: null,
      why: '',
    })
    .onConflict((conflict) => conflict.constraint('rating_contests_once').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id as ContestId | undefined
}

export const settleContest = (
  tx: Tx,
  id: ContestId,
  { state, by, why }: { state: 'counted' | 'excluded' | 'withdrawn'; by: StaffId; why: string },
) =>
  tx.db
    .updateTable('rating_contests')
    .set({ state, decided_by: by, decided_at: tx.now, why, version: sql<number>`version + 1` })
    .where('id', '=', id)
    .execute()
