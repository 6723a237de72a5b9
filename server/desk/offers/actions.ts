import { dutyOf } from '../../attendance/contributions.ts'
import { type EventName, instant } from '../../events/event.ts'
import type { OfferId, ShiftId, StaffId, TicketId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { MINUTE, plus, SECOND } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce, constraintOf } from '../../platform/transaction.ts'
import { isCovered } from '../../roster/queries.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { assignTicket, reassignTicket } from '../../tickets/assignments/actions.ts'
import { findOpenAssignment } from '../../tickets/assignments/queries.ts'
import { lockTicket } from '../../tickets/queries.ts'
import { whyNotGive } from '../../tickets/rules.ts'
import { raiseAlarm, settleAlarmsOf } from '../alarms/actions.ts'
import { type Candidate, isAble, isAnyoneLeft, pickAgent, whyNotMore, whyNotTake } from '../rules.ts'
import * as offers from './queries.ts'
import { type Asking, listWaiting, lockWaiting, type WaitingTicket } from './waiting/queries.ts'

/** How many of the queue are read at most at once. */
const AT_ONCE = 100
/** More than there are hands free are not locked: whoever writes in them would wait. Some only ring. */
const lockedAtOnce = (hands: number): number => Math.min(AT_ONCE, hands + 10)

/**
 * Offers what waits to who is able, in the order of the queue, until nothing fits. Where nobody is able, or nobody has
 * taken it after so many hops, the duty manager is alarmed; the ticket keeps its place and goes on being offered.
 * Where nobody has a hand free and all that came about is a further question, there is nothing to be done.
 */
export async function offerNext(tx: Tx, after: readonly EventName[] = []): Promise<number> {
  const settings = await currentSettings(tx.db)
  const onPost: readonly Candidate[] = await offers.listCandidates(tx.db, tx.now)
  const able = onPost.filter((one) => isAble(one, settings, tx.now))
  // Outside the roster nobody on post is no alarm: no day page rings because the night has not begun.
  const asking = (among: readonly Candidate[]): Asking => ({
    since: plus(tx.now, -settings.offerAgainMinutes * MINUTE),
    able: among.map(({ staffId }) => staffId),
    free: among.filter(({ hasOpenOffer }) => !hasOpenOffer).map(({ staffId }) => staffId),
    hopsUntilAlarm: settings.offerHops,
  })
  const night = able.length > 0 || (await isCovered(tx.db, tx.now, 'service'))
  if (able.every(({ hasOpenOffer }) => hasOpenOffer)) {
    // Nobody has a hand free: then nothing is locked, and only what rings is looked for.
    const news = after.length === 0 || after.some((name) => name !== 'ticket.queued')
    if (night && (news || able.length === 0)) await ringFor(tx, await listWaiting(tx.db, asking(able), AT_ONCE), able)
    return 0
  }
  let candidates = able
  let made = 0
  for (let last: TicketId | undefined; ; ) {
    const now = asking(candidates)
    const limit = lockedAtOnce(now.free.length)
    const waiting = await lockWaiting(tx, now, limit, last)
    await ringFor(tx, waiting, candidates)
    for (const ticket of waiting) {
      const chosen = pickAgent(ticket, candidates, settings, tx.now)
      if (!chosen) continue
      // The ticket is ours: where it did not come about, somebody else has just asked this person about another one.
      if (await makeOffer(tx, ticket, chosen.staffId, settings.offerSeconds)) made += 1
      candidates = candidates.map((one) => (one.staffId === chosen.staffId ? { ...one, hasOpenOffer: true } : one))
    }
    // Further back only while somebody is free.
    last = waiting.at(-1)?.id
    if (candidates.every(({ hasOpenOffer }) => hasOpenOffer) || waiting.length < limit) return made
  }
}

/** The duty manager hears of what nobody is able to take, and of what everybody able was asked about, or so many times. */
async function ringFor(tx: Tx, waiting: readonly WaitingTicket[], able: readonly Candidate[]): Promise<void> {
  const settings = await currentSettings(tx.db)
  for (const ticket of waiting) {
    const asked = able.length > 0 && !isAnyoneLeft(ticket, able, settings, tx.now)
    if (asked || ticket.hops >= settings.offerHops) await ring(tx, ticket, 'offers_refused')
    if (able.length === 0) await ring(tx, ticket, 'nobody_eligible')
  }
}

/** Once, and once more a while after somebody has answered it, if the reason is still there. */
async function ring(tx: Tx, ticket: WaitingTicket, kind: 'nobody_eligible' | 'offers_refused'): Promise<void> {
  if (!ticket.rung.includes(kind)) await raiseAlarm(tx, kind, ticket.id)
}

/** False where somebody else has just made one for this person. */
async function makeOffer(
  tx: Tx,
  { id: ticketId, round, hops }: WaitingTicket,
  staffId: StaffId,
  offerSeconds: number,
): Promise<boolean> {
  const hop = hops + 1
  const expiresAt = plus(tx.now, offerSeconds * SECOND)
  const offerId = await offers.insertOffer(tx, { ticketId, staffId, round, hop, expiresAt })
  if (!offerId) return false
  await announce(
    tx,
    'offer.made',
    { offerId, ticketId, staffId, hop, expiresAt: instant(expiresAt) },
    topics(ticketId, staffId),
  )
  return true
}

/** Mine: two presses are one, and what somebody else has taken meanwhile is theirs. Room is counted again under a lock. */
export async function takeOffer(tx: Tx, id: OfferId): Promise<{ ticketId: TicketId; epoch: number }> {
  need(tx, 'desk.work')
  const me = staffOf(tx)
  const { ticketId } = await offers.getOffer(tx.db, id)
  await lockTicket(tx, ticketId)
  const offer = await offers.getOffer(tx.db, id)
  if (offer.staffId !== me) throw new NotFound()
  const open = offer.state === 'taken' ? await findOpenAssignment(tx.db, ticketId) : undefined
  if (open?.staffId === me) return { ticketId, epoch: open.epoch } // the thumb pressed twice
  refuse(whyNotTake(offer, me, tx.now))
  const settings = await currentSettings(tx.db)
  refuse(whyNotMore(await offers.lockLoad(tx, me), settings))
  await offers.endOffer(tx, id, 'taken')
  await announce(tx, 'offer.taken', payloadOf(offer), topics(ticketId, me))
  const { epoch } = await claim(tx, ticketId, { staffId: me, how: 'offer' })
  return { ticketId, epoch }
}

/** To the next one, please. */
export async function passOffer(tx: Tx, id: OfferId): Promise<void> {
  need(tx, 'desk.work')
  const offer = await offers.getOffer(tx.db, id)
  if (offer.staffId !== staffOf(tx)) throw new NotFound()
  await lockTicket(tx, offer.ticketId)
  if (!(await offers.endOffer(tx, id, 'passed'))) return
  await announce(tx, 'offer.passed', payloadOf(offer), topics(offer.ticketId, offer.staffId))
}

/** Nobody pressed. Never before its time. */
export async function expireOffer(tx: Tx, id: OfferId): Promise<void> {
  const { ticketId } = await offers.getOffer(tx.db, id)
  await lockTicket(tx, ticketId)
  const offer = await offers.getOffer(tx.db, id)
  if (offer.expiresAt > tx.now || !(await offers.endOffer(tx, id, 'expired'))) return
  await announce(tx, 'offer.expired', payloadOf(offer), topics(ticketId, offer.staffId))
}

/** The customer has gone, or somebody else took the ticket. */
export async function withdrawOffers(tx: Tx, ticketId: TicketId): Promise<void> {
  const offer = await offers.findOpenOfferFor(tx.db, ticketId)
  if (!offer || !(await offers.endOffer(tx, offer.id, 'withdrawn'))) return
  await announce(tx, 'offer.withdrawn', payloadOf(offer), topics(ticketId, offer.staffId))
}

/** Whoever left is asked nothing any more. */
export async function withdrawOffersTo(tx: Tx, staffId: StaffId): Promise<void> {
  const ticketId = await offers.findTicketOfferedTo(tx.db, staffId)
  if (ticketId) await withdrawOffers(tx, ticketId)
}

/**
 * The duty manager takes a waiting ticket, or takes a conversation over from a colleague. That only as it stood on the
 * screen: without `epoch`, or with an old one, whoever has just taken it keeps it.
 */
export async function takeTicket(tx: Tx, ticketId: TicketId, epoch?: number): Promise<{ epoch: number }> {
  need(tx, 'desk.lead')
  await lockTicket(tx, ticketId)
  return hand(tx, ticketId, { staffId: staffOf(tx), how: 'took', epoch })
}

/** The duty manager gives a waiting ticket, or a colleague's as it stood on the screen, to somebody on post. */
export async function giveTicket(tx: Tx, ticketId: TicketId, staffId: StaffId, epoch?: number): Promise<void> {
  need(tx, 'desk.lead')
  await lockTicket(tx, ticketId)
  refuse(whyNotGive(await dutyOf(tx.db, staffId, tx.now), 'staff'))
  await hand(tx, ticketId, { staffId, how: 'given', epoch })
}

async function hand(
  tx: Tx,
  ticketId: TicketId,
  { epoch, ...to }: { staffId: StaffId; how: 'took' | 'given'; epoch: number | undefined },
): Promise<{ epoch: number }> {
  await withdrawOffers(tx, ticketId)
  const open = await findOpenAssignment(tx.db, ticketId)
  if (!open) return claim(tx, ticketId, to)
  if (open.staffId === to.staffId) return { epoch: open.epoch }
  if (open.epoch !== epoch) throw refusal('desk.taken_already')
  const shiftId = (await dutyOf(tx.db, to.staffId, tx.now))?.shiftId ?? null
  return reassignTicket(tx, ticketId, { ...to, shiftId })
}

async function claim(
  tx: Tx,
  ticketId: TicketId,
  { staffId, how }: { staffId: StaffId; how: 'offer' | 'took' | 'given' },
): Promise<{ epoch: number }> {
  const duty = await dutyOf(tx.db, staffId, tx.now)
  const shiftId: ShiftId | null = duty?.shiftId ?? null
  try {
    const assigned = await assignTicket(tx, ticketId, { staffId, shiftId, how })
    await settleAlarmsOf(tx, ticketId, ['nobody_eligible', 'offers_refused'])
    return assigned
  } catch (error) {
    if (constraintOf(error) === 'assignments_one_open') throw refusal('desk.taken_already')
    throw error
  }
}

const payloadOf = ({ id: offerId, ticketId, staffId, hop }: offers.OfferRow) => ({ offerId, ticketId, staffId, hop })
const topics = (ticketId: TicketId, staffId: StaffId): { about: string[] } => ({
  about: [`offer:${staffId}`, 'board', `ticket:${ticketId}`],
})
