import type { ShiftId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { settle } from '../../obligations/actions.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import { lockShift } from '../../roster/queries.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import * as notes from './queries.ts'
import { type Marks, notesSubject, whyNotMarks, whyNotNote } from './rules.ts'

/** How a shift went, by whoever led it; until its time is over it may be put better (REGULATION row 68). */
export async function noteShift(
  tx: Tx,
  shiftId: ShiftId,
  { marks, words, link }: { marks: Marks; words: string; link: string },
): Promise<void> {
  need(tx, 'appraisal.own')
  const managerId = staffOf(tx)
  const shift = await lockShift(tx, shiftId)
  if (shift.staffId === managerId) throw refusal('appraisal.own')
  const [led] = await notes.shiftsLed(tx.db, managerId, { since: new Date(0), now: shift.to, shiftId })
  if (!led) throw new NotFound()
  const { shiftNoteHours } = await currentSettings(tx.db)
  refuse(whyNotNote(shift, tx.now, shiftNoteHours) ?? whyNotMarks(marks, words, link))
  if (led.note && JSON.stringify(markedIn(led.note)) === JSON.stringify({ ...marksOf(marks), words, link })) return
  const noteId = await notes.storeNote(tx, { shiftId, managerId, marks, words, link })
  for (const led of await notes.ledAndNoted(tx.db, managerId, shiftId))
    await settle(tx, { kind: 'shift_notes', subject: notesSubject(led) })
  const { staffId } = shift
  await announce(
    tx,
    'shift_note.taken',
    { noteId, shiftId, staffId, by: managerId },
    { about: [`own:${staffId}`, `own:${managerId}`] },
  )
}

const marksOf = ({ reachable, records, courteous, helpful }: Marks): Marks => ({
  reachable,
  records,
  courteous,
  helpful,
})
const markedIn = (note: Marks & { words: string; link: string }) => ({
  ...marksOf(note),
  words: note.words,
  link: note.link,
})
