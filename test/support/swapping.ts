import { beforeEach } from 'vitest'
import type { ShiftId, StaffId, SwapId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import * as swaps from '../../server/roster/swaps/actions.ts'
import { approveSwap } from '../../server/roster/swaps/deciding/actions.ts'
import { getSwap, listLapsing } from '../../server/roster/swaps/queries.ts'
import { acts } from './acts.ts'
import type { HandSetClock } from './clock.ts'
import type { testDatabase } from './database.ts'
import { appointChief, as, hire, roster, train } from './people.ts'

export const ZONE = 'Asia/Shanghai'
/** A picture that somebody sent along. */
export const PROOF = { file: '0'.repeat(32), type: 'image/png', name: 'proof.png' }

/** A night of December 2026. */
export const night = (day: number) => {
  const two = (n: number) => String(n).padStart(2, '0')
  return {
    from: `2026-12-${two(day)}T22:00:00+08:00`,
    to: `2026-12-${two(day + 1)}T06:00:00+08:00`,
    night: `2026-12-${two(day)}`,
  }
}

/** 林玫 stands on the 10th and 陈舟 on the 14th, under 周启明; what they and HR do about it. Anew for each test. */
export function twoWhoMaySwap(database: ReturnType<typeof testDatabase>, clock: HandSetClock) {
  const { transact, announced } = acts(database, clock)
  const here = {} as Record<'mei' | 'chen' | 'an' | 'zhou' | 'nuo', StaffId> & Record<'mine' | 'theirs', ShiftId>
  beforeEach(async () => {
    clock.set('2026-12-01T12:00:00+08:00')
    await appointChief(database.db, clock.now())
    announced.length = 0
    here.mei = await hire(database.db, '林玫', { posts: ['service'] })
    here.chen = await hire(database.db, '陈舟', { posts: ['service', 'guard'] })
    here.an = await hire(database.db, '安然', { posts: ['service'] })
    here.zhou = await hire(database.db, '周启明', { rank: 'supervisor', posts: ['manager'] })
    here.nuo = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
    await train(database.db)
    for (const day of [10, 14]) await roster(database.db, here.zhou, 'manager', night(day))
    here.mine = await roster(database.db, here.mei, 'service', night(10))
    here.theirs = await roster(database.db, here.chen, 'service', night(14))
  })

  const hr = () => as(here.nuo, null, ['hr'])
  const manager = () => as(here.zhou, 'manager')
  const ask = (more: Partial<swaps.Asking> = {}, by = here.mei): Promise<SwapId> =>
    transact(as(by), (tx) =>
      swaps.askSwap(
        tx,
        { shiftId: here.mine, substituteId: here.chen, backShiftId: null, reason: '家长会', proof: null, ...more },
        ZONE,
      ),
    )
  const accept = (id: SwapId, by = here.chen) => transact(as(by), (tx) => swaps.acceptSwap(tx, id, ZONE))
  const approve = (id: SwapId) => transact(hr(), (tx) => approveSwap(tx, id, 'hr', ZONE))
  const state = async (id: SwapId) => (await getSwap(database.db, id)).state
  const holders = async () =>
    Object.fromEntries(
      (
        await database.db
          .selectFrom('shifts')
          .select(['id', 'staff_id'])
          .where('id', 'in', [here.mine, here.theirs])
          .execute()
      ).map(({ id, staff_id }) => [id === here.mine ? 'mine' : 'theirs', staff_id]),
    )
  /** As HR has published them, with what stands in them now. */
  const publish = async (...months: string[]): Promise<void> => {
    for (const month of months) {
      await database.db
        .insertInto('roster_months')
        .values({ month, state: 'published', version: 1, opened_by: here.nuo, opened_at: clock.now() })
        .execute()
      const rows = await database.db.selectFrom('shifts').selectAll().where('night', '>=', `${month}-01`).execute()
      const cells = rows
        .filter((row) => row.night.startsWith(month))
        .map((row) => ({ night: row.night, post: row.post, staffId: row.staff_id, backup: false, locked: false }))
      await database.db
        .insertInto('roster_versions')
        .values({
          month,
          version: 1,
          at: clock.now(),
          by: here.nuo,
          why: 'published',
          late: false,
          cells: JSON.stringify(cells),
          findings: '[]',
        })
        .execute()
    }
  }
  const lapse = async () => {
    for (const { id } of await listLapsing(database.db, clock.now(), 50))
      await transact(system, (tx) => swaps.expireSwap(tx, id))
  }

  return Object.assign(here, { transact, announced, hr, manager, ask, accept, approve, state, holders, publish, lapse })
}
