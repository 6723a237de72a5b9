import type { StaffId } from '../../kernel/ids.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import type { Finding } from '../facts.ts'
import { judgeByHand, type Stand } from '../judging.ts'
import { listNames } from '../months/people/queries.ts'
import type { Signature } from '../months/rules.ts'
import { nameLeader, whyNotName } from '../signatures/actions.ts'
import { insertException } from './queries.ts'
import { Unsigned, whyNotByHand } from './rules.ts'

/** With what HR does it by hand: the zone in which nights are counted, and, where a hard rule is broken, why and who answers. */
export type Signed = { readonly zone: string; readonly reason: string; readonly leaderId: StaffId | null }
type ByHand = { readonly out: Stand | null; readonly put: Stand | null }

/**
 * The checker sees what somebody does to the roster by hand, in the transaction that does it (row 3). @throws Unsigned where it
 * is barred, or breaks a hard rule without a reason and the name of somebody in the leadership group.
 */
export async function signByHand(tx: Tx, act: ByHand, signed: Signed): Promise<Signature> {
  const findings = await judgeByHand(tx.db, act, { now: tx.now, zone: signed.zone })
  const stand = act.put ?? act.out
  const what = !act.out ? 'added' : act.put ? 'changed' : 'removed'
  return signFor(tx, { what, stands: stand ? [stand] : [], findings }, signed)
}

type Act = {
  readonly what: Parameters<typeof insertException>[1]['what']
  readonly stands: readonly Stand[]
  readonly findings: readonly Finding[]
}

/** Somebody answers for what the checker says of these shifts; each that breaks a hard rule has its record, what the night itself lacks is with the first. @throws Unsigned */
export async function signFor(
  tx: Tx,
  { what, stands, findings }: Act,
  { reason, leaderId }: Pick<Signed, 'reason' | 'leaderId'>,
): Promise<Signature> {
  const why = whyNotByHand(findings, { reason, leader: leaderId })
  if (why) throw new Unsigned(why, findings, await listNames(tx.db))
  const hard = findings.filter(({ weight }) => weight === 'hard')
  if (hard.length === 0 || !leaderId) return { reason: null, leaderId: null, findings }
  const unfit = await whyNotName(tx, leaderId)
  if (unfit) throw new Unsigned(unfit, findings, await listNames(tx.db))
  const by = staffOf(tx)
  for (const [n, { night, post, staffId }] of stands.entries()) {
    const others = stands.filter((one) => one.staffId !== staffId).map((one) => one.staffId)
    const its = hard.filter((one) => one.staffId === staffId || (n === 0 && !others.some((id) => id === one.staffId)))
    if (its.length === 0) continue
    const exceptionId = await insertException(tx, {
      night,
      post,
      staffId,
      what,
      leaderId,
      findings: its,
      reason: reason.trim(),
      by,
    })
    await nameLeader(tx, leaderId, { exceptionId })
    await announce(tx, 'roster.excepted', { staffId, leaderId, by, what, count: its.length }, { about: ['roster'] })
  }
  return { reason: reason.trim(), leaderId, findings }
}
