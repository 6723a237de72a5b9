import { seesCustomer, type Veil, veilOf } from '../customers/privacy/rules.ts'
import { isServiceNumber } from '../customers/rules.ts'
import { countdown } from '../i18n/instants.ts'
import { MINUTE, plus, SECOND } from '../kernel/time.ts'
import { currentSettings } from '../settings/queries.ts'
import type { Deps } from '../web/deps.ts'
import type { SignedIn } from '../web/env.ts'
import { type CallView, listMineLive, listMineUnlogged, listRinging } from './log/queries.ts'
import { WHY_NO_TICKET } from './rules.ts'
import { customersAt, lastCallsOf, type OpenTicket, openTicketsOf } from './wrapping/queries.ts'

type House = Pick<Deps, 'db' | 'clock'>

/**
 * REGULATION row 57: whoever has the call sees who it may be, until it is written down; while it rings it is nobody's, and
 * afterwards its ticket is whoever's has that.
 */
export const seesCaller = (
  me: SignedIn,
  { answeredBy, claimedBy, loggedAt }: Pick<CallView, 'answeredBy' | 'claimedBy' | 'loggedAt'>,
): boolean => seesCustomer(me, loggedAt ? null : ((answeredBy ?? claimedBy)?.id ?? null))

/** A number as this colleague may see it, as people write it; service numbers are nobody's. */
export const seenNumber = (number: string | null, inFull: boolean): string | null =>
  number && veilOf(inFull || isServiceNumber(number), '').contact(number)

/** The same for a table that leaves the house: E.164, so that other programs read it. */
export const exportedNumber = (number: string | null, inFull: boolean): string | null =>
  inFull ? number : seenNumber(number, false)

/** All that a card says of one call: who it may be, what they have open with us, how often they have called. */
export async function cardOf({ db, clock }: House, me: SignedIn, call: CallView) {
  const inFull = seesCaller(me, call)
  const now = clock.now()
  const [who, past, settings] = await Promise.all([
    customersAt(db, call.number),
    lastCallsOf(db, call.number, call.id),
    currentSettings(db),
  ])
  const tickets = await openTicketsOf(
    db,
    who.map(({ id }) => id),
  )
  const ringsFor = Math.max(0, now.getTime() - call.beganAt.getTime())
  return {
    ...call,
    shown: seenNumber(call.number, inFull),
    service: call.number !== null && isServiceNumber(call.number),
    who: who.map((one) => ({ ...one, name: veilOf(inFull, one.name).name })),
    tickets: tickets.map((one) => seenTicket(inFull, one)),
    past,
    waited: countdown(ringsFor),
    talked: call.answeredAt ? countdown((call.endedAt ?? now).getTime() - call.answeredAt.getTime()) : null,
    seconds: settings.callAnswerSeconds,
    // What was over long ago waits folded: a form as long as the screen would hide who is waiting now.
    fresh: !call.endedAt || call.endedAt > plus(now, -FRESH_MINUTES * MINUTE),
    // What a ring is measured by: past it the answer is late (REGULATION row 1).
    dueAt: new Date(call.beganAt.getTime() + settings.callAnswerSeconds * SECOND),
    notice: call.records ? settings.callRecordingNotice : null,
    reasons: WHY_NO_TICKET,
    clientId: crypto.randomUUID(),
    mine: (call.answeredBy ?? call.claimedBy)?.id === me.staffId,
  }
}
const FRESH_MINUTES = 10
export type CallCard = Awaited<ReturnType<typeof cardOf>>

const seenTicket = (inFull: boolean, one: OpenTicket) => {
  const veil: Veil = veilOf(inFull, one.customerName)
  return { ...one, customerName: veil.name, subject: veil.words(one.subject) }
}

/** What rings at this person now, and the calls that they have or have still to write down. */
export async function deskCallsOf(house: House, me: SignedIn) {
  const { db, clock } = house
  const now = clock.now()
  const rings = isRung(me) ? await listRinging(db, me.staffId, now) : []
  const live = await listMineLive(db, me.staffId)
  const unlogged = await listMineUnlogged(db, me.staffId, UNLOGGED)
  const mine = [...live, ...unlogged.filter(({ id }) => !live.some((one) => one.id === id))]
  return {
    rings: await Promise.all(rings.slice(0, RINGS).map((one) => cardOf(house, me, one))),
    moreRings: Math.max(0, rings.length - RINGS),
    calls: await Promise.all(mine.map((one) => cardOf(house, me, one))),
  }
}
const RINGS = 3
const UNLOGGED = 5

/** Customer service on post; on a break, or only finishing, nobody is rung. */
export const isRung = ({ capabilities, duty }: SignedIn): boolean =>
  capabilities.has('call.work') && duty?.post === 'service' && duty.state === 'on_duty'
