import type { StaffId } from '../../kernel/ids.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { Reader } from '../../schema.ts'
import { storeSeen } from './queries.ts'

/**
 * Who this process sees: sockets that answered a ping lately (engine.io pongs, not timers in a page that browsers slow
 * down). Written every five seconds, and at once when somebody arrives.
 */
export type Watch = {
  readonly saw: (staffId: StaffId) => void
  /** Written at once; resolves when others can read it. */
  readonly arrived: (staffId: StaffId) => Promise<void>
  /** Whether this process has itself been well for so long: leases are judged only then. */
  readonly wellFor: (milliseconds: number) => boolean
  readonly stop: () => void
}

const WRITE_EVERY_MILLISECONDS = 5000
/** A pause this long means that the process, not the people, was away. */
const GAP_MILLISECONDS = 15_000

export function openWatch({ db, clock, log, process }: { db: Reader; clock: Clock; log: Log; process: string }): Watch {
  const seen = new Map<StaffId, Date>()
  const both = () => ({ told: clock.now().getTime(), measured: performance.now() })
  let last = both()
  let wellSince = last.told
  // A machine that slept wakes with its measure standing still and its clock far ahead; one that was busy, with both ahead.
  const wasAway = (): boolean => {
    const { told, measured } = both()
    return Math.max(told - last.told, measured - last.measured) > GAP_MILLISECONDS
  }
  const write = async (): Promise<void> => {
    if (wasAway()) wellSince = clock.now().getTime()
    last = both()
    const staffIds = [...seen.keys()]
    seen.clear()
    await storeSeen(db, process, staffIds, clock.now()).catch((error) => {
      // The database was away: nobody could be seen, so nobody may be judged for it.
      wellSince = clock.now().getTime()
      log.warn({ reason: String(error) }, 'presence was not written')
    })
  }
  const timer = setInterval(() => void write(), WRITE_EVERY_MILLISECONDS)
  timer.unref()
  return {
    saw: (staffId) => {
      seen.set(staffId, clock.now())
    },
    arrived: (staffId) => storeSeen(db, process, [staffId], clock.now()),
    wellFor: (milliseconds) => !wasAway() && clock.now().getTime() - wellSince >= milliseconds,
    stop: () => clearInterval(timer),
  }
}
