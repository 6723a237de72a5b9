import { isLink } from '../../kernel/links.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { HOUR, plus, type Window } from '../../kernel/time.ts'
import { BEHAVIOURS, type Behaviour } from '../scoring/quality/rules.ts'

export type Marks = Readonly<Record<Behaviour, number>>

/** REGULATION row 68: while it is fresh; after that memory notes what it likes. */
export function whyNotNote(shift: Window, now: Date, hours: number): Refusal | null {
  if (now < shift.from) return refusal('appraisal.note_early')
  return now > plus(shift.to, hours * HOUR) ? refusal('appraisal.note_late', { hours }) : null
}

/** A mark at either end says why, so that whoever it is about can answer. */
export function whyNotMarks(marks: Marks, words: string, link: string): Refusal | null {
  const low = BEHAVIOURS.find((one) => marks[one] === 0)
  if (low && words.trim() === '') return refusal('appraisal.note_words', {}, 'words')
  return link.trim() !== '' && !isLink(link.trim()) ? refusal('appraisal.note_link', {}, 'link') : null
}

/** What the obligation to note the shifts of a night is about: the shift of whoever led it. */
export const notesSubject = (managerShiftId: string): string => `shift:${managerShiftId}`
