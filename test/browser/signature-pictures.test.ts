import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { FOUR_LOOKS, isKept, type View, wrongOn } from '../support/looking.ts'
import { picture } from '../support/pages.ts'
import { appointChief, hire, roster } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
let wei: StaffId

beforeEach(async () => {
  clock.set('2026-11-23T20:00:00+08:00')
  wei = await hire(database.db, '韦一', { rank: 'supervisor', roles: ['administrator'], posts: [] })
})

const wrongIn = (views: readonly View[]): Promise<string[]> =>
  wrongOn(house, FOUR_LOOKS, views, {
    untranslated: /\b(signatures|setup|roster)\.[a-z_.]+/g,
    axe: (look) => (isKept(look) ? 'everything' : 'contrast'),
    draw: (page, { name }, look) =>
      isKept(look) ? picture(page, `${name}-${look.width}`, { fullPage: true }) : Promise.resolve(),
  })

test('rows 3 and 5: the first night says that it wants a 组长, and what it breaks is said where it is signed for, on every screen', async () => {
  expect(await wrongIn([{ name: 'first-night-headless', who: wei, path: '/setup/night', there: '.banner' }])).toEqual(
    [],
  )
  await appointChief(database.db, clock.now())
  const judged: View = {
    name: 'first-night-judged',
    who: wei,
    path: '/setup/night',
    first: async (page) => {
      await page.fill('#end', '09:00')
      await page.fill('#agent0-name', '林玫')
      await page.fill('#agent0-number', 'cs1')
      await page.press('#agent0-number', 'Enter')
      await page.waitForSelector('.roster-signing')
    },
  }
  expect(await wrongIn([judged])).toEqual([])
}, 120_000)

test('row 3: a leader reads and answers what they were named for, and HR reads all of it, on every screen', async () => {
  const fang = await appointChief(database.db, clock.now())
  const mei = await hire(database.db, '林玫', { posts: ['service'] })
  const zhou = await hire(database.db, '周启明', { rank: 'supervisor', posts: ['manager'] })
  const xu = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  const hr = await signedIn(house, xu)
  for (const day of [7, 8, 9]) {
    const at = {
      from: `2026-12-0${day}T22:00:00+08:00`,
      to: `2026-12-${String(day + 1).padStart(2, '0')}T06:00:00+08:00`,
      night: `2026-12-0${day}`,
    }
    await roster(database.db, zhou, 'manager', at)
    await database.db
      .insertInto('staff_leaves')
      .values({ staff_id: mei, first_day: at.night, last_day: at.night, made_by: xu, made_at: clock.now() })
      .execute()
    const fields = { staff: mei, post: 'service', night: at.night, start: '22:00', end: '06:00' }
    await hr.post('/roster/shifts', { ...fields, reason: '她主动提出值这一夜', leader: fang })
  }
  await heard(house)
  const ids = (await database.db.selectFrom('roster_signatures').select('id').orderBy('id').execute()).map((r) => r.id)
  const leader = await signedIn(house, fang)
  await leader.post(`/roster/signatures/${ids[0]}/confirmation`)
  await leader.post(`/roster/signatures/${ids[1]}/objection`, { words: '她已经连续值了三夜，请换人。' })
  await heard(house)
  const views: View[] = [
    { name: 'signatures', who: fang, path: '/roster/signatures', there: '#signatures' },
    { name: 'signature-card', who: fang, path: '/duty', there: '#signature-card:not([hidden])' },
    { name: 'signatures-all', who: xu, path: '/roster/signatures' },
    { name: 'signed-night', who: xu, path: '/roster?night=2026-12-08' },
  ]
  expect(await wrongIn(views)).toEqual([])
}, 120_000)
