import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { type Engagement, endEngagement, storeEngagement } from './queries.ts'

/** From now on this person has no hand free: nothing is offered to them, and what is offered now goes to the next. */
export async function engage(tx: Tx, engagement: Engagement): Promise<void> {
  await storeEngagement(tx, engagement)
  const { staffId, kind } = engagement
  await announce(tx, 'desk.engaged', { staffId, kind }, { about: ['board', `duty:${staffId}`] })
}

/** Free again, at once or at an instant that is named. */
export async function disengage(tx: Tx, of: Omit<Engagement, 'staffId'>, until: Date = tx.now): Promise<void> {
  const staffId = await endEngagement(tx, of, until)
  if (staffId) await announce(tx, 'desk.freed', { staffId, kind: of.kind }, { about: ['board', `duty:${staffId}`] })
}
