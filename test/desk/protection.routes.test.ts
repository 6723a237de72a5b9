import { beforeAll, beforeEach, expect, test } from 'vitest'
import { openAlarms } from '../../server/desk/alarms/queries.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let talk: ReturnType<typeof conversations>
let lin: StaffId
let chen: StaffId
let gao: StaffId
let agent: Browser
let manager: Browser
let leader: Browser
let customer: Visitor
let id: TicketId
let epoch: number

beforeAll(() => {
  talk = conversations(house)
})
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  lin = await hire(database.db, '林玫')
  chen = await hire(database.db, '陈舟')
  gao = await hire(database.db, '高岚', { roles: ['leadership'] })
  await putOnPost(database.db, lin)
  await putOnPost(database.db, chen, 'manager')
  agent = await signedIn(house, lin)
  manager = await signedIn(house, chen)
  leader = await signedIn(house, gao)
  customer = await welcome(database.db, '甲方')
  id = await talk.ask(customer, '你们都是废物')
  epoch = await talk.take(id, lin)
  await talk.write(customer, id, '再不修我就去你们公司')
})

/** Everything that was announced has been heard. */
const settle = () =>
  expect
    .poll(async () => {
      await house.relay.pass()
      return database.db.selectFrom('outbox').select('event_id').execute()
    })
    .toEqual([])
const panic = (fields: Record<string, string | string[]> = {}, by = agent) =>
  by.post(`/tickets/${id}/abuse`, {
    epoch: String(epoch),
    reason: 'threats',
    note: '说要来公司',
    evidence: 'all',
    onward: 'keep',
    ...fields,
  })
const theCase = async () =>
  (await database.db
    .selectFrom('abuse_cases')
    .selectAll()
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()) as unknown as {
    id: string
    version: number
    state: string
  }
const decide = async (path: string, fields: Record<string, string>, by = manager) => {
  const { id: caseId, version } = await theCase()
  return by.post(`/abuse/${caseId}/${path}`, { version: String(version), why: '见证据', ...fields })
}
const holder = async () => (await getTicket(database.db, id)).assignment?.staffId ?? null

test('the panic key stands at an open conversation of one’s own, and works as a plain form: flagged, and the alarm rings', async () => {
  const page = await agent.get(`/desk/${id}`)
  expect(page.html).toContain(`action="/tickets/${id}/abuse"`)
  expect((await manager.get(`/desk/${id}`)).html).not.toContain(`action="/tickets/${id}/abuse"`)
  const pressed = await panic()
  expect([pressed.status, pressed.location]).toEqual([303, `/desk/${id}`])
  await settle()
  expect(await openAlarms(database.db, id)).toMatchObject([{ kind: 'abuse', ticketId: id }])
  expect(await holder()).toBe(lin)
  const board = (await manager.get('/board')).html
  expect(board).toContain('同事正被辱骂或骚扰')
  expect(board).toContain(`href="/abuse/${(await theCase()).id}"`)
})

test('in the same press the conversation goes to the duty manager, or back to the queue', async () => {
  await panic({ onward: 'manager' })
  expect(await holder()).toBe(chen)
  const again = await talk.ask(await welcome(database.db, '乙方'), '骂人')
  id = again
  epoch = await talk.take(again, lin)
  await panic({ onward: 'queue' })
  expect((await getTicket(database.db, again)).state).toBe('queued')
})

test('the same press twice is one flag, and a program at the desk presses it as well', async () => {
  const json = { accept: 'application/json' }
  const fields = { epoch: String(epoch), reason: 'threats', note: '', evidence: 'all', onward: 'keep' }
  for (const _ of [1, 2]) {
    const { status, html } = await agent.post(`/tickets/${id}/abuse`, fields, { headers: json })
    expect([status, html]).toEqual([200, '{}'])
  }
  expect(await database.db.selectFrom('abuse_flags').select('id').execute()).toHaveLength(1)
  await panic({ reason: 'shouting' }).then(({ status }) => expect(status).toBe(400))
})

test('with no duty manager on post the flag is kept and the conversation goes back to the queue', async () => {
  await database.db
    .updateTable('attendances')
    .set({ checked_out_at: clock.now() })
    .where('staff_id', '=', chen)
    .execute()
  await panic({ onward: 'manager' })
  expect((await getTicket(database.db, id)).state).toBe('queued')
  expect((await theCase()).state).toBe('flagged')
})

test('only chosen messages are evidence where they are chosen; none is refused, and everything typed stays', async () => {
  const none = await panic({ evidence: 'chosen' })
  expect(none.status).toBe(422)
  expect(none.html).toContain('说要来公司')
  expect(none.html).toContain('至少选一条消息')
  const { last_seq } = await getTicket(database.db, id)
  await panic({ evidence: 'chosen', seqs: [String(last_seq), '99'] })
  const flag = await database.db.selectFrom('abuse_flags').select('seqs').executeTakeFirstOrThrow()
  expect(flag.seqs).toEqual([last_seq])
  const page = (await manager.get(`/abuse/${(await theCase()).id}`)).html
  expect(page).toContain('再不修我就去你们公司')
  expect(page.match(/<ol class="case-words">.*?<\/ol>/s)?.[0]).not.toContain('你们都是废物')
})

test('who no longer has the conversation presses in vain, and nothing is flagged', async () => {
  expect((await panic({ epoch: String(epoch - 1) })).status).toBe(409)
  expect(await database.db.selectFrom('abuse_cases').select('id').execute()).toEqual([])
})

test('a duty manager warns, limits and proposes; a leader confirms; each on a page without a script', async () => {
  await panic()
  expect((await decide('warning', { duty: 'threats' })).status).toBe(303)
  expect((await decide('limit', { hours: '12' })).status).toBe(303)
  expect((await decide('proposal', { days: '3' })).status).toBe(303)
  const own = (await manager.get(`/abuse/${(await theCase()).id}`)).html
  expect(own).toContain('停用是你提出的，由第二人决定')
  expect(own).not.toContain('/ban"')
  expect((await decide('ban', {})).status).toBe(422)
  const { id: caseId } = await theCase()
  expect((await leader.get('/abuse')).html).toContain('停用待第二人决定')
  expect((await leader.get(`/abuse/${caseId}`)).html).toContain(`action="/abuse/${caseId}/ban"`)
  expect((await decide('ban', {}, leader)).status).toBe(303)
  expect((await theCase()).state).toBe('banned')
  expect((await leader.get('/abuse')).html).toContain('已停用')
})

test('what is refused keeps what was typed, under its field', async () => {
  await panic()
  await decide('warning', { duty: 'threats' })
  const long = await decide('limit', { hours: '一天', why: '第三次了' })
  expect(long.status).toBe(422)
  expect(long.html).toContain('请填 1 到 72 的整数')
  expect(long.html).toContain('value="一天"')
  expect(long.html).toContain('第三次了')
})

test('an agent has no list of cases and reads none; a case that is not there is a 404', async () => {
  await panic()
  const { id: caseId } = await theCase()
  expect((await agent.get('/abuse')).status).toBe(403)
  expect((await agent.get(`/abuse/${caseId}`)).status).toBe(403)
  expect((await manager.get('/abuse/999999')).status).toBe(404)
})

test('the agent sees beside the conversation that it is in force, and that ticket and rating have left the appraisal', async () => {
  await panic()
  await settle()
  expect((await agent.get(`/tickets/${id}/side`, { htmx: true })).html).toContain('值班经理已收到')
  await decide('warning', { duty: 'threats' })
  await settle()
  const side = (await agent.get(`/tickets/${id}/side`, { htmx: true })).html
  expect(side).toContain('已提醒')
  expect(side).toContain('已从考核中剔除')
  const json = await agent.get(`/tickets/${id}`, { headers: { accept: 'application/json' } })
  expect(JSON.parse(json.html)).toMatchObject({ excluded: 'abuse' })
})

test('a rating of an excluded ticket is marked and left out of one’s own count', async () => {
  await database.db
    .insertInto('ratings')
    .values({
      ticket_id: id,
      round: 1,
      state: 'given',
      asked_at: clock.now(),
      handlers: JSON.stringify([]),
      service: 1,
      product: null,
      comment: null,
      source: 'chat',
      given_at: clock.now(),
    })
    .execute()
  const counted = async () => /评价 (\d+)|(\d+) 个评价|评了 (\d+)/.exec((await agent.get('/desk/tonight')).html)?.[0]
  const before = await counted()
  await panic()
  await decide('warning', { duty: 'threats' })
  await settle()
  expect(await counted()).not.toBe(before)
  expect((await agent.get('/desk/tonight')).html).toContain('不计入')
  await decide('lifting', { how: 'wrong' })
  await settle()
  expect(await counted()).toBe(before)
})
