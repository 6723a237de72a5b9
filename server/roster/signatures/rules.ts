import type { StaffId } from '../../kernel/ids.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'

/** Row 3: named by HR; the leader says that they answer for it, or that they do not. Either may be said anew. */
export type SignatureState = 'named' | 'confirmed' | 'objected'

/** Letters of an objection. */
export const OBJECTION_LETTERS = 500

/** Whoever does not answer for it says why, so that HR knows what to mend. */
export const whyNotObject = (words: string): Refusal | null =>
  words.trim() === '' ? refusal('roster.objection_empty', {}, 'words') : null

/** Row 3: a reason and a leader are two people's; whoever enters it answers for the reason and cannot be the leader as well. */
export const whyNotSignOwn = (leaderId: StaffId, by: StaffId | null, field?: string): Refusal | null =>
  leaderId === by ? refusal('roster.leader_self', {}, field) : null
