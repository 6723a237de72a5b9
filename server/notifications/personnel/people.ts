import { listLeaders } from '../../accounts/leadership/queries.ts'
import type { StaffId } from '../../kernel/ids.ts'
import type { Tx } from '../../schema.ts'
import { humanResources } from '../rostering/queries.ts'

/** Personnel but this one; where there is nobody else of them, the group. */
export async function personnelBut(tx: Tx, staffId: StaffId): Promise<StaffId[]> {
  const others = without(await humanResources(tx.db), staffId)
  return others.length > 0 ? others : without(await listLeaders(tx.db, tx.now), staffId)
}

export const some = (one: StaffId | undefined): StaffId[] => (one ? [one] : [])
export const without = (people: readonly StaffId[], one: StaffId | null): StaffId[] =>
  people.filter((each) => each !== one)
