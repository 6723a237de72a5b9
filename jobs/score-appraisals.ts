import { listToCount } from '../server/appraisal/months/due/queries.ts'
import type { AppraisalMonthId } from '../server/kernel/ids.ts'
import type { Deps } from '../server/web/deps.ts'
import { type DueJob, dueJob } from './due-job.ts'

/**
 * When a month has opened, when its contests are over, and when somebody's was opened again: freezes what it is counted
 * from and counts. A few people a transaction, each once; whatever a crash has left goes on, and twice is once.
 */
export const scoreAppraisals = (count: (house: Deps, id: AppraisalMonthId) => Promise<void>): DueJob =>
  dueJob('score-appraisals', listToCount, (house) => (id) => count(house, id as AppraisalMonthId), {
    slow: true,
    queue: 'appraisal',
  })
