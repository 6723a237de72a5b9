import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { remindOfRosters } from '../../../jobs/remind-of-rosters.ts'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { sentenceOf } from '../../../server/notifications/deliveries/words.ts'
import { publishMonth } from '../../../server/roster/months/publishing/actions.ts'
import { handSetClock } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { appointChief, as, hire, train } from '../../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../../support/server.ts'
import { signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let xu: StaffId
let head: StaffId
let fang: StaffId
let zhou: StaffId

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set('2026-11-01T12:00:00+08:00')
  xu = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  head = await hire(database.db, '高岚', { roles: ['head'], posts: ['service'], rank: 'manager' })
  zhou = await hire(database.db, '周启明', { posts: ['manager'], rank: 'supervisor' })
  fang = await appointChief(database.db, clock.now())
  await train(database.db)
})

/** As the ticker does, at this time of this day. */
async function morning(date: string, time = '09:00'): Promise<void> {
  clock.set(`${date}T${time}:00+08:00`)
  const job = remindOfRosters(house.deps)
  for (const { id } of await job.list(database.db, clock.now(), 10)) await job.run(id)
  await heard(house)
}
const toldTo = async (staffId: StaffId) =>
  (
    await database.db
      .selectFrom('notice_people as p')
      .innerJoin('notices as n', 'n.id', 'p.notice_id')
      .select(['n.ref', 'n.path', 'n.settled_at'])
      .where('p.staff_id', '=', staffId)
      .orderBy('n.id')
      .execute()
  ).map(({ ref, path, settled_at }) => ({ ref, path, over: settled_at !== null }))
const owed = (kind: 'roster_publication' | 'roster_input') =>
  database.db
    .selectFrom('obligations')
    .select(['staff_id', 'state', 'due_at', 'path'])
    .where('kind', '=', kind)
    .execute()

test('row 19: HR is told 3, 2 and 1 days before the 25th, each once, and then the leadership group as well', async () => {
  await morning('2026-11-01')
  expect(await toldTo(xu)).toEqual([])
  expect(await owed('roster_publication')).toMatchObject([
    { staff_id: xu, state: 'due', due_at: new Date('2026-11-26T00:00:00+08:00'), path: '/roster/plan/2026-12' },
  ])
  for (const day of ['22', '23', '24']) {
    await morning(`2026-11-${day}`)
    await morning(`2026-11-${day}`, '15:00')
  }
  const soon = (await toldTo(xu)).filter(({ ref }) => ref.startsWith('publish_soon'))
  expect(soon).toHaveLength(3)
  expect(soon.at(-1)).toEqual({ ref: 'publish_soon:2026-12', path: '/roster/plan/2026-12', over: false })
  expect(await toldTo(fang)).toEqual([])
  await morning('2026-11-26')
  expect((await toldTo(xu)).at(-1)?.ref).toBe('publish_late:2026-12')
  expect(await toldTo(fang)).toEqual([{ ref: 'publish_late:2026-12', path: '/roster?month=2026-12', over: false }])
  expect(sentenceOf({ kind: 'roster', ref: 'publish_late:2026-12', count: 1 }, 'en')).toContain('not published yet')
})

test('row 19: departments are told before the 20th until they have said what they need, and after that HR is', async () => {
  for (const day of ['17', '18']) await morning(`2026-11-${day}`)
  const mine = (await toldTo(head)).filter(({ ref }) => ref === 'input_soon:2026-12')
  expect(mine).toHaveLength(2)
  expect(mine[0]?.path).toBe('/roster/needs/2026-12')
  expect(await owed('roster_input')).toMatchObject([{ staff_id: head, state: 'due' }])
  await morning('2026-11-21')
  expect((await toldTo(xu)).map(({ ref }) => ref)).toContain('input_late:2026-12')

  const gao = await signedIn(house, head, 'en')
  expect((await gao.get('/roster')).html).toContain('/roster/needs/2026-12')
  expect((await gao.post('/roster/needs/2026-12/input', { note: 'Two of us are away after the 24th.' })).status).toBe(
    303,
  )
  await heard(house)
  expect((await owed('roster_input'))[0]?.state).toBe('late')
  const stillOpen = [...(await toldTo(head)), ...(await toldTo(xu))].filter(
    ({ ref, over }) => ref.startsWith('input') && !over,
  )
  expect(stillOpen).toEqual([])
  await morning('2026-11-22')
  expect((await toldTo(xu)).filter(({ ref, over }) => ref.startsWith('input') && !over)).toEqual([])
})

test('what is published is owed by nobody any more, and nobody is told again', async () => {
  await morning('2026-11-22')
  const hr = await signedIn(house, xu, 'en')
  await hr.post('/roster/plan/2026-12/opening')
  const deputy = await hire(database.db, '卫平', { posts: ['manager'], rank: 'supervisor' })
  for (let day = 1; day <= 31; day += 4) {
    const nights = [0, 1, 2, 3].map((more) => day + more).filter((one) => one <= 31)
    const changes = nights.flatMap((one) => {
      const night = `2026-12-${String(one).padStart(2, '0')}`
      return [`${night} ${zhou} manager`, `${night} ${deputy} manager+`]
    })
    await hr.post('/roster/plan/2026-12/cells', { changes: changes.join(';') })
  }
  await house.deps.transact(as(xu, null, ['hr']), (tx) =>
    publishMonth(tx, '2026-12', { reason: 'x', leaderId: fang }, house.deps.config.timeZone),
  )
  await heard(house)
  expect(await owed('roster_publication')).toMatchObject([{ state: 'done' }])
  expect((await toldTo(xu)).filter(({ ref, over }) => ref.startsWith('publish') && !over)).toEqual([])
  await morning('2026-11-24')
  expect((await toldTo(xu)).filter(({ ref, over }) => ref.startsWith('publish') && !over)).toEqual([])
})

test('a company in which nobody may be put on a night is not reminded', async () => {
  await database.db.updateTable('staff').set({ posts: [] }).execute()
  await morning('2026-11-22')
  expect(await toldTo(xu)).toEqual([])
})
