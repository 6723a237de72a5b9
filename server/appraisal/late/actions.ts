import type { StaffId } from '../../kernel/ids.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { ANEW, whyNotMoveAppraisal } from '../deciding/rules.ts'
import { reviewDueFrom } from '../hands/actions.ts'
import { keepParts } from '../people/queries.ts'
import { topicsOf } from '../publishing/actions.ts'
import { type AppraisalRow, lockAppraisal, setAppraisal } from '../queries.ts'
import { findAppraisalOf, type Whence } from './queries.ts'
import type { Late } from './rules.ts'

export type LateFact = { readonly staffId: StaffId; readonly whence: Whence; readonly why: Late; readonly link: string }

/**
 * Somebody decided about a night, a rating or a record after its month was frozen (REGULATION 2, APPRAISAL: new evidence → reopened, v+1). Before
 * the contests are over the month is counted anew anyhow. What is being scored is counted again and goes back to personnel;
 * what is published stays to be read, and the next version says why it was made.
 */
export async function countLate(tx: Tx, { staffId, whence, why, link }: LateFact): Promise<void> {
  const id = await findAppraisalOf(tx.db, staffId, whence)
  if (!id) return
  const one = await lockAppraisal(tx, id)
  if (NOT_FROZEN.has(one.monthState)) return
  await keepParts(tx, id)
  const because = { reopened_by: null, reopened_why: why, reopened_link: link }
  if (whyNotMoveAppraisal(one.state, 'reopen')) {
    await setAppraisal(tx, id, { ...because, pass: 0, ...(await backToPersonnel(tx, one)) })
    return
  }
  const revision = one.revision + 1
  await setAppraisal(tx, id, { ...because, ...ANEW, revision })
  await announce(tx, 'appraisal.reopened', { appraisalId: id, staffId, by: null, revision }, topicsOf(one))
}

const NOT_FROZEN: ReadonlySet<AppraisalRow['monthState']> = new Set(['opening', 'contests', 'refreezing'])

/** Whoever has put their name under other figures looks again. */
async function backToPersonnel(tx: Tx, one: AppraisalRow) {
  if (one.state !== 'hr_reviewed' && one.state !== 'signed') return {}
  const nobody = { reviewed_by: null, reviewed_at: null, signed_by: null, signed_at: null }
  const due = await reviewDueFrom(tx, one)
  return { state: 'manager_scored' as const, ...nobody, review_due_at: due, review_told_at: null }
}
