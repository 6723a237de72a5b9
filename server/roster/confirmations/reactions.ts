import type { ShiftId } from '../../kernel/ids.ts'
import type { Reactions } from '../../platform/reactions.ts'
import type { Database, Tx } from '../../schema.ts'
import { getShift } from '../queries.ts'
import { askConfirmations, forgetAsked, noteCheckIn } from './actions.ts'
import { isAskedAbout } from './queries.ts'

/** Who stands in a published shift is asked, also after a change; whoever comes has answered. */
export const confirmationReactions: Reactions<Database> = {
  feature: 'confirmations',
  on: {
    'shift.added': async (tx, { shiftId }) => askIfPublished(tx, shiftId),
    'shift.changed': async (tx, { shiftId, staffId, from }) => {
      if (staffId !== from) await askIfPublished(tx, shiftId)
    },
    'shift.removed': async (tx, { shiftId }) => forgetAsked(tx, shiftId),
    'attendance.checked_in': async (tx, { shiftId, staffId }) => noteCheckIn(tx, shiftId, staffId),
  },
}

/** A month of which somebody was asked is published; what is planned by hand for other days needs no answer. */
async function askIfPublished(tx: Tx, id: ShiftId): Promise<void> {
  const shift = await getShift(tx.db, id).catch(() => undefined)
  if (shift?.kind === 'night' && (await isAskedAbout(tx.db, shift.night.slice(0, 7)))) await askConfirmations(tx, [id])
}
