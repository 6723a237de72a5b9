import type { DocumentState } from '../events/records.ts'
import type { StaffId } from '../kernel/ids.ts'
import { isLink } from '../kernel/links.ts'
import { after, type Moves } from '../kernel/machine.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'

export const PURPOSES = ['check', 'appraisal', 'incident', 'other'] as const
export type DocumentAct = 'answer' | 'add' | 'accept' | 'ask_back' | 'withdraw'

/** REGULATION row 58: asked, answered, and enough; what was said stays, and more may be said at any time. */
export const documentMoves: Moves<DocumentState, DocumentAct> = {
  asked: { answer: 'answered', withdraw: 'withdrawn' },
  answered: { add: 'answered', accept: 'accepted', ask_back: 'asked', withdraw: 'withdrawn' },
  accepted: { add: 'accepted' },
  withdrawn: {},
}
export const whyNotMoveDocument = (from: DocumentState, act: DocumentAct): Refusal | null =>
  after(documentMoves, from, act) ? null : refusal(`records.not_now.${act}`)

export const WORDS_LETTERS = 2000
export const MOST_LINKS = 8

export function whyNotLinks(links: readonly string[], field = 'links'): Refusal | null {
  if (links.length > MOST_LINKS) return refusal('records.links_many', { most: MOST_LINKS }, field)
  return links.every(isLink) ? null : refusal('records.not_a_link', {}, field)
}

/** An answer is words, a record that exists, or a paper. */
export const whyNotAnswer = (said: { words: string; links: readonly string[]; file: boolean }): Refusal | null =>
  said.words.trim() === '' && said.links.length === 0 && !said.file
    ? refusal('records.nothing_said', {}, 'words')
    : whyNotLinks(said.links)

export const whyNotAsk = (by: StaffId, staffId: StaffId, link: string): Refusal | null =>
  by === staffId ? refusal('records.oneself', {}, 'person') : whyNotLinks(link === '' ? [] : [link], 'link')

/** A place in a list: what is open comes first, the next due on top, then what is over, the newest on top. */
export type Place = { readonly due: Date | null; readonly id: string }
/** As an address carries it: `o1764115200000-12` among the open ones, `12` among the others. */
export const PLACE = /^(?:o(\d{1,15})-)?([1-9]\d{0,17})$/
export function placeIn(text: string | undefined): Place | null {
  const [, due, id] = PLACE.exec(text ?? '') ?? []
  return id ? { due: due ? new Date(Number(due)) : null, id } : null
}
export const placeOf = ({ id, dueAt, open }: { id: string; dueAt: Date; open: boolean }): string =>
  open ? `o${dueAt.getTime()}-${id}` : id

export const SHOWS = ['open', 'over'] as const
/** Whose, and which of them. */
export type Wanted = {
  readonly of?: StaffId | undefined
  readonly except?: StaffId | undefined
  readonly show?: (typeof SHOWS)[number] | undefined
}
