import { beforeEach, expect, test, vi } from 'vitest'
import { checkIn, endBreak, startBreak } from '../../server/attendance/actions.ts'
import { expireOffer, offerNext } from '../../server/desk/offers/actions.ts'
import { openOfferOf } from '../../server/desk/offers/shown/queries.ts'
import { someoneOnPost } from '../../server/desk/on-post/queries.ts'
import { listLostWork } from '../../server/desk/presence/queries.ts'
import type { OfferId, StaffId } from '../../server/kernel/ids.ts'
import { plus, SECOND } from '../../server/kernel/time.ts'
import { system } from '../../server/platform/actor.ts'
import { currentSettings } from '../../server/settings/queries.ts'
import { findOpenAssignment } from '../../server/tickets/assignments/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { as, hire, putOnPost, roster, TONIGHT, type Visitor, welcome } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let mei: StaffId
let suQing: Visitor
let desk: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  suQing = await welcome(database.db, '苏晴')
  desk = await signedIn(house, mei)
})

/** The offer on this person's screen; made by the act behind the commit of the question, or by the sweep. */
const offered = (staffId = mei): Promise<OfferId> =>
  vi.waitFor(async () => {
    await house.deps.transact(system, offerNext)
    const offer = await openOfferOf(database.db, staffId, clock.now())
    if (!offer) throw new Error('nothing was offered')
    return offer.id
  }, 3000)

test('who is not on post is told so, and one press puts them there', async () => {
  const shift = await roster(database.db, mei, 'service', TONIGHT)
  const page = await desk.get('/desk')
  expect(page.status).toBe(200)
  expect(page.html).toContain('这一班在等你')
  expect(page.html).toContain(`name="shift" value="${shift}"`)
  expect(page.html).toMatch(/data-unlock-sound[^>]*>上岗/)
  const gone = await desk.post('/duty/check-in', { shift, back: '/desk' })
  expect(gone.location).toBe('/desk')
  expect((await desk.get('/desk')).html).toContain('没有人在等。')
})

test('the list says why nothing new is offered: full hands, a break, the last quarter of an hour', async () => {
  await putOnPost(database.db, mei)
  const unasked = async (): Promise<string | undefined> =>
    /class="desk-unasked"[^>]*>.*?<span>([^<]*)/.exec((await desk.get('/desk')).html)?.[1]
  expect(await unasked()).toBeUndefined()
  for (let n = 0; n < 5; n++) await does.take(await does.ask(await welcome(database.db, `客户 ${n}`)), mei)
  expect(await unasked()).toBe('手上已满（同时最多 5 个会话），回复或结束一个后再派新单。')
  await house.deps.transact(as(mei), startBreak)
  expect(await unasked()).toBe('休息期间不再派单。')
  await house.deps.transact(as(mei), endBreak)
  clock.set('2026-11-24T05:45:00+08:00')
  expect(await unasked()).toBe('本班 06:00 结束，不再派新单；排队的由下一班接手。')
})

test('an agent whose sockets are blocked is seen by what their page asks for, and keeps their work through the night', async () => {
  await putOnPost(database.db, mei, 'service', { seen: null })
  const ticket = await does.ask(suQing)
  await does.take(ticket, mei)
  const { lostSeconds } = await currentSettings(database.db)
  for (let asked = 0; asked < 60; asked++) {
    clock.forward({ seconds: 3 })
    await desk.get('/desk/queue', { htmx: true })
    await desk.get(`/tickets/${ticket}/messages?after=0`, { headers: { accept: 'application/json' } })
  }
  expect(await listLostWork(database.db, plus(clock.now(), -lostSeconds * SECOND), 10)).toEqual([])
  expect(await someoneOnPost(database.db, clock.now())).toMatchObject({ count: 1 })
  clock.forward({ seconds: lostSeconds + 5 })
  expect(await listLostWork(database.db, plus(clock.now(), -lostSeconds * SECOND), 10)).toMatchObject([
    { ticketId: ticket },
  ])
})

test('before the shift, without one, and outside the night the page says which, and what next', async () => {
  expect((await desk.get('/desk')).html).toContain('还没有给你排班')
  const qing = await hire(database.db, '叶青')
  await putOnPost(database.db, qing)
  await roster(database.db, mei, 'service', {
    from: '2026-11-24T22:00:00+08:00',
    to: '2026-11-25T06:00:00+08:00',
    night: '2026-11-24',
  })
  const before = await desk.get('/desk')
  expect(before.html).toContain('下一班还没到')
  expect(before.html).not.toContain('现在不在夜班时段')
  clock.set('2026-11-24T14:00:00+08:00')
  const outside = await desk.get('/desk')
  expect(outside.html).toContain('现在不在夜班时段。')
  expect(outside.html).toContain('22:00 开始')
})

test('on a break nothing is offered, and one press ends it', async () => {
  await putOnPost(database.db, mei)
  await house.deps.transact(as(mei), startBreak)
  const page = await desk.get('/desk')
  expect(page.html).toContain('你在休息')
  expect(page.html).toContain('action="/duty/return"')
  await house.deps.transact(as(mei), endBreak)
  expect((await desk.get('/desk')).html).toContain('新来客会亮灯并响一声。')
})

test('a technician has no customers and is shown the way', async () => {
  await putOnPost(database.db, mei, 'technician')
  const page = await desk.get('/desk')
  expect(page.html).toContain('你今夜的岗位不接客户。')
  expect(page.html).not.toContain('desk-queue')
})

test('with the shift over and conversations open the page says that nothing new comes', async () => {
  await putOnPost(database.db, mei)
  const id = await does.ask(suQing)
  await does.take(id, mei)
  clock.set('2026-11-24T06:05:00+08:00')
  expect((await desk.get('/desk')).html).toContain('不再有新来客。')
})

test('an offer shows who asks, what, how long they have waited, and how long it stands', async () => {
  await putOnPost(database.db, mei)
  await does.ask(suQing)
  const id = await offered()
  const { html } = await desk.get('/desk/offer', { htmx: true })
  for (const words of [
    '给你的新来客',
    '苏*',
    '家里宽带断了，光猫红灯',
    '帮助页',
    '中文',
    '第一次来',
    '接下',
    '让给下一位',
  ])
    expect(html).toContain(words)
  expect(html).toContain('data-ring="2026-11-23T18:14:20.000Z"')
  expect(html).toContain('stroke-dasharray="100 100"')
  expect(html).toContain(`action="/desk/offers/${id}/acceptance"`)
  clock.forward({ seconds: 5 })
  expect((await desk.get('/desk/offer', { htmx: true })).html).toContain('stroke-dasharray="75 100"')
})

test('taking the offer opens the conversation, also where the button is pressed twice', async () => {
  await putOnPost(database.db, mei)
  const ticket = await does.ask(suQing)
  const id = await offered()
  const [one, two] = await Promise.all([
    desk.post(`/desk/offers/${id}/acceptance`),
    desk.post(`/desk/offers/${id}/acceptance`),
  ])
  expect([one.status, one.location, two.status, two.location]).toEqual([303, `/desk/${ticket}`, 303, `/desk/${ticket}`])
  expect((await findOpenAssignment(database.db, ticket))?.staffId).toBe(mei)
  const page = await desk.get(`/desk/${ticket}`)
  for (const words of ['家里宽带断了，光猫红灯', '等我们', 'aria-current="true"']) expect(page.html).toContain(words)
})

test('after taking, htmx gets the conversation and its address', async () => {
  await putOnPost(database.db, mei)
  const ticket = await does.ask(suQing)
  const part = await desk.get(`/desk/${ticket}`, { htmx: true })
  expect(part.headers.get('hx-push-url')).toBe(`/desk/${ticket}`)
  expect(part.html).toMatch(/^<div class="desk-one" id="one"/)
})

test('an offer that is over, or that a colleague has, says so where it stood', async () => {
  await putOnPost(database.db, mei)
  const ticket = await does.ask(suQing)
  const id = await offered()
  clock.forward({ seconds: 21 })
  const late = await desk.post(`/desk/offers/${id}/acceptance`, {}, { htmx: true })
  expect(late.status).toBe(422)
  expect(late.headers.get('hx-retarget')).toBe('#desk-offer')
  expect(late.html).toContain('这一位的时间过了')
  await house.deps.transact(system, (tx) => expireOffer(tx, id))
  expect((await desk.get('/desk/offer', { htmx: true })).html).toContain('时间过了，已给下一位同事。')
  const plain = await desk.post(`/desk/offers/${id}/acceptance`)
  expect(plain.status).toBe(422)
  expect(plain.html).toContain('这一位的时间过了')
  expect((await getTicket(database.db, ticket)).state).toBe('queued')
  clock.forward({ seconds: 10 })
  expect((await desk.get('/desk/offer', { htmx: true })).html).not.toContain('时间过了')
})

test('an offer that is passed goes to the next one', async () => {
  const zhou = await hire(database.db, '陈舟')
  await putOnPost(database.db, mei)
  await does.ask(suQing)
  const id = await offered()
  await putOnPost(database.db, zhou)
  const passed = await desk.post(`/desk/offers/${id}/pass`)
  expect(passed.location).toBe('/desk')
  expect(await offered(zhou)).not.toBe(id)
})

test('somebody else’s offer is not there', async () => {
  const zhou = await hire(database.db, '陈舟')
  await putOnPost(database.db, mei)
  await does.ask(suQing)
  const id = await offered()
  await putOnPost(database.db, zhou)
  const other = await signedIn(house, zhou)
  expect((await other.post(`/desk/offers/${id}/pass`)).status).toBe(404)
  expect((await other.post(`/desk/offers/999999/pass`)).status).toBe(404)
  expect((await other.post(`/desk/offers/${id}/acceptance`)).status).toBe(404)
  const off = await signedIn(house, await hire(database.db, '叶青'))
  expect((await off.post(`/desk/offers/${id}/acceptance`)).status).toBe(403)
})

test('the frame around every page counts what needs this person, and names the offer that rings', async () => {
  await putOnPost(database.db, mei)
  await does.ask(suQing)
  const id = await offered()
  const frame = await desk.get('/shell?at=desk', {
    htmx: true,
    headers: { 'hx-current-url': 'http://desk.test/desk/7' },
  })
  expect(frame.html).toContain(`data-offer="customer-${id}"`)
  expect(frame.html).toContain('data-desk="1"')
  expect(frame.html).toContain('name="back" value="/desk/7"')
  expect(frame.html).toMatch(/<a href="\/desk" aria-current="page">/)
})

test('who comes on post brings the first offer with them', async () => {
  const shift = await roster(database.db, mei, 'service', TONIGHT)
  await does.ask(suQing)
  await house.deps.transact(as(mei, null), (tx) => checkIn(tx, shift))
  await database.db.insertInto('presence').values({ staff_id: mei, process: 'test', seen_at: clock.now() }).execute()
  expect(await offered()).toBeTruthy()
})
