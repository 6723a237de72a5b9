import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RatingId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { keepNight } from '../../server/reports/periods/actions.ts'
import { listUncounted } from '../../server/reports/periods/queries.ts'
import { contestRating } from '../../server/tickets/ratings/standing/actions.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { tellPast } from '../../server/tools/demo/past.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { as } from '../support/people.ts'
import { type House, startServer } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: House

beforeAll(async () => {
  house = await startServer(database, clock)
})
afterAll(() => house.close())

const LOOKS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true, language: 'en', theme: 'light' },
] as const
const numbered = async (number: string): Promise<StaffId> =>
  (await database.db.selectFrom('staff').select('id').where('number', '=', number).executeTakeFirstOrThrow())
    .id as StaffId
const withRole = async (role: string): Promise<StaffId> =>
  (await database.db.selectFrom('staff').select(['id', 'standing_roles']).execute()).find(({ standing_roles }) =>
    (standing_roles as string[]).includes(role),
  )?.id as StaffId

test('satisfaction, people against the norm, a contested rating and my own ratings stand on a wide screen and on a phone, in both languages and lights', async () => {
  clock.set(TWO_FOURTEEN)
  const { transact, config } = house.deps
  await seedDemo({ transact, config })
  await tellPast({ transact, config })
  const mei = await numbered('cs0301')
  const hr = await withRole('hr')
  const { rows } = await sql<{ id: RatingId }>`
    select id from ratings where state = 'given' and service <= 3 and not reasons && array['line', 'price']
      and given_at > '2026-11-01' and handlers->0->>'staffId' = ${mei} order by given_at desc limit 1`.execute(
    database.db,
  )
  const id = rows[0]?.id as RatingId
  await transact(as(mei, null), (tx) =>
    contestRating(tx, id, { ground: 'outage', words: '那晚整片断网，我按流程告知了' }, config.timeZone),
  )
  for (const { id: night } of await listUncounted(database.db, clock.now(), 200, config.timeZone))
    await transact(system, (tx) => keepNight(tx, night, config.timeZone))
  const pages = [
    ['satisfaction', hr, '/satisfaction?from=2026-08-26&to=2026-11-24'],
    ['report', hr, '/reports?from=2026-10-12&to=2026-11-24'],
    ['rating', hr, `/ratings/${id}`],
    ['contests', hr, '/ratings/contests'],
    ['ratings', mei, '/ratings'],
  ] as const
  for (const look of LOOKS)
    for (const [name, who, path] of pages) {
      const context = await openBrowser(house.url, look)
      const { cookie } = await signedIn(house, who, 'language' in look ? look.language : 'zh-CN')
      const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
      await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
      const page = await openPage(context)
      await page.goto(house.url + path)
      await page.waitForSelector('#main', { state: 'attached' })
      expect(await widthBeyond(page), name).toBe(0)
      expect(await violations(page, 'contrast'), name).toEqual([])
      await picture(page, `${name}-${look.width}`, { fullPage: look.width === 1440 })
      expect(page.wrongs, name).toEqual([])
      await context.close()
    }
}, 120_000)
