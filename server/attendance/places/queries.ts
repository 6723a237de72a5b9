import type { StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import type { Reader, Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'

export type Place = { readonly id: string; readonly name: string; readonly secret: Buffer }

export const openPlaces = (db: Reader): Promise<Place[]> =>
  db.selectFrom('places').select(['id', 'name', 'secret']).where('closed_at', 'is', null).orderBy('id').execute()

/** Whether checking in takes more than a press: the company names a network, or has a place that shows a code. */
export const takesProof = async (db: Reader): Promise<boolean> =>
  (await currentSettings(db)).officeRanges !== '' || (await openPlaces(db)).length > 0

/** @throws NotFound */
export async function getPlace(db: Reader, id: string): Promise<Place> {
  const row = await db
    .selectFrom('places')
    .select(['id', 'name', 'secret'])
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw new NotFound()
  return row
}

export const insertPlace = (tx: Tx, { name, secret, by }: { name: string; secret: Buffer; by: StaffId }) =>
  tx.db.insertInto('places').values({ name, secret, made_by: by, made_at: tx.now }).execute()

export const closePlaceRow = (tx: Tx, id: string, by: StaffId) =>
  tx.db
    .updateTable('places')
    .set({ closed_by: by, closed_at: tx.now })
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .execute()
