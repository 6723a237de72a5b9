import { beforeEach, expect, test } from 'vitest'
import { lookAtNights } from '../../server/desk/leading/actions.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { datesOf } from '../../server/roster/month.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { leadDecember, PLAN } from '../support/december.ts'
import { testHouse } from '../support/house.ts'
import { appointChief, hire, roster } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let hr: Browser
let admin: Browser
let fang: StaffId
let group: StaffId
let lead: StaffId
let deputy: StaffId
let nuo: StaffId

beforeEach(async () => {
  clock.set('2026-11-24T10:00:00+08:00')
  nuo = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  hr = await signedIn(house, nuo, 'en')
  admin = await signedIn(house, await hire(database.db, '管理', { roles: ['administrator'], posts: [] }), 'en')
  fang = await appointChief(database.db, clock.now())
  group = await hire(database.db, '蒋理', { rank: 'manager', posts: [] })
  await database.db
    .insertInto('leadership_members')
    .values({
      staff_id: group,
      chief: false,
      first_day: '2026-01-01',
      last_day: null,
      during: '[2026-01-01T00:00:00+08:00,)',
      appointed_at: clock.now(),
    })
    .execute()
  lead = await hire(database.db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  deputy = await hire(database.db, '卫平', { posts: ['manager'], rank: 'supervisor' })
  await hr.post(`${PLAN}/opening`)
  await leadDecember(hr, { lead, deputy })
})

const cells = (changes: string) => hr.post(`${PLAN}/cells`, { changes }, { htmx: true })
const publish = (seen = {}) => hr.post(`${PLAN}/publication`, { reason: 'December', leader: group, ...seen })
const alarms = async (kind: 'night_unled' | 'night_unbacked' = 'night_unled') =>
  (
    await database.db
      .selectFrom('alarms')
      .select(['subject', 'settled_at'])
      .where('kind', '=', kind)
      .orderBy('subject')
      .execute()
  ).map(({ subject, settled_at }) => `${subject} ${settled_at ? 'settled' : 'rings'}`)
const told = async (ref = 'unled:nights') =>
  (
    await database.db
      .selectFrom('notices as n')
      .innerJoin('notice_people as p', 'p.notice_id', 'n.id')
      .select('p.staff_id')
      .where('n.ref', '=', ref)
      .where('n.settled_at', 'is', null)
      .orderBy('p.staff_id')
      .execute()
  ).map(({ staff_id }) => staff_id)

test('row 5: nights after the end of the last 组长’s term cannot be published, and the page says which', async () => {
  const { id } = await database.db
    .selectFrom('leadership_members')
    .select('id')
    .where('staff_id', '=', fang)
    .executeTakeFirstOrThrow()
  expect((await admin.post(`/leadership/${id}`, { lastDay: '2026-12-29' })).status).toBe(303)
  const barred = await publish()
  expect(barred.status).toBe(422)
  expect(barred.html).toContain('The leadership group has no valid head in this night. (Regulation III.1)')
  expect(barred.html).toContain('29 Dec')
  expect(barred.html).not.toContain('28 Dec: The leadership')
  expect(await database.db.selectFrom('shifts').selectAll().execute()).toEqual([])
  // Whoever follows in the middle of a night heads the rest of it.
  const next = await hire(database.db, '何副总', { rank: 'vice_president', posts: [] })
  const appointed = { staff: next, chief: 'yes', firstDay: '2026-12-30', lastDay: '' }
  expect((await admin.post('/leadership', appointed)).status).toBe(303)
  expect((await publish()).status).toBe(303)
  await heard(house)
  expect(await alarms()).toEqual([])
})

test('rows 5 and 8: who falls ill, and a 组长 whose term ends, leave nights that the board names, that ring there once, and of which HR and the group hear', async () => {
  expect((await publish()).status).toBe(303)
  clock.set('2026-12-04T10:00:00+08:00')
  hr = await signedIn(house, nuo, 'en')
  const days = { firstDay: '2026-12-06', lastDay: '2026-12-06', despite: 'yes' }
  expect((await hr.post(`/roster/people/${lead}/leave`, days)).status).toBe(303)
  await heard(house)
  expect(await alarms()).toEqual(['2026-12-05 rings', '2026-12-06 rings'])
  expect(await told()).toEqual([nuo, fang, group].sort((a, b) => Number(a) - Number(b)))
  await database.db
    .updateTable('staff')
    .set({ standing_roles: ['leadership'] })
    .where('id', '=', fang)
    .execute()
  const boss = await signedIn(house, fang, 'en')
  const board = await boss.get('/board')
  expect(board.html).toContain('Nobody leads a published night')
  const gaps = await hr.get('/roster/gaps')
  expect(gaps.html).toContain('Nights that nobody leads')
  expect(gaps.html).toContain('The duty manager of this night is on leave (Regulation III.2).')
  // Seen to by hand it does not ring again for the same.
  const { id } = await database.db
    .selectFrom('alarms')
    .select('id')
    .where('subject', '=', '2026-12-05')
    .executeTakeFirstOrThrow()
  await database.db.updateTable('alarms').set({ settled_at: clock.now() }).where('id', '=', id).execute()
  const { id: term } = await database.db
    .selectFrom('leadership_members')
    .select('id')
    .where('staff_id', '=', fang)
    .executeTakeFirstOrThrow()
  admin = await signedIn(house, await hire(database.db, '另一位', { roles: ['administrator'], posts: [] }), 'en')
  expect((await admin.post(`/leadership/${term}`, { lastDay: '2026-12-20' })).status).toBe(303)
  await heard(house)
  expect(await alarms()).toEqual(['2026-12-05 settled', '2026-12-06 rings'])
  expect((await hr.get('/roster/gaps')).html).toContain('no valid head in this night (Regulation III.1)')
  // The nights draw near: then they ring as well.
  clock.set('2026-12-15T10:00:00+08:00')
  await house.deps.transact(system, (tx) => lookAtNights(tx, 'Asia/Shanghai'))
  expect(await alarms()).toEqual(['2026-12-05 settled', '2026-12-06 settled', '2026-12-20 rings'])
  admin = await signedIn(house, await hire(database.db, '第三位', { roles: ['administrator'], posts: [] }), 'en')
  expect((await admin.post(`/leadership/${term}`, { lastDay: '' })).status).toBe(303)
  await heard(house)
  expect((await alarms()).filter((one) => one.endsWith('rings'))).toEqual([])
  expect(await told()).toEqual([])
  expect((await admin.get('/roster/gaps')).html).not.toContain('Nights that nobody leads')
})

test('row 8: a duty manager with hours of their own leads those alone: the rest of the night bars the plan, and the hours are judged as they stand', async () => {
  const mei = await hire(database.db, '林玫', { posts: ['service'] })
  await cells(`2026-12-10 ${lead} -`)
  await roster(database.db, lead, 'manager', {
    from: '2026-12-10T22:00:00+08:00',
    to: '2026-12-11T02:00:00+08:00',
    night: '2026-12-10',
  })
  await cells(`2026-12-10 ${lead} manager;2026-12-10 ${mei} service`)
  const barred = await publish()
  expect(barred.status).toBe(422)
  expect(barred.html).toContain('Nobody leads 4 h of this night. (Regulation III.2)')
  const needs = { night: '2026-12-10', post: 'manager', heads: '0', reason: 'Closed' }
  const none = await hr.post('/roster/needs/2026-12', needs)
  expect(none.status).toBe(422)
  expect(none.html).toContain('exactly one duty manager (Regulation III.2)')
})

const later = async (at: string) => {
  clock.set(at)
  hr = await signedIn(house, nuo, 'en')
}
const gapsOnBoard = async () => {
  const boss = await signedIn(house, await hire(database.db, '领导', { roles: ['leadership'], posts: [] }), 'en')
  return /(\d+) gaps? ahead/.exec((await boss.get('/board')).html)?.[1] ?? '0'
}
/** Where nothing is asked of the other posts, what the board counts is who leads. */
const noOthersAsked = async () => {
  for (const night of datesOf('2026-12'))
    for (const post of ['service', 'technician', 'guard'])
      await hr.post('/roster/needs/2026-12', { night, post, heads: '0', reason: 'Closed' })
}

test('H1: a named backup on leave leaves nights that the board names, that ring there once, and of which HR hears; it stops when they are back', async () => {
  await noOthersAsked()
  expect((await publish()).status).toBe(303)
  await later('2026-12-04T10:00:00+08:00')
  await heard(house)
  expect(await gapsOnBoard()).toBe('0')
  const days = { firstDay: '2026-12-06', lastDay: '2026-12-06', despite: 'yes' }
  const warned = await hr.post(`/roster/people/${deputy}/leave`, { firstDay: days.firstDay, lastDay: days.lastDay })
  expect(warned.status).toBe(422)
  expect(warned.html).toContain('the named backup of the duty manager on these nights (12-05, 12-06)')
  expect((await hr.post(`/roster/people/${deputy}/leave`, days)).status).toBe(303)
  await heard(house)
  expect(await alarms('night_unbacked')).toEqual(['2026-12-05 rings', '2026-12-06 rings'])
  expect(await alarms()).toEqual([])
  expect(await told('unbacked:nights')).toEqual([nuo])
  expect(await told()).toEqual([])
  expect(await gapsOnBoard()).toBe('2')
  const gaps = await hr.get('/roster/gaps')
  expect(gaps.html).toContain('Nights whose duty manager has no backup')
  expect(gaps.html).toContain('The named backup of the duty manager is on leave (rule H1).')
  expect(gaps.html).not.toContain('Nights that nobody leads')
  // Seen to by hand it does not ring again for the same, whatever happens to other nights.
  await database.db.updateTable('alarms').set({ settled_at: clock.now() }).where('subject', '=', '2026-12-05').execute()
  await hr.post(`/roster/people/${lead}/leave`, { firstDay: '2026-12-20', lastDay: '2026-12-20', despite: 'yes' })
  await heard(house)
  expect(await alarms('night_unbacked')).toEqual(['2026-12-05 settled', '2026-12-06 rings'])
  const { id } = await database.db
    .selectFrom('staff_leaves')
    .select('id')
    .where('staff_id', '=', deputy)
    .executeTakeFirstOrThrow()
  expect((await hr.post(`/roster/leaves/${id}/cancelling`)).status).toBe(303)
  await heard(house)
  expect(await alarms('night_unbacked')).toEqual(['2026-12-05 settled', '2026-12-06 settled'])
  expect(await told('unbacked:nights')).toEqual([])
})

test('H1: a named backup whose account is closed leaves every night ahead without one, until HR has named and published another', async () => {
  expect((await publish()).status).toBe(303)
  await later('2026-12-28T10:00:00+08:00')
  admin = await signedIn(house, await hire(database.db, '人事系统', { roles: ['administrator'], posts: [] }), 'en')
  expect((await admin.post(`/people/${deputy}/deactivation`, { confirmed: 'yes' })).status).toBe(303)
  await heard(house)
  const ahead = ['2026-12-28', '2026-12-29', '2026-12-30', '2026-12-31']
  expect(await alarms('night_unbacked')).toEqual(ahead.map((night) => `${night} rings`))
  const { findings } = await database.db
    .selectFrom('roster_versions')
    .select('findings')
    .orderBy('version', 'desc')
    .executeTakeFirstOrThrow()
  expect(findings.filter(({ code }) => code === 'backup_none').map(({ night }) => night)).toEqual(ahead)
  expect((await hr.get('/roster/gaps')).html).toContain('stands ready no more: name another (rule H1).')
  const other = await hire(database.db, '秦岚', { posts: ['manager'], rank: 'supervisor' })
  for (const night of ahead) await cells(`${night} ${other} manager+`)
  await heard(house)
  expect(await alarms('night_unbacked'), 'a draft mends nothing').toEqual(ahead.map((night) => `${night} rings`))
  expect((await publish({ seen: '2' })).status, 'nights that the one who left stood ready for are over').toBe(303)
  await heard(house)
  expect(await alarms('night_unbacked')).toEqual(ahead.map((night) => `${night} settled`))
  expect(await told('unbacked:nights')).toEqual([])
})

test('H1: a backup who is no supervisor any more rings; a night that was published without one, with a leader’s name, was decided so, and one who leads in the manager’s place has done what they stood ready for', async () => {
  await cells(`2026-12-02 ${deputy} -`)
  expect((await publish()).status).toBe(303)
  await later('2026-12-01T10:00:00+08:00')
  await house.deps.transact(system, (tx) => lookAtNights(tx, 'Asia/Shanghai'))
  expect(await alarms('night_unbacked')).toEqual([])
  await database.db.updateTable('shifts').set({ staff_id: deputy }).where('night', '=', '2026-12-03').execute()
  await database.db.updateTable('staff').set({ rank: 'staff' }).where('id', '=', deputy).execute()
  await house.deps.transact(system, (tx) => lookAtNights(tx, 'Asia/Shanghai'))
  expect((await alarms('night_unbacked')).slice(0, 3)).toEqual([
    '2026-12-01 rings',
    '2026-12-04 rings',
    '2026-12-05 rings',
  ])
  expect(await alarms(), 'who leads the third is no supervisor either').toEqual(['2026-12-03 rings'])
})
