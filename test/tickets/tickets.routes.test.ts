import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { complain, resolveTicket } from '../../server/tickets/actions.ts'
import { listMessages, listNotes } from '../../server/tickets/messages/queries.ts'
import { findOpenAssignment, getTicket } from '../../server/tickets/queries.ts'
import { giveRating } from '../../server/tickets/ratings/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, putOnPost, topic, type Visitor, welcome } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, bytes, hidden, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let does: ReturnType<typeof conversations>
let mei: StaffId
let zhou: StaffId
let suQing: Visitor
let desk: Browser

beforeAll(async () => {
  house = await openHouse(database, clock)
  does = conversations(house)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟')
  await putOnPost(database.db, mei)
  suQing = await welcome(database.db, '苏晴')
  desk = await signedIn(house, mei)
})

const uuid = () => crypto.randomUUID()
const said = async (id: TicketId) =>
  (await listMessages(database.db, id, 0)).filter(({ author }) => author === 'staff').map(({ body }) => body)
const stateOf = async (id: TicketId) => (await getTicket(database.db, id)).state
const holderOf = async (id: TicketId) => (await findOpenAssignment(database.db, id))?.staffId
const mine = async (question?: string) => {
  const id = await does.ask(suQing, question)
  const epoch = await does.take(id, mei)
  return { id, epoch }
}
const described = async (id: TicketId, values: Record<string, string | number>) =>
  desk.post(`/tickets/${id}/resolution`, { categoryId: '', need: '', result: '', ...values })

test('an agent notes that the customer complains: the duty manager sees it on the board at once, and answers', async () => {
  const kai = await hire(database.db, '周启明', { rank: 'supervisor' })
  await putOnPost(database.db, kai, 'manager')
  const { id, epoch } = await mine()
  expect((await desk.get(`/tickets/${id}`)).html).toContain('客户要投诉')
  for (let press = 0; press < 2; press++)
    expect((await desk.post(`/tickets/${id}/complaint`, { epoch })).location).toBe(`/desk/${id}`)
  expect((await desk.get(`/tickets/${id}`)).html).not.toContain('客户要投诉')
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
  const other = await signedIn(house, zhou)
  expect((await other.post(`/tickets/${id}/complaint`, { epoch })).status).toBeGreaterThanOrEqual(403)
  expect((await getTicket(database.db, id)).complained_at).toBeNull()
})

test('the page of a conversation shows who asks, what was said and noted, and what its agent may do', async () => {
  const { id, epoch } = await mine()
  await does.say(id, mei, epoch, '查到了，是交换机断电')
  await does.reads(suQing, id, 4)
  await desk.post(`/tickets/${id}/notes`, { clientId: uuid(), body: '她这条线在 SW-DC-07 上' })
  const page = await desk.get(`/tickets/${id}`)
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
  const off = await signedIn(house, zhou)
  const there = await off.get(`/tickets/${id}`)
  const missing = await off.get('/tickets/999999')
  expect([there.status, missing.status]).toEqual([403, 403])
  expect(bytes(there)).toBe(bytes(missing))
  expect(bytes(await off.get(`/desk/${id}`))).toBe(bytes(await off.get('/desk/999999')))
  for (const part of ['head', 'timeline', 'side', 'messages?after=0'])
    expect((await off.get(`/tickets/${id}/${part}`)).status, part).toBe(403)
})

test('whoever still has a conversation and is off post does not read it', async () => {
  const id = await does.ask(suQing)
  await does.take(id, zhou)
  const off = await (await signedIn(house, zhou)).get(`/tickets/${id}`)
  expect(off.status).toBe(403)
  expect(off.html).not.toContain('光猫红灯')
})

test('a colleague’s conversation can be read and noted on, and not answered', async () => {
  await putOnPost(database.db, zhou)
  const { id, epoch } = await mine()
  const other = await signedIn(house, zhou)
  const page = await other.get(`/tickets/${id}`)
  expect(page.html).toContain('林玫在处理。你可以看，也可以留备注。')
  expect(page.html).not.toContain(`action="/tickets/${id}/messages"`)
  expect(page.html).not.toContain('我来接')
  const refused = await other.post(`/tickets/${id}/messages`, { clientId: uuid(), epoch, seen: 9, body: '我来答' })
  expect(refused.status).toBe(409)
  expect(refused.html).toContain('这个对话现在由别人负责。')
  expect(refused.html).toContain('我来答')
  expect((await other.post(`/tickets/${id}/notes`, { clientId: uuid(), body: '看过了' })).status).toBe(303)
  expect(await said(id)).toEqual([])
})

test('a reply by a plain form is one message, however often the button is pressed', async () => {
  const { id } = await mine()
  const page = await desk.get(`/tickets/${id}`)
  const fields = {
    clientId: hidden(page, 'clientId'),
    epoch: hidden(page, 'epoch'),
    seen: hidden(page, 'seen'),
    body: '您好，\r\n我是林玫。',
  }
  const [first, second] = await Promise.all([
    desk.post(`/tickets/${id}/messages`, fields),
    desk.post(`/tickets/${id}/messages`, fields),
  ])
  expect([first.status, first.location, second.status]).toEqual([303, `/desk/${id}`, 303])
  expect(await said(id)).toEqual(['您好，\n我是林玫。'])
})

test('a word that came since one began is shown before one’s own is sent; the second press sends', async () => {
  const { id } = await mine()
  const page = await desk.get(`/tickets/${id}`)
  const typed = { clientId: hidden(page, 'clientId'), epoch: hidden(page, 'epoch'), body: '马上恢复' }
  await does.write(suQing, id, '等等，又亮了')
  const held = await desk.post(`/tickets/${id}/messages`, { ...typed, seen: hidden(page, 'seen') })
  expect(held.status).toBe(422)
  for (const words of ['你开始写之后又来了新消息', '等等，又亮了', '马上恢复']) expect(held.html).toContain(words)
  expect(await said(id)).toEqual([])
  expect(hidden(held, 'clientId')).toBe(typed.clientId)
  const sent = await desk.post(`/tickets/${id}/messages`, { ...typed, seen: hidden(held, 'seen') })
  expect(sent.status).toBe(303)
  expect(await said(id)).toEqual(['马上恢复'])
})

test('who has lost the conversation is told so in words and keeps what they had written', async () => {
  const { id, epoch } = await mine()
  const fields = { clientId: uuid(), epoch, seen: 9, body: '写了一半' }
  await desk.post(`/tickets/${id}/return`, { epoch })
  const refused = await desk.post(`/tickets/${id}/messages`, fields)
  expect(refused.status).toBe(409)
  for (const words of ['这个对话现在由别人负责。', '写了一半', '它已不在你手上']) expect(refused.html).toContain(words)
  expect(refused.html).toContain('readonly')
})

test('a script sends the same by JSON where sockets are blocked, once, and asks for the gap', async () => {
  const { id, epoch } = await mine()
  const message = { clientId: uuid(), epoch, body: '🙂 <b>{{x}}</b>' }
  const send = (body: object) =>
    house.app.request(`/tickets/${id}/messages`, {
      method: 'POST',
      headers: {
        cookie: desk.cookie,
        'sec-fetch-site': 'same-origin',
        'x-token': desk.token,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
  const [first, second] = [await send(message), await send(message)]
  expect([first.status, second.status]).toEqual([201, 200])
  const { seq } = (await first.json()) as { seq: number }
  expect(await second.json()).toMatchObject({ seq, repeated: true })
  const reused = await send({ ...message, body: '另一句' })
  expect([reused.status, ((await reused.json()) as { error: { code: string } }).error.code]).toEqual([
    409,
    'client_id_reused',
  ])
  const stale = await send({ ...message, clientId: uuid(), epoch: epoch + 1 })
  expect(stale.status).toBe(409)
  const gap = JSON.parse((await desk.get(`/tickets/${id}/messages?after=${seq - 1}`)).html)
  expect(gap).toMatchObject({ messages: [{ seq, body: message.body }], lastSeq: seq })
})

test('a note is kept among colleagues: in its own field, once, and in no byte of the customer’s', async () => {
  const { id } = await mine()
  const note = { clientId: uuid(), body: '脾气很大，耐心点' }
  await desk.post(`/tickets/${id}/notes`, note)
  await desk.post(`/tickets/${id}/notes`, note)
  expect((await listNotes(database.db, id)).map(({ body }) => body)).toEqual(['脾气很大，耐心点'])
  expect(JSON.stringify(await listMessages(database.db, id, 0))).not.toContain('脾气')
  const answer = await house.app.request(`/api/v1/tickets/${id}/messages`, {
    headers: { authorization: `Bearer ${suQing.token}` },
  })
  expect(answer.status).toBe(200)
  expect(await answer.text()).not.toContain('脾气')
})

test('a note by htmx answers with an empty field and the timeline beside it', async () => {
  const { id } = await mine()
  const part = await desk.post(`/tickets/${id}/notes`, { clientId: uuid(), body: '换过光猫' }, { htmx: true })
  expect(part.status).toBe(200)
  expect(part.html).not.toContain('<html')
  expect(part.html).toContain(`<hx-partial hx-target="#log-${id}"`)
  expect(part.html).toContain('换过光猫')
})

test('canned replies come in the customer’s language, with what they leave open filled in', async () => {
  await database.db
    .insertInto('canned_replies')
    .values({
      shortcut: 'hello',
      title: JSON.stringify({ 'zh-CN': '问候', en: 'Greeting' }),
      body: JSON.stringify({
        'zh-CN': '{{customer}}您好，我是{{agent}}',
        en: '{{customer}}, {{agent}} here: {{ticket}}',
      }),
    })
    .execute()
  const id = await does.ask(suQing, 'The line is down', { language: 'en' })
  await does.take(id, mei)
  const { number } = await getTicket(database.db, id)
  const page = await desk.get(`/tickets/${id}`)
  expect(page.html).toContain(`data-text="苏晴, 林玫 here: ${number}"`)
  expect(page.html).toContain('问候')
})

test('resolving asks for category, need and result, each under its field, and keeps what was typed', async () => {
  const { id, epoch } = await mine()
  const categoryId = await topic(database.db, 'outage')
  const nothing = await described(id, { epoch })
  expect(nothing.status).toBe(422)
  expect(nothing.html).toContain('解决前还差一步：选一个分类。')
  const half = await described(id, { epoch, categoryId, need: '恢复宽带' })
  expect(half.status).toBe(422)
  expect(half.html).toContain('解决前还差一步：结果是什么？')
  expect(half.html).toContain('恢复宽带')
  expect(half.html).toMatch(/<details class="act" name="act" id="act-resolve" open>/)
  // Refused, and stored as typed all the same.
  expect(await getTicket(database.db, id)).toMatchObject({ need: '恢复宽带', category_id: categoryId, state: 'open' })
  const done = await described(id, { epoch, categoryId, need: '恢复宽带', result: '已恢复' })
  expect([done.status, done.location]).toEqual([303, `/desk/${id}`])
  const again = await described(id, { epoch, categoryId, need: '恢复宽带', result: '已恢复' })
  expect(again.status).toBe(303)
  expect(await stateOf(id)).toBe('resolved')
})

test('need, category and result are saved while one types', async () => {
  const { id, epoch } = await mine()
  const saved = await desk.post(
    `/tickets/${id}/description`,
    { epoch, categoryId: '', need: '恢复宽带', result: '' },
    { htmx: true },
  )
  expect(saved.status).toBe(204)
  expect((await desk.get(`/tickets/${id}`)).html).toContain('>恢复宽带</textarea>')
})

test('a wrong resolve is taken back for a minute, by whoever did it', async () => {
  const { id, epoch } = await mine()
  const categoryId = await topic(database.db, 'outage')
  const toast = await desk.post(
    `/tickets/${id}/resolution`,
    { epoch, categoryId, need: '恢复', result: '好了' },
    { htmx: true },
  )
  expect(toast.html).toContain('<hx-partial hx-target=".toasts"')
  expect(toast.html).toContain(`/tickets/${id}/resolution/undo`)
  expect((await desk.get(`/tickets/${id}`)).html).toContain('撤回解决')
  expect((await desk.post(`/tickets/${id}/resolution/undo`)).status).toBe(303)
  expect([await stateOf(id), await holderOf(id)]).toEqual(['open', mei])
  const { epoch: later } = await getTicket(database.db, id)
  await described(id, { epoch: later, categoryId, need: '恢复', result: '好了' })
  clock.forward({ minutes: 2 })
  expect((await desk.get(`/tickets/${id}`)).html).not.toContain('撤回解决')
  const late = await desk.post(`/tickets/${id}/resolution/undo`)
  expect(late.status).toBe(422)
  expect(late.html).toContain('来不及撤回了。')
})

test('a conversation goes to a colleague on post and no other, and comes back while they have not written', async () => {
  const { id, epoch } = await mine()
  const nobody = await desk.get(`/tickets/${id}`)
  expect(nobody.html).toContain('现在没有别的同事在岗。')
  const refused = await desk.post(`/tickets/${id}/transfer`, { epoch, to: zhou })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('那位同事现在不在岗。')
  await putOnPost(database.db, zhou)
  const chooses = await desk.get(`/tickets/${id}`)
  expect(chooses.html).toMatch(/陈舟<\/strong><small>在岗 · 手上 0 位/)
  expect((await desk.post(`/tickets/${id}/transfer`, { epoch, to: zhou })).status).toBe(303)
  expect((await desk.post(`/tickets/${id}/transfer`, { epoch, to: zhou })).status).toBe(303)
  expect(await holderOf(id)).toBe(zhou)
  expect((await desk.get(`/tickets/${id}`)).html).toContain('撤回转交')
  expect((await desk.post(`/tickets/${id}/transfer/undo`)).status).toBe(303)
  expect(await holderOf(id)).toBe(mei)
})

test('what one cannot go on with goes back to the queue with its place, and what is no request leaves it', async () => {
  const { id, epoch } = await mine()
  await desk.post(`/tickets/${id}/return`, { epoch })
  expect(await stateOf(id)).toBe('queued')
  expect((await desk.post(`/tickets/${id}/return`, { epoch })).status).toBe(303)
  const again = await does.take(id, mei)
  expect((await desk.post(`/tickets/${id}/spam`, { epoch: again })).status).toBe(303)
  expect(await stateOf(id)).toBe('spam')
})

test('a solved request is reopened by an agent, and is theirs', async () => {
  const { id, epoch } = await mine()
  await does.describe(id, mei, epoch)
  await house.deps.transact(as(mei), (tx) => resolveTicket(tx, id, { epoch }))
  expect((await desk.get(`/tickets/${id}`)).html).toContain('重新打开')
  expect((await desk.post(`/tickets/${id}/reopening`)).location).toBe(`/desk/${id}`)
  expect(await getTicket(database.db, id)).toMatchObject({ state: 'open', round: 2 })
  expect(await holderOf(id)).toBe(mei)
})

test('the duty manager takes what waits, and takes over from a colleague only as it stood on the screen', async () => {
  const qiming = await hire(database.db, '周启明', { rank: 'supervisor' })
  await putOnPost(database.db, qiming, 'manager')
  const boss = await signedIn(house, qiming)
  const id = await does.ask(suQing)
  expect((await boss.get(`/tickets/${id}`)).html).toContain('我来接')
  expect((await boss.post(`/tickets/${id}/assignment`)).location).toBe(`/desk/${id}`)
  expect(await holderOf(id)).toBe(qiming)
  await boss.post(`/tickets/${id}/return`, { epoch: 1 })

  const epoch = await does.take(id, mei)
  const tooLate = await boss.post(`/tickets/${id}/assignment`)
  expect(tooLate.status).toBe(422)
  expect(tooLate.html).toContain('已经有同事接下了。')
  const page = await boss.get(`/tickets/${id}`)
  expect(page.html).toContain('接管')
  expect((await boss.post(`/tickets/${id}/assignment`, { epoch: epoch - 1 })).status).toBe(422)
  expect((await boss.post(`/tickets/${id}/assignment`, { epoch })).status).toBe(303)
  expect(await holderOf(id)).toBe(qiming)
  const stale = await desk.post(`/tickets/${id}/messages`, { clientId: uuid(), epoch, seen: 99, body: '还在写' })
  expect(stale.status).toBe(409)
  expect((await desk.post(`/tickets/${id}/transfer/undo`)).status).toBe(422)
  await putOnPost(database.db, zhou)
  const given = await boss.post(`/tickets/${id}/assignment`, { staff: zhou, epoch: epoch + 1, back: '/board' })
  expect(given.location).toBe('/board')
  expect(await holderOf(id)).toBe(zhou)
})

test('an agent does not take what nobody has offered them', async () => {
  const id = await does.ask(suQing)
  expect((await desk.get(`/tickets/${id}`)).html).not.toContain('/assignment')
  expect((await desk.post(`/tickets/${id}/assignment`)).status).toBe(403)
  expect(await stateOf(id)).toBe('queued')
})

test('who is off duty changes nothing', async () => {
  const { id, epoch } = await mine()
  const off = await signedIn(house, zhou)
  for (const [path, fields] of [
    ['messages', { clientId: uuid(), epoch, seen: 9, body: 'x' }],
    ['notes', { clientId: uuid(), body: 'x' }],
    ['transfer', { epoch, to: zhou }],
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
  expect([await stateOf(id), await holderOf(id)]).toEqual(['open', mei])
})

test('a form without its token, or from another site, changes nothing', async () => {
  const { id, epoch } = await mine()
  const fields = { clientId: uuid(), epoch, seen: 9, body: '伪造' }
  expect((await desk.post(`/tickets/${id}/messages`, fields, { token: '' })).status).toBe(403)
  expect((await desk.post(`/tickets/${id}/messages`, fields, { token: 'x'.repeat(43) })).status).toBe(403)
  const foreign = { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } }
  expect((await desk.post(`/tickets/${id}/messages`, fields, foreign)).status).toBe(403)
  expect(await said(id)).toEqual([])
})

test('missing, doubled, unknown and oversized fields are refused and change nothing', async () => {
  const { id, epoch } = await mine()
  const good = { clientId: uuid(), epoch, seen: 9, body: '好' }
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
    expect((await desk.post(`/tickets/${id}/messages`, fields)).status, why).toBe(400)
  expect((await desk.post('/tickets/999999/messages', good)).status).toBe(404)
  expect((await desk.post('/tickets/abc/messages', good)).status).toBe(404)
  expect(await said(id)).toEqual([])
})

test('nasty words are shown as they were written', async () => {
  const words = '<script>alert(1)</script> {{{this}}} \u202Eabc 🙂 $t(common.product)'
  const { id } = await mine(words)
  const { html } = await desk.get(`/tickets/${id}`)
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; {{{this}}} \u202Eabc 🙂 $t(common.product)')
  expect(html).not.toContain('<script>alert')
})

test('the customer’s side tells contact, earlier requests with their rating, and who had them', async () => {
  const first = await mine('网速慢')
  await does.say(first.id, mei, first.epoch, '换了光猫')
  await does.describe(first.id, mei, first.epoch)
  await house.deps.transact(as(mei), (tx) => resolveTicket(tx, first.id, { epoch: first.epoch }))
  await house.deps.transact(suQing.actor, (tx) =>
    giveRating(tx, first.id, { service: 4, product: null, reasons: [], comment: '', source: 'chat' }),
  )
  await database.db
    .insertInto('contacts')
    .values({
      customer_id: suQing.customerId,
      kind: 'phone',
      value: '+8618600014471',
      verified_at: null,
      created_at: clock.now(),
    })
    .execute()
  const second = await mine('又断了')
  const { html } = await desk.get(`/tickets/${second.id}/side`, { htmx: true })
  for (const words of ['tel:+8618600014471', '未验证', '网速慢', '4 / 5', '林玫', '本地时间', '02:14', '帮助页'])
    expect(html).toContain(words)
})

test('a complaint is marked in the head, with the clock that runs', async () => {
  const { id } = await mine()
  await house.deps.transact(suQing.actor, (tx) => complain(tx, id))
  const { html } = await desk.get(`/tickets/${id}/head`, { htmx: true })
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
