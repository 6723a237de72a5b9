import type { Evidence } from '../server/appraisal/evidence/contract.ts'
import { countMonth } from '../server/appraisal/freezing/actions.ts'
import { listToCount } from '../server/appraisal/months/queries.ts'
import type { AppraisalMonthId } from '../server/kernel/ids.ts'
import { type DueJob, dueJob } from './due-job.ts'

/**
 * When a month has opened, when its contests are over, and when somebody's was opened again: freezes what it is counted
 * from and counts. A few people a transaction, each once; whatever a crash has left goes on, and twice is once.
 */
export const scoreAppraisals = (evidence: readonly Evidence[]): DueJob =>
  dueJob('score-appraisals', listToCount, (house) => (id) => countMonth(house, id as AppraisalMonthId, evidence), {
    slow: true,
    queue: 'appraisal',
  })
