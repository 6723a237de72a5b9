import type { Tx } from '../../schema.ts'
import { storePlan } from './queries.ts'

/** A row for each department of a day, so that its time stands in the database and no restart forgets it. */
export const planDigests = async (tx: Tx, day: string, dueAt: Date): Promise<void> =>
  void (await storePlan(tx, day, dueAt))
