import type { Channel } from '../../events/tickets.ts'
import { HOUR, MINUTE, plus, SECOND, type Window } from '../../kernel/time.ts'
import type { Settings } from '../../settings/definitions.ts'

/** What customers write through, as policies tell them apart (REGULATION row 1). */
export const CHANNEL_KINDS = ['chat', 'phone', 'mail', 'form'] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]
export const channelKind = (channel: Channel): ChannelKind =>
  channel === 'form' || channel === 'phone' || channel === 'mail' ? channel : 'chat'

export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const
export type Priority = (typeof PRIORITIES)[number]

/** Around the clock, or only while customer service is rostered. */
export type Hours = 'always' | 'night'
export type Policy = {
  readonly firstSeconds: number
  readonly nextSeconds: number
  readonly resolutionSeconds: number
  readonly hours: Hours
}
/** A policy for some tickets; what it leaves open holds for all. */
export type PolicyFor = Policy & {
  readonly channel: ChannelKind | null
  readonly categoryId: string | null
  readonly priority: Priority | null
}
type Usual = Pick<Settings, 'answerSeconds' | 'callAnswerSeconds' | 'formAnswerMinutes' | 'resolutionHours'>
/**
 * REGULATION row 1, where no policy says otherwise: a chat 60 s, a call 20 s, mail and what is left as a form 30 min.
 * A mail's next answer has the time of its first; what goes on in a browser afterwards has that of a chat.
 */
export function usualPolicy(channel: ChannelKind, usual: Usual): Policy {
  const { answerSeconds, callAnswerSeconds, formAnswerMinutes, resolutionHours } = usual
  const written = formAnswerMinutes * (MINUTE / SECOND)
  const firstSeconds = { chat: answerSeconds, phone: callAnswerSeconds, mail: written, form: written }[channel]
  const nextSeconds = channel === 'mail' ? written : answerSeconds
  return { firstSeconds, nextSeconds, resolutionSeconds: resolutionHours * (HOUR / SECOND), hours: 'always' }
}

type Facts = { readonly channel: ChannelKind; readonly categoryIds: readonly string[]; readonly priority: Priority }

/** The policy that says most about a ticket: category before priority before channel; among equals the first. */
export function pickPolicy<P extends PolicyFor>(policies: readonly P[], of: Facts): P | undefined {
  const fits = policies.filter(
    (one) =>
      (one.channel === null || one.channel === of.channel) &&
      (one.categoryId === null || of.categoryIds.includes(one.categoryId)) &&
      (one.priority === null || one.priority === of.priority),
  )
  return fits.toSorted((a, b) => says(b) - says(a))[0]
}
const says = ({ channel, categoryId, priority }: PolicyFor): number =>
  Number(channel !== null) + 2 * Number(priority !== null) + 4 * Number(categoryId !== null)

export type ClockKind = 'first' | 'next' | 'resolution'
export type Outcome = 'met' | 'breached' | 'void'
/** One promise about time. It runs (`dueAt`), stands still (`leftSeconds`), or has ended (`outcome`). */
export type Clock = {
  readonly kind: ClockKind
  readonly round: number
  readonly targetSeconds: number
  readonly startedAt: Date
  readonly dueAt: Date | null
  readonly leftSeconds: number | null
  readonly pausedAt: Date | null
  readonly endedAt: Date | null
  readonly outcome: Outcome | null
}
/** Stretches that count, in order and apart; null where every second counts. */
export type Counted = readonly Window[] | null

export const startClock = (
  { kind, round, targetSeconds }: Pick<Clock, 'kind' | 'round' | 'targetSeconds'>,
  at: Date,
  counted: Counted,
): Clock => ({
  kind,
  round,
  targetSeconds,
  startedAt: at,
  dueAt: addCounted(at, targetSeconds, counted),
  leftSeconds: null,
  pausedAt: null,
  endedAt: null,
  outcome: null,
})

/** Stands still with what it has left; one that is overdue keeps what it owes, below zero. */
export function pauseClock<C extends Clock>(clock: C, at: Date, counted: Counted): C {
  if (clock.endedAt || !clock.dueAt) return clock
  const left = clock.dueAt >= at ? countedSeconds(at, clock.dueAt, counted) : -countedSeconds(clock.dueAt, at, counted)
  return { ...clock, dueAt: null, leftSeconds: left, pausedAt: at }
}

export function resumeClock<C extends Clock>(clock: C, at: Date, counted: Counted): C {
  if (clock.endedAt || clock.leftSeconds === null) return clock
  const dueAt =
    clock.leftSeconds >= 0 ? addCounted(at, clock.leftSeconds, counted) : plus(at, clock.leftSeconds * SECOND)
  return { ...clock, dueAt, leftSeconds: null, pausedAt: null }
}

/** Done: in time, or too late. While it stands still it cannot become late. */
export function endClock<C extends Clock>(clock: C, at: Date): C {
  if (clock.endedAt) return clock
  const late = clock.dueAt ? at > clock.dueAt : (clock.leftSeconds ?? 0) < 0
  return { ...clock, endedAt: at, outcome: late ? 'breached' : 'met' }
}

/** The instant at which so many counted seconds have passed. Beyond what is rostered every second counts: a clock always ends. */
export function addCounted(from: Date, seconds: number, counted: Counted): Date {
  if (!counted) return plus(from, seconds * SECOND)
  let left = seconds
  let at = from
  for (const window of counted) {
    if (window.to <= at) continue
    const start = window.from > at ? window.from : at
    const room = (window.to.getTime() - start.getTime()) / SECOND
    if (room >= left) return plus(start, left * SECOND)
    left -= room
    at = window.to
  }
  return plus(at, left * SECOND)
}

export function countedSeconds(from: Date, to: Date, counted: Counted): number {
  if (!counted) return Math.max(0, (to.getTime() - from.getTime()) / SECOND)
  const last = counted.at(-1)?.to
  const inside = counted.reduce((sum, window) => sum + overlapSeconds(window, from, to), 0)
  const beyond = last ? Math.max(0, (to.getTime() - Math.max(last.getTime(), from.getTime())) / SECOND) : 0
  return last ? inside + beyond : Math.max(0, (to.getTime() - from.getTime()) / SECOND)
}
const overlapSeconds = (window: Window, from: Date, to: Date): number =>
  Math.max(0, Math.min(window.to.getTime(), to.getTime()) - Math.max(window.from.getTime(), from.getTime())) / SECOND

/** Windows that touch or overlap become one. */
export function mergeWindows(windows: readonly Window[]): Window[] {
  const merged: Window[] = []
  for (const window of windows.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    const last = merged.at(-1)
    if (last && window.from <= last.to) merged[merged.length - 1] = { from: last.from, to: later(last.to, window.to) }
    else merged.push(window)
  }
  return merged
}
const later = (a: Date, b: Date): Date => (a > b ? a : b)

/** Three quarters of its time are gone: a person should look. */
export const WARN_AT = 0.75
export const warnAt = ({ dueAt, targetSeconds }: Pick<Clock, 'dueAt' | 'targetSeconds'>): Date | null =>
  dueAt ? plus(dueAt, -targetSeconds * (1 - WARN_AT) * SECOND) : null

/** What is said in a conversation, as clocks hear it. */
export type Word = {
  readonly seq: number
  readonly at: Date
  readonly round: number
  readonly by: 'customer' | 'staff' | 'house'
  readonly code: string | null
}
type Listening = {
  readonly policy: Policy
  readonly counted: Counted
  readonly withDepartment: boolean
  /** Taken by phone: the talk itself was the first answer. */
  readonly answeredByVoice: boolean
  /** Left while nobody was on post: nothing counts before it was in the queue. */
  readonly notBefore: Date
}

/**
 * What a word does to the clocks of its ticket. A question starts the answer clock and a second one leaves it as it is;
 * an answer ends it. The resolution clock stands still while we wait for the customer, and ends with the round.
 */
export function hear<C extends Clock>(clocks: readonly (C | Clock)[], word: Word, on: Listening): (C | Clock)[] {
  const at = word.at < on.notBefore ? on.notBefore : word.at
  const all = [...clocks]
  if (word.code === 'resolved') return all.map((clock) => endClock(clock, at))
  if (word.by === 'staff')
    return all.map((clock) => (clock.kind === 'resolution' ? pauseClock(clock, at, on.counted) : endClock(clock, at)))
  if (word.code === 'reopened') return ensureResolution(all, word.round, at, on)
  if (word.by === 'customer' || word.code === 'returned' || word.code === 'split_off') {
    const heard = ensureResolution(all, word.round, at, on)
    return word.seq === 1 && on.answeredByVoice ? heard : ensureAnswer(heard, word.round, at, on)
  }
  return all
}

function ensureResolution<C extends Clock>(all: (C | Clock)[], round: number, at: Date, on: Listening): (C | Clock)[] {
  const open = all.some((clock) => clock.kind === 'resolution' && clock.round === round)
  if (!open)
    return [
      ...all,
      startClock({ kind: 'resolution', round, targetSeconds: on.policy.resolutionSeconds }, at, on.counted),
    ]
  if (on.withDepartment) return all
  return all.map((clock) => (clock.kind === 'resolution' ? resumeClock(clock, at, on.counted) : clock))
}

function ensureAnswer<C extends Clock>(all: (C | Clock)[], round: number, at: Date, on: Listening): (C | Clock)[] {
  const running = all.some((clock) => clock.kind !== 'resolution' && !clock.endedAt)
  if (running) return all.map((clock) => (clock.kind === 'resolution' ? clock : resumeClock(clock, at, on.counted)))
  const asked = all.some((clock) => clock.kind === 'first')
  const kind = asked || on.answeredByVoice ? 'next' : 'first'
  const targetSeconds = kind === 'first' ? on.policy.firstSeconds : on.policy.nextSeconds
  return [...all, startClock({ kind, round, targetSeconds }, at, on.counted)]
}
