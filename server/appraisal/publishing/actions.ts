import type { AppraisalId, AppraisalMonthId, StaffId } from '../../kernel/ids.ts'
import { localOf } from '../../kernel/time.ts'
import { endOfWorkday } from '../../kernel/workdays.ts'
import { announce, announceAll } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { mustBeSigned } from '../deciding/rules.ts'
import { proposeMeasures } from '../measures/proposing/actions.ts'
import { getMonth, lockMonth, setMonth } from '../months/queries.ts'
import { type AppraisalRow, listAppraisals, lockAppraisal, setAppraisal } from '../queries.ts'
import * as publishing from './queries.ts'

/** All of a month that nobody has to look at any more, together: five hundred people are a dozen statements. */
export async function publishReady(tx: Tx, monthId: AppraisalMonthId): Promise<void> {
  const ids = await publishing.lockReady(tx, monthId)
  if (ids.length > 0) await publishAll(tx, await listAppraisals(tx.db, ids), null)
}

/** After the day of publication each goes out as soon as it is ready: late, or opened again. */
export async function publishIfReady(tx: Tx, one: AppraisalRow, by: StaffId): Promise<void> {
  if (one.monthState !== 'published' && one.monthState !== 'closed') return
  if (one.state !== 'signed' && (one.state !== 'hr_reviewed' || mustBeSigned(one.grade))) return
  await publishAll(tx, [one], by)
}

/** The result is the person's to read, and from now on it stands: whatever changes it is a new version that says why. */
export const publish = (tx: Tx, one: AppraisalRow, why: string, by: StaffId | null): Promise<void> =>
  publishAll(tx, [{ ...one, reopenedWhy: why }], by)

/** Several of one month, locked. */
async function publishAll(tx: Tx, all: readonly AppraisalRow[], by: StaffId | null): Promise<void> {
  const ready = all.filter(publishing.hasResult)
  const [first] = ready
  if (!first) return
  const { appraisalAnswerWorkdays } = await currentSettings(tx.db)
  const { zone } = await getMonth(tx.db, first.monthId)
  const answerDueAt = endOfWorkday(localOf(tx.now, zone).date, appraisalAnswerWorkdays, zone)
  await publishing.insertResults(tx, ready, by)
  await publishing.setPublished(
    tx,
    ready.map(({ id }) => id),
    answerDueAt,
  )
  await announceAll(
    tx,
    ready.map((one) => {
      const { id: appraisalId, staffId, revision, grade, score } = one
      return {
        name: 'appraisal.published' as const,
        payload: { appraisalId, staffId, revision, grade, score },
        ...topicsOf(one),
      }
    }),
  )
  await proposeMeasures(tx, ready)
}

/** Five workdays without a word: received, which is not agreed. What was answered or decided is closed; an objection that nobody decided goes one level up, once. */
export async function endAnswering(tx: Tx, id: AppraisalId): Promise<void> {
  const one = await lockAppraisal(tx, id)
  if (!one.answerDueAt || one.answerDueAt > tx.now) return
  if (one.state === 'appealed') {
    const { id: appraisalId, staffId, revision } = one
    await setAppraisal(tx, id, { answer_due_at: null })
    await announce(tx, 'appraisal.objection_late', { appraisalId, staffId, revision }, topicsOf(one))
    return
  }
  if (one.state === 'published') {
    const { id: appraisalId, staffId, revision } = one
    await announce(tx, 'appraisal.deemed_received', { appraisalId, staffId, revision }, topicsOf(one))
    await setAppraisal(tx, id, { state: 'deemed_received' })
  }
  await close(tx, one)
}

export async function close(tx: Tx, one: AppraisalRow): Promise<void> {
  await setAppraisal(tx, one.id, { state: 'closed', closed_at: tx.now, answer_due_at: null })
  await announce(tx, 'appraisal.closed', { appraisalId: one.id, staffId: one.staffId }, topicsOf(one))
  const month = await getMonth(tx.db, one.monthId)
  if (month.state !== 'published' || (await publishing.isAnyOpen(tx.db, month.id))) return
  await lockMonth(tx, month.id)
  await setMonth(tx, month.id, { state: 'closed', closed_at: tx.now })
}

export const topicsOf = ({ staffId }: Pick<AppraisalRow, 'staffId'>): { about: string[] } => ({
  about: ['appraisal', `own:${staffId}`],
})
