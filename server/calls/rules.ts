import type { Unanswered } from '../events/calls.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import { DAY, MINUTE, plus, SECOND } from '../kernel/time.ts'

/** REGULATION 2, CALL. In the order in which one may follow another, whatever order the events come in. */
export const CALL_STATES = ['ringing', 'rejected', 'missed', 'abandoned', 'voicemail', 'answered', 'ended'] as const
export type CallState = (typeof CALL_STATES)[number]
/** How far a call has come: it never goes back. */
export const stageOf = (state: CallState): number => CALL_STATES.indexOf(state)

export const CAUSES = ['normalClearing', 'busy', 'cancel', 'noAnswer', 'congestion', 'notFound', 'forwarded'] as const
/** `stuck`: nobody said how it ended, and the ticker closed it. */
export type Cause = (typeof CAUSES)[number] | 'stuck'
/** Where two events name two causes, the first of these holds, so that their order does not matter. */
const WEIGHT: readonly Cause[] = [
  'cancel',
  'noAnswer',
  'busy',
  'notFound',
  'congestion',
  'forwarded',
  'normalClearing',
  'stuck',
]

/** What is known of a call. Facts are only added, so that any order and any repetition of events ends the same. */
export type Facts = {
  readonly rangAt: Date | null
  readonly answeredAt: Date | null
  readonly voicemailAt: Date | null
  readonly endedAt: Date | null
  readonly cause: Cause | null
  readonly rejectedAt: Date | null
}
export const NOTHING_KNOWN: Facts = {
  rangAt: null,
  answeredAt: null,
  voicemailAt: null,
  endedAt: null,
  cause: null,
  rejectedAt: null,
}

/** What one event says. */
export type Fact =
  | { readonly kind: 'rang'; readonly at: Date }
  | { readonly kind: 'answered'; readonly at: Date }
  | { readonly kind: 'voicemail'; readonly at: Date }
  | { readonly kind: 'ended'; readonly at: Date; readonly cause: Cause }
  | { readonly kind: 'rejected'; readonly at: Date }

/** Of the same thing said twice the earlier instant counts. */
export function learn(facts: Facts, fact: Fact): Facts {
  switch (fact.kind) {
    case 'rang':
      return { ...facts, rangAt: earlier(facts.rangAt, fact.at) }
    case 'answered':
      return { ...facts, answeredAt: earlier(facts.answeredAt, fact.at) }
    case 'voicemail':
      return { ...facts, voicemailAt: earlier(facts.voicemailAt, fact.at) }
    case 'rejected':
      return { ...facts, rejectedAt: earlier(facts.rejectedAt, fact.at) }
    case 'ended': {
      // What the ticker guessed gives way to what the line knows.
      const guessed = facts.cause === 'stuck' && fact.cause !== 'stuck'
      if (facts.cause && facts.cause !== 'stuck' && fact.cause === 'stuck') return facts
      const endedAt = guessed ? fact.at : earlier(facts.endedAt, fact.at)
      return { ...facts, endedAt, cause: weightier(facts.cause, fact.cause) }
    }
  }
}

const earlier = (one: Date | null, other: Date): Date => (one && one <= other ? one : other)
const weightier = (one: Cause | null, other: Cause): Cause =>
  one && WEIGHT.indexOf(one) <= WEIGHT.indexOf(other) ? one : other

/** The state is what the facts come to: somebody spoke, else a machine did, else nobody. */
export function stateOf({ answeredAt, voicemailAt, endedAt, cause, rejectedAt }: Facts): CallState {
  if (answeredAt) return endedAt ? 'ended' : 'answered'
  if (voicemailAt) return 'voicemail'
  if (endedAt && !rejectedAt) return cause === 'cancel' ? 'abandoned' : 'missed'
  return rejectedAt ? 'rejected' : 'ringing'
}

const UNANSWERED: readonly CallState[] = ['missed', 'abandoned', 'voicemail']
export const isUnanswered = (state: CallState): state is Unanswered => UNANSWERED.includes(state)
export const isLive = (state: CallState): boolean => state === 'ringing' || state === 'answered'

type Patience = {
  readonly ringSeconds: number
  readonly callStuckRingMinutes: number
  readonly callStuckTalkMinutes: number
}
/** When the ticker closes a call that nobody ends; null once it is over. */
export function closesAt(facts: Facts, beganAt: Date, { ringSeconds, ...patience }: Patience): Date | null {
  const state = stateOf(facts)
  if (state === 'answered') return plus(facts.answeredAt ?? beganAt, patience.callStuckTalkMinutes * MINUTE)
  if (state !== 'ringing') return null
  return plus(facts.rangAt ?? beganAt, ringSeconds * SECOND + patience.callStuckRingMinutes * MINUTE)
}

/** An instant that a line names, where it can be that of this call; else the instant at which we heard. */
export function heardAt(named: Date | null, now: Date): Date {
  if (!named || Number.isNaN(named.getTime()) || named > plus(now, MINUTE) || named < plus(now, -2 * DAY)) return now
  return named > now ? now : named
}

/** A voice after the talk: a digit counts as the rating only once the talk is over, or once the agent has asked for it. */
export const ratesAt = ({
  endedAt,
  ratingAskedAt,
}: {
  endedAt: Date | null
  ratingAskedAt: Date | null
}): Date | null => (ratingAskedAt && endedAt ? earlier(ratingAskedAt, endedAt) : (ratingAskedAt ?? endedAt))

/** REGULATION 3, S: 1 to 5; any other key is no answer. */
export const scoreOf = (digit: string): number | null => (/^[1-5]$/.test(digit) ? Number(digit) : null)

type Claimable = {
  readonly state: CallState
  readonly direction: 'in' | 'out'
  readonly claimedBy: string | null
  readonly answeredBy: string | null
}
/** The first press counts. */
export function whyNotClaim(call: Claimable, by: string): Refusal | null {
  const holder = call.answeredBy ?? call.claimedBy
  if (holder) return holder === by ? null : refusal('calls.taken_already')
  // Answered by a phone that nobody knows: whoever it was says so, also afterwards.
  if (call.state === 'answered' || call.state === 'ended') return null
  return call.state === 'ringing' && call.direction === 'in' ? null : refusal('calls.not_ringing')
}

export const WHY_NO_TICKET = ['wrong_number', 'silent', 'nuisance', 'private'] as const

/** Seconds from the first ring to the answer. */
export const secondsToAnswer = (rangAt: Date | null, answeredAt: Date | null): number | null =>
  rangAt && answeredAt ? Math.max(0, Math.round((answeredAt.getTime() - rangAt.getTime()) / SECOND)) : null
