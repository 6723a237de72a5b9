import { sendMail } from '../../jobs/send-mail.ts'
import { openTicker } from '../../server/platform/ticker.ts'
import { jobs } from '../../server/timetable.ts'
import type { HandSetClock } from './clock.ts'
import type { QuietHouse } from './server.ts'

const OF_LETTERS = ['write-customer-letters', 'write-verifications', 'tell-the-morning']

/** A house whose letters to customers are decided when a test says `tick`, and sent when it says to which server. */
export function letterHouse(house: () => QuietHouse, clock: HandSetClock) {
  return {
    /** What a second brings: events are heard, what is due is decided. */
    tick: async (): Promise<void> => {
      const { deps, react } = house()
      const kinds = jobs({ wellFor: () => true }, react)
        .map((job) => job(deps))
        .filter(({ kind }) => OF_LETTERS.includes(kind))
      const ticker = openTicker({ db: deps.db, clock, queues: deps.queues, log: deps.log, kinds })
      await ticker.stop()
      for (const _ of [1, 2]) {
        await heard(house())
        await ticker.pass()
      }
    },
    /** Everything that waits goes to this mail server now. */
    sendAll: async (smtpUrl: string): Promise<void> => {
      const { deps } = house()
      const job = sendMail({ ...deps, config: { ...deps.config, smtpUrl } })
      for (const { id } of await job.list(deps.db, clock.now(), 100)) await job.run(id)
      await heard(house())
    },
  }
}

/** Everything that was announced has been heard, also by a pass of the house's own that is on its way. */
export async function heard({ deps, relay }: QuietHouse): Promise<void> {
  for (let pass = 0; pass < 500; pass++) {
    await relay.pass()
    if (!(await deps.db.selectFrom('outbox').select('event_id').limit(1).executeTakeFirst())) return
  }
  throw new Error('something that was announced is never heard')
}
