import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ShiftId, StaffId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import { askConfirmations } from '../../../server/roster/confirmations/actions.ts'
import { handSetClock } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { appointChief, hire, putOnPost, roster, train } from '../../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../../support/server.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let mei: StaffId
let chen: StaffId
let shift: ShiftId
let asks: Browser
let covers: Browser
let hr: Browser
let other: Browser

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set('2026-12-01T12:00:00+08:00')
  await appointChief(database.db, clock.now())
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  chen = await hire(database.db, '陈舟', { posts: ['service'] })
  asks = await signedIn(house, mei)
  covers = await signedIn(house, chen)
  hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }))
  other = await signedIn(house, await hire(database.db, '马建国', { posts: ['guard'] }))
  await train(database.db)
  shift = await roster(database.db, mei, 'service', NIGHT)
})
const NIGHT = { from: '2026-12-10T22:00:00+08:00', to: '2026-12-11T06:00:00+08:00', night: '2026-12-10' }
const ask = (more: Record<string, string> = {}) =>
  asks.post('/roster/swaps', { shift, substitute: chen, back: '', reason: '家长会', ...more })

test('"I cannot" leads to the form with its reason, and only those who may are on it, with their hours', async () => {
  await house.deps.transact(system, (tx) => askConfirmations(tx, [shift]))
  const no = await asks.post(`/roster/confirmations/${shift}/no`, { reason: '孩子家长会' })
  await heard(house)
  const { html } = await asks.get(no.location ?? '')
  expect(html).toContain('孩子家长会')
  expect(html).toContain('陈舟')
  expect(html).not.toContain('马建国')
  expect(html).toContain('0 小时，替后 8.3 小时')
})

test('a swap goes through all hands by pages alone: asked, accepted, approved', async () => {
  const refused = await ask({ reason: ' ' })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain(`value="${chen}" checked`)
  expect((await ask({ substitute: '' })).status).toBe(422)
  const page = (await ask()).location ?? ''
  expect(page).toMatch(/^\/roster\/swaps\/\d+$/)
  expect((await covers.get('/roster/swaps')).html).toContain('有人请你替班')
  expect((await other.get(page)).status).toBe(404)
  expect((await covers.post(`${page}/acceptance`)).location).toBe(page)
  expect((await hr.get('/roster/swaps/review')).html).toContain('林玫 → 陈舟')
  expect((await asks.post(`${page}/approval`, { as: 'hr' })).status).toBe(403)
  expect((await hr.post(`${page}/rejection`, { as: 'hr', answer: '' })).status).toBe(422)
  expect((await hr.post(`${page}/approval`, { as: 'hr' })).location).toBe(page)
  expect((await asks.get(page)).html).toContain('已换好')
  await heard(house)
  const told = await database.db.selectFrom('notices').select('ref').orderBy('id').execute()
  expect(told.map(({ ref }) => ref.split(':')[0])).toEqual(
    expect.arrayContaining(['swap_asked', 'swap_accepted', 'swap_review', 'swap_applied']),
  )
})

test('row 24: where the rules let nobody cover, somebody may still trade: the shift in return says with whom', async () => {
  const night = (on: number) => ({
    from: `2026-12-0${on}T22:00:00+08:00`,
    to: on === 9 ? '2026-12-10T06:00:00+08:00' : `2026-12-0${on + 1}T06:00:00+08:00`,
    night: `2026-12-0${on}`,
  })
  await roster(database.db, chen, 'service', night(8))
  const theirs = await roster(database.db, chen, 'service', night(9))
  const { html } = await asks.get(`/roster/swaps/new?shift=${shift}`)
  expect(html).not.toContain('name="substitute"')
  expect(html).toContain('没有人能单独替班')
  expect(html).toContain(`name="back" value="${theirs}"`)
  const nobody = await asks.post('/roster/swaps', { shift, back: '', reason: '家长会' })
  expect(nobody.status).toBe(422)
  expect(nobody.html).toContain('替班')
  const asked = await asks.post('/roster/swaps', { shift, back: theirs, reason: '家长会' })
  expect(asked.location).toMatch(/^\/roster\/swaps\/\d+$/)
  const swap = await database.db.selectFrom('swaps').selectAll().executeTakeFirstOrThrow()
  expect(swap).toMatchObject({ substitute_id: chen, back_shift_id: theirs, state: 'awaiting_substitute' })
})

test('row 23: an emergency brings its proof through the gate of files, and only who decides sees it', async () => {
  clock.set('2026-12-09T12:00:00+08:00')
  for (const name of ['asks', 'covers', 'hr', 'other'] as const) {
    if (name === 'asks') asks = await signedIn(house, mei)
    if (name === 'covers') covers = await signedIn(house, chen)
  }
  expect((await ask()).status).toBe(422)
  const picture = await sharp({ create: { width: 20, height: 20, channels: 3, background: '#c33' } })
    .withExif({ IFD0: { ImageDescription: 'secret place' } })
    .png()
    .toBuffer()
  const wrong = await asks.upload(
    '/roster/swaps',
    { shift, substitute: chen, back: '', reason: '发烧' },
    {
      proof: new File([new Uint8Array([1, 2, 3, 0])], 'a.exe'),
    },
  )
  expect(wrong.status).toBe(422)
  const sent = await asks.upload(
    '/roster/swaps',
    { shift, substitute: chen, back: '', reason: '发烧' },
    {
      proof: new File([new Uint8Array(picture)], '../../病历.png'),
    },
  )
  const page = sent.location ?? ''
  expect(page).toMatch(/^\/roster\/swaps\/\d+$/)
  expect((await covers.get(`${page}/proof`)).status).toBe(404)
  const zhou = await hire(database.db, '周启明', { rank: 'supervisor' })
  clock.set('2026-12-09T12:10:00+08:00')
  const shown = await asks.get(`${page}/proof`)
  expect(shown.headers.get('content-disposition')).toContain('attachment')
  expect(shown.html).not.toContain('secret place')
  await covers.post(`${page}/acceptance`)
  await heard(house)
  await database.db.deleteFrom('shifts').where('staff_id', '=', zhou).execute()
  await putOnPost(database.db, zhou, 'manager')
  await database.db
    .updateTable('shifts')
    .set({ during: '[2026-12-09T04:00:00Z,2026-12-09T12:00:00Z)' })
    .where('staff_id', '=', zhou)
    .execute()
  const managerPage = await signedIn(house, zhou)
  expect((await managerPage.get(page)).html).toContain('值班经理批准')
  expect((await managerPage.post(`${page}/approval`, { as: 'manager' })).status).toBe(303)
  hr = await signedIn(house, await hire(database.db, '许诺二', { roles: ['hr'], posts: [] }))
  expect((await hr.post(`${page}/approval`, { as: 'hr' })).status).toBe(303)
  const row = await database.db
    .selectFrom('shifts')
    .select('staff_id')
    .where('id', '=', shift)
    .executeTakeFirstOrThrow()
  expect(row.staff_id).toBe(chen)
})

test('bad input: made-up numbers, unknown fields, another’s shift, a right that is missing', async () => {
  for (const path of ['/roster/swaps/0', '/roster/swaps/x', '/roster/swaps/999999', '/roster/swaps/1/proof'])
    expect((await asks.get(path)).status, path).toBe(404)
  expect((await asks.get('/roster/swaps/new')).status).toBe(400)
  expect((await asks.get('/roster/swaps/new?shift=abc')).status).toBe(400)
  expect((await asks.get('/roster/swaps/new?shift=999999')).status).toBe(404)
  expect((await covers.get(`/roster/swaps/new?shift=${shift}`)).status).toBe(404)
  expect((await covers.post('/roster/swaps', { shift, substitute: mei, back: '', reason: 'x' })).status).toBe(404)
  expect((await ask({ colour: 'red' })).status).toBe(400)
  expect((await asks.get('/roster/swaps/review')).status).toBe(403)
  expect((await hr.get('/roster/swaps/review?state=lost')).status).toBe(400)
  expect((await ask({ substitute: mei })).status).toBe(422)
})
