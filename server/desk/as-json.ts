import type { Deps } from '../web/deps.ts'
import type { SignedIn } from '../web/env.ts'
import { seenOffer, seenRow } from './list.ts'
import { openOfferOf } from './offers/shown/queries.ts'
import { listColleagues } from './on-post/queries.ts'
import { type DeskRow, listMine, listQueue } from './queries.ts'

const MOST_QUEUED = 50

/** The desk as a colleague's program gets it (protocol.md): the offer, what is mine, what waits, and who is on post. */
export async function deskAsJson({ db, clock, live }: Pick<Deps, 'db' | 'clock' | 'live'>, me: SignedIn) {
  const { staffId } = me
  const now = clock.now()
  const [open, mine, queue, colleagues] = await Promise.all([
    openOfferOf(db, staffId, now),
    listMine(db, staffId),
    listQueue(db, staffId, MOST_QUEUED),
    listColleagues(db, now),
  ])
  const offer = seenOffer(me, open)
  return {
    offer: offer && {
      id: offer.id,
      ticketId: offer.ticketId,
      expiresAt: offer.expiresAt.toISOString(),
      seconds: offer.seconds,
      customerName: offer.customerName,
      channel: offer.channel,
      language: offer.language,
      question: offer.question,
      complained: offer.complained,
      since: offer.since.toISOString(),
    },
    mine: mine.map((row) => ({ ...rowOf(seenRow(me, row)), unread: row.unread })),
    queue: queue.map((row) => ({ ...rowOf(seenRow(me, row)), place: row.place })),
    colleagues: colleagues.map(({ staffId: id, name, nameEn, post, open, here, onBreak }) => ({
      staffId: id,
      name,
      nameEn,
      post,
      open,
      here,
      onBreak,
    })),
    degraded: !live.healthy(),
    now: now.toISOString(),
  }
}

const rowOf = (row: DeskRow) => ({
  ticketId: row.ticketId,
  number: row.number,
  subject: row.subject,
  customerName: row.customerName,
  waitingOn: row.waitingOn,
  complained: row.complained,
  lastWords: row.lastWords,
  lastMessageAt: row.lastMessageAt.toISOString(),
  answerDueAt: row.answerDueAt?.toISOString() ?? null,
})
