import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { visitorKeeper } from '../../../server/customers/keeping.ts'
import { eraseKept, rowsOf } from '../../../server/customers/privacy/kept/queries.ts'
import { forgetVisitors } from '../../../server/customers/privacy/over/queries.ts'
import type { AbuseCaseId } from '../../../server/kernel/ids.ts'
import { DAY, plus } from '../../../server/kernel/time.ts'
import { system } from '../../../server/platform/actor.ts'
import { protection } from '../../support/abuse.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { testDatabase } from '../../support/database.ts'
import { hire, publishTerms, putOnPost, type Visitor, welcome } from '../../support/people.ts'
import { plainBrowser } from '../../support/plain-browser.ts'
import { type House, startServer } from '../../support/server.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: House
let manager: Browser
let leader: Browser
let acts: ReturnType<typeof protection>
let abuser: Visitor
let ticketId: string

beforeAll(async () => {
  house = await startServer(database, clock, undefined, { trustedProxies: '127.0.0.1' })
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  const [lin, chen, gao] = [
    await hire(database.db, '林玫'),
    await hire(database.db, '陈舟'),
    await hire(database.db, '高岚', { roles: ['leadership'] }),
  ]
  await putOnPost(database.db, chen, 'manager')
  manager = await signedIn(house, chen)
  leader = await signedIn(house, gao)
  acts = protection(house, { agent: lin, manager: chen, leader: gao })
  abuser = await welcome(database.db, '甲方')
  ticketId = await conversations(house).ask(abuser, '你们都是废物')
})

const RANGE = Buffer.alloc(32, 7)
const askedFrom = (who: Visitor, range: Buffer, at = clock.now()) =>
  database.db.updateTable('visitors').set({ range_hash: range, range_at: at }).where('id', '=', who.visitorId).execute()
const neighbours = async (count: number) => {
  for (let n = 0; n < count; n++) await askedFrom(await welcome(database.db, `邻居${n}`), RANGE)
}
const theCase = (id: AbuseCaseId) =>
  database.db.selectFrom('abuse_cases').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const decide = async (id: AbuseCaseId, path: string, fields: Record<string, string>, by = manager) =>
  by.post(`/abuse/${id}/${path}`, { version: String((await theCase(id)).version), why: '见证据', ...fields })
const BOX = 'name="range"'

test('who limits may tick the address range, is told how many others asked from it, and it is off until ticked', async () => {
  await askedFrom(abuser, RANGE)
  await neighbours(2)
  const id = await acts.warned(ticketId)
  const { html } = await manager.get(`/abuse/${id}`)
  expect(html).toContain(BOX)
  expect(html).not.toMatch(/name="range"[^>]*checked/)
  expect(html).toContain('30 天内有 2 位其他客户从这个网段提问')
  expect((await decide(id, 'limit', { hours: '12' })).status).toBe(303)
  expect((await theCase(id)).range_hash).toBeNull()
  expect((await manager.get(`/abuse/${id}`)).html).not.toContain('也对同一网段的新访客有效')
})

test('ticked, the case says that it holds for the range too, and shows nothing of the range itself', async () => {
  await askedFrom(abuser, RANGE)
  const id = await acts.warned(ticketId)
  expect((await decide(id, 'limit', { hours: '12', range: 'yes' })).status).toBe(303)
  expect((await theCase(id)).range_hash).toEqual(RANGE)
  const { html } = await manager.get(`/abuse/${id}`)
  expect(html).toContain('也对同一网段的新访客有效')
  expect(html).toContain('同一网段的新访客也算在内')
  for (const code of ['hex', 'base64', 'base64url'] as const) expect(html).not.toContain(RANGE.toString(code))
})

test('the second person decides about the range anew: unticked, the ban is on the customer alone', async () => {
  await askedFrom(abuser, RANGE)
  const id = await acts.limited(ticketId, 24, true)
  await decide(id, 'proposal', { days: '3' })
  expect((await theCase(id)).range_hash).toEqual(RANGE)
  expect((await leader.get(`/abuse/${id}`)).html).toContain(BOX)
  expect((await decide(id, 'ban', { range: 'yes' })).status).toBe(422)
  expect((await decide(id, 'ban', {}, leader)).status).toBe(303)
  expect((await theCase(id)).range_hash).toBeNull()
})

test('a range that too many share has no box; who sends it all the same is refused in words, with everything typed kept', async () => {
  await askedFrom(abuser, RANGE)
  await neighbours(6)
  const id = await acts.warned(ticketId)
  const { html } = await manager.get(`/abuse/${id}`)
  expect(html).not.toContain(BOX)
  expect(html).toContain('超过 5 位')
  const refused = await decide(id, 'limit', { hours: '12', range: 'yes', why: '第三次了' })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('会误伤别人')
  expect(refused.html).toContain('第三次了')
  expect((await theCase(id)).state).toBe('warned')
})

test('where no range is known, or none of the last 30 days, the box is not there', async () => {
  const id = await acts.warned(ticketId)
  expect((await manager.get(`/abuse/${id}`)).html).not.toContain(BOX)
  await askedFrom(abuser, RANGE, plus(clock.now(), -31 * DAY))
  expect((await manager.get(`/abuse/${id}`)).html).not.toContain(BOX)
  expect((await decide(id, 'limit', { hours: '12', range: 'yes' })).html).toContain('网段已经不明')
})

test('lifted, expired or not: nothing of the range is left on the case', async () => {
  await askedFrom(abuser, RANGE)
  const id = await acts.banned(ticketId, 3, true)
  await decide(id, 'lifting', { how: 'eased' })
  expect((await theCase(id)).range_hash).toBeNull()
})

test('the range of a browser is not handed out, goes with its customer, and with the browser when its time is over', async () => {
  await askedFrom(abuser, RANGE)
  const kept = visitorKeeper.kept[0]
  if (!kept) throw new Error('visitors are not kept')
  const scope = { customerId: abuser.customerId, ticketIds: [], whole: true }
  expect(JSON.stringify(await rowsOf(database.db, kept, scope))).not.toContain(RANGE.toString('hex'))
  await house.deps.transact(system, (tx) => eraseKept(tx, kept, scope))
  expect(await known()).toEqual([])
  await askedFrom(abuser, RANGE)
  const later = plus(clock.now(), 1000 * DAY)
  await house.deps.transact(system, (tx) => forgetVisitors(tx, [abuser.visitorId], later))
  expect(await known()).toEqual([])
})
const known = async () =>
  (await sql`select id from visitors where range_hash is not null or range_at is not null`.execute(database.db)).rows

test('a stranger without a script reads that it is their network, keeps what they typed, and sends it as urgent', async () => {
  await publishTerms(database.db, clock.now())
  const first = plainBrowser(house.url)
  const from = { 'x-forwarded-for': '198.51.100.7', 'accept-language': 'zh-CN' }
  await first.read('/')
  const fields = {
    clientId: crypto.randomUUID(),
    termsVersion: '1',
    terms: 'accepted',
    language: 'zh-CN',
    name: '乙方',
    contact: '13800136027',
    topic: '',
    question: '你们都是废物',
  }
  expect((await first.post('/', fields, from)).status).toBe(303)
  const { id: asked } = await database.db
    .selectFrom('tickets')
    .select('id')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  await acts.banned(asked, 3, true)
  clock.forward({ seconds: 1 })

  const stranger = plainBrowser(house.url)
  await stranger.read('/')
  const question = { ...fields, clientId: crypto.randomUUID(), name: '丙方', question: '家里断网了' }
  const refused = await stranger.post('/', question, from)
  const html = await refused.text()
  expect(refused.status).toBe(422)
  expect(html).toContain('受限制的是您所在的网络，不是您')
  expect(html).toContain('家里断网了')
  expect(html).not.toMatch(/data-start hidden/)
  expect(html).not.toContain('您的申诉')
  const urgent = await stranger.post('/', { ...question, urgent: 'yes' }, from)
  expect(urgent.status).toBe(303)
})
