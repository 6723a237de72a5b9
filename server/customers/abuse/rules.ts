import type { AbuseState, ConductDuty } from '../../events/abuse.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { after, type Moves } from '../../kernel/machine.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { DAY, HOUR, plus } from '../../kernel/time.ts'

export const DUTIES = [
  'insults',
  'threats',
  'harassment',
  'flooding',
  'demands',
  'other',
] as const satisfies readonly ConductDuty[]
export const ABUSE_STATES = [
  'flagged',
  'warned',
  'limited',
  'banned',
  'lifted',
] as const satisfies readonly AbuseState[]
export type AbuseAct = 'warn' | 'limit' | 'propose' | 'refuse' | 'ban' | 'appeal' | 'uphold' | 'lift' | 'expire'

/** REGULATION 2, ABUSE: one step after the other; a ban is proposed by one and confirmed by another; everything ends. */
export const abuseMoves: Moves<AbuseState, AbuseAct> = {
  flagged: { warn: 'warned', lift: 'lifted' },
  warned: { warn: 'warned', limit: 'limited', lift: 'lifted', expire: 'lifted' },
  limited: { propose: 'limited', refuse: 'limited', ban: 'banned', lift: 'lifted', expire: 'lifted' },
  banned: { appeal: 'banned', uphold: 'banned', lift: 'lifted', expire: 'lifted' },
  lifted: {},
}

/** Somebody reads it: longer than a note needs, shorter than a book. */
export const WORDS_LETTERS = 2000

export type Standing = {
  readonly state: AbuseState
  readonly proposedBy: StaffId | null
  readonly confirmedBy: StaffId | null
  readonly appealedAt: Date | null
  readonly answeredAt: Date | null
}

export const whyNotStep = (state: AbuseState, act: AbuseAct): Refusal | null =>
  after(abuseMoves, state, act) ? null : refusal(`abuse.not_now.${act}`)

/** Every decision says why, for whoever reads the case later. */
export const whyNotWithout = (why: string): Refusal | null =>
  why.trim() === '' ? refusal('abuse.why_missing', {}, 'why') : null

/** A length as typed, between 1 and the most that the company allows. */
export const whyNotSoLong = (length: number, most: number, field: 'hours' | 'days'): Refusal | null =>
  Number.isInteger(length) && length >= 1 && length <= most ? null : refusal('abuse.out_of_bounds', { most }, field)

/** One proposal at a time. */
export const whyNotPropose = ({ state, proposedBy }: Standing): Refusal | null =>
  whyNotStep(state, 'propose') ?? (proposedBy ? refusal('abuse.proposed_already') : null)

/** REGULATION row 61: a second person decides. Neither who flagged nor who proposed confirms. */
export function whyNotConfirm(
  { state, proposedBy }: Standing,
  by: StaffId,
  flaggedBy: readonly StaffId[],
): Refusal | null {
  if (state !== 'limited' || !proposedBy) return refusal('abuse.not_now.ban')
  if (proposedBy === by) return refusal('abuse.own_proposal')
  return flaggedBy.includes(by) ? refusal('abuse.own_flag') : null
}

/** Whoever confirms may also say no; who proposed may take it back. */
export function whyNotRefuseBan(
  { state, proposedBy }: Standing,
  by: StaffId,
  flaggedBy: readonly StaffId[],
): Refusal | null {
  if (state !== 'limited' || !proposedBy) return refusal('abuse.not_now.refuse')
  return proposedBy !== by && flaggedBy.includes(by) ? refusal('abuse.own_flag') : null
}

/** One appeal a ban. */
export const whyNotAppeal = ({ state, appealedAt }: Standing): Refusal | null =>
  whyNotStep(state, 'appeal') ?? (appealedAt ? refusal('abuse.appealed_already') : null)

/** Answered by somebody who had no part in the ban. */
export function whyNotAnswerAppeal(
  { state, appealedAt, answeredAt, proposedBy, confirmedBy }: Standing,
  by: StaffId,
  flaggedBy: readonly StaffId[],
): Refusal | null {
  if (state !== 'banned' || !appealedAt || answeredAt) return refusal('abuse.not_now.uphold')
  return proposedBy === by || confirmedBy === by || flaggedBy.includes(by) ? refusal('abuse.own_decision') : null
}

export const hoursAfter = (now: Date, hours: number): Date => plus(now, hours * HOUR)
export const daysAfter = (now: Date, days: number): Date => plus(now, days * DAY)
/** A limit holds until somebody has had the time to decide about the ban that was proposed over it. */
export const heldUntil = (until: Date, now: Date, decideHours: number): Date =>
  new Date(Math.max(until.getTime(), hoursAfter(now, decideHours).getTime()))

/** Whole hours that are left, at least one. */
export const hoursLeft = (until: Date, now: Date): number =>
  Math.max(1, Math.ceil((until.getTime() - now.getTime()) / HOUR))

/** Tickets whose flag came from somebody else than who decides now: nobody takes their own work out of the appraisal. */
export const upheldBy = <Flag extends { readonly flaggedBy: StaffId; readonly ticketId: string }>(
  flags: readonly Flag[],
  by: StaffId,
): Flag['ticketId'][] => [...new Set(flags.filter((flag) => flag.flaggedBy !== by).map(({ ticketId }) => ticketId))]
