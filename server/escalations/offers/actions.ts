import { dutyOf } from '../../attendance/contributions.ts'
import { raiseAlarm } from '../../desk/alarms/actions.ts'
import { type Candidate, isAble, pickAgent, whyNotMore, whyNotTake } from '../../desk/rules.ts'
import { instant } from '../../events/event.ts'
import type { EscalationId, EscalationOfferId, StaffId } from '../../kernel/ids.ts'
import { NotFound, refusal, refuse } from '../../kernel/refusal.ts'
import { MINUTE, plus, SECOND } from '../../kernel/time.ts'
import { need, staffOf } from '../../platform/actor.ts'
import { announce } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { accept, lock, topicsOf } from '../actions.ts'
import type { EscalationRow } from '../queries.ts'
import type { TargetPost } from '../rules.ts'
import * as offers from './queries.ts'

const AT_ONCE = 25

/**
 * Offers what was sent to a post to whoever is able there, by the rules of the desk: load, then longest since the last
 * offer, never twice within three minutes; after three hops, or with nobody able, the duty manager is alarmed.
 */
export async function offerToPosts(tx: Tx): Promise<number> {
  const settings = await currentSettings(tx.db)
  const waiting = await offers.lockWaiting(tx, plus(tx.now, -settings.offerAgainMinutes * MINUTE), AT_ONCE)
  if (waiting.length === 0) return 0
  const onPost = new Map<TargetPost, readonly Candidate[]>()
  let made = 0
  for (const one of waiting) {
    const candidates = onPost.get(one.post) ?? (await offers.listCandidates(tx.db, one.post, tx.now))
    onPost.set(one.post, candidates)
    if (one.hops >= settings.offerHops) await raiseAlarm(tx, 'escalation_unaccepted', one.ticketId, one.escalationId)
    const chosen = pickAgent(one, candidates, settings, tx.now)
    if (!chosen) {
      const somebody = candidates.some((candidate) => isAble(candidate, settings, tx.now))
      if (!somebody) await raiseAlarm(tx, 'escalation_unaccepted', one.ticketId, one.escalationId)
      continue
    }
    const expiresAt = plus(tx.now, settings.offerSeconds * SECOND)
    const offer = { escalationId: one.escalationId, staffId: chosen.staffId, hop: one.hops + 1, expiresAt }
    const offerId = await offers.insertOffer(tx, offer)
    onPost.set(
      one.post,
      candidates.map((candidate) => busyIf(candidate, chosen.staffId)),
    )
    if (!offerId) continue
    made += 1
    await announce(
      tx,
      'escalation.offered',
      { ...payloadOf({ ...offer, id: offerId }, one), expiresAt: instant(expiresAt) },
      topics({ ticket_id: one.ticketId, department_id: null, post: one.post }, chosen.staffId),
    )
  }
  return made
}

/** Mine: the first press wins, the second is told so. Room is counted again under a lock. */
export async function takeEscalationOffer(tx: Tx, id: EscalationOfferId): Promise<EscalationId> {
  need(tx, 'escalation.handle')
  const me = staffOf(tx)
  const { escalationId } = await offers.getOffer(tx.db, id)
  const { escalation } = await lock(tx, escalationId)
  const offer = await offers.getOffer(tx.db, id)
  refuse(whyNotTake(offer, me, tx.now))
  if ((await dutyOf(tx.db, me, tx.now))?.post !== escalation.post) throw refusal('attendance.not_on_post')
  refuse(whyNotMore(await offers.lockLoad(tx, me), await currentSettings(tx.db)))
  await offers.endOffer(tx, id, 'taken')
  await announce(tx, 'escalation.offer_taken', payloadOf(offer, escalation), topics(escalation, me))
  await accept(tx, escalation, me)
  return escalationId
}

/** To the next one on this post. */
export async function passEscalationOffer(tx: Tx, id: EscalationOfferId): Promise<void> {
  need(tx, 'escalation.handle')
  const { escalationId, staffId } = await offers.getOffer(tx.db, id)
  if (staffId !== staffOf(tx)) throw new NotFound()
  await end(tx, escalationId, id, 'passed')
}

/** Nobody pressed. Never before its time. */
export async function expireEscalationOffer(tx: Tx, id: EscalationOfferId): Promise<void> {
  const { escalationId, expiresAt } = await offers.getOffer(tx.db, id)
  if (expiresAt <= tx.now) await end(tx, escalationId, id, 'expired')
}

/** The request is in somebody's hands, withdrawn or returned. */
export async function withdrawEscalationOffer(tx: Tx, escalationId: EscalationId): Promise<void> {
  const offer = await offers.findOpenOfferFor(tx.db, escalationId)
  if (offer) await end(tx, escalationId, offer.id, 'withdrawn')
}

const ENDS = {
  passed: 'escalation.offer_passed',
  expired: 'escalation.offer_expired',
  withdrawn: 'escalation.offer_withdrawn',
} as const

async function end(tx: Tx, escalationId: EscalationId, id: EscalationOfferId, how: keyof typeof ENDS): Promise<void> {
  const { escalation } = await lock(tx, escalationId)
  if (!(await offers.endOffer(tx, id, how))) return
  const offer = await offers.getOffer(tx.db, id)
  await announce(tx, ENDS[how], payloadOf(offer, escalation), topics(escalation, offer.staffId))
}

const busyIf = (candidate: Candidate, chosen: StaffId): Candidate =>
  candidate.staffId === chosen ? { ...candidate, hasOpenOffer: true } : candidate

type Offered = Pick<offers.OfferRow, 'id' | 'escalationId' | 'staffId' | 'hop'>
const payloadOf = (
  { id: offerId, escalationId, staffId, hop }: Offered,
  of: { ticketId: EscalationRow['ticket_id'] } | Pick<EscalationRow, 'ticket_id'>,
) => ({ offerId, escalationId, ticketId: 'ticketId' in of ? of.ticketId : of.ticket_id, staffId, hop })

const topics = (
  of: Pick<EscalationRow, 'ticket_id' | 'department_id' | 'post'>,
  staffId: StaffId,
): { about: string[] } => ({ about: [...topicsOf(of).about, `offer:${staffId}`] })
