import type { StaffId } from '../kernel/ids.ts'
import type { Language } from '../kernel/language.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import { MINUTE, plus, SECOND } from '../kernel/time.ts'

/** An agent on post with everything that decides whether they are offered a ticket now. */
export type Candidate = {
  readonly staffId: StaffId
  readonly shiftEndsAt: Date
  readonly seenAt: Date | null
  readonly onBreak: boolean
  /** On the phone, or still writing down a call. */
  readonly engaged: boolean
  readonly hasOpenOffer: boolean
  readonly waitingOnUs: number
  readonly waitingOnCustomer: number
  readonly languages: readonly Language[]
  readonly skills: readonly string[]
  readonly lastOfferAt: Date | null
}
export type Waiting = {
  readonly id: string
  readonly language: Language
  readonly skill: string | null
  /** Who was asked about it within the time in which nothing is offered twice to the same person. */
  readonly askedLately: readonly StaffId[]
}
export type Routing = {
  readonly capacity: number
  readonly waitingOnCustomerLoad: number
  readonly quietSeconds: number
  readonly noOffersBeforeEndMinutes: number
}

/** Load is counted at the claim: waiting on us 1, waiting on the customer less; never stored (DESIGN 3). */
export const loadOf = (
  of: { waitingOnUs: number; waitingOnCustomer: number },
  routing: Pick<Routing, 'waitingOnCustomerLoad'>,
): number => of.waitingOnUs + of.waitingOnCustomer * routing.waitingOnCustomerLoad

/** There, awake, with a hand free, and not about to go home. */
export const isAble = (candidate: Candidate, routing: Routing, now: Date): boolean =>
  isPresent(candidate.seenAt, now, routing.quietSeconds) && whyNotAsked(candidate, routing, now) === null

/** Why nothing new is offered to somebody on post; null where it is. A new ticket weighs 1, so there must be room for 1. */
export function whyNotAsked(
  of: Pick<Candidate, 'onBreak' | 'engaged' | 'shiftEndsAt' | 'waitingOnUs' | 'waitingOnCustomer'>,
  routing: Omit<Routing, 'quietSeconds'>,
  now: Date,
): 'break' | 'engaged' | 'ending' | 'full' | null {
  if (of.onBreak) return 'break'
  if (of.engaged) return 'engaged'
  if (now >= plus(of.shiftEndsAt, -routing.noOffersBeforeEndMinutes * MINUTE)) return 'ending'
  return loadOf(of, routing) + 1 > routing.capacity ? 'full' : null
}

export const isPresent = (seenAt: Date | null, now: Date, quietSeconds: number): boolean =>
  seenAt !== null && seenAt >= plus(now, -quietSeconds * SECOND)

/**
 * Who gets the ticket: of those able and not asked about it lately, first those who have its skill and speak its
 * language, else those who speak it, else anyone (a customer is never left because nobody fits exactly); among them the
 * fewest load, then the longest since the last offer.
 */
export function pickAgent(
  ticket: Waiting,
  candidates: readonly Candidate[],
  routing: Routing,
  now: Date,
): Candidate | undefined {
  const free = candidates.filter(
    (one) => isAble(one, routing, now) && !one.hasOpenOffer && !ticket.askedLately.includes(one.staffId),
  )
  const speaks = free.filter((one) => one.languages.includes(ticket.language))
  const skilled = speaks.filter((one) => ticket.skill === null || one.skills.includes(ticket.skill))
  const pool = [skilled, speaks, free].find((some) => some.length > 0) ?? []
  return pool.toSorted(
    (a, b) => loadOf(a, routing) - loadOf(b, routing) || asked(a) - asked(b) || Number(a.staffId) - Number(b.staffId),
  )[0]
}

/** Whether somebody able has not been asked about it lately: they are, as soon as they have answered what they are asked now. */
export const isAnyoneLeft = (ticket: Waiting, candidates: readonly Candidate[], routing: Routing, now: Date): boolean =>
  candidates.some((one) => isAble(one, routing, now) && !ticket.askedLately.includes(one.staffId))

const asked = ({ lastOfferAt }: Candidate): number => lastOfferAt?.getTime() ?? 0

/** An offer is taken by whom it was made to, until its last second. */
export function whyNotTake(
  offer: { state: string; staffId: StaffId; expiresAt: Date },
  by: StaffId,
  now: Date,
): Refusal | null {
  if (offer.state === 'expired' || (offer.state === 'made' && now >= offer.expiresAt)) return refusal('desk.offer_over')
  return offer.state !== 'made' || offer.staffId !== by ? refusal('desk.taken_already') : null
}

export const whyNotMore = (
  of: { waitingOnUs: number; waitingOnCustomer: number },
  routing: Pick<Routing, 'capacity' | 'waitingOnCustomerLoad'>,
): Refusal | null =>
  loadOf(of, routing) + 1 > routing.capacity ? refusal('desk.hands_full', { limit: routing.capacity }) : null

/** A quiet chat at the end of a shift: it waits for the customer, and nobody has said a word for ten minutes. */
export const QUIET_MINUTES = 10
export function isOverWithShift(
  ticket: { waitingOn: 'us' | 'customer'; lastMessageAt: Date },
  shiftEndsAt: Date,
  extendedMinutes: number,
  now: Date,
): boolean {
  if (now < shiftEndsAt) return false
  if (now >= plus(shiftEndsAt, extendedMinutes * MINUTE)) return true
  return ticket.waitingOn === 'customer' && ticket.lastMessageAt <= plus(now, -QUIET_MINUTES * MINUTE)
}

/** Where a conversation stands in the agent's list: who waits for whom. `others`: the customer for a department or a post. */
export type Group = 'us' | 'others' | 'customer' | 'queue'
export const GROUPS: readonly Group[] = ['us', 'others', 'customer', 'queue']
export type Place = { readonly group: Group; readonly id: string }
type Arranged<Row> = { readonly group: Group; readonly rows: readonly (Row | Gone)[] }
type Gone = { readonly group: Group; readonly gone: string }

/**
 * The list while a pointer or the keyboard is in it: what stands there keeps its place and changes in place, what has
 * gone leaves a gap, and what is new waits behind a number. Nothing jumps under the hand (LOOK, rule 7).
 */
export function hold<Row extends Place>(
  rows: readonly Row[],
  shown: readonly Place[],
): { groups: Arranged<Row>[]; fresh: number } {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const known = new Set(shown.map(({ id }) => id))
  const groups = GROUPS.map((group) => ({
    group,
    rows: shown.filter((one) => one.group === group).map(({ id }): Row | Gone => byId.get(id) ?? { group, gone: id }),
  }))
  return { groups, fresh: rows.filter(({ id }) => !known.has(id)).length }
}

/** The list in its own order. */
export const arrange = <Row extends Place>(rows: readonly Row[]): { groups: Arranged<Row>[]; fresh: number } => ({
  groups: GROUPS.map((group) => ({ group, rows: rows.filter((row) => row.group === group) })),
  fresh: 0,
})
