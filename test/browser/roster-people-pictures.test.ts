import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkIn } from '../../server/attendance/actions.ts'
import type { ShiftId, StaffId } from '../../server/kernel/ids.ts'
import { shiftsAt } from '../../server/roster/queries.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { as, see } from '../support/people.ts'
import { type House, startServer } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: House

beforeAll(async () => {
  house = await startServer(database, clock)
})
afterAll(() => house.close())

const WIDE = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844, phone: true }
type Look = NonNullable<Parameters<typeof openBrowser>[1]>

const visit = async (staffId: StaffId, look: Look): Promise<BrowserContext> => {
  const context = await openBrowser(house.url, look)
  const { cookie } = await signedIn(house, staffId, look.language)
  const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
  await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
  return context
}
const withRole = async (role: string): Promise<StaffId> =>
  (
    await database.db
      .selectFrom('staff')
      .select('id')
      .where(({ eb, val, fn }) => eb(val(role), '=', fn.any('standing_roles')))
      .orderBy('number')
      .limit(1)
      .executeTakeFirstOrThrow()
  ).id as StaffId

const staffWith = async (state: 'notified'): Promise<StaffId> =>
  (
    await database.db
      .selectFrom('shift_confirmations')
      .select('staff_id')
      .where('state', '=', state)
      .where('delivered_at', 'is not', null)
      .orderBy('shift_id')
      .limit(1)
      .executeTakeFirstOrThrow()
  ).staff_id as StaffId
const monthAsked = async (): Promise<string> =>
  (
    await database.db
      .selectFrom('shift_confirmations as c')
      .innerJoin('shifts as s', 's.id', 'c.shift_id')
      .select('s.night')
      .orderBy('s.night')
      .limit(1)
      .executeTakeFirstOrThrow()
  ).night.slice(0, 7)
const partyOf = async (state: 'awaiting_substitute' | 'hr_review', role: 'requester_id' | 'substitute_id') => {
  const row = await database.db
    .selectFrom('swaps')
    .select(['id', 'shift_id', 'requester_id', 'substitute_id'])
    .where('state', '=', state)
    .executeTakeFirstOrThrow()
  return { id: row.id, shift: row.shift_id, who: row[role] as StaffId }
}

test('in the demo company my night, what is due, an excuse, confirmations and swaps stand on a wide screen and on a phone', async () => {
  clock.set(TWO_FOURTEEN)
  const { db, transact, config } = house.deps
  await seedDemo({ transact, config })
  const agents = (await shiftsAt(db, clock.now())).filter(({ post }) => post === 'service')
  const [mei] = agents
  const manager = (await shiftsAt(db, clock.now())).find(({ post }) => post === 'manager')
  if (!mei || !manager) throw new Error('nobody is on shift')
  for (const shift of [mei, manager]) {
    await transact(as(shift.staffId, shift.post), (tx) => checkIn(tx, shift.id as ShiftId))
    await see(db, shift.staffId, clock.now())
  }
  const hr = await withRole('hr')
  const missed = await db.selectFrom('obligations').select('id').where('state', '=', 'late').limit(1).executeTakeFirst()
  const swapper = await partyOf('awaiting_substitute', 'requester_id')
  const pages: readonly (readonly [string, StaffId, string])[] = [
    ['my-night', mei.staffId, '/duty'],
    ['due', hr, '/obligations'],
    ['due-one', hr, `/obligations/${missed?.id}`],
    ['board-due', manager.staffId, '/board'],
    ['confirm', await staffWith('notified'), '/roster/confirmations'],
    ['confirm-all', hr, `/roster/confirmations/all?month=${await monthAsked()}`],
    ['swaps', (await partyOf('awaiting_substitute', 'substitute_id')).who, '/roster/swaps'],
    ['swap-new', swapper.who, `/roster/swaps/new?shift=${swapper.shift}`],
    ['swap-review', hr, '/roster/swaps/review'],
    ['swap-one', hr, `/roster/swaps/${(await partyOf('hr_review', 'requester_id')).id}`],
  ]
  // Where pictures are drawn each page stands for both; else one after the other, to cost half.
  const looks = [
    { ...WIDE, language: 'zh-CN' as const },
    { ...PHONE, language: 'en' as const, theme: 'light' as const },
  ]
  for (const [at, [name, who, path]] of pages.entries())
    for (const look of process.env.PICTURES === 'on' ? looks : looks.slice(at % 2, (at % 2) + 1)) {
      const page = await openPage(await visit(who, look))
      await page.goto(`${house.url}${path}`)
      await picture(page, `${name}-${look.width}`)
      expect(await violations(page, look.width === 390 ? 'contrast' : 'everything'), path).toEqual([])
      expect(await widthBeyond(page), `${path} ${look.width}`).toBeLessThanOrEqual(0)
      expect(page.wrongs).toEqual([])
      await page.context().close()
    }
}, 180_000)
