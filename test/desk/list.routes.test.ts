import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { plus, SECOND } from '../../server/kernel/time.ts'
import { system } from '../../server/platform/actor.ts'
import { complain } from '../../server/tickets/actions.ts'
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
let mei: StaffId
let suQing: Visitor
let desk: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  suQing = await welcome(database.db, '苏晴')
  desk = await signedIn(house, mei)
})

/** Rows of the list as they stand: `us.42`, or `gone 42`. */
const rows = (html: string): string[] =>
  [...html.matchAll(/data-row="([^"]+)"(?: (data-gone))?/g)].map((row) => (row[2] ? `gone ${row[1]}` : (row[1] ?? '')))

test('the list stands by who waits for whom, then the queue with place and wait', async () => {
  await putOnPost(database.db, mei)
  const people = await Promise.all(['白露', '顾一鸣', '韩雪', '郑浩'].map((name) => welcome(database.db, name)))
  const [baiLu, gu, han, zheng] = people as [Visitor, Visitor, Visitor, Visitor]
  const onUs = await does.ask(baiLu, '账单多出 30 元')
  await does.take(onUs, mei)
  const onCustomer = await does.ask(gu, '邮箱证书过期')
  await does.say(onCustomer, mei, await does.take(onCustomer, mei), '已发新配置')
  const waits = await does.ask(zheng, '延迟高')
  clock.forward({ seconds: 50 })
  const complains = await does.ask(han, '我要投诉')
  await house.deps.transact(han.actor, (tx) => complain(tx, complains))
  const { html } = await desk.get('/desk/queue', { htmx: true })
  expect(rows(html)).toEqual([`us.${onUs}`, `customer.${onCustomer}`, `queue.${complains}`, `queue.${waits}`])
  for (const words of ['等我们', '等客户', '排队中', '第 1 位', '第 2 位', '账单多出 30 元', '已发新配置', '投诉'])
    expect(html).toContain(words)
  // One minute to answer, ten seconds left: the lamp.
  expect(html).toMatch(/data-tone="lamp" data-due="2026-11-23T18:15:00.000Z"[\s\S]*?0:10/)
})

test('the queue stands by the clock that runs out soonest, a complaint before all, each with its countdown', async () => {
  await putOnPost(database.db, mei)
  const people = await Promise.all(['白露', '顾一鸣', '韩雪'].map((name) => welcome(database.db, name)))
  const [slow, soon, complains] = await Promise.all(people.map((one) => does.ask(one, '上不了网')))
  const due = (id: unknown, seconds: number) =>
    database.db
      .updateTable('tickets')
      .set({ answer_due_at: plus(clock.now(), seconds * SECOND) })
      .where('id', '=', String(id))
      .execute()
  await heard(house)
  await due(slow, 1800)
  await due(soon, 20)
  await due(complains, 900)
  await house.deps.transact(people[2]?.actor ?? system, (tx) => complain(tx, complains as never))
  const { html } = await desk.get('/desk/queue', { htmx: true })
  expect(rows(html)).toEqual([`queue.${complains}`, `queue.${soon}`, `queue.${slow}`])
  expect(html.match(/class="badge" data-tone="\w+" data-due/g)).toHaveLength(3)
})

test('a badge turns to the lamp in the last quarter of what was agreed for that request, not of a chat’s minute', async () => {
  await putOnPost(database.db, mei)
  const agreed = { first_seconds: 1800, next_seconds: 1800, resolution_seconds: 14_400, hours: 'always' } as const
  const policy = { ...agreed, channel: 'chat', category_id: null, priority: null, position: 0 } as const
  await database.db
    .insertInto('sla_policies')
    .values({ ...policy, changed_by: null, changed_at: clock.now() })
    .execute()
  const id = await does.ask(suQing)
  await does.take(id, mei)
  await heard(house)
  const tones = async () => [
    /data-tone="(\w+)" data-due="[^"]*" data-seconds="1800"/.exec(
      (await desk.get('/desk/queue', { htmx: true })).html,
    )?.[1],
    /data-tone="(\w+)" data-due="[^"]*" data-seconds="1800"/.exec(
      (await desk.get(`/tickets/${id}/head`, { htmx: true })).html,
    )?.[1],
  ]
  clock.forward({ minutes: 22 })
  expect(await tones()).toEqual(['quiet', 'quiet'])
  clock.forward({ minutes: 1 })
  expect(await tones()).toEqual(['lamp', 'lamp'])
})

test('unread words are counted until I have read them', async () => {
  await putOnPost(database.db, mei)
  const id = await does.ask(suQing)
  await does.take(id, mei)
  await does.write(suQing, id, '还在吗')
  expect((await desk.get('/desk/queue', { htmx: true })).html).toContain('2 条未读')
  await desk.post(`/tickets/${id}/messages`, { clientId: crypto.randomUUID(), epoch: 1, seen: 4, body: '在' })
  expect((await desk.get('/desk/queue', { htmx: true })).html).not.toContain('条未读')
})

test('under a hand the list keeps its order: what is new waits behind a number, what has gone leaves a gap', async () => {
  await putOnPost(database.db, mei)
  const baiLu = await welcome(database.db, '白露')
  const first = await does.ask(suQing)
  const second = await does.ask(baiLu)
  const shown = `queue.${second},queue.${first},queue.77`
  const third = await does.ask(await welcome(database.db, '顾一鸣'))
  const held = await desk.get(`/desk/queue?keep=${shown}`, { htmx: true })
  expect(rows(held.html)).toEqual([`queue.${second}`, `queue.${first}`, 'gone queue.77'])
  expect(held.html).toContain('1 个新的')
  expect(rows((await desk.get('/desk/queue', { htmx: true })).html)).toEqual([
    `queue.${first}`,
    `queue.${second}`,
    `queue.${third}`,
  ])
  expect((await desk.get('/desk/queue?keep=nonsense,us.x,queue', { htmx: true })).status).toBe(200)
  expect((await desk.get('/desk/queue?keep=us.1&keep=us.2', { htmx: true })).status).toBe(400)
})
