import { MINUTE, plus } from '../../kernel/time.ts'
import type { OfShift } from '../../obligations/contributors.ts'
import { getShift } from '../../roster/queries.ts'
import { currentSettings } from '../../settings/queries.ts'
import { CHECK_IN_OPENS_MINUTES } from '../rules.ts'

/** REGULATION row 25: whoever stands in a shift is there a quarter of an hour before it begins; whoever is called in later owes no early arrival. */
export const arrivalOfShift: OfShift = async (db, shiftId, now) => {
  const shift = await getShift(db, shiftId).catch(() => undefined)
  const { earlyMinutes } = await currentSettings(db)
  if (!shift) return []
  const dueAt = plus(shift.from, -earlyMinutes * MINUTE)
  if (now >= dueAt) return []
  return [
    {
      kind: 'arrival',
      staffId: shift.staffId,
      post: shift.post,
      subject: `shift:${shiftId}`,
      opensAt: plus(shift.from, -CHECK_IN_OPENS_MINUTES * MINUTE),
      dueAt,
      missedAt: shift.to,
      path: '/duty',
    },
  ]
}
