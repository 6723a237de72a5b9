import type { StaffId } from '../kernel/ids.ts'
import { OBLIGATIONS } from '../kernel/obligations.ts'
import { DAY, noonBefore, plus } from '../kernel/time.ts'
import type { Deps } from '../web/deps.ts'
import type { Insert } from '../web/inserts.ts'
import { listAhead, listMine, type ObligationView } from './lists/queries.ts'
import { standOf } from './rules.ts'

const MOST = 60
const AHEAD = 5

const TONES = { ahead: 'quiet', now: 'lamp', done: 'ok', late: 'bad', missed: 'bad', excused: 'quiet' } as const

/** One as pages draw it. */
export function seenObligation(one: ObligationView, now: Date) {
  const stand = standOf(one, now)
  const [what, number = ''] = one.subject.split(':')
  return {
    ...one,
    stand,
    tone: TONES[stand],
    icon: stand === 'done' ? 'check' : OBLIGATIONS[one.kind].icon,
    month: what === 'month' ? number : null,
    // Whatever else a shift brings is due in its night, and its time says which.
    night: one.kind === 'shift_confirmation' ? one.night : null,
    open: one.doneAt === null && one.state !== 'excused' && one.state !== 'missed',
  }
}

/** The same thing by the same time is one line that counts: a month of shifts is confirmed at once. */
function gathered(all: readonly ReturnType<typeof seenObligation>[]) {
  const groups = Map.groupBy(all, ({ kind, stand, dueAt, path }) => [kind, stand, dueAt.getTime(), path].join(' '))
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((one) => ({
      ...one,
      night: group.length > 1 ? null : one.night,
      count: group.length,
      several: group.length > 1,
    })),
  )
}

/** "My night": what is due from a person tonight, with what of earlier is still to be done, and what comes after. */
export async function myNight(
  { db, clock, config }: Pick<Deps, 'db' | 'clock' | 'config'>,
  staffId: StaffId,
): Promise<Insert> {
  const now = clock.now()
  const from = noonBefore(now, config.timeZone)
  const to = plus(from, DAY)
  const [tonight, ahead] = await Promise.all([
    listMine(db, staffId, { from, to, limit: MOST }),
    listAhead(db, staffId, to, AHEAD),
  ])
  const seen = gathered(tonight.map((one) => seenObligation(one, now)))
  return {
    view: 'obligations/mine',
    part: 'mine',
    values: {
      tonight: seen,
      waiting: seen.filter(({ open, stand }) => open && stand !== 'ahead').length,
      ahead: gathered(ahead.map((one) => seenObligation(one, now))),
    },
  }
}
