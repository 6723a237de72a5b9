import type { Post } from '../kernel/capabilities.ts'
import { after, type Moves } from '../kernel/machine.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import { MINUTE, plus } from '../kernel/time.ts'

export const ESCALATION_STATES = [
  'decided',
  'sent',
  'accepted',
  'asked_back',
  'answered',
  'told',
  'closed',
  'returned',
  'withdrawn',
] as const
export type EscalationState = (typeof ESCALATION_STATES)[number]
export type EscalationAct =
  | 'send'
  | 'accept'
  | 'ask_back'
  | 'reply'
  | 'answer'
  | 'send_back'
  | 'tell'
  | 'close'
  | 'return'
  | 'withdraw'
  | 'release'

/** REGULATION 2, ESCALATION; `decided` is the agent's decision before the words are complete, `send_back` an answer that does not help, `release` a request whose handler has left. */
export const escalationMoves: Moves<EscalationState, EscalationAct> = {
  decided: { send: 'sent', withdraw: 'withdrawn' },
  sent: { accept: 'accepted', return: 'returned', withdraw: 'withdrawn' },
  accepted: { ask_back: 'asked_back', answer: 'answered', return: 'returned', withdraw: 'withdrawn', release: 'sent' },
  asked_back: { reply: 'accepted', answer: 'answered', return: 'returned', withdraw: 'withdrawn', release: 'sent' },
  answered: { tell: 'told', send_back: 'accepted', withdraw: 'withdrawn' },
  told: { close: 'closed' },
  closed: {},
  returned: {},
  withdrawn: {},
}

/** One a ticket and target; each is a hold on its ticket. */
export const OPEN_STATES = ['sent', 'accepted', 'asked_back', 'answered'] as const satisfies readonly EscalationState[]
export const isOpen = (state: EscalationState): boolean => (OPEN_STATES as readonly EscalationState[]).includes(state)
/** A department has it: the agent's clock stands still, the customer's wait goes on. */
export const isWithDepartment = (state: EscalationState): boolean => state === 'sent' || state === 'accepted'

const FORMS: Readonly<Record<string, readonly EscalationState[]>> = {
  answer: ['sent', 'accepted', 'asked_back'],
  question: ['sent', 'accepted', 'asked_back'],
  back: ['sent', 'accepted', 'asked_back', 'answered'],
  reply: ['asked_back'],
  telling: ['answered'],
  note: ['sent', 'accepted', 'asked_back', 'answered', 'told'],
}
/** The world has moved on and the form is gone: what somebody typed into it is shown all the same. */
export function keptWords(state: EscalationState, typed: Readonly<Record<string, unknown>> | undefined): string[] {
  const lost = Object.entries(typed ?? {}).filter(([form]) => FORMS[form] && !FORMS[form].includes(state))
  return lost.flatMap(([, fields]) => {
    const { forCustomer, result, body, words } = fields as Record<string, unknown>
    return [forCustomer, result, body, words].filter((one) => typeof one === 'string' && one.trim() !== '') as string[]
  })
}

/** Of two open requests to the same target, whether the first has come further. */
export const further = (one: { state: EscalationState }, other: { state: EscalationState }): boolean =>
  stage(one.state) > stage(other.state)
const stage = (state: EscalationState): number => ['sent', 'asked_back', 'accepted', 'answered'].indexOf(state)

export const whyNotMoveEscalation = (from: EscalationState, act: EscalationAct): Refusal | null =>
  after(escalationMoves, from, act) ? null : refusal(`escalations.not_now.${act}`)

/** REGULATION row 37: handed over within 15 minutes of the decision, or it shows. */
export const isLate = (decidedAt: Date, now: Date, handoverMinutes: number): boolean =>
  now > plus(decidedAt, handoverMinutes * MINUTE)

/** Posts that solve what agents cannot; they get it as a live offer. */
export const TARGET_POSTS = ['technician'] as const satisfies readonly Post[]
export type TargetPost = (typeof TARGET_POSTS)[number]

export type Sending = {
  need: string
  tried: string
  contact: string
  promisedAt: Date
}
/** What stands behind the target, as it is now. */
export type TargetFacts =
  | { kind: 'department'; handlers: number; person: 'none' | 'fits' | 'gone' | 'elsewhere' }
  | { kind: 'post'; rostered: number }

/** REGULATION row 37: not without what is needed and how to reach the customer; never to nobody. */
export function whyNotSend(words: Sending, target: TargetFacts, now: Date): Refusal | null {
  if (words.need.trim() === '') return refusal('escalations.need_missing', {}, 'need')
  if (words.tried.trim() === '') return refusal('escalations.tried_missing', {}, 'tried')
  if (words.contact.trim() === '') return refusal('escalations.contact_missing', {}, 'contact')
  if (words.promisedAt <= now) return refusal('escalations.promise_past', {}, 'promised')
  return whyNotTo(target)
}

function whyNotTo(target: TargetFacts): Refusal | null {
  if (target.kind === 'post') return target.rostered > 0 ? null : refusal('escalations.nobody_on_post', {}, 'target')
  if (target.person === 'gone') return refusal('escalations.person_gone', {}, 'person')
  if (target.person === 'elsewhere') return refusal('escalations.person_elsewhere', {}, 'person')
  return target.handlers > 0 ? null : refusal('escalations.nobody_there', {}, 'target')
}

/** An answer has a result for colleagues and words for the customer, which are a field of their own. */
export function whyNotAnswer(state: EscalationState, words: { result: string; forCustomer: string }): Refusal | null {
  const moved = whyNotMoveEscalation(state, 'answer')
  if (moved) return moved
  if (words.result.trim() === '') return refusal('escalations.result_missing', {}, 'result')
  return words.forCustomer.trim() === '' ? refusal('escalations.for_customer_missing', {}, 'forCustomer') : null
}

/** REGULATION 2, ESCALATION: after two bounces the duty manager decides. */
export const BOUNCES_TO_MANAGER = 2

type Timed = {
  state: EscalationState
  decidedAt: Date
  sentAt: Date | null
  acceptDueAt: Date | null
  promisedAt: Date | null
  step: number
}
export type Due = {
  kind: 'send' | 'accept' | 'late' | 'promised'
  at: Date
  seconds: number
  tone: 'quiet' | 'lamp' | 'bad'
}

/** The time that a request runs against now: to be handed over, then to be accepted, then what the customer was promised; since when nobody has accepted, once that is too late. */
export function dueOf(one: Timed, now: Date, handoverMinutes: number): Due | null {
  const { state, decidedAt, sentAt, acceptDueAt, promisedAt } = one
  if (state === 'decided') return timed('send', decidedAt, plus(decidedAt, handoverMinutes * MINUTE), now)
  if (!isOpen(state) || !sentAt) return null
  if (state === 'sent' && one.step > 0) return { kind: 'late', at: sentAt, seconds: 1, tone: 'bad' }
  if (state === 'sent' && acceptDueAt) return timed('accept', sentAt, acceptDueAt, now)
  return promisedAt && timed('promised', sentAt, promisedAt, now)
}

/** What runs out soonest on top; what runs against no time any more stays behind, in its order. */
export const byDue = <Row extends { due: Due | null }>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (a.due?.at.getTime() ?? Infinity) - (b.due?.at.getTime() ?? Infinity) || 0)

function timed(kind: Due['kind'], from: Date, at: Date, now: Date): Due {
  const seconds = Math.max(1, (at.getTime() - from.getTime()) / 1000)
  const left = (at.getTime() - now.getTime()) / 1000
  return { kind, at, seconds, tone: left < 0 ? 'bad' : left <= seconds / 4 ? 'lamp' : 'quiet' }
}

/** Whole minutes between decision and hand-over where that took too long, else null. */
export const lateBy = ({ decidedAt, sentAt }: Pick<Timed, 'decidedAt' | 'sentAt'>, handoverMinutes: number) =>
  sentAt && isLate(decidedAt, sentAt, handoverMinutes)
    ? Math.floor((sentAt.getTime() - decidedAt.getTime()) / MINUTE)
    : null

/** The steps up while nobody accepts: 1 the duty manager, 2 the head; nothing after that. */
export const STEPS = ['manager', 'head'] as const
