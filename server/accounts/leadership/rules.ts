import type { Rank } from '../../kernel/capabilities.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { addDays, instantOf } from '../../kernel/time.ts'

/** REGULATION row 5: 由公司副总经理担任组长. */
export const RANK_OF_CHIEF: Rank = 'vice_president'

/** From the first day to the last one, both included; without a last day it goes on. Dates of the company's calendar. */
export type Term = { readonly firstDay: string; readonly lastDay: string | null }
export type Member = Term & { readonly chief: boolean; readonly rank: Rank; readonly active: boolean }

/** A term as instants: it begins with the first day and ends with the last. */
export const windowOfTerm = ({ firstDay, lastDay }: Term, zone: string): { from: Date; to: Date | null } => ({
  from: instantOf(firstDay, '00:00', zone),
  to: lastDay === null ? null : instantOf(addDays(lastDay, 1), '00:00', zone),
})

export function whyNotAppoint({ firstDay, lastDay, chief, rank, active }: Member): Refusal | null {
  if (!active) return refusal('accounts.leader_gone', {}, 'staff')
  if (chief && rank !== RANK_OF_CHIEF) return refusal('accounts.chief_rank', {}, 'chief')
  return lastDay !== null && lastDay < firstDay ? refusal('accounts.term_backwards', {}, 'lastDay') : null
}

/** What has been served stays on record: only an end is set; a term that has not begun may be withdrawn. */
export function whyNotWithdraw(window: { from: Date }, now: Date): Refusal | null {
  return window.from <= now ? refusal('accounts.term_begun') : null
}

/** Whether a term covers the instant, as the exclusion constraint sees it. */
export const holdsAt = ({ from, to }: { from: Date; to: Date | null }, now: Date): boolean =>
  from <= now && (to === null || now < to)

/** 组长 now: in their term, here, and still of the rank. */
export const isChiefNow = (member: Member & { window: { from: Date; to: Date | null } }, now: Date): boolean =>
  member.chief && member.active && member.rank === RANK_OF_CHIEF && holdsAt(member.window, now)
