import type { CommendationFinding } from '../events/recognition.ts'
import type { CommendationId, MeasureId, PraiseId, StaffId } from '../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../kernel/refusal.ts'
import { need, staffOf } from '../platform/actor.ts'
import { announce } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'
import { lockPraises, usePraises } from './praises/queries.ts'
import * as recognition from './queries.ts'
import { whyNotCheck, whyNotDecide, whyNotMoveCommendation, whyNotNominate } from './rules.ts'

export type Nominating = {
  readonly staffId: StaffId
  readonly words: string
  readonly links: readonly string[]
  /** Customers' words that it rests on. */
  readonly praises: readonly PraiseId[]
}

/** Anybody says who has done something outstanding, and where it is to be seen (REGULATION row 54). */
export async function nominate(tx: Tx, { staffId, words, links, praises }: Nominating): Promise<CommendationId> {
  need(tx, 'recognition.nominate')
  const by = staffOf(tx)
  const { capabilities } = tx.actor
  if (praises.length > 0 && !capabilities.has('recognition.review') && !capabilities.has('recognition.decide'))
    throw refusal('recognition.praise_not_yours')
  const theirs = await lockPraises(tx, praises, staffId)
  refuse(whyNotNominate(by, { staffId, links, praised: theirs.length > 0 }))
  const source = theirs.length > 0 ? ('customers' as const) : ('colleague' as const)
  const row = { staffId, source, by, words, links }
  const same = await recognition.findSame(tx, row)
  if (same) return same
  const id = await recognition.insertCommendation(tx, row)
  await usePraises(tx, theirs, { id, by })
  await announce(tx, 'commendation.nominated', { commendationId: id, staffId, by, source }, topicsOf(staffId, by))
  return id
}

/** Taken back before anybody decided, by whoever had the thought. */
export async function withdrawNomination(tx: Tx, id: CommendationId): Promise<void> {
  need(tx, 'recognition.nominate')
  const by = staffOf(tx)
  const one = await recognition.lockCommendation(tx, id)
  if (one.nominatedBy !== by) throw new NotFound()
  if (one.state === 'withdrawn') return
  refuse(whyNotMoveCommendation(one.state, 'withdraw'))
  await recognition.setCommendation(tx, id, { state: 'withdrawn' })
  await announce(tx, 'commendation.withdrawn', { ...about(one), by }, topicsOf(one.staffId, by))
}

/** Whether it is as it was told: looked up, by somebody who did not say it. */
export async function checkFacts(
  tx: Tx,
  id: CommendationId,
  { finding, words }: { finding: CommendationFinding; words: string },
): Promise<void> {
  if (!tx.actor.capabilities.has('recognition.decide')) need(tx, 'recognition.review')
  const by = staffOf(tx)
  const one = await recognition.lockCommendation(tx, id)
  if (one.state === 'reviewed' && one.checkedBy === by && one.finding === finding && one.checkWords === words) return
  refuse(whyNotCheck(by, one) ?? whyNotMoveCommendation(one.state, 'check'))
  if (finding !== 'holds' && words.trim() === '') throw refusal('recognition.check_words', {}, 'words')
  await recognition.setCommendation(tx, id, {
    state: 'reviewed',
    finding,
    check_words: words,
    checked_by: by,
    checked_at: tx.now,
  })
  await announce(tx, 'commendation.checked', { ...about(one), by, finding }, topicsOf(one.staffId, one.nominatedBy))
}

export type CommendationDecision =
  | { readonly outcome: 'granted'; readonly why: string; readonly reward: string }
  | { readonly outcome: 'declined'; readonly why: string }

/** The leaders' word with their reason: what is granted stands on the wall, if the person lets it. */
export async function decideCommendation(tx: Tx, id: CommendationId, decision: CommendationDecision): Promise<void> {
  need(tx, 'recognition.decide')
  const by = staffOf(tx)
  const one = await recognition.lockCommendation(tx, id)
  const { outcome, why } = decision
  if (one.state === outcome && one.decidedBy === by) return
  refuse(whyNotDecide(by, one) ?? whyNotMoveCommendation(one.state, outcome === 'granted' ? 'grant' : 'decline'))
  await recognition.setCommendation(tx, id, {
    state: outcome,
    decision: why,
    reward: decision.outcome === 'granted' ? decision.reward : '',
    decided_by: by,
    decided_at: tx.now,
  })
  const said = { ...about(one), by, nominatedBy: one.nominatedBy, outcome }
  await announce(tx, 'commendation.decided', said, topicsOf(one.staffId, one.nominatedBy))
}

/** An award that the group has decided for an excellent month: granted with that, without a second decision. */
export async function grantAward(
  tx: Tx,
  award: {
    readonly measureId: MeasureId
    readonly staffId: StaffId
    readonly words: string
    readonly link: string
    readonly checkedBy: StaffId | null
    readonly by: StaffId
    readonly why: string
  },
): Promise<void> {
  const { measureId, staffId, words, link, checkedBy, by, why } = award
  const row = { staffId, source: 'appraisal' as const, by: null, words, links: [link], measureId }
  const id = await recognition.insertCommendation(tx, row)
  await recognition.setCommendation(tx, id, {
    state: 'granted',
    finding: 'holds',
    checked_by: checkedBy,
    checked_at: tx.now,
    decision: why,
    decided_by: by,
    decided_at: tx.now,
  })
  const said = { commendationId: id, staffId, by, nominatedBy: null, outcome: 'granted' as const }
  await announce(tx, 'commendation.decided', said, topicsOf(staffId, null))
}

/** What it rested on stands no more: it leaves the wall, says why, and stays to be read. */
export async function revokeAward(
  tx: Tx,
  { measureId, by, why }: { measureId: MeasureId; by: StaffId | null; why: string },
): Promise<void> {
  const id = await recognition.grantedBy(tx.db, measureId)
  if (!id) return
  const one = await recognition.lockCommendation(tx, id)
  if (whyNotMoveCommendation(one.state, 'revoke')) return
  await recognition.setCommendation(tx, id, { state: 'revoked', revoked_by: by, revoked_at: tx.now, revocation: why })
  await announce(tx, 'commendation.revoked', { ...about(one), by }, topicsOf(one.staffId, null))
}

/** What was to follow has been handed over, by people: personnel; where it is about the only one of them, the leaders. */
export async function executeReward(tx: Tx, id: CommendationId): Promise<void> {
  const { capabilities } = tx.actor
  if (!capabilities.has('recognition.decide')) need(tx, 'recognition.review')
  const by = staffOf(tx)
  const one = await recognition.lockCommendation(tx, id)
  if (!(await recognition.isSolePersonnel(tx.db, one.staffId))) need(tx, 'recognition.review')
  if (one.state === 'executed') return
  if (one.staffId === by) throw refusal('recognition.about_you')
  refuse(whyNotMoveCommendation(one.state, 'execute'))
  await recognition.setCommendation(tx, id, { state: 'executed', executed_by: by, executed_at: tx.now })
  await announce(tx, 'commendation.rewarded', { ...about(one), by }, topicsOf(one.staffId, one.nominatedBy))
}

/** Undecided for too long: personnel is told, once. */
export async function tellUndecided(tx: Tx, id: CommendationId): Promise<void> {
  const one = await recognition.lockCommendation(tx, id)
  if (one.state !== 'nominated' && one.state !== 'reviewed') return
  await recognition.setCommendation(tx, id, { told_at: tx.now })
  await announce(tx, 'commendation.undecided', about(one), { about: ['recognition'] })
}

const about = ({ id: commendationId, staffId }: recognition.Commendation) => ({ commendationId, staffId })
const topicsOf = (staffId: StaffId, nominatedBy: StaffId | null): { about: string[] } => ({
  about: ['recognition', 'wall', `own:${staffId}`, ...(nominatedBy ? [`own:${nominatedBy}`] : [])],
})
