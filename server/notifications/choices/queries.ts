import type { NoticeChannel, NoticeKind } from '../../events/notifications.ts'
import type { StaffId } from '../../kernel/ids.ts'
import type { Reader, Tx } from '../../schema.ts'

export const storeChoice = (tx: Tx, staffId: StaffId, kind: NoticeKind, channels: readonly NoticeChannel[]) =>
  tx.db
    .insertInto('notice_choices')
    .values({ staff_id: staffId, kind, channels: [...channels], chosen_at: tx.now })
    .onConflict((conflict) =>
      conflict.columns(['staff_id', 'kind']).doUpdateSet({ channels: [...channels], chosen_at: tx.now }),
    )
    .execute()

/** Back to the default, which a later version may change. */
export const dropChoice = (tx: Tx, staffId: StaffId, kind: NoticeKind) =>
  tx.db.deleteFrom('notice_choices').where('staff_id', '=', staffId).where('kind', '=', kind).execute()

export type Chosen = { readonly kind: NoticeKind; readonly channels: readonly NoticeChannel[] }

export async function choicesOf(db: Reader, staffId: StaffId): Promise<Chosen[]> {
  return db.selectFrom('notice_choices').select(['kind', 'channels']).where('staff_id', '=', staffId).execute()
}

/** Whoever of these has chosen; for the others the default of the kind holds. */
export async function choicesOfEach(
  db: Reader,
  people: readonly StaffId[],
  kind: NoticeKind,
): Promise<ReadonlyMap<StaffId, readonly NoticeChannel[]>> {
  if (people.length === 0) return new Map()
  const rows = await db
    .selectFrom('notice_choices')
    .select(['staff_id', 'channels'])
    .where('staff_id', 'in', [...people])
    .where('kind', '=', kind)
    .execute()
  return new Map(rows.map(({ staff_id, channels }) => [staff_id as StaffId, channels]))
}
/** Undefined where they have not chosen: the default of the kind holds. */
export const choiceOf = async (
  db: Reader,
  staffId: StaffId,
  kind: NoticeKind,
): Promise<readonly NoticeChannel[] | undefined> => (await choicesOfEach(db, [staffId], kind)).get(staffId)
