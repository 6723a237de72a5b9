import type { CategoryId } from '../../../kernel/ids.ts'
import { type Refusal, refusal, refuse } from '../../../kernel/refusal.ts'
import { need, staffOf } from '../../../platform/actor.ts'
import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { retirePolicy, storePolicy } from '../queries.ts'
import type { PolicyFor } from '../rules.ts'

/** An answer comes before a solution; and who is answered first is not answered later than in between. */
export function whyNotPolicy({ firstSeconds, nextSeconds, resolutionSeconds }: PolicyFor): Refusal | null {
  if (resolutionSeconds < firstSeconds || resolutionSeconds < nextSeconds)
    return refusal('sla.solution_before_answer', {}, 'resolutionMinutes')
  return null
}

/** What holds for some tickets from now on; those whose clocks run keep what was agreed for them. */
export async function addPolicy(tx: Tx, policy: PolicyFor & { categoryId: CategoryId | null }): Promise<void> {
  need(tx, 'settings.edit')
  refuse(whyNotPolicy(policy))
  const by = staffOf(tx)
  await storePolicy(tx, { ...policy, position: 0, by }, null)
  await announce(tx, 'policy.changed', { by }, { about: ['settings'] })
}

/** Holds for no new ticket any more. */
export async function endPolicy(tx: Tx, id: string): Promise<void> {
  need(tx, 'settings.edit')
  const by = staffOf(tx)
  await retirePolicy(tx, id, by)
  await announce(tx, 'policy.changed', { by }, { about: ['settings'] })
}
