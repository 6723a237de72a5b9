import type { Due } from '../../../platform/ticker.ts'
import type { Reader, Tx } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import { type Morning, morningAt } from '../rules.ts'
import { beginRun, insertMornings, wasRun } from './queries.ts'

/** The morning that has come and was not told yet, if any. */
export async function listMornings(db: Reader, now: Date, zone: string): Promise<Due[]> {
  const morning = await morningNow(db, now, zone)
  return morning && !(await wasRun(db, morning.day)) ? [{ id: morning.day, version: 0, at: morning.at }] : []
}

/** Each open request on which something was done gets its letter decided; once a day, whichever process is first. */
export async function tellTheMorning(tx: Tx, zone: string): Promise<void> {
  const morning = await morningNow(tx.db, tx.now, zone)
  if (morning && (await beginRun(tx, morning.day))) await insertMornings(tx, morning)
}

const morningNow = async (db: Reader, now: Date, zone: string): Promise<Morning | null> =>
  morningAt(now, { ...(await currentSettings(db)), zone })
