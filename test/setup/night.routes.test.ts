import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { appointChief, hire, TONIGHT } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let admin: Browser
let wei: StaffId
let department: string

beforeEach(async () => {
  clock.set('2026-11-23T20:00:00+08:00')
  wei = await hire(database.db, '韦一', { rank: 'supervisor', roles: ['administrator'], posts: [] })
  const row = await database.db.selectFrom('departments').select('id').executeTakeFirstOrThrow()
  department = row.id
  admin = await signedIn(house, wei, 'en')
})

const plan = (more: Record<string, string> = {}) =>
  admin.post('/setup/night', {
    ...{ night: TONIGHT.night, start: '22:00', end: '06:00', manager: wei },
    name: ['', '林玫'],
    nameEn: ['', 'Lin Mei'],
    number: ['', 'cs1'],
    email: ['', ''],
    department: [department, department],
    ...more,
  })
const shifts = () => database.db.selectFrom('shifts').select(['staff_id', 'post']).orderBy('post').execute()
const people = () => database.db.selectFrom('staff').select('name').where('number', '=', 'cs1').execute()

test('row 5: without a 组长 the first night cannot be entered, in the words of the clause, and nobody is asked to sign for it', async () => {
  const asked = await admin.get('/setup/night')
  expect(asked.html).toContain('/setup/leadership')
  const { status, html } = await plan({ reason: 'We want to begin', leader: wei })
  expect(status).toBe(422)
  expect(html).toContain('nobody can sign for it')
  expect(html).toContain('The leadership group has no head')
  expect(html).toContain('(Regulation III.1)')
  expect(html).not.toContain('name="leader"')
  expect(html).toContain('Lin Mei')
  expect(await shifts()).toEqual([])
  expect(await people()).toEqual([])
})

test('row 8: a first night without a duty manager cannot be entered', async () => {
  await appointChief(database.db, clock.now())
  const { status } = await plan({ manager: '' })
  expect(status).toBe(422)
  expect(await shifts()).toEqual([])
})

test('row 3: a first night that breaks hard rules says whose and which, and stands with a reason and a leader who answers for it', async () => {
  const fang = await appointChief(database.db, clock.now())
  const long = { end: '09:00' }
  const { status, html } = await plan(long)
  expect(status).toBe(422)
  for (const words of ['Lin Mei: ', '韦一: ', 'h of work in one duty; at most 8.', 'give the reason', 'name="leader"'])
    expect(html).toContain(words)
  expect(await shifts()).toEqual([])
  const unnamed = await plan({ ...long, reason: 'Nobody relieves them earlier' })
  expect(unnamed.html).toContain('name the leader')
  expect(unnamed.html).toContain('Nobody relieves them earlier')
  expect((await plan({ ...long, reason: 'Nobody relieves them earlier', leader: wei })).html).toContain(
    'not in the leadership group',
  )
  const stands = await plan({ ...long, reason: 'Nobody relieves them earlier', leader: fang })
  expect(stands.status).toBe(200)
  expect(await shifts()).toMatchObject([{ post: 'manager' }, { post: 'service' }])
  const signed = await database.db.selectFrom('roster_exceptions').selectAll().orderBy('id').execute()
  expect(signed).toMatchObject([
    { post: 'manager', staff_id: wei, what: 'added', leader_id: fang, findings: [{ code: 'hours_day' }] },
    { post: 'service', leader_id: fang, findings: [{ code: 'hours_day' }] },
  ])
})

test('row 20: a first night within the rules stands at once, and what it still lacks is said', async () => {
  await appointChief(database.db, clock.now())
  const { status, html } = await plan()
  expect(status).toBe(200)
  expect(await shifts()).toMatchObject([{ post: 'manager' }, { post: 'service' }])
  expect(html).toContain('What this night still lacks')
  expect(html).toContain('Duty manager: The duty manager has no named backup.')
  expect(await database.db.selectFrom('roster_exceptions').selectAll().execute()).toEqual([])
})

test('a leadership group that was put off is shown as skipped in the steps, with the way back, until it is there', async () => {
  const group = (html: string): string => /<ol class="steps setup-steps".*?<\/ol>/s.exec(html)?.[0] ?? ''
  const skipped = group((await admin.get('/setup/night')).html)
  expect(skipped).toContain('data-s="skipped"')
  expect(skipped).toContain('<a href="/setup/leadership">Leadership group</a>')
  expect(skipped).toContain('skipped</small>')
  expect(skipped.match(/data-s="done"/g)).toHaveLength(1)
  expect((await admin.get('/duty')).html).toContain('href="/leadership"')
  await appointChief(database.db, clock.now())
  const done = group((await admin.get('/setup/night')).html)
  expect(done).not.toContain('skipped')
  expect(done.match(/data-s="done"/g)).toHaveLength(2)
  const planned = await plan()
  expect(group(planned.html).match(/data-s="done"/g)).toHaveLength(3)
})
