import { refusal, refuse } from '../../kernel/refusal.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { sameWeights, type WeightsByPost, whyNotWeigh } from '../scoring/weights/rules.ts'
import { currentWeights, insertWeights } from './queries.ts'

/** A new version, for months that are opened from now on; what was opened keeps the one it was opened under. */
export async function changeWeights(
  tx: Tx,
  { weights, why, seen }: { weights: WeightsByPost; why: string; seen: number },
): Promise<void> {
  need(tx, 'appraisal.review')
  refuse(whyNotWeigh(weights))
  const now = await currentWeights(tx.db)
  if (sameWeights(now.weights, weights)) return
  if (why.trim() === '') throw refusal('appraisal.weights_reason', {}, 'why')
  const by = staffOf(tx)
  const version = now.version + 1
  if (now.version !== seen || !(await insertWeights(tx, { version, weights, why, by })))
    throw refusal('appraisal.weights_meanwhile')
  await announce(tx, 'appraisal.weights_changed', { by, version }, { about: ['appraisal'] })
}
