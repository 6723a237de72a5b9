import type { StaffId } from '../../kernel/ids.ts'
import type { Named } from '../../kernel/named.ts'
import type { Refusal } from '../../kernel/refusal.ts'
import { type Hands, maySignIn, mustBeSigned, whyNotDecide, whyNotReviewer, whyNotSigner } from '../deciding/rules.ts'
import type { Candidate } from '../hands/queries.ts'
import type { AppraisalRow } from '../queries.ts'

/** What a result waits for. */
type Waiting = 'review' | 'sign' | 'decide'
export type Instead = {
  readonly waitsFor: Waiting
  readonly why: Refusal
  readonly people: readonly Named[]
  readonly more: number
}

/** As many names as a sentence holds. */
const NAMED = 6

/**
 * Why somebody of personnel or of the group may not do what this result waits for, and who can; undefined where they may, or
 * where it waits for nobody of them.
 */
export function insteadOf(one: AppraisalRow, { by, hands, parts, candidates, now }: Reader): Instead | undefined {
  if (!hands.reviews && !hands.signs) return undefined
  const { waitsFor, refuses } = awaitedOf(one, { parts, now }) ?? {}
  const why = refuses?.({ ...hands, id: by, led: candidates.led })
  if (!waitsFor || !refuses || !why) return undefined
  const able = candidates.others.filter(
    ({ id, ...hand }) => !refuses({ ...hand, id, owner: false, orphaned: hands.orphaned }),
  )
  return { waitsFor, why, people: able.slice(0, NAMED), more: Math.max(0, able.length - NAMED) }
}

type Reader = {
  readonly by: StaffId
  readonly hands: Hands
  readonly parts: readonly StaffId[]
  readonly candidates: { readonly led: boolean; readonly others: readonly Candidate[] }
  readonly now: Date
}
type Hand = Hands & { readonly id: StaffId; readonly led: boolean }

function awaitedOf(
  one: AppraisalRow,
  { parts, now }: Pick<Reader, 'parts' | 'now'>,
): { readonly waitsFor: Waiting; readonly refuses: (hand: Hand) => Refusal | null } | undefined {
  const { state, monthState } = one
  if (state === 'manager_scored' && monthState !== 'managers')
    return { waitsFor: 'review', refuses: (hand) => whyNotReviewer(one, hand, now) }
  if (state === 'hr_reviewed' && mustBeSigned(one.grade) && maySignIn(monthState))
    return { waitsFor: 'sign', refuses: (hand) => whyNotSigner(one, hand) }
  if (state === 'appealed') return { waitsFor: 'decide', refuses: ({ id }) => whyNotDecide(id, one.staffId, parts) }
  return undefined
}
