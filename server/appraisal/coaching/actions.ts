import type { AppraisalId, CoachingId } from '../../kernel/ids.ts'
import { NotFound, refusal } from '../../kernel/refusal.ts'
import { DAY, plus } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { needEither, needPersonnel } from '../people/actions.ts'
import { getAppraisal } from '../queries.ts'
import type { Indicator } from '../scoring/weights/rules.ts'
import * as coaching from './queries.ts'

/** The right to training and guidance (REGULATION row 52): anybody may ask, at any time; personnel answers in its days. */
export async function askCoaching(
  tx: Tx,
  { appraisalId, indicator, words }: { appraisalId: AppraisalId | null; indicator: Indicator | null; words: string },
): Promise<void> {
  need(tx, 'appraisal.own')
  const staffId = staffOf(tx)
  if (appraisalId && (await getAppraisal(tx.db, appraisalId)).staffId !== staffId) throw new NotFound()
  const { coachingAnswerDays } = await currentSettings(tx.db)
  const dueAt = plus(tx.now, coachingAnswerDays * DAY)
  const requestId = await coaching.insertCoaching(tx, { staffId, appraisalId, indicator, words, dueAt })
  if (!requestId) return
  await announce(tx, 'coaching.asked', { requestId, staffId }, { about: ['appraisal', `own:${staffId}`] })
}

export async function answerCoaching(
  tx: Tx,
  id: CoachingId,
  { outcome, answer }: { outcome: 'scheduled' | 'declined'; answer: string },
): Promise<void> {
  needEither(tx)
  const by = staffOf(tx)
  const one = await coaching.lockCoaching(tx, id)
  if (one.staffId === by) throw refusal('appraisal.own')
  await needPersonnel(tx, one.staffId)
  if (one.state === outcome) return
  if (one.state !== 'requested') throw refusal('appraisal.coaching_answered')
  await coaching.setAnswer(tx, id, { state: outcome, answer, by })
  const { staffId } = one
  await announce(
    tx,
    'coaching.answered',
    { requestId: id, staffId, by, outcome },
    { about: ['appraisal', `own:${staffId}`] },
  )
}
