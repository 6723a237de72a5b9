import { passReview } from '../server/appraisal/hands/actions.ts'
import { listLateReviews } from '../server/appraisal/hands/queries.ts'
import { tellUndecided } from '../server/appraisal/measures/actions.ts'
import { listUndecided } from '../server/appraisal/measures/queries.ts'
import { openMonth, passStage } from '../server/appraisal/months/actions.ts'
import { hasShiftsIn, listDueMonths, openedMonths } from '../server/appraisal/months/due/queries.ts'
import { monthsToOpen } from '../server/appraisal/months/rules.ts'
import { endAnswering } from '../server/appraisal/publishing/actions.ts'
import { listUnanswered } from '../server/appraisal/publishing/queries.ts'
import type { AppraisalId, AppraisalMonthId, CommendationId, MeasureId } from '../server/kernel/ids.ts'
import { DAY, plus } from '../server/kernel/time.ts'
import { system } from '../server/platform/actor.ts'
import { tellUndecided as tellOfUndecided } from '../server/recognition/actions.ts'
import * as commendations from '../server/recognition/queries.ts'
import { currentSettings } from '../server/settings/queries.ts'
import { type DueJob, dueJob } from './due-job.ts'

/** When a month that anybody worked in has ended and has no row yet. Repeats safely: a month is opened once. */
export const openAppraisals: DueJob = (deps) => {
  const zone = deps.config.timeZone
  return dueJob(
    'open-appraisals',
    async (db, now) => {
      const { opened, firstNight } = await openedMonths(db)
      const due: { id: string; version: number }[] = []
      for (const month of monthsToOpen(now, zone, opened))
        if (firstNight && (await hasShiftsIn(db, month))) due.push({ id: month, version: 0 })
      return due
    },
    ({ transact }) =>
      (month) =>
        transact(system, (tx) => openMonth(tx, month, zone)),
    { direct: true },
  )(deps)
}

/** When a stage is over. Repeats safely: what has moved on is not due any more. */
export const passStages = dueJob(
  'pass-appraisal-stages',
  listDueMonths,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => passStage(tx, id as AppraisalMonthId)),
)

/** When personnel's days for what came back to them are over. Repeats safely: told once. */
export const passReviews = dueJob(
  'pass-late-reviews',
  listLateReviews,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => passReview(tx, id as AppraisalId)),
)

/** When somebody's time to answer is over: deemed received, or closed. Repeats safely. */
export const closeAppraisals = dueJob(
  'close-appraisals',
  listUnanswered,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => endAnswering(tx, id as AppraisalId)),
)

/** When nobody has decided about a measure for too long. Repeats safely: told once. */
export const tellUndecidedMeasures = dueJob(
  'tell-undecided-measures',
  async (db, now, limit) =>
    listUndecided(db, plus(now, -(await currentSettings(db)).measureUndecidedDays * DAY), limit),
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => tellUndecided(tx, id as MeasureId)),
)

/** When nobody has decided about a nomination for too long. Repeats safely: told once. */
export const tellUndecidedCommendations = dueJob(
  'tell-undecided-commendations',
  async (db, now, limit) =>
    commendations.listUndecided(db, plus(now, -(await currentSettings(db)).commendationUndecidedDays * DAY), limit),
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => tellOfUndecided(tx, id as CommendationId)),
)
