import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import type { AppraisalRow } from '../../queries.ts'
import { beforeOf, dropUnseen, insertProposals } from '../queries.ts'
import { proposalsFor } from '../rules.ts'

/** What the regulation recommends for what was published. Nobody is told but personnel: a human puts it forward, or not. */
export async function proposeMeasures(tx: Tx, one: AppraisalRow): Promise<void> {
  const { id: appraisalId, staffId, grade, trial, month, active } = one
  await dropUnseen(tx, appraisalId)
  if (!grade || !active) return
  const before = await beforeOf(tx.db, { staffId, month })
  for (const { id: measureId, kind } of await insertProposals(
    tx,
    { appraisalId, staffId },
    proposalsFor(grade, { ...before, trial }),
  ))
    await announce(tx, 'measure.proposed', { measureId, staffId, kind }, { about: ['appraisal'] })
}
