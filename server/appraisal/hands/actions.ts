import type { AppraisalId } from '../../kernel/ids.ts'
import { localOf } from '../../kernel/time.ts'
import { endOfWorkday } from '../../kernel/workdays.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import type { Hands } from '../deciding/rules.ts'
import { getMonth } from '../months/queries.ts'
import { type AppraisalRow, lockAppraisal, setAppraisal } from '../queries.ts'
import { standingsIn } from './queries.ts'

/** What whoever acts may, and has done to this one. */
export async function handsOf(tx: Tx, { id, staffId }: AppraisalRow): Promise<Hands> {
  const by = staffOf(tx)
  const { capabilities } = tx.actor
  const standing = (await standingsIn(tx.db, { id }, by)).get(id)
  return {
    owner: staffId === by,
    scored: standing?.scored ?? false,
    orphaned: standing?.orphaned ?? false,
    reviews: capabilities.has('appraisal.review'),
    signs: capabilities.has('appraisal.sign'),
  }
}

/** Personnel's days for what comes back to them once their stage is over; null while the stage itself says when. */
export async function reviewDueFrom(tx: Tx, { monthId, monthState }: AppraisalRow): Promise<Date | null> {
  if (!['signing', 'published', 'closed'].includes(monthState)) return null
  const { appraisalReviewWorkdays } = await currentSettings(tx.db)
  const { zone } = await getMonth(tx.db, monthId)
  return endOfWorkday(localOf(tx.now, zone).date, appraisalReviewWorkdays, zone)
}

/** These days are over: the group is told, once, and may do it. */
export async function passReview(tx: Tx, id: AppraisalId): Promise<void> {
  const one = await lockAppraisal(tx, id)
  if (!one.reviewDueAt || one.reviewDueAt > tx.now || one.state !== 'manager_scored') return
  await setAppraisal(tx, id, { review_told_at: tx.now })
  await announce(tx, 'appraisal.review_late', { appraisalId: id, staffId: one.staffId }, { about: ['appraisal'] })
}

/** An objection is decided in as many days as there are to object; after them whoever heads the group is told. */
export async function decisionDueFrom(tx: Tx, { monthId }: AppraisalRow): Promise<Date> {
  const { appraisalAnswerWorkdays } = await currentSettings(tx.db)
  const { zone } = await getMonth(tx.db, monthId)
  return endOfWorkday(localOf(tx.now, zone).date, appraisalAnswerWorkdays, zone)
}
