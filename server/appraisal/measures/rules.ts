import type { Grade, MeasureKind, MeasureState } from '../../events/appraisal.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { after, type Moves } from '../../kernel/machine.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'

type Act = 'put_forward' | 'decide' | 'decline' | 'execute' | 'withdraw' | 'object' | 'review' | 'lift'

/** REGULATION 2, MEASURE: the system proposes, people decide, after the person has had their say. */
export const measureMoves: Moves<MeasureState, Act> = {
  proposed: { put_forward: 'pending', withdraw: 'withdrawn' },
  pending: { decide: 'decided', decline: 'declined', withdraw: 'withdrawn' },
  decided: { execute: 'executed', withdraw: 'withdrawn', object: 'objected' },
  executed: { object: 'objected' },
  objected: { review: 'reviewed', lift: 'withdrawn' },
  reviewed: { execute: 'executed' },
  declined: {},
  withdrawn: {},
}
export const whyNotMoveMeasure = (from: MeasureState, act: Act): Refusal | null =>
  after(measureMoves, from, act) ? null : refusal(`measures.not_now.${act}`)

type Proposal = { readonly kind: MeasureKind; readonly coefficient: number | null }
/** REGULATION 3, effects: 1.2, 1.0, 0.9, and 0.6 to 0.8 where the pay part for performance is cut. */
export const COEFFICIENTS = { excellent: 1.2, competent: 1, basic: 0.9, least: 0.6, most: 0.8 } as const

export type Before = {
  /** The person's grades of the months before, the latest first. */
  readonly grades: readonly (Grade | null)[]
  readonly trained: boolean
  readonly trial: boolean
}

/** What the regulation recommends for a grade; a trial month, and a month without a grade, have no effects. */
export function proposalsFor(grade: Grade, { grades, trained, trial }: Before): Proposal[] {
  if (trial) return []
  const bonus = (coefficient: number): Proposal => ({ kind: 'bonus', coefficient })
  const plain = (kind: MeasureKind): Proposal => ({ kind, coefficient: null })
  switch (grade) {
    case 'excellent':
      return [bonus(COEFFICIENTS.excellent), plain('award'), plain('promotion')]
    case 'competent':
      return [bonus(COEFFICIENTS.competent)]
    case 'basic':
      return [bonus(COEFFICIENTS.basic), plain('coaching')]
    case 'poor':
      return ladder(grades, trained)
    case 'none':
      return []
  }
}

/** By how grave it is: a talk first, the pay part for performance after a second month, another post only after repeated months and training. */
function ladder(grades: readonly (Grade | null)[], trained: boolean): Proposal[] {
  const again = grades.findIndex((grade) => grade !== 'poor')
  const before = again < 0 ? grades.length : again
  const talk: Proposal[] = [{ kind: 'talk', coefficient: null }]
  if (before >= 1) talk.push({ kind: 'deduction', coefficient: COEFFICIENTS.most })
  if (before >= 2 && trained) talk.push({ kind: 'post_change', coefficient: null })
  return talk
}

export const isAgainst = (kind: MeasureKind): boolean => ['talk', 'deduction', 'post_change'].includes(kind)

/** Only the part of the pay that is for performance moves, and within what the regulation names. */
export function whyNotCoefficient(kind: MeasureKind, coefficient: number | null): Refusal | null {
  if (kind === 'bonus')
    return coefficient !== null && coefficient >= COEFFICIENTS.basic && coefficient <= COEFFICIENTS.excellent
      ? null
      : refusal('measures.bonus_bounds', { least: COEFFICIENTS.basic, most: COEFFICIENTS.excellent }, 'coefficient')
  if (kind === 'deduction')
    return coefficient !== null && coefficient >= COEFFICIENTS.least && coefficient <= COEFFICIENTS.most
      ? null
      : refusal('measures.deduction_bounds', { least: COEFFICIENTS.least, most: COEFFICIENTS.most }, 'coefficient')
  return coefficient === null ? null : refusal('measures.no_coefficient', {}, 'coefficient')
}

type Standing = {
  readonly state: MeasureState
  readonly statement: string | null
  readonly statementDueAt: Date | null
}
/** REGULATION row 72: no decision without the person's statement; whoever says nothing in their time has had it. */
export function whyNotDecideMeasure({ state, statement, statementDueAt }: Standing, now: Date): Refusal | null {
  const moved = whyNotMoveMeasure(state, 'decide')
  if (moved) return moved
  if (statement !== null) return null
  return statementDueAt && statementDueAt <= now ? null : refusal('measures.not_heard')
}

type Touched = {
  readonly staffId: StaffId
  readonly state: MeasureState
  readonly editedBy: StaffId | null
  readonly decidedBy: StaffId | null
}
/** Whoever put it forward does not decide, whoever decided does not look at the objection; and it is about neither. */
export function whyNotLeader({ staffId, state, editedBy, decidedBy }: Touched, by: StaffId): Refusal | null {
  if (staffId === by) return refusal('appraisal.own')
  if (state === 'objected') return decidedBy === by || editedBy === by ? refusal('measures.decided_by_you') : null
  return editedBy === by ? refusal('measures.put_forward_by_you') : null
}

/** Twelve months later, or once the result that it rested on fell, it is on nobody's file: nothing is done about it any more. */
export const whyNotTouch = ({ expiresAt }: { expiresAt: Date | null }, now: Date): Refusal | null =>
  expiresAt !== null && expiresAt <= now ? refusal('measures.off_file') : null
