import type { EventName } from '../events/event.ts'
import { system } from '../platform/actor.ts'
import type { Log } from '../platform/log.ts'
import type { Reactions } from '../platform/reactions.ts'
import type { Database, Transact } from '../schema.ts'
import { raiseAlarm, settleAlarmsOf } from './alarms/actions.ts'
import { offerNext, withdrawOffers } from './offers/actions.ts'
import { returnAllWork } from './presence/actions.ts'

/** What the desk does when others announce; certain, at least once. */
export const deskReactions: Reactions<Database> = {
  feature: 'desk',
  on: {
    'ticket.queued': async (tx) => void (await offerNext(tx)),
    'offer.passed': async (tx) => void (await offerNext(tx)),
    'offer.expired': async (tx) => void (await offerNext(tx)),
    'assignment.ended': async (tx) => void (await offerNext(tx)),
    'attendance.checked_in': async (tx) => void (await offerNext(tx)),
    'break.ended': async (tx) => void (await offerNext(tx)),
    'attendance.checked_out': async (tx, { staffId }) => returnAllWork(tx, staffId),
    'ticket.complained': async (tx, { ticketId }) => raiseAlarm(tx, 'complaint', ticketId),
    'ticket.resolved': async (tx, { ticketId }) => {
      await withdrawOffers(tx, ticketId)
      await settleAlarmsOf(tx, ticketId, ['nobody_eligible', 'offers_refused'])
    },
    'ticket.marked_spam': async (tx, { ticketId }) => {
      await withdrawOffers(tx, ticketId)
      await settleAlarmsOf(tx, ticketId, ['nobody_eligible', 'offers_refused', 'complaint'])
    },
  },
}

const MAKES_ROOM: ReadonlySet<EventName> = new Set([
  'ticket.queued',
  'offer.passed',
  'offer.expired',
  'offer.withdrawn',
  'assignment.ended',
  'attendance.checked_in',
  'break.ended',
  'message.posted',
])
const COALESCE_MILLISECONDS = 20

/**
 * Offers do not wait for the queue: the process whose act made room, or brought a question, offers right after its
 * commit. Several acts within a moment are one pass. The reaction above is the safety net.
 */
export function openPrompts({ transact, log }: { transact: Transact; log: Log }) {
  let waiting: NodeJS.Timeout | undefined
  const pass = (): void => {
    waiting = undefined
    transact(system, offerNext).catch((error) =>
      log.warn({ reason: String(error) }, 'offering failed; the sweep repeats it'),
    )
  }
  return {
    after: (names: Iterable<EventName>): void => {
      for (const name of names)
        if (MAKES_ROOM.has(name)) {
          waiting ??= setTimeout(pass, COALESCE_MILLISECONDS)
          return
        }
    },
    stop: () => clearTimeout(waiting),
  }
}
