import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeEscalationLink } from '../../server/escalations/links/actions.ts'
import type { EscalationId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { formToken, hashOf, newToken } from '../../server/platform/tokens.ts'
import * as tickets from '../../server/tickets/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire, putOnPost, welcome } from '../support/people.ts'
import { openHouse, type QuietHouse } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let mei: StaffId
let wu: StaffId
let ticketId: TicketId
let epoch: number

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  wu = await hire(database.db, '吴凯', { roles: ['handler'] })
  const customer = await welcome(database.db, '苏晴')
  ;({ ticketId } = await house.deps.transact(customer.actor, (tx) =>
    tickets.openTicket(tx, {
      customerId: customer.customerId,
      visitorId: customer.visitorId,
      channel: 'web',
      language: 'zh-CN',
      categoryId: null,
      question: '云服务器 <b>SSH</b> 超时',
      clientId: crypto.randomUUID(),
      cameFrom: null,
      live: true,
      promisedAt: null,
    }),
  ))
  ;({ epoch } = await house.deps.transact(system, (tx) =>
    tickets.assignTicket(tx, ticketId, { staffId: mei, shiftId: null, how: 'offer' }),
  ))
})

/** A browser of this person: cookie, form token and an origin of ours. */
async function browserOf(staffId: StaffId | null) {
  const token = newToken()
  if (staffId)
    await database.db
      .insertInto('sessions')
      .values({
        token_hash: hashOf(token),
        staff_id: staffId,
        opened_at: clock.now(),
        seen_at: clock.now(),
        expires_at: new Date('2027-01-01T00:00:00Z'),
        ended_at: null,
        address: null,
        browser: null,
      })
      .execute()
  const cookie = staffId ? `nightdesk=${token}` : `nightdesk-pre=${token}`
  const get = async (path: string) => {
    const answer = await house.app.request(path, { headers: { cookie, 'accept-language': 'en' } })
    return { status: answer.status, text: await answer.text() }
  }
  const post = async (path: string, fields: Record<string, string>) => {
    const body = new URLSearchParams({ ...fields, _token: formToken(house.deps.secret, token) })
    const headers = { cookie, origin: 'http://127.0.0.1:3000', 'accept-language': 'en' }
    const answer = await house.app.request(path, { method: 'POST', headers, body })
    return { status: answer.status, text: await answer.text(), location: answer.headers.get('location') ?? '' }
  }
  return { get, post }
}
const departmentOf = async (staffId: StaffId) =>
  (await database.db.selectFrom('staff').select('department_id').where('id', '=', staffId).executeTakeFirstOrThrow())
    .department_id
const request = async (words: Record<string, string> = {}) => {
  const agent = await browserOf(mei)
  const decided = await agent.post(`/tickets/${ticketId}/escalations`, { epoch: String(epoch) })
  const id = decided.location.split('/').at(-1) as EscalationId
  const sent = await agent.post(`/escalations/${id}/sending`, {
    epoch: String(epoch),
    target: `department:${await departmentOf(wu)}`,
    person: '',
    need: 'SSH back before eight',
    tried: 'Console works',
    contact: '138 0013 8000',
    date: '2026-11-24',
    time: '06:00',
    ...words,
  })
  return { agent, id, sent }
}

test('without JavaScript an agent asks a department, its handler answers, and the agent tells the customer', async () => {
  const { agent, id, sent } = await request()
  expect(sent.status).toBe(303)
  const handler = await browserOf(wu)
  expect((await handler.get('/escalations')).text).toContain('苏晴')
  const page = await handler.get(`/escalations/${id}`)
  expect(page.text).toContain('SSH back before eight')
  expect(page.text).toContain('&lt;b&gt;SSH&lt;/b&gt;')
  await handler.post(`/escalations/${id}/acceptance`, {})
  await handler.post(`/escalations/${id}/answer`, { result: 'Host network restarted', forCustomer: 'It works again.' })
  expect((await agent.get(`/escalations/${id}`)).text).toContain('It works again.')
  const told = { epoch: String(epoch), clientId: crypto.randomUUID(), body: 'It works again.' }
  expect((await agent.post(`/escalations/${id}/telling`, told)).status).toBe(303)
  const { state } = await database.db.selectFrom('escalations').select('state').executeTakeFirstOrThrow()
  expect(state).toBe('told')
})

test('a request with a promise in the past comes back with its words and the reason under the field', async () => {
  const { sent } = await request({ date: '2026-11-24', time: '01:30', tried: 'Restarted twice' })
  expect(sent.status).toBe(422)
  expect(sent.text).toContain('That time has passed')
  expect(sent.text).toContain('Restarted twice')
})

test('a mail’s link opens exactly this request without signing in: reading changes nothing, pressing acts', async () => {
  const { id } = await request()
  const token = await house.deps.transact(system, (tx) => makeEscalationLink(tx, id, wu))
  const reader = await browserOf(null)
  const page = await reader.get(`/e/${token}`)
  expect(page.status).toBe(200)
  expect(page.text).toContain('noindex')
  const state = async () =>
    (await database.db.selectFrom('escalations').select('state').executeTakeFirstOrThrow()).state
  expect(await state()).toBe('sent')
  expect((await reader.post(`/e/${token}/acceptance`, {})).location).toBe(`/e/${token}`)
  expect(await state()).toBe('accepted')
  expect((await reader.post(`/e/${token}/acceptance`, {})).status).toBe(303)
})

test('a link that is over, made up or of somebody who left is a 404 like any other', async () => {
  const { id } = await request()
  const token = await house.deps.transact(system, (tx) => makeEscalationLink(tx, id, wu))
  const reader = await browserOf(null)
  const missing = (await reader.get(`/e/${newToken()}`)).status
  clock.forward({ hours: 73 })
  expect((await reader.get(`/e/${token}`)).status).toBe(missing)
  clock.set(TWO_FOURTEEN)
  await database.db.updateTable('staff').set({ active: false }).where('id', '=', wu).execute()
  expect((await reader.get(`/e/${token}`)).status).toBe(missing)
  expect(missing).toBe(404)
})

test('whoever is neither asked nor on post sees nothing of a request', async () => {
  const { id } = await request()
  const { id: finance } = await database.db
    .insertInto('departments')
    .values({ code: 'finance', name: JSON.stringify({ 'zh-CN': '财务部', en: 'Finance' }) })
    .returning('id')
    .executeTakeFirstOrThrow()
  const stranger = await hire(database.db, '周宇', { roles: ['handler'] })
  await database.db.updateTable('staff').set({ department_id: finance }).where('id', '=', stranger).execute()
  const browser = await browserOf(stranger)
  expect((await browser.get(`/escalations/${id}`)).status).toBe(404)
  expect((await browser.post(`/escalations/${id}/acceptance`, {})).status).toBe(404)
})

test('the directory names who takes requests, how soon, and what was given back', async () => {
  await request()
  const page = await (await browserOf(mei)).get('/escalations/directory')
  expect(page.text).toContain('吴凯')
  expect(page.text).toContain('Who answers at night')
})
