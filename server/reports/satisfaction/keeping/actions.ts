import type { Tx } from '../../../schema.ts'
import { storeMonth } from './queries.ts'

/** Counts what was asked and answered in a month that is over, from its records, in the place of what was counted before. Repeats safely. */
export const keepMonth = (tx: Tx, month: string, zone: string): Promise<void> => storeMonth(tx, month, zone)
