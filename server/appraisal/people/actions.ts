import type { StaffId } from '../../kernel/ids.ts'
import { need } from '../../platform/actor.ts'
import type { Tx } from '../../schema.ts'
import { withRole } from './queries.ts'

/** Before anything is looked up: personnel, or the group that may have to take their place. */
export function needEither(tx: Tx): void {
  if (!tx.actor.capabilities.has('appraisal.sign')) need(tx, 'appraisal.review')
}

/** Personnel's acts about somebody. Where there is nobody else of personnel the next one up does them: a member of the group. */
export async function needPersonnel(tx: Tx, about: StaffId): Promise<void> {
  const { capabilities } = tx.actor
  if (capabilities.has('appraisal.sign') && isGroups(await withRole(tx.db, 'hr'), about)) return
  need(tx, 'appraisal.review')
}

export const isGroups = (personnel: readonly StaffId[], about: StaffId): boolean =>
  personnel.every((one) => one === about)
