import { randomUUID } from 'node:crypto'
import type { NoticeId, StaffId } from '../../kernel/ids.ts'
import { NotFound } from '../../kernel/refusal.ts'
import { HOUR, MINUTE, plus, SECOND } from '../../kernel/time.ts'
import { staffOf } from '../../platform/actor.ts'
import { announce, announceAll } from '../../platform/transaction.ts'
import type { Tx } from '../../schema.ts'
import { currentSettings } from '../../settings/queries.ts'
import { listCovered, listUnanswered, listUnseen } from '../bell/queries.ts'
import { dropPending, dropPendingOf, insertDeliveries, listOfPage, seePages } from '../deliveries/queries.ts'
import { chiefNow, headOf, isNightAt, isOnPost, onPostNow } from '../people/queries.ts'
import * as notices from './queries.ts'
import { AWAY_HOURS, AWAY_NOTICES, hasReceipt, isDelivered, KINDS, OF_THE_DUTY_MANAGER, OFTEN_ROUNDS } from './rules.ts'
import { addPerson, ladderFor, tell, topicsOf } from './telling.ts'

/** Opened by this person: seen. Somebody else's is not there. @throws NotFound */
export async function openNotice(tx: Tx, id: NoticeId): Promise<notices.Told> {
  const place = await notices.lockTold(tx, id, staffOf(tx))
  if (!place) throw new NotFound()
  await see(tx, place)
  for (const covered of await listCovered(tx.db, id, place.staffId)) await see(tx, covered)
  return place
}

/** "I have read it": nobody is told again on this person's account. @throws NotFound */
export async function readNotice(tx: Tx, id: NoticeId): Promise<notices.Told> {
  const place = await openNotice(tx, id)
  if (place.readAt) return place
  await notices.setPlace(tx, place.id, { read_at: tx.now, next_at: null, up_at: null })
  await dropPending(tx, id, place.staffId)
  await announce(tx, 'notice.read', { noticeId: id, staffId: place.staffId }, topicsOf(place.staffId))
  return place
}

/** Everything that only wants to be seen; what wants a press keeps waiting for it. */
export async function openAll(tx: Tx): Promise<void> {
  for (const place of await listUnseen(tx.db, staffOf(tx)))
    if (place.importance !== 'duty') await openNotice(tx, place.noticeId)
}

/** A reminder was read: so was what was told about it. */
export async function seeOfReminder(tx: Tx, ref: string, staffId: StaffId): Promise<void> {
  for (const id of await notices.listUnseenOf(tx, ref, staffId)) {
    const place = await notices.lockTold(tx, id, staffId)
    if (place) await see(tx, place)
  }
}

/** What it was about is over: no more channels, rounds and steps up. */
export const settle = (tx: Tx, ref: string): Promise<void> => settleAll(tx, [ref])

/** The same of several: what waits for a whole company is a handful of statements. */
export async function settleAll(tx: Tx, refs: readonly string[]): Promise<void> {
  const settled = await notices.settleByRefs(tx, refs)
  if (settled.length === 0) return
  await dropPendingOf(
    tx,
    settled.map(({ id }) => id),
  )
  await announceAll(
    tx,
    settled.map(({ id, count, staff }) => ({
      name: 'notice.settled' as const,
      payload: { noticeId: id, count },
      about: staff.map((one) => `duty:${one}`),
    })),
  )
}

/**
 * The next channel where nothing has arrived, the next round where nobody has pressed (RELIABILITY 7). One round has one
 * page id, so that whoever gets it twice can fold it.
 */
export async function goOn(tx: Tx, placeId: string): Promise<void> {
  const place = await notices.lockPlace(tx, placeId)
  if (!place.nextAt || place.nextAt > tx.now) return
  if (place.settledAt || hasReceipt(place.importance, place)) return void (await stop(tx, place))
  const sent = await listOfPage(tx.db, place.pageId)
  const { ladder } = await ladderFor(tx, place, place.staffId)
  const next = ladder.later.find((channel) => !sent.some((one) => one.channel === channel))
  const { pageNextSeconds, pageRepeatMinutes, noticeUnseenHours } = await currentSettings(tx.db)
  if (place.importance !== 'duty') {
    if (next) await insertDeliveries(tx, [{ ...place, channel: next }])
    const again = next ? plus(tx.now, noticeUnseenHours * HOUR) : null
    return void (await notices.setPlace(tx, place.id, { next_at: again }))
  }
  if (next && !isDelivered(sent)) {
    await insertDeliveries(tx, [{ ...place, channel: next }])
    return void (await notices.setPlace(tx, place.id, { next_at: plus(tx.now, pageNextSeconds * SECOND) }))
  }
  const every = place.round < OFTEN_ROUNDS ? pageRepeatMinutes : pageRepeatMinutes * OFTEN_ROUNDS
  const again = plus(sent[0]?.madeAt ?? place.toldAt, every * MINUTE)
  if (again > tx.now) return void (await notices.setPlace(tx, place.id, { next_at: again }))
  await repeat(tx, place)
}

/** A duty page goes to whoever is on post by now; whoever went home is not rung any more. */
async function repeat(tx: Tx, place: notices.Told): Promise<void> {
  const { pageNextSeconds, pageRepeatMinutes } = await currentSettings(tx.db)
  const subject = { id: place.noticeId, kind: place.kind, importance: place.importance }
  const waits = place.part === 'up' && OF_THE_DUTY_MANAGER.some((kind) => kind === place.kind)
  const onPost = place.part === 'post' || waits ? await onPostNow(tx.db, 'manager', tx.now) : []
  for (const staffId of onPost) await addPerson(tx, subject, { staffId, part: 'post' })
  if (!(await isOnPost(tx.db, place.staffId, tx.now))) {
    // Told above because nobody was on post: until somebody is, it is looked at again.
    const next_at = waits && onPost.length === 0 ? plus(tx.now, pageRepeatMinutes * MINUTE) : null
    return void (await notices.setPlace(tx, place.id, { wakes: false, next_at }))
  }
  const { ladder } = await ladderFor(tx, place, place.staffId)
  const [pageId, round] = [randomUUID(), place.round + 1]
  const { noticeId, staffId } = place
  await notices.setPlace(tx, place.id, {
    page_id: pageId,
    round,
    wakes: true,
    next_at: plus(tx.now, pageNextSeconds * SECOND),
  })
  const ringing = ladder.atOnce.filter((channel) => channel !== 'mail')
  await insertDeliveries(
    tx,
    ringing.map((channel) => ({ noticeId, staffId, channel, pageId })),
  )
  await announce(tx, 'notice.repeated', { noticeId, staffId, round }, topicsOf(staffId))
}

/** Whoever takes the post of the duty manager is paged for what nobody has answered, and not only when it is told again. */
export async function pageWhoComes(tx: Tx, staffId: StaffId): Promise<void> {
  if (!(await onPostNow(tx.db, 'manager', tx.now)).includes(staffId)) return
  for (const subject of await listUnanswered(tx.db)) await addPerson(tx, subject, { staffId, part: 'post' })
}

/** Unread for too long: the next person up is told, and after them the next (REGULATION row 2). Once a person. */
export async function climb(tx: Tx, placeId: string): Promise<void> {
  const place = await notices.lockPlace(tx, placeId)
  if (!place.upAt || place.upAt > tx.now) return
  await notices.setPlace(tx, place.id, { up_at: null })
  if (place.settledAt || hasReceipt(place.importance, place)) return
  const subject = { id: place.noticeId, kind: place.kind, importance: place.importance }
  for (let from = place.staffId, tries = 0; tries < 4; tries++) {
    const up = await nextUp(tx, from)
    if (!up || (await addPerson(tx, subject, { staffId: up, part: 'up' }))) return
    from = up
  }
}

/** By night the duty manager, else the head of the department; above both the head of the leadership group. */
async function nextUp(tx: Tx, staffId: StaffId): Promise<StaffId | undefined> {
  const managers = await onPostNow(tx.db, 'manager', tx.now)
  const chief = await chiefNow(tx.db, tx.now)
  const above = chief === staffId ? undefined : chief
  if (managers.includes(staffId)) return above
  const [manager] = managers
  if (manager && (await isNightAt(tx.db, tx.now))) return manager
  return (await headOf(tx.db, staffId)) ?? above
}

/** Somebody is back after hours: one notice stands for all that was told meanwhile, and nothing rings again. */
export async function foldAbsence(tx: Tx, staffId: StaffId): Promise<void> {
  const unseen = (await listUnseen(tx.db, staffId)).filter(
    ({ importance, settledAt, kind }) => (importance === 'info' || settledAt !== null) && !KINDS[kind].ownLine,
  )
  const [oldest] = unseen
  if (!oldest || unseen.length < AWAY_NOTICES || oldest.toldAt > plus(tx.now, -AWAY_HOURS * HOUR)) return
  const ref = `away:${staffId}:${tx.now.getTime()}`
  await tell(tx, { kind: 'away', ref, path: '/reminders', to: [{ staffId, part: 'own' }] })
  const id = await notices.findByRef(tx.db, ref)
  if (!id) return
  for (const { id: placeId } of unseen) await notices.setPlace(tx, placeId, { covered_by: id, next_at: null })
  await notices.setCount(tx, id, unseen.length)
}

async function see(tx: Tx, place: notices.Told): Promise<void> {
  if (place.seenAt) return
  const waits = !hasReceipt(place.importance, { seenAt: tx.now, readAt: place.readAt })
  await notices.setPlace(tx, place.id, { seen_at: tx.now, ...(waits ? {} : { next_at: null, up_at: null }) })
  await seePages(tx, place.noticeId, place.staffId)
  await announce(tx, 'notice.seen', { noticeId: place.noticeId, staffId: place.staffId }, topicsOf(place.staffId))
}

const stop = (tx: Tx, place: notices.Told) => notices.setPlace(tx, place.id, { next_at: null, up_at: null })
