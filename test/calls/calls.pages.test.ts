import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { aLine, giveExtension, type TestLine } from '../support/calls.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost, welcome } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { type Browser, hidden, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let line: TestLine
let meiId: StaffId
let mei: Browser
let chen: Browser
let wang: Browser
let admin: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  meiId = await hire(database.db, '林玫')
  const chenId = await hire(database.db, '陈舟')
  const wangId = await hire(database.db, '王磊')
  await putOnPost(database.db, meiId)
  await putOnPost(database.db, chenId)
  await putOnPost(database.db, wangId, 'manager')
  mei = await signedIn(house, meiId)
  chen = await signedIn(house, chenId)
  wang = await signedIn(house, wangId)
  admin = await signedIn(house, await hire(database.db, '管理员', { roles: ['administrator'], posts: [] }))
  await giveExtension(house, '803', meiId)
  line = await aLine(house)
})

const of = (id: string) => ({ callId: id, from: '13800138000', to: '4006789000', direction: 'in' })
const rings = (id = 'a') => line.says({ event: 'newCall', ...of(id) })
const lifts = (id = 'a', user = '803') => line.says({ event: 'answer', ...of(id), user })
const ends = (id = 'a', cause = 'normalClearing') => line.says({ event: 'hangup', ...of(id), cause })
const known = async (name: string) => {
  const { customerId } = await welcome(database.db, name)
  await database.db
    .insertInto('contacts')
    .values({
      customer_id: customerId,
      kind: 'phone',
      value: '+8613800138000',
      verified_at: null,
      created_at: clock.now(),
    })
    .execute()
  return customerId
}
const idOf = async (key = 'a') =>
  (await database.db.selectFrom('calls').select('id').where('call_key', '=', key).executeTakeFirstOrThrow()).id
const into = (more: Record<string, string> = {}) => ({
  into: 'new',
  who: '',
  name: '王小明',
  language: 'zh-CN',
  question: '宽带断了',
  ticket: '',
  why: 'silent',
  note: '光猫红灯',
  clientId: crypto.randomUUID(),
  ...more,
})

test('while it rings all who gave the number are shown masked; whoever has the call sees them, with the hint that a number proves nobody', async () => {
  await known('苏青')
  await known('苏青的姐姐')
  await rings()
  const ringing = await mei.get('/desk')
  expect(ringing.html).toContain('来电号码只是线索，不能证明身份。')
  expect(ringing.html).toContain('这个号码有 2 位客户留过')
  expect(ringing.html).not.toContain('苏青')
  expect(ringing.html).not.toMatch(/13800138000|138 0013 8000/)
  await lifts()
  const talking = await mei.get('/calls/desk', { htmx: true })
  expect(talking.html).toContain('苏青的姐姐')
  expect(talking.html).toContain('138 0013 8000')
  expect((await chen.get('/calls/desk', { htmx: true })).html).not.toContain('call-card')
  const seen = await chen.get(`/calls/${await idOf()}`)
  expect([seen.status, /13800138000|138 0013 8000/.test(seen.html)]).toEqual([200, false])
})

test('without a script: taken, written down and found on the desk; what is wrong is said and what was typed stays', async () => {
  await rings()
  const id = await idOf()
  expect((await mei.post(`/calls/${id}/claim`)).location).toBe('/desk')
  const late = await chen.post(`/calls/${id}/claim`)
  expect([late.status, late.html.includes('同事已经接了')]).toEqual([422, true])
  await lifts()
  await ends()
  const page = await mei.get(`/calls/${id}`)
  expect(hidden(page, 'clientId')).toMatch(/^[0-9a-f-]{36}$/)
  const nameless = await mei.post(`/calls/${id}/log`, into({ name: '' }))
  expect([nameless.status, nameless.html.includes('光猫红灯'), nameless.html.includes('是哪位？')]).toEqual([
    422,
    true,
    true,
  ])
  const nowhere = await mei.post(`/calls/${id}/log`, into({ into: 'number', ticket: 'NT-99999999' }))
  expect([nowhere.status, nowhere.html.includes('没有这个编号的工单')]).toEqual([422, true])
  const kept = await mei.post(`/calls/${id}/log`, into())
  expect(kept.location).toMatch(/^\/desk\/\d+$/)
  const desk = await mei.get(kept.location ?? '')
  expect(desk.html).toContain('宽带断了')
  expect(desk.html).toContain('side-calls')
  expect((await mei.get('/desk')).html).not.toContain('data-unlogged')
})

test('a call that was answered stays in sight as not logged until it is, for its agent and in the log', async () => {
  await rings()
  await lifts()
  await ends()
  const folded = async () =>
    /<details class="call-wrap"( open)?>/.exec((await mei.get('/desk')).html)?.[1] === undefined
  expect(await folded()).toBe(false)
  clock.forward({ hours: 1 })
  expect((await mei.get('/desk')).html).toContain('还没登记')
  // Long over, it leaves the room to whoever waits now.
  expect(await folded()).toBe(true)
  expect((await wang.get('/calls?unlogged=1')).html).toContain('138 0013 8000')
  const id = await idOf()
  expect((await mei.post(`/calls/${id}/log`, into({ into: 'none' }))).location).toBe(`/calls/${id}`)
  expect((await wang.get('/calls?unlogged=1')).html).not.toContain('138 0013 8000')
})

test('a call that was lifted at a phone nobody knows is shown to those on post, and is whoever’s says so', async () => {
  await rings()
  await lifts('a', '999')
  expect((await chen.get('/desk')).html).toContain('有人接了：是你吗？')
  await chen.post(`/calls/${await idOf()}/claim`)
  expect((await mei.get('/desk')).html).not.toContain('有人接了')
  expect((await chen.get('/desk')).html).toContain('通话中')
})

test('malformed addresses and forms are 400 or 404, and nobody off post or without the right gets in', async () => {
  await rings()
  const id = await idOf()
  const off = await signedIn(house, await hire(database.db, '下班的人'))
  for (const path of ['/calls', `/calls/${id}`, '/calls/callbacks', '/calls/export.csv'])
    expect((await off.get(path)).status).toBe(403)
  expect((await off.post(`/calls/${id}/claim`)).status).toBe(403)
  expect((await mei.get('/settings/lines')).status).toBe(403)
  for (const path of ['/calls/0', '/calls/99999999', '/calls/1e3', '/calls/recordings/1', '/settings/lines/77'])
    expect((await admin.get(path)).status === 404 || (await mei.get(path)).status === 404, path).toBe(true)
  for (const path of [
    '/calls?from=x',
    '/calls?state=dance',
    '/calls?line=-1',
    '/calls?unknown=1',
    '/calls?from=2026-11-23&from=2026-11-24',
  ])
    expect((await wang.get(path)).status, path).toBe(400)
  expect((await mei.post(`/calls/${id}/log`, { note: 'x' })).status).toBe(400)
  expect((await mei.post(`/calls/${id}/log`, into({ into: 'ticket:0' }))).status).toBe(400)
  expect((await mei.post(`/calls/${id}/log`, into({ clientId: 'x' }))).status).toBe(400)
  await mei.post(`/calls/${id}/claim`)
  expect((await mei.post(`/calls/${id}/log`, into({ into: 'ticket:123456' }))).status).toBe(404)
  expect((await mei.post(`/calls/${id}/log`, into({ who: '123456' }))).status).toBe(422)
  expect((await mei.post('/calls/ring-me')).status).toBe(404)
  expect((await mei.post('/calls/callbacks/1/claim')).status).toBe(404)
})

test('the log is filtered by its address, shows its figures, and goes out as a table that no sheet runs', async () => {
  await rings('a')
  clock.forward({ seconds: 10 })
  await lifts('a')
  await ends('a')
  await rings('b')
  await ends('b', 'cancel')
  await heard(house)
  const all = await wang.get('/calls')
  expect(all.html).toContain('2 通中接了 1 通')
  expect(all.html).toContain('0:10')
  const given = await wang.get('/calls?state=abandoned')
  expect(given.html).toContain('对方挂断')
  expect(given.html).not.toContain(`/calls/${await idOf('a')}"`)
  const table = await wang.get('/calls/export.csv?state=unanswered')
  expect(table.headers.get('content-type')).toContain('text/csv')
  expect(table.html.split('\r\n').filter(Boolean)).toHaveLength(2)
  expect(table.html).toContain("'+8613800138000")
  // Nobody finds a number by guessing parts of it.
  expect((await mei.get('/calls?q=1380')).html).toContain('没有这样的通话')
  expect((await mei.get('/calls/export.csv')).html).not.toContain('13800138000')
  expect((await wang.get('/board')).html).toContain('phone-figures')
})

test('callbacks: claimed, tried and ended by forms; what is refused is said where it was typed', async () => {
  await rings()
  await ends('a', 'noAnswer')
  await heard(house)
  const [one] = await database.db.selectFrom('callbacks').select('id').execute()
  const path = `/calls/callbacks/${one?.id}`
  expect((await mei.get('/calls/callbacks')).html).toContain('138****8000')
  expect((await mei.post(`${path}/end`, { into: 'none', note: 'x', clientId: crypto.randomUUID() })).status).toBe(422)
  expect((await mei.post(`${path}/claim`)).location).toBe(`/calls/callbacks?at=${one?.id}`)
  const claimed = (await mei.get(`/calls/callbacks?at=${one?.id}`)).html
  expect(claimed).toContain('<a href="tel:+8613800138000">138 0013 8000</a>')
  await mei.post(`${path}/attempts`, { outcome: 'busy', words: '占线', clientId: crypto.randomUUID() })
  const early = await mei.post(`${path}/giving-up`, { reason: 'no_answer', words: '没人接' })
  expect([early.status, early.html.includes('才试了 1 次')]).toEqual([422, true])
  const past = await mei.post(`${path}/promise`, { ...withoutNote(into()), due: '2026-11-24T01:00' })
  expect([past.status, past.html.includes('宽带断了')]).toEqual([422, true])
  expect((await mei.post(`${path}/promise`, { ...withoutNote(into()), due: '2026-11-24T04:00' })).status).toBe(303)
  expect((await mei.post(`${path}/end`, { into: 'none', note: '已联系', clientId: crypto.randomUUID() })).status).toBe(
    303,
  )
  expect((await mei.get('/calls/callbacks')).html).toContain('已记录')
})
const withoutNote = ({ note: _, why: _why, ...rest }: ReturnType<typeof into>) => rest

test('an administrator connects a line: its address is shown once, a test call goes through its own door, and counts nowhere', async () => {
  const fields = {
    name: '客服热线',
    number: '95588',
    adapter: 'twilio',
    secret: 'auth-token-1',
    addresses: '',
    hosts: '',
    ringSeconds: '30',
  }
  const wrong = await admin.post('/settings/lines', { ...fields, addresses: 'not an address', hosts: 'a b' })
  expect([wrong.status, wrong.html.includes('不是地址或网段'), wrong.html.includes('客服热线')]).toEqual([
    422,
    true,
    true,
  ])
  expect((await admin.post('/settings/lines', { ...fields, secret: 'short' })).status).toBe(422)
  expect((await admin.post('/settings/lines', { ...fields, adapter: 'moor' })).status).toBe(422)
  expect((await admin.post('/settings/lines', { ...fields, ringSeconds: '1' })).status).toBe(400)
  const made = await admin.post('/settings/lines', fields)
  const token = /api\/v1\/cti\/([\w-]{43})/.exec(made.html)?.[1]
  expect(token).toBeDefined()
  expect((await admin.post('/settings/lines', fields)).status).toBe(422)
  const { id } = await database.db
    .selectFrom('phone_lines')
    .select('id')
    .where('name', '=', '客服热线')
    .executeTakeFirstOrThrow()
  expect((await admin.get(`/settings/lines/${id}`)).html).not.toContain(token)
  for (const play of ['answered', 'missed']) await admin.post(`/settings/lines/${id}/test`, { play })
  await heard(house)
  const page = await admin.get(`/settings/lines/${id}`)
  for (const name of ['newCall', 'answer', 'hangup']) expect(page.html).toContain(`>${name}<`)
  const calls = await database.db.selectFrom('calls').select(['state', 'test']).orderBy('id').execute()
  expect(calls).toEqual([
    { state: 'ended', test: true },
    { state: 'abandoned', test: true },
  ])
  expect(await database.db.selectFrom('callbacks').select('id').execute()).toEqual([])
  expect((await wang.get('/calls')).html).toContain('今晚还没有来电')
  // Whoever connects the telephone system may not read the calls: no door that is shut to them.
  expect(page.html).not.toMatch(/href="\/calls\/\d/)
  const rekeyed = await admin.post(`/settings/lines/${id}/token`)
  expect(/api\/v1\/cti\/([\w-]{43})/.exec(rekeyed.html)?.[1]).not.toBe(token)
  expect((await house.app.request(`/api/v1/cti/${token}`, { method: 'POST', body: '{}' })).status).toBe(404)
  await admin.post(`/settings/lines/${id}`, { ...fields, secret: '', ringSeconds: '45' })
  expect(
    await database.db.selectFrom('phone_lines').select(['secret', 'ring_seconds']).where('id', '=', id).execute(),
  ).toEqual([{ secret: 'auth-token-1', ring_seconds: 45 }])
  expect((await admin.post(`/settings/lines/${id}/removal`)).location).toBe('/settings/lines?done=removed')
  expect((await admin.post(`/settings/lines/${id}/removal`)).status).toBe(404)
})

test('numbers are shown as people write them: here as they are dialled, from abroad with their country; service numbers are nobody’s', async () => {
  const from = { abroad: '+14155552671', service: '4006781234', bank: '95588' }
  for (const [id, number] of Object.entries(from)) await line.says({ event: 'newCall', ...of(id), from: number })
  const ringing = (await mei.get('/desk')).html
  for (const shown of ['400 678 1234', '95588', '服务号码']) expect(ringing).toContain(shown)
  expect(ringing).not.toMatch(/415-?555-?2671/)
  const all = (await wang.get('/calls')).html
  for (const shown of ['+1 415-555-2671', '400 678 1234', '95588']) expect(all).toContain(shown)
  expect((await wang.get(`/calls?q=${encodeURIComponent('+1 415-555-2671')}`)).html).toContain('+1 415-555-2671')
  const table = (await wang.get('/calls/export.csv')).html
  for (const kept of ['+14155552671', '+864006781234', '95588']) expect(table).toContain(kept)
})

test('words that are nasty are kept and shown literally', async () => {
  await rings()
  await lifts()
  const id = await idOf()
  const nasty = '<img src=x onerror=alert(1)> {{evil}} \u202e👩‍💻'
  expect((await mei.post(`/calls/${id}/note`, { note: nasty }, { htmx: true })).status).toBe(204)
  expect((await mei.get(`/calls/${id}`)).html).toContain('&lt;img src&#x3D;x onerror&#x3D;alert(1)&gt; {{evil}}')
  await line.says({ event: 'newCall', callId: 'n', from: '<script>', to: '"', queue: '<b>{{x}}</b>', direction: 'in' })
  expect((await chen.get('/desk')).html).toContain('&lt;b&gt;{{x}}&lt;/b&gt;')
})
