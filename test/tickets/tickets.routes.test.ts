import { expect, test } from 'vitest'
import { complain } from '../../server/tickets/actions.ts'
import { resolveTicket } from '../../server/tickets/endings/actions.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { giveRating } from '../../server/tickets/ratings/actions.ts'
import { agentAtDesk } from '../support/at-desk.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { as, hire, putOnPost } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { bytes, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const here = agentAtDesk({ database, house, does, clock })
const { said, stateOf, holderOf, mine } = here

test('an agent notes that the customer complains: the duty manager sees it on the board at once, and answers', async () => {
  const kai = await hire(database.db, '周启明', { rank: 'supervisor' })
  await putOnPost(database.db, kai, 'manager')
  const { id, epoch } = await mine()
  expect((await here.desk.get(`/tickets/${id}`)).html).toContain('客户要投诉')
  for (let press = 0; press < 2; press++)
    expect((await here.desk.post(`/tickets/${id}/complaint`, { epoch })).location).toBe(`/desk/${id}`)
  expect((await here.desk.get(`/tickets/${id}`)).html).not.toContain('客户要投诉')
  await heard(house)
  const board = await signedIn(house, kai)
  await expect.poll(async () => (await board.get('/board')).html).toContain('投诉 · 苏晴')
  const { html } = await board.get('/board')
  const [incident, ...more] = [...html.matchAll(/href="(\/incidents\/\d+)"/g)].map(([, path]) => path)
  expect(more).toEqual([])
  await board.post(`${incident}/acknowledgement`)
  await board.post(`${incident}/resolution`, { measures: '改派外线一组', forCustomer: '今晚 20 点前一定到' })
  expect((await listMessages(database.db, id, 0)).at(-1)).toMatchObject({ code: 'complaint_answered' })
  expect((await board.get('/board/incidents', { htmx: true })).html).toContain('没有未了的事件或投诉。')
})

test('only whoever has the conversation notes a complaint on it', async () => {
  const { id, epoch } = await mine()
  const other = await signedIn(house, here.zhou)
  expect((await other.post(`/tickets/${id}/complaint`, { epoch })).status).toBeGreaterThanOrEqual(403)
  expect((await getTicket(database.db, id)).complained_at).toBeNull()
})

test('the page of a conversation shows who asks, what was said and noted, and what its agent may do', async () => {
  const { id, epoch } = await mine()
  await does.say(id, here.mei, epoch, '查到了，是交换机断电')
  await does.reads(here.suQing, id, 4)
  await here.desk.post(`/tickets/${id}/notes`, { clientId: crypto.randomUUID(), body: '她这条线在 SW-DC-07 上' })
  const page = await here.desk.get(`/tickets/${id}`)
  expect(page.status).toBe(200)
  for (const words of [
    '苏晴',
    '家里宽带断了',
    '查到了，是交换机断电',
    'SW-DC-07',
    '只有同事看得到',
    '已读',
    '转同事',
    '解决',
  ])
    expect(page.html).toContain(words)
  expect(page.html).toContain('https://shop.example/help/outage')
})

test('somebody off duty gets the same answer for a conversation as for one that does not exist', async () => {
  const { id } = await mine()
  const off = await signedIn(house, here.zhou)
  const there = await off.get(`/tickets/${id}`)
  const missing = await off.get('/tickets/999999')
  expect([there.status, missing.status]).toEqual([403, 403])
  expect(bytes(there)).toBe(bytes(missing))
  expect(bytes(await off.get(`/desk/${id}`))).toBe(bytes(await off.get('/desk/999999')))
  for (const part of ['head', 'timeline', 'side', 'messages?after=0'])
    expect((await off.get(`/tickets/${id}/${part}`)).status, part).toBe(403)
})

test('whoever still has a conversation and is off post does not read it', async () => {
  const id = await does.ask(here.suQing)
  await does.take(id, here.zhou)
  const off = await (await signedIn(house, here.zhou)).get(`/tickets/${id}`)
  expect(off.status).toBe(403)
  expect(off.html).not.toContain('光猫红灯')
})

test('a colleague’s conversation can be read and noted on, and not answered', async () => {
  await putOnPost(database.db, here.zhou)
  const { id, epoch } = await mine()
  const other = await signedIn(house, here.zhou)
  const page = await other.get(`/tickets/${id}`)
  expect(page.html).toContain('林玫在处理。你可以看，也可以留备注。')
  expect(page.html).not.toContain(`action="/tickets/${id}/messages"`)
  expect(page.html).not.toContain('我来接')
  const refused = await other.post(`/tickets/${id}/messages`, {
    clientId: crypto.randomUUID(),
    epoch,
    seen: 9,
    body: '我来答',
  })
  expect(refused.status).toBe(409)
  expect(refused.html).toContain('这个对话现在由别人负责。')
  expect(refused.html).toContain('我来答')
  expect((await other.post(`/tickets/${id}/notes`, { clientId: crypto.randomUUID(), body: '看过了' })).status).toBe(303)
  expect(await said(id)).toEqual([])
})

test('who is off duty changes nothing', async () => {
  const { id, epoch } = await mine()
  const off = await signedIn(house, here.zhou)
  for (const [path, fields] of [
    ['messages', { clientId: crypto.randomUUID(), epoch, seen: 9, body: 'x' }],
    ['notes', { clientId: crypto.randomUUID(), body: 'x' }],
    ['transfer', { epoch, to: here.zhou }],
    ['resolution', { epoch, categoryId: '', need: 'x', result: 'x' }],
    ['resolution/undo', {}],
    ['transfer/undo', {}],
    ['return', { epoch }],
    ['spam', { epoch }],
    ['reopening', {}],
  ] as const) {
    const there = await off.post(`/tickets/${id}/${path}`, fields)
    const missing = await off.post(`/tickets/999999/${path}`, fields)
    expect([there.status, missing.status], path).toEqual([403, 403])
    expect(bytes(there), path).toBe(bytes(missing))
  }
  expect([await stateOf(id), await holderOf(id)]).toEqual(['open', here.mei])
})

test('a form without its token, or from another site, changes nothing', async () => {
  const { id, epoch } = await mine()
  const fields = { clientId: crypto.randomUUID(), epoch, seen: 9, body: '伪造' }
  expect((await here.desk.post(`/tickets/${id}/messages`, fields, { token: '' })).status).toBe(403)
  expect((await here.desk.post(`/tickets/${id}/messages`, fields, { token: 'x'.repeat(43) })).status).toBe(403)
  const foreign = { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } }
  expect((await here.desk.post(`/tickets/${id}/messages`, fields, foreign)).status).toBe(403)
  expect(await said(id)).toEqual([])
})

test('missing, doubled, unknown and oversized fields are refused and change nothing', async () => {
  const { id, epoch } = await mine()
  const good = { clientId: crypto.randomUUID(), epoch, seen: 9, body: '好' }
  for (const [why, fields] of [
    ['missing', { clientId: good.clientId, epoch, seen: 9 }],
    ['doubled', { ...good, body: ['一', '二'] }],
    ['unknown', { ...good, room: 'desk' }],
    ['blank', { ...good, body: ' \n ' }],
    ['too long', { ...good, body: '长'.repeat(4001) }],
    ['no number', { ...good, epoch: '-1' }],
    ['no UUID', { ...good, clientId: '1' }],
    ['unstorable', { ...good, body: 'a\u0000b' }],
  ] as const)
    expect((await here.desk.post(`/tickets/${id}/messages`, fields)).status, why).toBe(400)
  expect((await here.desk.post('/tickets/999999/messages', good)).status).toBe(404)
  expect((await here.desk.post('/tickets/abc/messages', good)).status).toBe(404)
  expect(await said(id)).toEqual([])
})

test('nasty words are shown as they were written', async () => {
  const words = '<script>alert(1)</script> {{{this}}} \u202Eabc 🙂 $t(common.product)'
  const { id } = await mine(words)
  const { html } = await here.desk.get(`/tickets/${id}`)
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; {{{this}}} \u202Eabc 🙂 $t(common.product)')
  expect(html).not.toContain('<script>alert')
})

test('the customer’s side tells contact, earlier requests with their rating, and who had them', async () => {
  const first = await mine('网速慢')
  await does.say(first.id, here.mei, first.epoch, '换了光猫')
  await does.describe(first.id, here.mei, first.epoch)
  await house.deps.transact(as(here.mei), (tx) => resolveTicket(tx, first.id, { epoch: first.epoch }))
  await house.deps.transact(here.suQing.actor, (tx) =>
    giveRating(tx, first.id, { service: 4, product: null, reasons: [], comment: '', source: 'chat' }),
  )
  await database.db
    .insertInto('contacts')
    .values({
      customer_id: here.suQing.customerId,
      kind: 'phone',
      value: '+8618600014471',
      verified_at: null,
      created_at: clock.now(),
    })
    .execute()
  const second = await mine('又断了')
  const { html } = await here.desk.get(`/tickets/${second.id}/side`, { htmx: true })
  for (const words of ['tel:+8618600014471', '未验证', '网速慢', '4 / 5', '林玫', '本地时间', '02:14', '帮助页'])
    expect(html).toContain(words)
})

test('a complaint is marked in the head, with the clock that runs', async () => {
  const { id } = await mine()
  await house.deps.transact(here.suQing.actor, (tx) => complain(tx, id))
  const { html } = await here.desk.get(`/tickets/${id}/head`, { htmx: true })
  expect(html).toContain('投诉')
  expect(html).toContain('data-due="2026-11-23T18:15:00.000Z"')
})

test('leadership reads a conversation on a page of its own and finds no button on it', async () => {
  const fang = await hire(database.db, '方正', { roles: ['leadership'] })
  const { id } = await mine()
  const page = await (await signedIn(house, fang)).get(`/tickets/${id}`)
  expect(page.status).toBe(200)
  for (const act of ['messages', 'transfer', 'resolution', 'return', 'spam', 'assignment'])
    expect(page.html).not.toContain(`action="/tickets/${id}/${act}"`)
})
