import { announce } from '../../../platform/transaction.ts'
import type { Tx } from '../../../schema.ts'
import { lockMonth, setMonth } from '../queries.ts'
import { insertVersion } from './queries.ts'

/** The next version, in force from now on. */
export async function addVersion(tx: Tx, row: Omit<Parameters<typeof insertVersion>[1], 'by'>): Promise<void> {
  const by = tx.actor.kind === 'staff' ? tx.actor.staffId : null
  await insertVersion(tx, { ...row, by })
  const { state } = await lockMonth(tx, row.month)
  await setMonth(tx, row.month, { state: state === 'frozen' ? state : 'published', version: row.version, by })
  await announce(tx, 'month.versioned', { version: row.version, why: row.why, late: row.late }, { about: ['roster'] })
}
