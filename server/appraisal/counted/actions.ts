import type { AppraisalId } from '../../kernel/ids.ts'
import type { Tx } from '../../schema.ts'
import { count } from '../counting/rules.ts'
import { getMonth } from '../months/queries.ts'
import { type AppraisalRow, getAppraisal, inputsOf, resultColumns, setAppraisal } from '../queries.ts'
import { addedTo } from './queries.ts'

/** Counts one again from what was frozen and what people have added since; returns it as it stands then. */
export async function recount(tx: Tx, id: AppraisalId): Promise<AppraisalRow> {
  const one = await getAppraisal(tx.db, id)
  const [month, inputs, added] = [
    await getMonth(tx.db, one.monthId),
    await inputsOf(tx.db, id, one.revision),
    await addedTo(tx.db, [id]),
  ]
  const result = count(inputs, month, one, added(one))
  await setAppraisal(tx, id, resultColumns(result))
  return { ...one, result, score: result.score, grade: result.grade }
}
