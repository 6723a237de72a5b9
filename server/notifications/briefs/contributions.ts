import { HOUR, MINUTE, plus } from '../../kernel/time.ts'
import type { OfShift } from '../../obligations/contributors.ts'
import { getShift } from '../../roster/queries.ts'
import { currentSettings } from '../../settings/queries.ts'
import { briefSubject, minutesFrom } from './rules.ts'

/**
 * REGULATION row 11: whoever leads the night tells the leaders of it by the morning, with a word of their own or by the hand
 * that sends it. Of whoever leads a part of it that is owed once the brief is drawn up.
 */
export const briefOfShift: OfShift = async (db, shiftId) => {
  const shift = await getShift(db, shiftId).catch(() => undefined)
  if (shift?.post !== 'manager' || shift.kind !== 'night') return []
  const { nightStart, nightEnd, briefTime, briefDraftTime } = await currentSettings(db)
  const whole = minutesFrom(nightStart, nightEnd) * MINUTE
  // The night on which the clock changes is an hour longer or shorter.
  if (Math.abs(shift.to.getTime() - shift.from.getTime() - whole) > HOUR) return []
  const after = (time: string): Date => plus(shift.to, minutesFrom(nightEnd, time) * MINUTE)
  return [
    {
      kind: 'night_brief',
      staffId: shift.staffId,
      post: 'manager',
      subject: briefSubject(shift.night),
      opensAt: after(briefDraftTime),
      dueAt: after(briefTime),
      missedAt: after(briefTime),
      path: `/brief/${shift.night}`,
    },
  ]
}
