import { HOUR, plus } from '../../kernel/time.ts'
import type { OfShift } from '../../obligations/contributors.ts'
import { getShift } from '../../roster/queries.ts'
import { currentSettings } from '../../settings/queries.ts'
import { notesSubject } from './rules.ts'

/** REGULATION row 68: whoever leads a night notes how the shifts under them went, while it is fresh. */
export const notesOfShift: OfShift = async (db, shiftId) => {
  const shift = await getShift(db, shiftId).catch(() => undefined)
  if (shift?.post !== 'manager' || shift.kind !== 'night') return []
  const { shiftNoteHours } = await currentSettings(db)
  const dueAt = plus(shift.to, shiftNoteHours * HOUR)
  return [
    {
      kind: 'shift_notes',
      staffId: shift.staffId,
      post: 'manager',
      subject: notesSubject(shiftId),
      opensAt: shift.to,
      dueAt,
      missedAt: dueAt,
      path: '/appraisal/notes',
    },
  ]
}
