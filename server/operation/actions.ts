import { need, staffOf } from '../platform/actor.ts'
import type { QueueName } from '../platform/queue-names.ts'
import { announce } from '../platform/transaction.ts'
import type { Tx } from '../schema.ts'

/** Somebody has had a dead job tried once more: noted, because its effect then has a person behind it. */
export async function noteRepeat(tx: Tx, queue: QueueName): Promise<void> {
  need(tx, 'system.operate')
  await announce(tx, 'job.repeated', { queue, by: staffOf(tx) }, { about: ['operation'] })
}
