import { beforeEach, expect, test } from 'vitest'
import { addContact } from '../../server/customers/queries.ts'
import { stepUp } from '../../server/escalations/deadlines/actions.ts'
import { makeEscalationLink } from '../../server/escalations/links/actions.ts'
import { offerToPosts } from '../../server/escalations/offers/actions.ts'
import type { CustomerId, EscalationId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { formToken, hashOf, newToken } from '../../server/platform/tokens.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost, welcome } from '../support/people.ts'
import { heard } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let mei: StaffId
let wu: StaffId
let ticketId: TicketId
let epoch: number

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  wu = await hire(database.db, '吴凯', { roles: ['handler'] })
  ;({ ticketId, epoch } = await ticketOf('苏晴'))
})

async function ticketOf(name: string): Promise<{ ticketId: TicketId; epoch: number }> {
  const ticketId = await does.ask(await welcome(database.db, name), '云服务器 <b>SSH</b> 超时', { cameFrom: null })
  return { ticketId, epoch: await does.take(ticketId, mei) }
}

const linkFor = (id: EscalationId, who = wu) => house.deps.transact(system, (tx) => makeEscalationLink(tx, id, who))
const stateNow = async () =>
  (await database.db.selectFrom('escalations').select('state').executeTakeFirstOrThrow()).state
const finance = async () =>
  (
    await database.db
      .insertInto('departments')
      .values({ code: 'finance', name: JSON.stringify({ 'zh-CN': '财务部', en: 'Finance' }) })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id

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
const request = async (words: Record<string, string> = {}, on = { ticketId, epoch }) => {
  const agent = await browserOf(mei)
  const decided = await agent.post(`/tickets/${on.ticketId}/escalations`, { epoch: String(on.epoch) })
  const id = decided.location.split('/').at(-1) as EscalationId
  const sent = await agent.post(`/escalations/${id}/sending`, {
    epoch: String(on.epoch),
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

test('an answer and a question back wait for the agent who asked, and are lit there; the department waits for them', async () => {
  const { agent, id } = await request()
  const handler = await browserOf(wu)
  const groups = async (who: typeof agent) =>
    [
      ...(await who.get('/escalations')).text.matchAll(
        /<h2 class="group">([^<]+)<\/h2>\s*<ul class="rows"><li><a([^>]*)>/g,
      ),
    ].map(([, group, link]) => [group, /data-tone="lamp"/.test(link ?? '')])
  expect([await groups(agent), await groups(handler)]).toEqual([[['To accept', false]], [['To accept', true]]])
  await handler.post(`/escalations/${id}/question`, { clientId: crypto.randomUUID(), body: 'Which machine?' })
  expect([await groups(agent), await groups(handler)]).toEqual([[['Needs you', true]], [['With the agent', false]]])
  expect((await agent.get(`/escalations/${id}`)).text).toMatch(
    /The department asks[\s\S]*Which machine\?[\s\S]*name="body"/,
  )
  await agent.post(`/escalations/${id}/reply`, {
    epoch: String(epoch),
    clientId: crypto.randomUUID(),
    body: 'The second one',
  })
  await handler.post(`/escalations/${id}/answer`, { result: 'Host network restarted', forCustomer: 'It works again.' })
  expect([await groups(agent), await groups(handler)]).toEqual([[['Needs you', true]], [['With the agent', false]]])
  expect((await handler.get(`/escalations/${id}`)).text).toContain('吴凯 answered')
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

test('a scanner that follows the link, by GET and HEAD, again and again, changes nothing', async () => {
  const { id } = await request()
  const token = await linkFor(id)
  const stored = () => database.db.selectFrom('escalations').selectAll().executeTakeFirstOrThrow()
  await heard(house)
  const before = await stored()
  const events = async () => (await database.db.selectFrom('events').select('id').execute()).length
  const told = await events()
  for (const method of ['HEAD', 'GET', 'HEAD', 'GET'])
    for (const act of ['', '/acceptance', '/answer', '/return']) {
      const headers = { purpose: 'prefetch', 'sec-purpose': 'prefetch' }
      const answer = await house.app.request(`/e/${token}${act}`, { method, headers })
      expect([method, act, answer.status]).toEqual([method, act, act === '' ? 200 : 404])
    }
  expect(await stored()).toEqual(before)
  expect(await events()).toBe(told)
})

test('a link that is over says so and shows nothing; one made up, or of somebody who left, is a 404 like any other', async () => {
  const { id } = await request()
  const token = await linkFor(id)
  const reader = await browserOf(null)
  clock.forward({ hours: 73 })
  const late = await reader.get(`/e/${token}`)
  expect(late.status).toBe(410)
  expect(late.text).toContain('This link has ended')
  expect(late.text).not.toContain('SSH back before eight')
  expect((await reader.post(`/e/${token}/acceptance`, {})).status).toBe(410)
  clock.set(TWO_FOURTEEN)
  expect((await reader.get(`/e/${newToken()}`)).status).toBe(404)
  await database.db.updateTable('staff').set({ active: false }).where('id', '=', wu).execute()
  expect((await reader.get(`/e/${token}`)).status).toBe(404)
  expect((await reader.post(`/e/${token}/acceptance`, {})).status).toBe(404)
  expect(await stateNow()).toBe('sent')
})

test('somebody else who is signed in opens nothing by the link and acts in nobody’s name', async () => {
  const { id } = await request()
  const token = await linkFor(id)
  const other = await browserOf(await hire(database.db, '陈舟', { roles: ['handler'] }))
  const page = await other.get(`/e/${token}`)
  expect(page.status).toBe(403)
  expect(page.text).toContain('This link is not yours')
  expect(page.text).toContain('陈舟')
  expect(page.text).not.toContain('SSH back before eight')
  expect((await other.post(`/e/${token}/acceptance`, {})).status).toBe(403)
  expect(await stateNow()).toBe('sent')
  expect((await (await browserOf(wu)).get(`/e/${token}`)).text).toContain('SSH back before eight')
})

test('who has moved to another department finds their old link shut for acts', async () => {
  const { id } = await request()
  const token = await linkFor(id)
  await database.db
    .updateTable('staff')
    .set({ department_id: await finance() })
    .where('id', '=', wu)
    .execute()
  expect((await (await browserOf(null)).post(`/e/${token}/acceptance`, {})).status).toBe(404)
  expect(await stateNow()).toBe('sent')
})

test('the night contact of a department acts from their link, wherever they sit', async () => {
  const { id } = await request()
  const contact = await hire(database.db, '周宇')
  await database.db
    .updateTable('staff')
    .set({ department_id: await finance() })
    .where('id', '=', contact)
    .execute()
  await database.db
    .updateTable('departments')
    .set({ night_contact_id: contact })
    .where('id', '=', await departmentOf(wu))
    .execute()
  const token = await linkFor(id, contact)
  expect((await (await browserOf(null)).post(`/e/${token}/acceptance`, {})).status).toBe(303)
  expect(await stateNow()).toBe('accepted')
})

test('an answer without a result comes back with the words kept, from the link as from the page', async () => {
  const { id } = await request()
  const reader = await browserOf(null)
  const token = await linkFor(id)
  const answer = await reader.post(`/e/${token}/answer`, { result: ' ', forCustomer: 'It works again.' })
  expect(answer.status).toBe(422)
  expect(answer.text).toContain('It works again.')
  expect(await stateNow()).toBe('sent')
})

test('from the link an answer pressed twice is one answer; pressed after the agent needs it no longer it says so and keeps the words', async () => {
  const { agent, id } = await request()
  const reader = await browserOf(null)
  const token = await linkFor(id)
  const words = { result: 'Restarted', forCustomer: 'It works again.' }
  for (let press = 0; press < 2; press++) expect((await reader.post(`/e/${token}/answer`, words)).status).toBe(303)
  const answers = await database.db
    .selectFrom('events')
    .select('id')
    .where('name', '=', 'escalation.answered')
    .execute()
  expect(answers).toHaveLength(1)
  const told = { epoch: String(epoch), clientId: crypto.randomUUID(), body: 'It works again.' }
  await agent.post(`/escalations/${id}/telling`, told)
  const late = await reader.post(`/e/${token}/question`, { clientId: crypto.randomUUID(), body: 'Which region?' })
  expect(late.status).toBe(422)
  expect(late.text).toMatch(/role="alert"/)
  expect((await reader.post(`/e/${token}/acceptance`, {})).status).toBe(422)
  expect((await reader.post(`/e/${token}/answer`, { ...words, result: 'Something else' })).text).toContain(
    'Something else',
  )
  expect(await stateNow()).toBe('told')
})

test('two handlers accept from the links in their mails at the same instant: one has it, the other reads who was first', async () => {
  const { id } = await request()
  const fang = await hire(database.db, '方晓', { roles: ['handler'] })
  const [one, two] = [await linkFor(id), await linkFor(id, fang)]
  const reader = await browserOf(null)
  const answers = await Promise.all([one, two].map((token) => reader.post(`/e/${token}/acceptance`, {})))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 422])
  const refused = answers.find(({ status }) => status === 422)?.text ?? ''
  expect(refused).toMatch(/role="alert"/)
  expect(refused).toMatch(/(Wu Kai|吴凯|Fang Xiao|方晓) has it/)
})

test('row 37: a decision that is not handed over in a quarter of an hour shows as overdue, and later on the request itself', async () => {
  const agent = await browserOf(mei)
  const { location } = await agent.post(`/tickets/${ticketId}/escalations`, { epoch: String(epoch) })
  expect((await agent.get('/escalations')).text).not.toContain('Overdue')
  clock.forward({ minutes: 16 })
  const list = (await agent.get('/escalations')).text
  expect(list).toContain('Overdue')
  expect(list).toMatch(/data-tone="bad"[^>]*>[\s\S]*?hand over/)
  expect((await agent.get(`/desk/${ticketId}`)).text).toContain('hand over')
  const { id } = await request()
  expect(location).toBe(`/escalations/${id}`)
  expect((await agent.get(location)).text).toContain('Handed over late: 16 min after the decision')
})

test('while a department has it the customer’s own wait counts on, at the desk, in the list and at the department', async () => {
  clock.forward({ minutes: 20 })
  const { agent, id } = await request()
  clock.forward({ minutes: 52, seconds: 3 })
  const counting = 'data-since="2026-11-23T18:14:00.000Z" data-clock>1:12:03<'
  const desk = (await agent.get(`/desk/${ticketId}`)).text
  expect(desk).toMatch(new RegExp(`customer waits</span><span class="num" ${counting}`))
  // In its head, and on its row in the list beside, where it stands among those that wait for others.
  expect(desk.split(counting)).toHaveLength(3)
  expect(desk).toMatch(/id="group-others-h">Waiting on others <span>1</)
  const handler = await browserOf(wu)
  expect((await handler.get(`/escalations/${id}`)).text).toContain(counting)
  const link = (await (await browserOf(null)).get(`/e/${await linkFor(id)}`)).text
  expect(link).toContain(counting)
  // There the same script counts on, by the server's clock.
  expect(link).toMatch(/<main[^>]*data-now="2026-11-23T19:26:03.000Z"[^>]*data-words="[^"]*over/)
  expect((await (await browserOf(null)).get('/shell/clocks.js')).status).toBe(200)
  await handler.post(`/escalations/${id}/answer`, { result: 'Restarted', forCustomer: 'It works again.' })
  await agent.post(`/escalations/${id}/telling`, { epoch: String(epoch), clientId: crypto.randomUUID(), body: 'Back' })
  expect((await agent.get(`/desk/${ticketId}`)).text).not.toContain('customer waits')
  expect((await handler.get(`/escalations/${id}`)).text).not.toContain('customer waits')
})

test('each request counts down to what it runs against, and what runs out soonest is on top', async () => {
  const { agent, id } = await request()
  const other = await ticketOf('白露')
  clock.forward({ minutes: 5 })
  const second = await request({ time: '03:30' }, other)
  const handler = await browserOf(wu)
  const rows = async () => [
    ...(await handler.get('/escalations')).text.matchAll(/class="row" href="\/escalations\/(\d+)/g),
  ]
  expect((await rows()).map(([, row]) => row)).toEqual([id, second.id])
  const aside = (await agent.get(`/desk/${ticketId}`)).text
  expect(aside).toMatch(/data-due="2026-11-23T18:44:00.000Z" data-seconds="1800"[^>]*>[\s\S]{0,200}data-left>25:00</)
  for (const one of [id, second.id]) await handler.post(`/escalations/${one}/acceptance`, {})
  expect((await rows()).map(([, row]) => row)).toEqual([second.id, id])
  const inbox = (await handler.get('/escalations')).text
  expect(inbox).toMatch(
    /data-due="2026-11-23T19:30:00.000Z"[^>]*>[\s\S]{0,200}promised<\/span><span class="num" data-left>1:11:00</,
  )
  clock.forward({ minutes: 72 })
  expect((await handler.get('/escalations')).text).toContain('data-left>1:00 over<')
})

test('what nobody has accepted in time counts up, for whoever is asked', async () => {
  await request()
  clock.forward({ minutes: 31 })
  const { id } = await database.db.selectFrom('escalations').select('id').executeTakeFirstOrThrow()
  await house.deps.transact(system, (tx) => stepUp(tx, id as EscalationId))
  const { text } = await (await browserOf(wu)).get('/escalations')
  expect(text).toMatch(
    /data-tone="bad"[^>]*>[\s\S]{0,200}nobody for<\/span><span class="num" data-since="[^"]*" data-clock>31:00</,
  )
})

test('a request offered to the technician on post rings on whatever page they have open, with its own seconds', async () => {
  const lu = await hire(database.db, '陆远')
  await putOnPost(database.db, lu, 'technician')
  await request({ target: 'post:technician' })
  await house.deps.transact(system, offerToPosts)
  // The house itself may be making the same offer at this moment.
  await expect.poll(async () => (await (await browserOf(lu)).get('/duty')).text).toMatch(/data-offer="request-/)
  const page = (await (await browserOf(lu)).get('/duty')).text
  expect(page).toMatch(/data-offer="request-\d+" data-until="2026-11-23T18:14:20.000Z" data-seconds="20"/)
  expect((await (await browserOf(lu)).get('/escalations')).text).toContain('data-seconds="20"')
  expect((await (await browserOf(mei)).get('/duty')).text).not.toContain('data-offer="request')
})

test('the form to ask others knows what is known: the need and how to reach the customer', async () => {
  const { customer_id } = await database.db.selectFrom('tickets').select('customer_id').executeTakeFirstOrThrow()
  await house.deps.transact(system, (tx) =>
    addContact(tx, customer_id as CustomerId, { kind: 'phone', value: '13800138000' }),
  )
  const agent = await browserOf(mei)
  const { location } = await agent.post(`/tickets/${ticketId}/escalations`, { epoch: String(epoch) })
  const form = (await agent.get(location)).text
  expect(form).toContain('value="13800138000"')
  expect(form).toContain('&lt;b&gt;SSH&lt;/b&gt; 超时</textarea>')
})

test('whoever is neither asked nor on post sees nothing of a request', async () => {
  const { id } = await request()
  const stranger = await hire(database.db, '周宇', { roles: ['handler'] })
  await database.db
    .updateTable('staff')
    .set({ department_id: await finance() })
    .where('id', '=', stranger)
    .execute()
  const browser = await browserOf(stranger)
  expect((await browser.get(`/escalations/${id}`)).status).toBe(404)
  expect((await browser.post(`/escalations/${id}/acceptance`, {})).status).toBe(404)
})

test('the directory names the night contact, how soon a department accepts, and what it gave back', async () => {
  const { id } = await request()
  const handler = await browserOf(wu)
  clock.forward({ minutes: 7 })
  await handler.post(`/escalations/${id}/acceptance`, {})
  await handler.post(`/escalations/${id}/return`, { reason: 'not_ours', words: '', better: '' })
  const departmentId = await departmentOf(wu)
  const contact = await hire(database.db, '周宇')
  const named = { night_contact_id: contact, night_phone: '13900139000', accept_minutes: 20 }
  await database.db.updateTable('departments').set(named).where('id', '=', departmentId).execute()
  const { text } = await (await browserOf(mei)).get('/escalations/directory')
  for (const words of ['吴凯', '周宇', '13900139000', '20 min', '7 min', '1 of 1']) expect(text).toContain(words)
  await database.db.updateTable('departments').set({ accept_minutes: null }).where('id', '=', departmentId).execute()
  expect((await (await browserOf(mei)).get('/escalations/directory')).text).toContain('30 min')
})
