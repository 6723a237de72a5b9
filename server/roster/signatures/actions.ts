import type { SignatureId, StaffId } from '../../kernel/ids.ts'
import { NotFound, type Refusal, refusal, refuse } from '../../kernel/refusal.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { isLeader } from '../months/people/queries.ts'
import * as signatures from './queries.ts'
import { whyNotObject, whyNotSignOwn } from './rules.ts'

/** Who may be named by whoever does it now: another person, and in the leadership group (row 3). */
export async function whyNotName(tx: Tx, leaderId: StaffId): Promise<Refusal | null> {
  if (!(await isLeader(tx.db, leaderId, tx.now))) return refusal('roster.leader_unknown', {}, 'leader')
  return whyNotSignOwn(leaderId, staffOf(tx), 'leader')
}

/** HR has named a leader for what breaks hard rules (row 3): they are told, and nothing waits for them. In the transaction that does it. */
export async function nameLeader(tx: Tx, leaderId: StaffId, of: signatures.Subject): Promise<void> {
  const by = tx.actor.kind === 'staff' ? tx.actor.staffId : null
  const signatureId = await signatures.insertSignature(tx, leaderId, by, of)
  await announce(tx, 'roster.leader_named', { signatureId, leaderId, by }, topics(leaderId))
}

/** The leader answers for it. Twice is once; also after an objection; never for what they named themselves for. @throws NotFound for anybody else */
export async function confirmSignature(tx: Tx, id: SignatureId): Promise<void> {
  const { leaderId, namedBy, state } = await lockMine(tx, id)
  if (state === 'confirmed') return
  refuse(whyNotSignOwn(leaderId, namedBy))
  await signatures.setSignature(tx, id, { state: 'confirmed', words: null })
  await announce(tx, 'roster.leader_confirmed', { signatureId: id, leaderId, by: namedBy }, topics(leaderId))
}

/** The leader does not answer for it, and says why: HR hears of it and mends; what was published stands until then. @throws NotFound for anybody else */
export async function objectSignature(tx: Tx, id: SignatureId, words: string): Promise<void> {
  const { leaderId, namedBy, state, words: before } = await lockMine(tx, id)
  refuse(whyNotObject(words))
  if (state === 'objected' && before === words.trim()) return
  await signatures.setSignature(tx, id, { state: 'objected', words: words.trim() })
  await announce(tx, 'roster.leader_objected', { signatureId: id, leaderId, by: namedBy }, topics(leaderId))
}

async function lockMine(tx: Tx, id: SignatureId) {
  const one = await signatures.lockSignature(tx, id)
  if (one.leaderId !== staffOf(tx)) throw new NotFound()
  return one
}

const topics = (leaderId: StaffId): { about: string[] } => ({ about: ['roster', `night:${leaderId}`] })
