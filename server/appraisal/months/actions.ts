import type { AppraisalMonthId } from '../../kernel/ids.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { passUnscored } from '../deciding/queries.ts'
import { publishReady } from '../publishing/actions.ts'
import { FIRST_LIMITS } from '../scoring/rules.ts'
import { FIRST_NORM } from '../scoring/satisfaction/rules.ts'
import { currentWeights } from '../weights/queries.ts'
import { hasShiftsIn } from './due/queries.ts'
import * as months from './queries.ts'
import { dueOf, planOf, stageAfter, windowOfMonth } from './rules.ts'

/** The month has ended: its row, its plan in workdays, and what it will be counted by. Its figures follow from the queue. */
export async function openMonth(tx: Tx, month: string, zone: string): Promise<void> {
  if (!(await hasShiftsIn(tx.db, month))) return
  const { version, weights } = await currentWeights(tx.db)
  const settings = await currentSettings(tx.db)
  const id = await months.insertMonth(tx, {
    month,
    zone,
    window: windowOfMonth(month, zone),
    plan: planOf(
      month,
      {
        contests: settings.ratingContestWorkdays,
        comments: settings.appraisalCommentWorkdays,
        managers: settings.appraisalManagerWorkdays,
        review: settings.appraisalReviewWorkdays,
        signing: settings.appraisalSignWorkdays,
        publishTime: settings.appraisalPublishTime,
      },
      zone,
    ),
    weightsVersion: version,
    weights,
    limits: {
      ...FIRST_LIMITS,
      shiftsLeast: settings.appraisalShiftsLeast,
      ratingsLeast: settings.appraisalRatingsLeast,
      item: { weight: settings.appraisalItemPrior, least: settings.appraisalItemLeast },
      incidentPrior: settings.appraisalIncidentPrior,
      managerPoints: settings.appraisalManagerPoints,
      reviewPoints: settings.appraisalReviewPoints,
    },
    norm: { ...FIRST_NORM, weight: settings.appraisalRatingPrior },
  })
  if (id)
    await announce(tx, 'appraisal.month_opened', { monthId: id, weightsVersion: version }, { about: ['appraisal'] })
}

/** A stage is over: what was not done in it goes to the next one up, and the month goes on. */
export async function passStage(tx: Tx, id: AppraisalMonthId): Promise<void> {
  const month = await months.lockMonth(tx, id)
  if (!month.dueAt || month.dueAt > tx.now) return
  const state = stageAfter(month.state)
  if (!state) return
  const progress = await months.progressOf(tx.db, id, month.pass)
  const late = (left: number, to: 'personnel' | 'group' | 'chief') =>
    left > 0
      ? announce(tx, 'appraisal.stage_late', { monthId: id, stage: month.state, left, to }, { about: ['appraisal'] })
      : undefined
  switch (month.state) {
    case 'contests':
      await months.setMonth(tx, id, { state, pass: 2, due_at: null })
      break
    case 'comments':
      await months.askManagers(tx, id, month.month)
      break
    case 'managers':
      // REGULATION row 68: unscored goes to personnel, and the evidence stands.
      await late(progress.asked - progress.scored, 'personnel')
      await passUnscored(tx, id)
      break
    case 'review':
      await late(progress.people - progress.reviewed, 'group')
      break
    case 'signing':
      await late(progress.extremes - progress.signed, 'chief')
      break
  }
  if (month.state !== 'contests') await months.setMonth(tx, id, { state, due_at: dueOf(month.plan, state) })
  if (state === 'published') {
    await months.setMonth(tx, id, { published_at: tx.now })
    await publishReady(tx, id)
  }
  if (month.state !== 'contests')
    await announce(
      tx,
      'appraisal.stage_began',
      { monthId: id, stage: state, people: progress.people },
      { about: ['appraisal', 'months'] },
    )
}
