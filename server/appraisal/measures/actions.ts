import type { MeasureId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { localOf } from '../../kernel/time.ts'
import { endOfWorkday } from '../../kernel/workdays.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { monthsLater } from '../months/rules.ts'
import { needEither, needPersonnel } from '../people/actions.ts'
import { lockMeasure, type MeasureRow, setMeasure } from './queries.ts'
import { whyNotCoefficient, whyNotDecideMeasure, whyNotLeader, whyNotMoveMeasure, whyNotTouch } from './rules.ts'

const about = ({ id: measureId, staffId, kind }: MeasureRow) => ({ measureId, staffId, kind })
const topicsOf = ({ staffId }: MeasureRow): { about: string[] } => ({
  about: ['appraisal', `own:${staffId}`],
})

/** A human has looked at it, changed it where they must, and asks the person for their statement. */
export async function putForward(
  tx: Tx,
  id: MeasureId,
  { coefficient, why, zone }: { coefficient: number | null; why: string; zone: string },
): Promise<void> {
  needEither(tx)
  const by = staffOf(tx)
  const one = await lockOthers(tx, id)
  await needPersonnel(tx, one.staffId)
  if (one.state === 'pending' && one.editedBy === by) return
  refuse(whyNotMoveMeasure(one.state, 'put_forward') ?? whyNotCoefficient(one.kind, coefficient))
  const { measureStatementWorkdays } = await currentSettings(tx.db)
  await setMeasure(tx, id, {
    state: 'pending',
    coefficient,
    why,
    edited_by: by,
    edited_at: tx.now,
    statement_due_at: endOfWorkday(localOf(tx.now, zone).date, measureStatementWorkdays, zone),
  })
  await announce(tx, 'measure.put_forward', { ...about(one), by }, topicsOf(one))
}

/** The same as it was recommended. */
export async function putRecommended(
  tx: Tx,
  id: MeasureId,
  { why, zone }: { why: string; zone: string },
): Promise<void> {
  needEither(tx)
  const { state, coefficient } = await lockOthers(tx, id)
  // Somebody else has put it forward in the same moment.
  if (state === 'proposed') await putForward(tx, id, { coefficient, why, zone })
}

/** The person's own word, before anybody decides. */
export async function stateOwn(tx: Tx, id: MeasureId, words: string): Promise<void> {
  need(tx, 'appraisal.own')
  const one = await lockOwn(tx, id)
  if (one.state !== 'pending') throw refusal('measures.not_now.state')
  if (one.statement === words) return
  await setMeasure(tx, id, { statement: words, stated_at: tx.now })
  await announce(tx, 'measure.stated', about(one), topicsOf(one))
}

/** A leader decides, by name and with a reason; nothing is paid or cut by it: that is for people to carry out. */
export async function decideMeasure(
  tx: Tx,
  id: MeasureId,
  { outcome, why, zone }: { outcome: 'decided' | 'declined'; why: string; zone: string },
): Promise<void> {
  need(tx, 'appraisal.sign')
  const by = staffOf(tx)
  const one = await lockOthers(tx, id)
  if (one.state === outcome && one.decidedBy === by) return
  refuse(outcome === 'decided' ? whyNotDecideMeasure(one, tx.now) : whyNotMoveMeasure(one.state, 'decline'))
  refuse(whyNotLeader(one, by))
  const { measureMonths } = await currentSettings(tx.db)
  await setMeasure(tx, id, {
    state: outcome,
    decided_by: by,
    decided_at: tx.now,
    decision: why,
    expires_at: monthsLater(tx.now, measureMonths, zone),
  })
  await announce(tx, 'measure.decided', { ...about(one), by, outcome }, topicsOf(one))
}

export async function executeMeasure(tx: Tx, id: MeasureId): Promise<void> {
  needEither(tx)
  const by = staffOf(tx)
  const one = await lockOthers(tx, id)
  await needPersonnel(tx, one.staffId)
  if (one.state === 'executed') return
  refuse(whyNotMoveMeasure(one.state, 'execute'))
  await setMeasure(tx, id, { state: 'executed', executed_by: by, executed_at: tx.now })
  await announce(tx, 'measure.executed', { ...about(one), by }, topicsOf(one))
}

export async function withdrawMeasure(
  tx: Tx,
  id: MeasureId,
  { why, zone }: { why: string; zone: string },
): Promise<void> {
  needEither(tx)
  const by = staffOf(tx)
  const one = await lockOthers(tx, id)
  await needPersonnel(tx, one.staffId)
  if (one.state === 'withdrawn') return
  refuse(whyNotMoveMeasure(one.state, 'withdraw'))
  if (why.trim() === '') throw refusal('measures.reason_missing', {}, 'why')
  const { measureMonths } = await currentSettings(tx.db)
  const expires_at = one.expiresAt ?? monthsLater(tx.now, measureMonths, zone)
  await setMeasure(tx, id, { state: 'withdrawn', withdrawn_by: by, withdrawn_at: tx.now, withdrawal: why, expires_at })
  await announce(tx, 'measure.withdrawn', { ...about(one), by }, topicsOf(one))
}

/** Against what was decided about oneself; another leader looks at it. */
export async function objectToMeasure(tx: Tx, id: MeasureId, words: string): Promise<void> {
  need(tx, 'appraisal.own')
  const one = await lockOwn(tx, id)
  if (one.state === 'objected') return
  if (one.objection !== null) throw refusal('measures.objected_once')
  refuse(whyNotMoveMeasure(one.state, 'object'))
  await setMeasure(tx, id, { state: 'objected', objection: words, objected_at: tx.now })
  await announce(tx, 'measure.objected', about(one), topicsOf(one))
}

export async function reviewMeasure(
  tx: Tx,
  id: MeasureId,
  { outcome, why }: { outcome: 'upheld' | 'lifted'; why: string },
): Promise<void> {
  need(tx, 'appraisal.sign')
  const by = staffOf(tx)
  const one = await lockOthers(tx, id)
  refuse(whyNotMoveMeasure(one.state, outcome === 'upheld' ? 'review' : 'lift'))
  refuse(whyNotLeader(one, by))
  const state = outcome === 'lifted' ? 'withdrawn' : one.executedAt ? 'executed' : 'reviewed'
  await setMeasure(tx, id, { state, reviewed_by: by, reviewed_at: tx.now, review: why })
  await announce(tx, 'measure.reviewed', { ...about(one), by, outcome }, topicsOf(one))
}

/** Nobody has decided for too long: whoever heads the group is told, once (REGULATION row 71). */
export async function tellUndecided(tx: Tx, id: MeasureId): Promise<void> {
  const one = await lockMeasure(tx, id)
  if (one.state !== 'proposed' && one.state !== 'pending') return
  await setMeasure(tx, id, { told_chief_at: tx.now })
  await announce(tx, 'measure.undecided', about(one), topicsOf(one))
}

async function lockOwn(tx: Tx, id: MeasureId): Promise<MeasureRow> {
  const one = await lockMeasure(tx, id)
  if (one.staffId !== staffOf(tx) || one.state === 'proposed') throw new NotFound()
  refuse(whyNotTouch(one, tx.now))
  return one
}

async function lockOthers(tx: Tx, id: MeasureId): Promise<MeasureRow> {
  const one = await lockMeasure(tx, id)
  if (one.staffId === staffOf(tx)) throw refusal('appraisal.own')
  refuse(whyNotTouch(one, tx.now))
  return one
}
