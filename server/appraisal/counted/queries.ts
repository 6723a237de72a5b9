import type { AppraisalId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import type { Added } from '../counting/rules.ts'
import type { AppraisalRow } from '../queries.ts'

/** What people have added to some appraisals so far. */
export async function addedTo(
  db: Reader,
  ids: readonly AppraisalId[],
): Promise<(one: Pick<AppraisalRow, 'id' | 'review' | 'amendment' | 'caseWords'>) => Added> {
  const scores = await db
    .selectFrom('appraisal_scores')
    .select(['appraisal_id', 'shifts', 'moved'])
    .where('appraisal_id', 'in', ids)
    .orderBy('id')
    .execute()
  const of = Map.groupBy(scores, (score) => score.appraisal_id)
  return ({ id, review, amendment, caseWords }) => ({
    managers: (of.get(id) ?? []).map(({ shifts, moved }) => ({ shifts, moved })),
    review,
    amendment,
    seriousCase: caseWords !== null,
  })
}
