import { hasChief } from '../accounts/leadership/queries.ts'
import { cardOf } from '../attendance/contributions.ts'
import { askedNow } from '../attendance/presence/queries.ts'
import { isRung } from '../calls/cards.ts'
import { countForPhone, hasPhone, listRinging } from '../calls/log/queries.ts'
import { countForDecider } from '../customers/abuse/cases/queries.ts'
import { openAlarms } from '../desk/alarms/queries.ts'
import { offerNow } from '../desk/list.ts'
import { countForMe } from '../desk/queries.ts'
import { openOfferOf as openRequestOf } from '../escalations/offers/queries.ts'
import { countForPerson } from '../escalations/queries.ts'
import { countOpenIncidents } from '../incidents/queries.ts'
import { HOUR, localOf, nightOf, plus, SECOND, windowOf } from '../kernel/time.ts'
import { countUnseen, ringingFor } from '../notifications/bell/queries.ts'
import { OWN_LINES, soundOf } from '../notifications/notices/rules.ts'
import { countUnread } from '../notifications/reminders/queries.ts'
import { ticksOf } from '../obligations/lists/queries.ts'
import { standOf } from '../obligations/rules.ts'
import type { Reader } from '../schema.ts'
import { currentSettings } from '../settings/queries.ts'
import { countContests } from '../tickets/ratings/pages/queries.ts'
import type { SignedIn, StaffFrame } from '../web/env.ts'
import { lineWindow } from './rules.ts'

type At = { db: Reader; now: Date; zone: string }

/** What stands around the content of every staff page: what needs this person where, and the line of the night. */
export async function staffFrameOf({ db, now, zone }: At, me: SignedIn): Promise<StaffFrame> {
  const works = me.capabilities.has('desk.work')
  const [
    desk,
    alarms,
    offer,
    led,
    nightLine,
    escalations,
    incidents,
    reminders,
    abuse,
    notices,
    ringing,
    contests,
    calls,
    presence,
  ] = await Promise.all([
    works ? countForMe(db, me.staffId) : 0,
    me.capabilities.has('board.read') ? openAlarms(db) : [],
    offerTo(db, me, now),
    me.capabilities.has('leadership.read') ? hasChief(db, now) : true,
    nightLineOf({ db, now, zone }, me),
    me.capabilities.has('escalation.read') ? countForPerson(db, me.staffId) : 0,
    me.capabilities.has('incident.lead') ? countOpenIncidents(db) : 0,
    countUnread(db, me.staffId),
    me.capabilities.has('abuse.read')
      ? countForDecider(db, me.staffId, {
          leads: me.capabilities.has('abuse.lead'),
          decides: me.capabilities.has('abuse.decide'),
        })
      : 0,
    countUnseen(db, me.staffId, OWN_LINES),
    ringingFor(db, me.staffId),
    me.capabilities.has('rating.decide') ? countContests(db, me.staffId) : 0,
    me.capabilities.has('call.work') && (await hasPhone(db)) ? countForPhone(db, me.staffId) : 0,
    me.duty ? askedNow(db, me.staffId) : null,
  ])
  const counted = { desk, calls, escalations, incidents, reminders: reminders + notices, abuse, satisfaction: contests }
  const sound = ringing && soundOf(ringing.importance)
  // As the board draws them: one row a ticket, however many reasons ring.
  const board = new Set(alarms.map(({ id, ticketId }) => ticketId ?? `alarm ${id}`)).size
  return {
    counts: Object.fromEntries(Object.entries({ ...counted, board }).filter(([, count]) => count > 0)),
    offer,
    alarm: me.capabilities.has('alarm.settle') ? (alarms.at(-1)?.id ?? null) : null,
    notice: ringing && sound ? { id: ringing.id, sound, round: ringing.round } : null,
    presence,
    leaderless: !led,
    nightLine,
  }
}

/** Somebody on the phone first, because they wait for nobody; a customer for whoever talks with them, a request for whoever is on the post that was asked. */
async function offerTo(db: Reader, me: SignedIn, now: Date): Promise<StaffFrame['offer']> {
  const call = isRung(me)
    ? (await listRinging(db, me.staffId, now)).find(({ state }) => state === 'ringing')
    : undefined
  if (call?.closesAt) {
    const seconds = (call.closesAt.getTime() - call.beganAt.getTime()) / SECOND
    return { kind: 'call', id: call.id, expiresAt: call.closesAt, seconds }
  }
  const customer = me.capabilities.has('desk.work') ? await offerNow({ db, now }, me) : null
  if (customer) {
    const { id, expiresAt, seconds } = customer
    return { kind: 'customer', id, expiresAt, seconds }
  }
  const request = me.capabilities.has('escalation.handle') ? await openRequestOf(db, me.staffId, now) : undefined
  if (!request) return null
  const { id, expiresAt, madeAt } = request
  return { kind: 'request', id, expiresAt, seconds: (expiresAt.getTime() - madeAt.getTime()) / SECOND }
}

const LOOKS = { done: 'done', excused: 'done', late: 'lost', missed: 'lost', now: 'due', ahead: '' } as const

/** In per cent of its width; my own shift marked, now where it is. */
async function nightLineOf({ db, now, zone }: At, me: SignedIn): Promise<StaffFrame['nightLine']> {
  const { nightStart, nightEnd } = await currentSettings(db)
  const night = windowOf(nightOf(now, zone), nightStart, nightEnd, zone)
  const { shift } = await cardOf({ db, now }, me)
  const { from, to } = lineWindow(night, shift, now)
  const whole = to.getTime() - from.getTime()
  const x = (at: Date): number =>
    Math.round(Math.min(1, Math.max(0, (at.getTime() - from.getTime()) / whole)) * 1000) / 10
  const touches = shift && shift.from < to && shift.to > from
  const hours: { x: number; text: string }[] = []
  for (let at = from; at <= to; at = plus(at, 2 * HOUR))
    hours.push({ x: x(at), text: localOf(at, zone).time.slice(0, 2) })
  const inside = now >= from && now <= to
  const ticks = await ticksOf(db, me.staffId, { from, to })
  return {
    label: { from, to },
    now: inside ? x(now) : null,
    mine: touches ? { x: x(shift.from), width: Math.round((x(shift.to) - x(shift.from)) * 10) / 10 } : null,
    ticks: ticks.map((tick) => ({ x: x(tick.dueAt), look: LOOKS[standOf(tick, now)] })),
    hours: hours.filter(({ x: at }) => at > 2 && at < 98 && (!inside || Math.abs(at - x(now)) > 6)),
  }
}
