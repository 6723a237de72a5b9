import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ObligationId, StaffId } from '../../server/kernel/ids.ts'
import { lapse, owe } from '../../server/obligations/actions.ts'
import { listLapsing } from '../../server/obligations/queries.ts'
import { system } from '../../server/platform/actor.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire, putOnPost, roster } from '../support/people.ts'
import { openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let mei: StaffId
let id: ObligationId
let hr: Browser
let agent: Browser

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }))
  agent = await signedIn(house, mei)
  const at = (time: string) => new Date(`2026-11-24T${time}:00+08:00`)
  await house.deps.transact(system, (tx) =>
    owe(
      tx,
      {
        kind: 'promise',
        staffId: mei,
        subject: 'promise:1',
        dueAt: at('02:00'),
        missedAt: at('02:00'),
        path: '/desk/7',
      },
      { kind: 'promise', staffId: mei, subject: 'promise:2', dueAt: at('02:30'), path: '/desk/8' },
      { kind: 'request_acceptance', post: 'technician', subject: 'escalation:3', dueAt: at('05:00') },
    ),
  )
  for (const one of await listLapsing(database.db, clock.now(), 9))
    await house.deps.transact(system, (tx) => lapse(tx, one.id))
  ;({ id } = (await database.db
    .selectFrom('obligations')
    .select('id')
    .where('state', '=', 'missed')
    .executeTakeFirstOrThrow()) as { id: ObligationId })
})

test('a shift to be confirmed says of which night it is, and several due at once are counted', async () => {
  for (const day of [3, 9]) {
    const night = `2026-12-0${day}`
    const [from, to] = [`${night}T14:00:00Z`, `${night}T22:00:00Z`]
    const shiftId = await roster(database.db, mei, 'service', { from, to, night })
    const owed = { kind: 'shift_confirmation' as const, staffId: mei, subject: `shift:${shiftId}`, path: '/roster' }
    const dueAt = new Date('2026-11-24T04:00:00+08:00')
    await house.deps.transact(system, (tx) => owe(tx, { ...owed, shiftId, dueAt }))
    const mine = (await agent.get('/obligations/mine', { htmx: true })).html
    expect(mine.match(/12月[39]日/g)).toEqual(day === 3 ? ['12月3日'] : null)
  }
  const list = (await hr.get('/obligations?kind=shift_confirmation&from=2026-11-23&to=2026-11-24')).html
  expect(list).toContain('12月3日')
  expect(list).toContain('12月9日')
})

test('row 56: my night lists what is due from me now and next, and nothing of others', async () => {
  const page = await agent.get('/duty')
  expect(page.html).toContain('id="my-night"')
  expect(page.html.match(/id="obligation-\d+"/g)).toHaveLength(2)
  const part = await agent.get('/obligations/mine', { htmx: true })
  expect(part.html).toContain('href="/desk/8"')
  expect(part.html).not.toContain('<html')
  expect((await agent.get('/obligations/mine')).location).toBe('/duty')
})

test('HR filters by night, person, post, what and how it stands, all of it in the address; others do not see the list', async () => {
  expect((await agent.get('/obligations')).status).toBe(403)
  const rows = async (query: string) =>
    [...(await hr.get(`/obligations${query}`)).html.matchAll(/href="\/obligations\/(\d+)"/g)].length
  expect(await rows('')).toBe(3)
  expect(await rows(`?person=${mei}`)).toBe(2)
  expect(await rows('?state=missed')).toBe(1)
  expect(await rows('?post=technician')).toBe(1)
  expect(await rows('?kind=promise&state=due')).toBe(1)
  expect(await rows('?from=2026-11-01&to=2026-11-02')).toBe(0)
  for (const wrong of ['?state=lost', '?from=yesterday', '?person=x', '?before=1', '?colour=red', '?post=a&post=b'])
    expect((await hr.get(`/obligations${wrong}`)).status, wrong).toBe(400)
})

test('HR excuses with reason and link and what was typed stays where it is refused; the person cannot, and sees it', async () => {
  const refused = await hr.post(`/obligations/${id}/excuse`, { reason: ' ', link: 'ftp://x' })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('value="ftp://x"')
  expect((await agent.post(`/obligations/${id}/excuse`, { reason: 'a', link: '' })).status).toBe(403)
  const done = await hr.post(`/obligations/${id}/excuse`, { reason: '线路中断', link: '/incidents/4' })
  expect(done.location).toBe(`/obligations/${id}`)
  expect((await agent.get(`/obligations/${id}`)).html).toContain('线路中断')
  expect((await hr.post(`/obligations/${id}/excuse`, { reason: 'x' })).status).toBe(400)
})

test('what is nobody’s or another’s is not there for who may not read it all, and a made-up number is not there for anybody', async () => {
  const other = await signedIn(house, await hire(database.db, '陈舟'))
  expect((await other.get(`/obligations/${id}`)).status).toBe(404)
  for (const wrong of ['0', 'x', '999999', '-1']) expect((await hr.get(`/obligations/${wrong}`)).status).toBe(404)
})

test('the duty manager’s board lists what is due tonight and what went wrong', async () => {
  const zhou = await hire(database.db, '周启明', { rank: 'supervisor' })
  await putOnPost(database.db, zhou, 'manager')
  const { html } = await (await signedIn(house, zhou)).get('/board')
  const panel = html.slice(html.indexOf('id="board-obligations"'), html.indexOf('id="board-obligations"') + 6000)
  expect(panel.match(/href="\/obligations\/\d+"/g)).toHaveLength(3)
})
