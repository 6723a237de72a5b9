import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { getTicket } from '../../../server/tickets/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../../support/people.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

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
  await putOnPost(database.db, mei)
  suQing = await welcome(database.db, '苏晴')
  desk = await signedIn(house, mei)
})

const search = (asked: Record<string, string>, browser = desk, how = {}) =>
  browser.get(`/tickets/search?${new URLSearchParams(asked)}`, how)
const found = (html: string): string[] =>
  [...html.matchAll(/class="row[^"]*" href="([^"]+)"/g)].map(([, to]) => to ?? '')

test('what was found stands with its place marked, its ticket, who wrote it and when, and leads to the ticket', async () => {
  const id = await does.ask(suQing, '家里宽带断了，光猫红灯')
  const epoch = await does.take(id, mei)
  await does.say(id, mei, epoch, '我来看看光猫')
  const { html, status } = await search({ q: '光猫' })
  expect(status).toBe(200)
  expect(found(html)).toEqual([`/desk/${id}`])
  expect(html).toContain('我来看看<mark>光猫</mark>')
  expect(html).toContain('此处还有 1 条')
  expect(html).toMatch(/林玫[^<]* ·|林玫/)
  expect(html).toContain((await getTicket(database.db, id)).number)
  expect(html).toContain('02:14')
  expect((await desk.get(found(html)[0] ?? '')).status).toBe(200)
})

test('one page shows each kind of place, and a customer leads to the newest ticket', async () => {
  const id = await does.ask(suQing, '苏晴的账单')
  const epoch = await does.take(id, mei)
  await does.describe(id, mei, epoch)
  await desk.post(`/tickets/${id}/notes`, { clientId: crypto.randomUUID(), body: '苏晴是老客户' })
  const all = await search({ q: '苏晴' })
  for (const kind of ['客户', '同事间的备注', '对话']) expect(all.html).toMatch(new RegExp(`<h2[^>]*>${kind}</h2>`))
  expect((await search({ q: '已恢复' })).html).toMatch(/<h2[^>]*>需求与处理结果<\/h2>/)
  const notes = await search({ q: '苏晴', kind: 'notes' })
  expect(notes.html).toContain('<mark>苏晴</mark>是老客户')
  expect(notes.html).not.toContain('的账单</span>')
})

test('a number of a ticket is on top of everything, in any spelling', async () => {
  const id = await does.ask(suQing)
  const { number } = await getTicket(database.db, id)
  for (const q of [number, number.toLowerCase(), number.slice(3)])
    expect(found((await search({ q })).html)).toContain(`/desk/${id}`)
})

test('what it is narrowed to lives in the address and is chosen on the page', async () => {
  const waiting = await does.ask(suQing, '账单一')
  const mine = await does.ask(await welcome(database.db, '李雷'), '账单二')
  await does.take(mine, mei)
  expect(found((await search({ q: '账单', state: 'waiting' })).html)).toEqual([`/desk/${waiting}`])
  expect(found((await search({ q: '账单', mine: 'on', period: 'night' })).html)).toEqual([`/desk/${mine}`])
  const { html } = await search({ q: '账单', state: 'closed' })
  expect(html).toContain('<option value="closed" selected>')
  expect(html).toContain('现在只在一部分工单里找。')
  expect(html).toContain(`href="/tickets/search?q&#x3D;${encodeURIComponent('账单')}"`)
  for (const wrong of [
    { state: 'none' },
    { kind: '1' },
    { department: 'x' },
    { before: '-1' },
    { mine: 'yes' },
    { other: '1' },
  ] as Record<string, string>[])
    expect((await search({ q: '账单', ...wrong })).status).toBe(400)
})

test('twenty are shown at once, and the way to older ones goes on without a gap', async () => {
  for (let n = 0; n < 35; n++) await does.ask(await welcome(database.db, `顾客${n}`), `发票抬头 ${n}`)
  const first = await search({ q: '发票' })
  expect(found(first.html)).toHaveLength(20)
  const next = /href="([^"]+)">更早的/.exec(first.html)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ?? ''
  const second = await desk.get(next)
  expect(found(second.html)).toHaveLength(15)
  expect(new Set([...found(first.html), ...found(second.html)]).size).toBe(35)
  expect(second.html).not.toContain('更早的')
})

test('nothing typed, too little, too much and nothing found are each told in words, in both languages', async () => {
  const english = await signedIn(house, mei, 'en')
  for (const [q, zh, en] of [
    ['', '要找什么？', 'What are you looking for?'],
    ['a', '太短了，没法找', 'That is too short to look for'],
    ['%', '至少输 1 个汉字', 'Type one Chinese character'],
    ['x'.repeat(10_000), '超过 200 个字了', 'That is longer than 200 letters'],
    ['蓝鲸', '没有找到', 'Nothing found'],
  ] as const) {
    const answers = [await search({ q }), await search({ q }, english)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers[0]?.html).toContain(zh)
    expect(answers[1]?.html).toContain(en)
  }
})

test('what is typed is shown literally and never run, whatever it is', async () => {
  await does.ask(suQing, '<script>alert(1)</script> 账单')
  for (const q of [
    "'; drop table messages; --",
    '"><script>alert(1)</script>',
    '{{t}}',
    '\\',
    "a' & !b:*",
    '😀😀',
    '%%__',
  ])
    expect((await search({ q })).status, q).toBe(200)
  const { html } = await search({ q: '<script> 账单' })
  expect(html).toContain('<mark>&lt;script&gt;</mark>alert(1)')
  expect(html).not.toContain('<script>alert')
  expect((await search({ q: 'a\u0000b' })).status).toBe(400)
})

test('who types sees the list alone change, and without a script a button asks', async () => {
  await does.ask(suQing, '账单')
  const part = await search({ q: '账单' }, desk, { htmx: true })
  expect(part.html.trimStart()).toMatch(/^<div id="found"/)
  const { html } = await search({ q: '账单' })
  expect(html).toMatch(/<form[^>]*role="search"[^>]*action="\/tickets\/search" method="get"/)
  expect(html).toMatch(/<button class="button" data-kind="key">搜索<\/button>/)
})

test('each page of who may search has the field in its head; others have none, and the search refuses them', async () => {
  expect((await desk.get('/duty')).html).toContain('data-find')
  const guard = await hire(database.db, '赵刚')
  await putOnPost(database.db, guard, 'guard')
  const gate = await signedIn(house, guard)
  expect((await gate.get('/duty')).html).not.toContain('data-find')
  expect((await search({ q: '账单' }, gate)).status).toBe(403)
  const stranger = await house.app.request('/tickets/search?q=x', { headers: { 'hx-request': 'true' } })
  expect(stranger.status).toBe(401)
})
