import type { Tx } from '../../schema.ts'
import { countNight, storeNight } from './queries.ts'

/** Counts a night that is over, from its records, in the place of what was counted before. Repeats safely. */
export const keepNight = async (tx: Tx, night: string, zone: string): Promise<void> =>
  storeNight(tx, night, await countNight(tx.db, night, tx.now, zone))
