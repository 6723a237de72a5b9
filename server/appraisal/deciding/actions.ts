import type { AppraisalId } from '../../kernel/ids.ts'
import { isLink } from '../../kernel/links.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { recount } from '../counted/actions.ts'
import { decisionDueFrom, handsOf, reviewDueFrom } from '../hands/actions.ts'
import { getMonth } from '../months/queries.ts'
import { needEither, needPersonnel } from '../people/actions.ts'
import { keepParts, partsIn } from '../people/queries.ts'
import { publish, publishIfReady, topicsOf } from '../publishing/actions.ts'
import { type AppraisalRow, getAppraisal, lockAppraisal, setAppraisal } from '../queries.ts'
import type { Indicator } from '../scoring/weights/rules.ts'
import * as deciding from './queries.ts'
import {
  AMENDMENT_MOST,
  ANEW,
  type Moved,
  mayCommentIn,
  mayScoreIn,
  maySignIn,
  mustBeSigned,
  whyNotDecide,
  whyNotMoveAppraisal,
  whyNotMoved,
  whyNotReview,
  whyNotReviewer,
  whyNotSigner,
} from './rules.ts'

const about = ({ id: appraisalId, staffId }: AppraisalRow) => ({ appraisalId, staffId })

/** The person's own word on their draft. Anybody else's is not there. */
export async function commentOn(tx: Tx, id: AppraisalId, words: string): Promise<void> {
  need(tx, 'appraisal.own')
  const one = await lockOwn(tx, id)
  if (!mayCommentIn(one.monthState)) throw refusal('appraisal.not_now.comment')
  if (one.state !== 'draft') refuse(whyNotMoveAppraisal(one.state, 'comment'))
  const said = await deciding.wordsAbout(tx.db, id)
  if (said.some((word) => word.kind === 'comment' && word.words === words)) return
  await deciding.insertWords(tx, { appraisalId: id, kind: 'comment', by: one.staffId, words })
  await setAppraisal(tx, id, { state: 'commented' })
  await announce(tx, 'appraisal.commented', about(one), topicsOf(one))
}

/** A duty manager's part, for the shifts they led; for whoever led the night the group's. */
export async function scoreAppraisal(tx: Tx, id: AppraisalId, moved: Moved): Promise<void> {
  need(tx, 'appraisal.own')
  const by = staffOf(tx)
  const signs = tx.actor.capabilities.has('appraisal.sign')
  const one = await lockAppraisal(tx, id)
  const asked = await deciding.askedOf(tx.db, id, { by, signs })
  if (one.staffId === by) throw refusal('appraisal.own')
  if (asked.length === 0) throw new NotFound()
  if (!mayScoreIn(one.monthState)) throw refusal('appraisal.not_now.score')
  refuse(whyNotMoveAppraisal(one.state, 'score'))
  const { limits } = await getMonth(tx.db, one.monthId)
  const there = (one.result?.addends ?? []).filter(({ score, weight }) => score !== null && weight > 0)
  refuse(
    whyNotMoved(
      moved,
      there.map(({ indicator }) => indicator),
      limits.managerPoints,
    ),
  )
  for (const { id: scoreId, managerId } of asked) {
    await deciding.setScore(tx, scoreId, { moved: withoutZeros(moved), by })
    await announce(tx, 'appraisal.scored', { ...about(one), by, group: managerId === null }, topicsOf(one))
  }
  if (await deciding.isScored(tx.db, id)) await setAppraisal(tx, id, { state: 'manager_scored' })
  await recount(tx, id)
}

const withoutZeros = (moved: Moved): Moved =>
  Object.fromEntries(Object.entries(moved).filter(([, move]) => move && move.by !== 0)) as Partial<
    Record<Indicator, NonNullable<Moved[Indicator]>>
  >

/** Personnel's part: the composite, and up to five points with a reason (REGULATION row 69). */
export async function reviewAppraisal(
  tx: Tx,
  id: AppraisalId,
  { points, why }: { points: number; why: string },
): Promise<void> {
  needEither(tx)
  const by = staffOf(tx)
  const one = await lockAppraisal(tx, id)
  refuse(whyNotReviewer(one, await handsOf(tx, one), tx.now) ?? whyNotMoveAppraisal(one.state, 'review'))
  const { limits } = await getMonth(tx.db, one.monthId)
  refuse(whyNotReview(points, why, limits.reviewPoints))
  await setAppraisal(tx, id, {
    state: 'hr_reviewed',
    review: points,
    review_why: why,
    reviewed_by: by,
    reviewed_at: tx.now,
    review_due_at: null,
    signed_by: null,
    signed_at: null,
  })
  await announce(tx, 'appraisal.reviewed', { ...about(one), by, points }, topicsOf(one))
  await recount(tx, id)
  await publishIfReady(tx, await getAppraisal(tx.db, id), by)
}

/** Back to whoever had it before, with what is missing. */
export async function sendBack(tx: Tx, id: AppraisalId, words: string): Promise<void> {
  needEither(tx)
  const by = staffOf(tx)
  const one = await lockAppraisal(tx, id)
  const from = one.state
  need(tx, from === 'hr_reviewed' ? 'appraisal.sign' : 'appraisal.review')
  if (one.staffId === by) throw refusal('appraisal.own')
  refuse(whyNotMoveAppraisal(from, 'send_back'))
  if (from === 'hr_reviewed' ? !maySignIn(one.monthState) : one.monthState !== 'managers')
    throw refusal('appraisal.not_now.send_back')
  await deciding.insertWords(tx, { appraisalId: id, kind: 'return', by, words })
  if (from === 'hr_reviewed') {
    const due = await reviewDueFrom(tx, one)
    await setAppraisal(tx, id, { state: 'manager_scored', reviewed_at: null, review_due_at: due, review_told_at: null })
    await announce(tx, 'appraisal.returned', { ...about(one), by, to: 'review' }, topicsOf(one))
    return
  }
  await deciding.askAgain(tx, id)
  await setAppraisal(tx, id, { state: 'commented' })
  await announce(tx, 'appraisal.returned', { ...about(one), by, to: 'managers' }, topicsOf(one))
}

/** A proven serious case is a fact with a record; it stands for the second low indicator (REGULATION 3, grades). */
export async function noteCase(tx: Tx, id: AppraisalId, proven: { words: string; link: string } | null): Promise<void> {
  needEither(tx)
  const by = staffOf(tx)
  const one = await lockAppraisal(tx, id)
  if (one.staffId === by) throw refusal('appraisal.own')
  await needPersonnel(tx, one.staffId)
  if (!['managers', 'review'].includes(one.monthState) && one.state !== 'manager_scored')
    throw refusal('appraisal.not_now.case')
  if (proven && !isLink(proven.link.trim())) throw refusal('appraisal.case_link', {}, 'link')
  await setAppraisal(tx, id, {
    case_words: proven?.words ?? null,
    case_link: proven?.link ?? null,
    case_by: proven ? by : null,
    case_at: proven ? tx.now : null,
  })
  await announce(tx, 'appraisal.case_noted', { ...about(one), by, proven: proven !== null }, topicsOf(one))
  await recount(tx, id)
}

/** The group's name under an extreme (REGULATION 2, APPRAISAL). */
export async function signAppraisal(tx: Tx, id: AppraisalId): Promise<void> {
  need(tx, 'appraisal.sign')
  const by = staffOf(tx)
  const one = await lockAppraisal(tx, id)
  if (one.staffId === by) throw refusal('appraisal.own')
  if (one.state === 'signed' || one.signedBy !== null) return
  if (!maySignIn(one.monthState)) throw refusal('appraisal.not_now.sign')
  refuse(whyNotMoveAppraisal(one.state, 'sign'))
  if (!mustBeSigned(one.grade)) throw refusal('appraisal.nothing_to_sign')
  const led = await deciding.hasLed(tx.db, id, by)
  refuse(whyNotSigner(one, { id: by, owner: false, led, signs: true }))
  await setAppraisal(tx, id, { state: 'signed', signed_by: by, signed_at: tx.now })
  await announce(tx, 'appraisal.signed', { ...about(one), by }, topicsOf(one))
  await publishIfReady(tx, await getAppraisal(tx.db, id), by)
}

/** "I have read it": received, which is not agreed; one may object until the time is over. */
export async function acknowledge(tx: Tx, id: AppraisalId): Promise<void> {
  need(tx, 'appraisal.own')
  const one = await lockOwn(tx, id)
  if (one.state === 'acknowledged') return
  refuse(whyNotMoveAppraisal(one.state, 'acknowledge'))
  await setAppraisal(tx, id, { state: 'acknowledged', answered_at: tx.now })
  await announce(tx, 'appraisal.acknowledged', { ...about(one), revision: one.revision }, topicsOf(one))
}

/** Within five workdays; somebody who has had no part in it decides. */
export async function objectTo(tx: Tx, id: AppraisalId, words: string): Promise<void> {
  need(tx, 'appraisal.own')
  const one = await lockOwn(tx, id)
  if (one.state === 'appealed') return
  refuse(whyNotMoveAppraisal(one.state, 'object'))
  if (!one.answerDueAt || one.answerDueAt <= tx.now) throw refusal('appraisal.too_late')
  const { id: appraisalId, revision } = one
  if (!(await deciding.insertObjection(tx, { appraisalId, revision, words }))) throw refusal('appraisal.objected_once')
  const due = await decisionDueFrom(tx, one)
  await setAppraisal(tx, id, { state: 'appealed', answered_at: tx.now, answer_due_at: due })
  await announce(tx, 'appraisal.objected', { ...about(one), revision }, topicsOf(one))
}

/** Upheld as it is, or amended: then a new version is published that says why. */
export async function decide(
  tx: Tx,
  id: AppraisalId,
  { outcome, points, why }: { outcome: 'upheld' | 'amended'; points: number; why: string },
): Promise<void> {
  needEither(tx)
  const by = staffOf(tx)
  const one = await lockAppraisal(tx, id)
  refuse(whyNotDecide(by, one.staffId, await partsIn(tx.db, id)))
  if (one.state === outcome) return
  refuse(whyNotMoveAppraisal(one.state, outcome === 'upheld' ? 'uphold' : 'amend'))
  if (outcome === 'amended' && (points === 0 || Math.abs(points) > AMENDMENT_MOST))
    throw refusal('appraisal.amendment_bounds', { most: AMENDMENT_MOST }, 'points')
  const amendment = outcome === 'amended' ? points : 0
  const { revision, staffId } = one
  await deciding.decideObjection(tx, { appraisalId: id, revision, outcome, amendment, why, by })
  await announce(tx, 'appraisal.decided', { appraisalId: id, staffId, by, outcome, revision }, topicsOf(one))
  if (outcome === 'amended') {
    await deciding.copyInputs(tx, id, revision)
    await keepParts(tx, id)
    await setAppraisal(tx, id, { revision: revision + 1, amendment: one.amendment + amendment })
    const amended = await recount(tx, id)
    // An extreme is the group's to sign, by whichever way one comes to it (REGULATION 2, APPRAISAL).
    const signs = mustBeSigned(amended.grade)
    if (signs && !tx.actor.capabilities.has('appraisal.sign')) throw refusal('appraisal.amendment_signed', {}, 'points')
    await setAppraisal(tx, id, signs ? { signed_by: by, signed_at: tx.now } : { signed_by: null, signed_at: null })
    await publish(tx, amended, why, by)
  }
  // The last word: due at once, so that the sweep closes it.
  await setAppraisal(tx, id, { state: outcome, answer_due_at: tx.now })
}

/** New evidence after publication: counted anew as the next version, which says why. What was published stays to be read. */
export async function reopen(tx: Tx, id: AppraisalId, { why, link }: { why: string; link: string }): Promise<void> {
  needEither(tx)
  const by = staffOf(tx)
  const one = await lockAppraisal(tx, id)
  if (one.staffId === by) throw refusal('appraisal.own')
  await needPersonnel(tx, one.staffId)
  if (one.state === 'reopened') return
  refuse(whyNotMoveAppraisal(one.state, 'reopen'))
  if (!isLink(link.trim())) throw refusal('appraisal.reopen_link', {}, 'link')
  const revision = one.revision + 1
  await keepParts(tx, id)
  await setAppraisal(tx, id, {
    ...ANEW,
    revision,
    reopened_by: by,
    reopened_why: why,
    reopened_link: link,
  })
  await announce(tx, 'appraisal.reopened', { ...about(one), by, revision }, topicsOf(one))
}

async function lockOwn(tx: Tx, id: AppraisalId): Promise<AppraisalRow> {
  const one = await lockAppraisal(tx, id)
  if (one.staffId !== staffOf(tx)) throw new NotFound()
  return one
}
