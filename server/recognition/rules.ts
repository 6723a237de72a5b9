import type { CommendationState } from '../events/recognition.ts'
import type { StaffId } from '../kernel/ids.ts'
import { isLink } from '../kernel/links.ts'
import { after, type Moves } from '../kernel/machine.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'

export type CommendationAct = 'check' | 'grant' | 'decline' | 'withdraw' | 'execute' | 'revoke'

/** REGULATION 2, COMMEND: anybody nominates, personnel checks the facts, leaders decide, the reward is carried out by people. */
export const commendationMoves: Moves<CommendationState, CommendationAct> = {
  nominated: { check: 'reviewed', withdraw: 'withdrawn' },
  reviewed: { check: 'reviewed', grant: 'granted', decline: 'declined', withdraw: 'withdrawn' },
  granted: { execute: 'executed', revoke: 'revoked' },
  declined: {},
  withdrawn: {},
  executed: { revoke: 'revoked' },
  revoked: {},
}
export const whyNotMoveCommendation = (from: CommendationState, act: CommendationAct): Refusal | null =>
  after(commendationMoves, from, act) ? null : refusal(`recognition.not_now.${act}`)

export const FINDINGS = ['holds', 'partly', 'fails'] as const
export const WORDS_LETTERS = 2000
/** What stands on the wall is read in passing. */
export const CITATION_LETTERS = 280
export const MOST_LINKS = 5

/** Anybody, about anybody but themselves; with something that others can look at (REGULATION row 54: evidence links). */
export function whyNotNominate(
  by: StaffId,
  { staffId, links, praised }: { staffId: StaffId; links: readonly string[]; praised: boolean },
): Refusal | null {
  if (by === staffId) return refusal('recognition.oneself', {}, 'person')
  if (links.length === 0 && !praised) return refusal('recognition.link_missing', {}, 'links')
  if (links.length > MOST_LINKS) return refusal('recognition.links_many', { most: MOST_LINKS }, 'links')
  return links.every(isLink) ? null : refusal('recognition.not_a_link', {}, 'links')
}

type Parts = {
  readonly staffId: StaffId
  readonly nominatedBy: StaffId | null
  readonly checkedBy: StaffId | null
}
/** Three people: whoever nominates does not check, whoever checks does not decide, and it is about none of them. */
export function whyNotCheck(by: StaffId, { staffId, nominatedBy }: Parts): Refusal | null {
  if (by === staffId) return refusal('recognition.about_you')
  return by === nominatedBy ? refusal('recognition.nominated_by_you') : null
}
export function whyNotDecide(by: StaffId, parts: Parts): Refusal | null {
  return whyNotCheck(by, parts) ?? (by === parts.checkedBy ? refusal('recognition.checked_by_you') : null)
}

/** The best mark, and why: that is praise. */
export const isPraise = ({ service, comment }: { service: number; comment: string | null }): boolean =>
  service === 5 && (comment ?? '').trim() !== ''

/** What customers say when they praise somebody; "thank you" and "非常感谢" alone are politeness, and shorter than this. */
const PRAISING = [
  /表扬|点赞|多亏(?:了)?[你您]|帮了.{0,3}大忙|态度(?:真|很|特别|非常)?好|(?<!不)(?:真|很|太|特别|非常)(?:耐心|专业|负责|贴心|细心)|服务(?:真|很|特别|非常)好|(?:太|非常|特别|万分|十分)(?:感谢|谢谢)/,
  /\b(?:thank(?:s| you) (?:so|very) much|(?<!not )very (?:helpful|kind|patient|professional)|(?:great|excellent|wonderful|outstanding) (?:service|help|job|work|support)|really appreciate|well done|you (?:have|'ve) been (?:great|wonderful|so|very)|saved (?:me|my|us|our))\b/i,
]
const FEWEST_LETTERS = { han: 10, latin: 30 } as const

/** More than a polite word, by what it says and how long it is; whether anything comes of it people decide. */
export function isThanks(body: string): boolean {
  const text = body.trim()
  const least = /\p{Script=Han}/u.test(text) ? FEWEST_LETTERS.han : FEWEST_LETTERS.latin
  return text.length >= least && text.length <= WORDS_LETTERS && PRAISING.some((words) => words.test(text))
}
