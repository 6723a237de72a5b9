import type { CallbackEnd } from '../../events/calls.ts'
import { after, type Moves } from '../../kernel/machine.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'

/** REGULATION 2, CALLBACK. */
export type CallbackState = 'due' | 'claimed' | 'done' | 'given_up'
export type CallbackAct = 'claim' | 'release' | 'end' | 'give_up'
export const callbackMoves: Moves<CallbackState, CallbackAct> = {
  due: { claim: 'claimed', end: 'done' },
  claimed: { release: 'due', end: 'done', give_up: 'given_up' },
  done: {},
  given_up: {},
}
export const OPEN_CALLBACKS = ['due', 'claimed'] as const satisfies readonly CallbackState[]
export const isOpenCallback = (state: CallbackState): boolean => state === 'due' || state === 'claimed'

export const ATTEMPT_OUTCOMES = ['no_answer', 'busy', 'reached'] as const
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number]
/** Why nobody calls any more. */
export const GIVE_UP_REASONS = ['no_answer', 'wrong_number', 'not_wanted'] as const satisfies readonly CallbackEnd[]
export type GiveUpReason = (typeof GIVE_UP_REASONS)[number]

export const whyNotMoveCallback = (state: CallbackState, act: CallbackAct): Refusal | null =>
  after(callbackMoves, state, act) ? null : refusal(`callbacks.not_now.${act}`)

/** Whoever has claimed it acts on it; the duty manager may take it over. */
export const whyNotMine = (claimedBy: string | null, by: string): Refusal | null =>
  claimedBy === by ? null : refusal('callbacks.not_yours')

/** "Nobody answers" needs to have been tried so often; a wrong number or no wish needs no second try. */
export const whyNotGiveUp = (reason: GiveUpReason, attempts: number, tries: number): Refusal | null =>
  reason === 'no_answer' && attempts < tries
    ? refusal('callbacks.too_few_tries', { tries, count: attempts }, 'reason')
    : null

/** The more often they rang, the sooner; among equals the longest due. */
export const moreUrgent = (a: Pressing, b: Pressing): number =>
  Number(b.overdue) - Number(a.overdue) || b.times - a.times || a.dueAt.getTime() - b.dueAt.getTime()
type Pressing = { readonly overdue: boolean; readonly times: number; readonly dueAt: Date }
