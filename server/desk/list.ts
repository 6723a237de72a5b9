import { cardOf } from '../attendance/contributions.ts'
import { seesCustomer, veiled, veilOf } from '../customers/privacy/rules.ts'
import { countdown } from '../i18n/instants.ts'
import { isId, type TicketId } from '../kernel/ids.ts'
import { noonBefore, plus, SECOND } from '../kernel/time.ts'
import { isCovered, nextOpening } from '../roster/queries.ts'
import type { Reader } from '../schema.ts'
import type { Settings } from '../settings/definitions.ts'
import { currentSettings } from '../settings/queries.ts'
import { clockTone } from '../tickets/rules.ts'
import type { Deps } from '../web/deps.ts'
import type { SignedIn } from '../web/env.ts'
import { once } from '../web/once.ts'
import { isEngagedNow } from './engagements/queries.ts'
import { endedOfferOf, type OpenOffer, openOfferOf } from './offers/shown/queries.ts'
import { countQueue, type DeskRow, listMine, listQueue } from './queries.ts'
import { arrange, GROUPS, type Group, hold, type Place, whyNotAsked } from './rules.ts'
import { listHad } from './tonight/queries.ts'

type House = Pick<Deps, 'db' | 'clock'>

const MOST_QUEUED = 50
/** How long the card says why it went. */
const TOLD_SECONDS = 8

/** For the card and for whatever rings around the page. */
export const offerNow = ({ db, now }: { db: Reader; now: Date }, me: SignedIn): Promise<OpenOffer | null> =>
  once(me, 'desk.offer', () => openOfferOf(db, me.staffId, now))
const mineOf = (db: Reader, me: SignedIn): Promise<DeskRow[]> => once(me, 'desk.mine', () => listMine(db, me.staffId))

/** The offer on this person's screen, or how the last one ended. */
export async function offerOf({ db, clock }: House, me: SignedIn) {
  const { staffId } = me
  const now = clock.now()
  const offer = seenOffer(me, await offerNow({ db, now }, me))
  if (!offer) return { offer: null, endedOffer: await endedOfferOf(db, staffId, plus(now, -TOLD_SECONDS * SECOND)) }
  const left = Math.max(0, (offer.expiresAt.getTime() - now.getTime()) / SECOND)
  const ring = { left: Math.ceil(left), share: Math.round((left / offer.seconds) * 100) }
  return { offer: { ...offer, ring, waited: countdown(now.getTime() - offer.since.getTime()) }, endedOffer: null }
}

/** What is offered is nobody's yet: whoever takes it sees who asks. */
export function seenOffer(me: SignedIn, offer: OpenOffer | null): OpenOffer | null {
  if (!offer) return null
  const veil = veilOf(seesCustomer(me, null), offer.customerName)
  return { ...offer, customerName: veil.name, question: veil.words(offer.question) }
}

/** My conversations by who waits for whom, and the queue with place and wait; in the order in which they stand on the screen where that is told. */
export async function listOf({ db, clock }: House, me: SignedIn, current: string | undefined, shown: readonly Place[]) {
  const now = clock.now()
  const settings = await currentSettings(db)
  const { answerSeconds } = settings
  const [mine, queue] = await Promise.all([mineOf(db, me), listQueue(db, me.staffId, MOST_QUEUED)])
  const engaged = await isEngagedNow(db, me.staffId, now)
  const rows = [
    ...mine.map((row) => ({ ...row, group: groupOf(row), id: row.ticketId as string, place: null })),
    ...queue.map((row) => ({ ...row, group: 'queue' as const, id: row.ticketId as string })),
  ].map((row) => withClock(seenRow(me, row), { now, answerSeconds, current }))
  const { groups, fresh } = shown.length > 0 ? hold(rows, shown) : arrange(rows)
  return {
    groups: groups.filter((group) => group.rows.length > 0),
    fresh,
    unasked: unaskedOf(me, { mine, engaged }, settings, now),
  }
}

/** What waits in the queue is nobody's yet: who asks is masked, and so are the numbers in what they say. */
export function seenRow<Row extends DeskRow>(me: SignedIn, row: Row): Row {
  const { words } = veilOf(seesCustomer(me, row.heldBy), row.customerName)
  return { ...veiled(me, row), lastWords: words(row.lastWords) }
}

/** Why the queue beside does not ring at this person; null where it does, or is not theirs. */
function unaskedOf(
  { duty }: SignedIn,
  { mine, engaged }: { mine: readonly DeskRow[]; engaged: boolean },
  settings: Settings,
  now: Date,
) {
  if (duty?.post !== 'service') return null
  const waitingOnUs = mine.filter(({ waitingOn }) => waitingOn === 'us').length
  const load = { waitingOnUs, waitingOnCustomer: mine.length - waitingOnUs }
  const why = whyNotAsked(
    { ...load, engaged, onBreak: duty.state === 'on_break', shiftEndsAt: duty.until },
    settings,
    now,
  )
  return why && { why, until: duty.until, limit: settings.capacity }
}

/** Why there is nothing to do, and what next. */
export async function idleOf({ db, clock }: House, me: SignedIn) {
  const { duty, capabilities } = me
  const now = clock.now()
  const [card, covered, settings, mine, { queued }] = await Promise.all([
    cardOf({ db, now }, me),
    isCovered(db, now, 'service'),
    currentSettings(db),
    mineOf(db, me),
    countQueue(db),
  ])
  const { dayDeskPhone, dayDeskEmail, dayDeskStart, dayDeskEnd } = settings
  return {
    card,
    works: capabilities.has('desk.work'),
    onDuty: duty?.state ?? null,
    mineCount: mine.length,
    queueCount: queued,
    outside: covered
      ? null
      : { opensAt: (await nextOpening(db, now)) ?? null, dayDeskPhone, dayDeskEmail, dayDeskStart, dayDeskEnd },
  }
}

/** What somebody has had tonight, from noon on, and how much of it. */
export async function hadTonight({ db, clock, config }: House & Pick<Deps, 'config'>, me: SignedIn) {
  const since = noonBefore(clock.now(), config.timeZone)
  const tonight = (await listHad(db, me.staffId, since)).map((one) =>
    veiled(me, { ...one, heldBy: one.why === null ? me.staffId : null }),
  )
  const counts = {
    had: tonight.length,
    inHand: tonight.filter(({ why }) => why === null).length,
    resolved: tonight.filter(({ why }) => why === 'resolved').length,
    // What has left the appraisal counts neither for nor against anybody.
    rated: tonight.filter(({ rating, excluded }) => rating?.service && !excluded).length,
  }
  return { tonight, counts, since }
}

/** `us.42,queue.17`: what stood on the screen, as the page tells it. Anything else in it is nothing. */
export function placesIn(keep: string | undefined): Place[] {
  return (keep ?? '').split(',').flatMap((one) => {
    const [group, id = ''] = one.split('.')
    return GROUPS.includes(group as Group) && isId(id) ? [{ group: group as Group, id }] : []
  })
}

/** The conversation that the page behind a live part shows: htmx names its address. */
export function currentIn(url: string | undefined): TicketId | undefined {
  const id = url && URL.canParse(url) ? /^\/(?:desk|tickets)\/(\d+)$/.exec(new URL(url).pathname)?.[1] : undefined
  return id && isId(id) ? (id as TicketId) : undefined
}

/** While others have it nothing is owed by us; a new question of the customer is. */
const groupOf = ({ askedAt, answerDueAt, waitingOn }: DeskRow): Group =>
  askedAt && !answerDueAt ? 'others' : waitingOn

type Row = DeskRow & { group: Group; id: string; place: number | null }
function withClock(
  row: Row,
  { now, answerSeconds, current }: { now: Date; answerSeconds: number; current: string | undefined },
) {
  const due = row.waitingOn === 'us' ? row.answerDueAt : null
  const seconds = row.answerSeconds ?? answerSeconds
  return {
    ...row,
    current: row.id === current,
    lit: row.group === 'us',
    unread: row.group === 'queue' ? 0 : row.unread,
    due: due && {
      at: due,
      tone: clockTone(due, now, seconds),
      seconds,
    },
  }
}
