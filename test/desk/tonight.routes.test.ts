import { beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { returnTicket, transferTicket } from '../../server/tickets/assignments/actions.ts'
import { resolveTicket } from '../../server/tickets/endings/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { as, hire, putOnPost, welcome } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let mei: StaffId
let wei: StaffId
let desk: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  wei = await hire(database.db, '张伟')
  for (const one of [mei, wei]) await putOnPost(database.db, one)
  desk = await signedIn(house, mei)
})

const asks = async (name: string): Promise<TicketId> => does.ask(await welcome(database.db, name), `${name}的问题`)
const had = (html: string): string[] => [...html.matchAll(/id="had-(\d+)"/g)].map(([, id]) => id ?? '')
const rowOf = (html: string, id: TicketId): string =>
  new RegExp(`<li id="had-${id}">([\\s\\S]*?)</li>`).exec(html)?.[1]?.replaceAll(/<[^>]*>|\s+/g, ' ') ?? ''

test('what I took, handed on and solved tonight stands there with its state, its wait and its rating', async () => {
  const open = await asks('苏晴')
  await does.take(open, mei)
  const handed = await asks('李雷')
  const epoch = await does.take(handed, mei)
  await house.deps.transact(as(mei), (tx) => transferTicket(tx, handed, { epoch, to: wei }))
  const solved = await asks('韩雪')
  const mine = await does.take(solved, mei)
  await does.say(solved, mei, mine, '好了')
  await does.describe(solved, mei, mine)
  await house.deps.transact(as(mei), (tx) => resolveTicket(tx, solved, { epoch: mine }))
  await database.db
    .updateTable('ratings')
    .set({ state: 'given', service: 5, product: 3, given_at: clock.now() })
    .where('ticket_id', '=', solved)
    .execute()
  const foreign = await asks('马先生')
  await does.take(foreign, wei)

  const { html } = await desk.get('/desk/tonight')
  expect(had(html)).toHaveLength(3)
  expect(had(html)[0]).toBe(open)
  expect(html).toContain('共 3 张 · 在手 1 · 我解决 1 · 已评价 1')
  expect(rowOf(html, open)).toMatch(/等我们.*苏晴的问题.*02:14/)
  expect(rowOf(html, handed)).toMatch(/转.*张伟/)
  expect(rowOf(html, solved)).toMatch(/服务 5 分 · 产品 3 分/)
  expect(html).toContain(`href="/desk/${solved}"`)
})

test('until the customer has rated, that is said; a ticket that came back to me is one row, as it is now', async () => {
  const id = await asks('苏晴')
  const first = await does.take(id, mei)
  await house.deps.transact(as(mei), (tx) => transferTicket(tx, id, { epoch: first, to: wei }))
  const second = first + 1
  await house.deps.transact(as(wei), (tx) => transferTicket(tx, id, { epoch: second, to: mei }))
  const before = await desk.get('/desk/tonight')
  expect(had(before.html)).toEqual([id])
  expect(before.html).toContain('在手 1')
  await does.say(id, mei, second + 1, '好了')
  await does.describe(id, mei, second + 1)
  await house.deps.transact(as(mei), (tx) => resolveTicket(tx, id, { epoch: second + 1 }))
  expect(rowOf((await desk.get('/desk/tonight')).html, id)).toContain('还没评价')
})

test('what ended before tonight is not there, what has gone on since then is', async () => {
  clock.set('2026-11-23T11:00:00+08:00')
  const old = await asks('苏晴')
  const epoch = await does.take(old, mei)
  await house.deps.transact(as(mei), (tx) => returnTicket(tx, old, 'returned', epoch))
  const going = await asks('李雷')
  await does.take(going, mei)
  clock.set(TWO_FOURTEEN)
  expect(had((await desk.get('/desk/tonight')).html)).toEqual([going])
})

test('with none the page says what will stand there, and beside the queue it comes as a part', async () => {
  const { html } = await desk.get('/desk/tonight')
  expect(html).toContain('今晚还没有经手的工单。')
  expect(html).toMatch(/href="\/desk\/tonight" aria-label="我今晚的工单"/)
  const part = await desk.get('/desk/tonight', { htmx: true })
  expect(part.html.trimStart()).toMatch(/^<div class="desk-one" id="one"/)
  const guard = await hire(database.db, '赵刚')
  await putOnPost(database.db, guard, 'guard')
  expect((await (await signedIn(house, guard)).get('/desk/tonight')).status).toBe(403)
})
