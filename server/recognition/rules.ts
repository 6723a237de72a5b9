import type { CommendationState } from '../events/recognition.ts'
import type { StaffId } from '../kernel/ids.ts'
import { after, type Moves } from '../kernel/machine.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'

export type CommendationAct = 'check' | 'grant' | 'decline' | 'withdraw' | 'execute'

/** REGULATION 2, COMMEND: anybody nominates, personnel checks the facts, leaders decide, the reward is carried out by people. */
export const commendationMoves: Moves<CommendationState, CommendationAct> = {
  nominated: { check: 'reviewed', withdraw: 'withdrawn' },
  reviewed: { check: 'reviewed', grant: 'granted', decline: 'declined', withdraw: 'withdrawn' },
  granted: { execute: 'executed' },
  declined: {},
  withdrawn: {},
  executed: {},
}
export const whyNotMoveCommendation = (from: CommendationState, act: CommendationAct): Refusal | null =>
  after(commendationMoves, from, act) ? null : refusal(`recognition.not_now.${act}`)

export const FINDINGS = ['holds', 'partly', 'fails'] as const
export const WORDS_LETTERS = 2000
/** What stands on the wall is read in passing. */
export const CITATION_LETTERS = 280
export const LINK_LETTERS = 300
export const MOST_LINKS = 5

/** One a line; empty lines are none. */
export const linksIn = (typed: string): string[] =>
  typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const isLink = (text: string): boolean => /^(https?:\/\/\S+|\/[^/\s]\S*)$/.test(text) && text.length <= LINK_LETTERS

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
