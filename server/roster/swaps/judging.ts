import type { StaffId } from '../../kernel/ids.ts'
import type { Reader } from '../../schema.ts'
import type { ShiftView } from '../queries.ts'
import { limitsOf, listCandidates } from './eligibility/queries.ts'
import { findingsOf } from './eligibility/rules.ts'
import type { SwapFinding } from './rules.ts'

type Change = { readonly shift: ShiftView; readonly substituteId: StaffId; readonly back: ShiftView | null }

/** Every hard rule that a cover or a trade would break: for whoever takes the shift and, in a trade, for whoever takes the other. */
export async function judgeSwap(db: Reader, { shift, substituteId, back }: Change): Promise<SwapFinding[]> {
  const limits = await limitsOf(db)
  const [substitute] = await listCandidates(db, shift.night, [substituteId])
  const theirs = substitute ? findingsOf(substitute, shift, back?.id ?? null, limits) : [NOBODY]
  if (!back) return theirs
  const [requester] = await listCandidates(db, back.night, [shift.staffId])
  const mine = requester ? findingsOf(requester, back, shift.id, limits) : [NOBODY]
  return [...theirs, ...mine.map((one) => ({ ...one, values: { ...one.values, back: 1 } }))]
}
const NOBODY: SwapFinding = { code: 'gone', values: {} }
