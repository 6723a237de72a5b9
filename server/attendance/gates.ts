import type { StaffId } from '../kernel/ids.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import type { ShiftView } from '../roster/queries.ts'
import type { Tx } from '../schema.ts'
import { takesProof } from './places/queries.ts'
import type { How } from './rules.ts'

/** Somebody at the door of their post: on the way in with what shows that they are there, on the way out by their own press. */
export type AtGate =
  | { readonly way: 'in'; readonly staffId: StaffId; readonly shift: ShiftView; readonly how: How }
  | { readonly way: 'out'; readonly staffId: StaffId; readonly shift: ShiftView }

/**
 * What a feature wants before somebody goes on post or off it; null lets them through. Asked in the transaction of the act,
 * after the rules of attendance itself. The end of a shift by the clock asks nobody: hours end, whoever signs what.
 */
export type Gate = (tx: Tx, at: AtGate) => Promise<Refusal | null>

/** The first refusal in their order holds. */
export async function whyNotThrough(tx: Tx, gates: readonly Gate[], at: AtGate): Promise<Refusal | null> {
  for (const gate of gates) {
    const refused = await gate(tx, at)
    if (refused) return refused
  }
  return null
}

/** REGULATION row 25: where the company names its network or shows a code at a place, a press from anywhere shows nothing. */
export const proofGate: Gate = async (tx, at) =>
  at.way === 'in' && at.how === 'button' && (await takesProof(tx.db))
    ? refusal('attendance.proof_needed', {}, 'code')
    : null
