import { readConfig } from '../../server/config.ts'
import type { OfferId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { openLog } from '../../server/platform/log.ts'
import { noQueues } from '../../server/platform/queue.ts'
import { buildReact } from '../../server/platform/reactions.ts'
import { openRelay } from '../../server/platform/relay.ts'
import { openTicker } from '../../server/platform/ticker.ts'
import { reactionsIn } from '../../server/reactions.ts'
import { openTicket } from '../../server/tickets/actions.ts'
import { jobs } from '../../server/timetable.ts'
import type { Deps } from '../../server/web/deps.ts'
import { acts } from './acts.ts'
import type { HandSetClock } from './clock.ts'
import type { testDatabase } from './database.ts'
import { see, type Visitor } from './people.ts'

/** Deadlines of other features have nights of their own. */
const OF_THE_DESK = [
  'expire-offers',
  'offer-tickets',
  'return-lost-work',
  'end-shifts',
  'close-attendances',
  'queue-forms',
]

type Question = { live?: boolean; language?: 'zh-CN' | 'en'; categoryId?: string | null }

/** A night in which nothing happens by itself: what a second brings comes when a test says `tick`. */
export function openNight(
  database: ReturnType<typeof testDatabase>,
  clock: HandSetClock,
  watch: { wellFor: (milliseconds: number) => boolean } = { wellFor: () => true },
) {
  const { transact, announced } = acts(database, clock)
  const log = openLog('silent')
  const quiet = { tell: () => undefined, say: () => undefined }
  const pass = async (): Promise<void> => {
    const { db } = database
    const config = readConfig({ DEMO: 'off' })
    const deps = { db, transact, clock, log, config, queues: noQueues } as unknown as Deps
    const kinds = jobs(watch, async () => undefined)
      .map((job) => job(deps))
      .filter(({ kind }) => OF_THE_DESK.includes(kind))
    const ticker = openTicker({ db, clock, queues: noQueues, kinds, log })
    const reactions = reactionsIn(config.timeZone)
    const react = buildReact({ db, transact, reactions, log })
    const relay = openRelay({
      db,
      live: quiet,
      queues: noQueues,
      reactions,
      react,
      told: new Set(),
      speakAgain: async () => [],
      log,
    })
    await Promise.all([ticker.stop(), relay.stop()])
    await ticker.pass()
    while ((await relay.pass()) > 0);
  }
  return {
    transact,
    announced,
    /** What is due at this instant happens, and everything that follows from it. */
    tick: pass,
    /** Pages of these people are alive at this instant. */
    awake: async (...people: readonly StaffId[]): Promise<void> => {
      for (const one of people) await see(database.db, one, clock.now())
    },
    ask: async (who: Visitor, { live = true, language = 'zh-CN', categoryId = null }: Question = {}) => {
      const { ticketId } = await transact(who.actor, (tx) =>
        openTicket(tx, {
          customerId: who.customerId,
          visitorId: who.visitorId,
          channel: 'web',
          language,
          categoryId: categoryId as never,
          question: '家里宽带断了，光猫红灯',
          clientId: crypto.randomUUID(),
          cameFrom: null,
          live,
          promisedAt: live ? null : new Date('2026-11-24T08:30:00+08:00'),
        }),
      )
      return ticketId
    },
    /** Everybody who was asked about this ticket, in order, with what became of it. */
    asked: async (ticketId: TicketId) =>
      (
        await database.db
          .selectFrom('offers')
          .select(['id', 'staff_id', 'hop', 'state'])
          .where('ticket_id', '=', ticketId)
          .orderBy('id')
          .execute()
      ).map(({ id, staff_id, hop, state }) => ({ id: id as OfferId, to: staff_id as StaffId, hop, state })),
    /** Kinds of the alarms that ring now. */
    ringing: async (): Promise<string[]> =>
      (
        await database.db.selectFrom('alarms').select('kind').where('settled_at', 'is', null).orderBy('id').execute()
      ).map(({ kind }) => kind),
  }
}
