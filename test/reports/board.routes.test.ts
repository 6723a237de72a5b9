import { beforeEach, expect, test } from 'vitest'
import { raiseAlarm } from '../../server/desk/alarms/actions.ts'
import { openAlarms } from '../../server/desk/alarms/queries.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { findOpenAssignment } from '../../server/tickets/assignments/queries.ts'
import { keepClocks } from '../../server/tickets/sla/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let qiming: StaffId
let mei: StaffId
let han: Visitor
let board: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  qiming = await hire(database.db, '周启明', { rank: 'supervisor' })
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, qiming, 'manager')
  han = await welcome(database.db, '韩女士')
  board = await signedIn(house, qiming)
})

const ring = (kind: Parameters<typeof raiseAlarm>[1], id: Parameters<typeof raiseAlarm>[2]) =>
  house.deps.transact(system, (tx) => raiseAlarm(tx, kind, id))
const alarmsOf = async () => (await openAlarms(database.db)).map(({ kind }) => kind).sort()

test('the board says what needs a hand, who is on post with load and state, and which clocks run', async () => {
  await putOnPost(database.db, mei)
  const gone = await hire(database.db, '何雨桐')
  await putOnPost(database.db, gone, 'service', { seen: new Date('2026-11-24T02:07:00+08:00') })
  const id = await does.ask(han, '我要投诉')
  await does.take(id, mei)
  clock.forward({ seconds: 10 })
  const { status, html } = await board.get('/board')
  expect(status).toBe(200)
  for (const words of [
    '没有要处理的事。',
    '林玫',
    '1 等我们 · 0 等客户',
    '没有动静',
    '7 分钟',
    '韩女士',
    '0:50',
    '11 月'.replace(' ', ''),
  ])
    expect(html).toContain(words)
})

test('a solution that takes longer than agreed is on the board, also while no answer is owed', async () => {
  await putOnPost(database.db, mei)
  const id = await does.ask(han)
  await does.take(id, mei)
  await house.deps.transact(system, (tx) => keepClocks(tx, [id]))
  await heard(house) // what was announced before sets no clock behind our back
  await database.db
    .updateTable('ticket_clocks')
    .set({ due_at: new Date('2026-11-24T02:24:00+08:00') })
    .where('kind', '=', 'resolution')
    .execute()
  await database.db.updateTable('tickets').set({ answer_due_at: null }).where('id', '=', id).execute()
  clock.set('2026-11-24T02:23:59+08:00')
  expect((await board.get('/board/clocks', { htmx: true })).html).not.toContain('韩女士')
  clock.set('2026-11-24T02:25:00+08:00')
  const { html } = await board.get('/board/clocks', { htmx: true })
  for (const words of ['韩女士', '解决超时', '超 1:00']) expect(html).toContain(words)
})

test('the bells of one ticket are one row, and settling it settles them all', async () => {
  const id = await does.ask(han)
  await ring('nobody_eligible', id)
  await ring('offers_refused', id)
  await ring('complaint', id)
  const { html } = await board.get('/board')
  expect(html.match(/<li id="alarm-/g)).toHaveLength(1)
  expect(html).toContain('客户投诉')
  const row = /id="alarm-(\d+)"/.exec(html)?.[1]
  const also = [...html.matchAll(/name="also" value="(\d+)"/g)].map(([, one]) => String(one))
  const part = await board.post(`/board/alarms/${row}/settlement`, { also }, { htmx: true })
  expect(part.html).toContain('没有要处理的事。')
  expect(await alarmsOf()).toEqual([])
})

test('in a night of many bells each ticket has its row, the count is that of the rail, and an insulted colleague is on top', async () => {
  for (let n = 0; n < 32; n++) {
    const id = await does.ask(await welcome(database.db, `客户${n}`))
    await ring('nobody_eligible', id)
    await ring('offers_refused', id)
  }
  await ring('abuse', await does.ask(han))
  await heard(house)
  const { html } = await board.get('/board')
  const rows = [...html.matchAll(/<li id="alarm-[\s\S]*?<strong>([^<]+)</g)].map(([, what]) => what)
  const count = Number(/data-tone="lamp">(\d+)<\/span><\/header>/.exec(html)?.[1])
  expect(rows).toHaveLength(30)
  expect(rows[0]).toBe('同事正被辱骂或骚扰')
  expect(html).toContain(`还有 ${count - 30} 件`)
  expect(html).toContain(`${count} 件需要你`)
})

test('an alarm that never rang is not found; one that is answered already is answered', async () => {
  expect((await board.post('/board/alarms/987654/settlement')).status).toBe(404)
  await ring('job_failed', null)
  const alarm = (await openAlarms(database.db))[0]?.id
  for (let press = 0; press < 2; press++)
    expect((await board.post(`/board/alarms/${alarm}/settlement`)).status).toBe(303)
})

test('the duty manager takes or gives a customer from the board, and the bell is silent', async () => {
  await putOnPost(database.db, mei)
  const first = await does.ask(han)
  await ring('offers_refused', first)
  const page = await board.get('/board')
  expect(page.html).toContain(`action="/tickets/${first}/assignment"`)
  expect(page.html).toContain(`<option value="${mei}">林玫</option>`)
  const given = await board.post(`/tickets/${first}/assignment`, { staff: mei, back: '/board' })
  expect(given.location).toBe('/board')
  expect((await findOpenAssignment(database.db, first))?.staffId).toBe(mei)
  const second = await does.ask(await welcome(database.db, '高文博'))
  await ring('nobody_eligible', second)
  expect((await board.post(`/tickets/${second}/assignment`)).location).toBe(`/desk/${second}`)
  expect(await alarmsOf()).toEqual([])
})

test('a customer cannot be given to somebody who is not on post', async () => {
  const id = await does.ask(han)
  const refused = await board.post(`/tickets/${id}/assignment`, { staff: mei, back: '/board' })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('那位同事现在不在岗。')
  expect(await findOpenAssignment(database.db, id)).toBeUndefined()
})

test('a technician sees the board without buttons and without doors to conversations', async () => {
  const kai = await hire(database.db, '吴凯')
  await putOnPost(database.db, kai, 'technician')
  const id = await does.ask(han)
  await ring('offers_refused', id)
  const other = await signedIn(house, kai)
  const { html } = await other.get('/board')
  expect(html).toContain('韩**')
  expect(html).not.toContain('韩女士')
  expect(html).not.toContain(`href="/desk/${id}"`)
  expect(html).not.toContain('/assignment"')
  const alarm = (await openAlarms(database.db))[0]?.id
  expect((await other.post(`/board/alarms/${alarm}/settlement`)).status).toBe(403)
  expect(await alarmsOf()).toEqual(['offers_refused'])
})

test('a door to the callbacks is there for whoever may open it alone', async () => {
  await house.deps.transact(system, (tx) => raiseAlarm(tx, 'callback_overdue', null, '2026-11-23'))
  expect((await board.get('/board')).html).toContain('去看回电')
  const xu = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'] }))
  const seen = await xu.get('/board')
  expect([seen.status, (await xu.get('/calls/callbacks')).status]).toEqual([200, 403])
  expect(seen.html).toContain('有回电超时')
  expect(seen.html).not.toContain('href="/calls/callbacks"')
})

test('who has no right to the board gets none of it', async () => {
  await putOnPost(database.db, mei)
  const agent = await signedIn(house, mei)
  for (const path of ['/board', '/board/now', '/board/posts', '/board/figures', '/board/clocks'])
    expect((await agent.get(path, { htmx: path !== '/board' })).status, path).toBe(403)
})
