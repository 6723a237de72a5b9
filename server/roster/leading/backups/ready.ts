import type { StaffId } from '../../../kernel/ids.ts'
import { nightOf, windowOf } from '../../../kernel/time.ts'
import type { Reader } from '../../../schema.ts'
import { currentSettings } from '../../../settings/queries.ts'
import type { Ready } from '../../confirmations/calendar.ts'
import { listBackups } from './queries.ts'

/** Nights on which somebody stands ready for the duty manager, from the one on that `from` lies in: the company's hours of each. */
export async function listReady(
  db: Reader,
  staffId: StaffId,
  { from, zone }: { readonly from: Date; readonly zone: string },
): Promise<Ready[]> {
  const { nightStart, nightEnd } = await currentSettings(db)
  const backups = await listBackups(db, { staffId, from: nightOf(from, zone) })
  return backups.map(({ night }) => ({ night, staffId, ...windowOf(night, nightStart, nightEnd, zone) }))
}
