import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TicketId } from '../../server/kernel/ids.ts'
import { resolveTicket } from '../../server/tickets/endings/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { type Asked, ack, aQuestion, call, newVisitor, openLine, type Said, type Ticket } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { as, hire, publishTerms, putOnPost } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const lines: Socket[] = []
let token: string
let link: string
let ticket: string
let night = new Date(TWO_FOURTEEN).getTime()

beforeEach(async () => {
  night += 120_000
  clock.set(new Date(night))
  await publishTerms(database.db, clock.now())
  token = await newVisitor(house.url)
  const { body } = await call<Asked>(house.url, 'POST', '/tickets', { token, body: aQuestion() })
  ticket = body.ticket.id
  link = body.requestUrl.split('/').at(-1) ?? ''
})
afterEach(async () => {
  for (const line of lines.splice(0)) line.disconnect()
  expect((await fetch(`${house.url}/api/v1/desk`)).status, 'the process lives').toBe(200)
})

const uuid = () => crypto.randomUUID()
const line = async (auth: object = { token }): Promise<Socket> => {
  const socket = openLine(house.url, auth)
  lines.push(socket)
  await new Promise((resolve, reject) => socket.once('connect', () => resolve(null)).once('connect_error', reject))
  return socket
}
const words = async () =>
  (await database.db.selectFrom('messages').select(['seq', 'body']).where('author', '=', 'customer').execute()).length

test('one id at the same moment by two lines and two calls is one message with one number; another text under it is refused', async () => {
  const [one, two] = [await line(), await line()]
  const same = { clientId: uuid(), body: 'All lamps are red' }
  const post = (body: object) =>
    call<{ seq: number }>(house.url, 'POST', `/tickets/${ticket}/messages`, { token, body })
  const answers = await Promise.all([
    ack<{ seq: number }>(one, 'message.post', { ticketId: ticket, ...same }),
    ack<{ seq: number }>(two, 'message.post', { ticketId: ticket, ...same }),
    post(same).then(({ body }) => body),
    post(same).then(({ body }) => body),
  ])
  expect(new Set(answers.map(({ seq }) => seq)).size).toBe(1)
  expect(await words()).toBe(2)
  const clientId = uuid()
  const race = await Promise.all(['red', 'green', 'blue'].map((body) => post({ clientId, body })))
  expect(race.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  expect(await words()).toBe(3)
})

test('two questions at the same moment, of one id or of two, are one request', async () => {
  const fresh = await newVisitor(house.url)
  const ask = (body: object) => call<Asked & Said>(house.url, 'POST', '/tickets', { token: fresh, body })
  const [first, second, third] = [aQuestion(), aQuestion(), aQuestion()]
  const answers = await Promise.all([ask(first), ask(first), ask(second), ask(third)])
  const made = answers.filter(({ status }) => status < 300)
  expect(new Set(made.map(({ body }) => body.ticket.id)).size).toBe(1)
  for (const { status, body } of answers.filter(({ status }) => status >= 300))
    expect([status, body.error.code, body.error.ticketId]).toEqual([409, 'chat_open', made[0]?.body.ticket.id])
})

test('marks reach no further than what was said, and never go back', async () => {
  const mark = (body: object) => call<object>(house.url, 'POST', `/tickets/${ticket}/marks`, { token, body })
  expect((await mark({ read: 2_147_483_647 })).body).toEqual({ delivered: 2, read: 2 })
  expect((await mark({ delivered: 0, read: 0 })).body).toEqual({ delivered: 2, read: 2 })
  const { marks } = (await call<Ticket>(house.url, 'GET', `/tickets/${ticket}`, { token })).body
  expect(marks).toEqual({ customer: { delivered: 2, read: 2 }, staff: { delivered: 0, read: 0 } })
})

test('resume from any number answers what follows it, nothing where nothing does, and each ticket as often as it is named', async () => {
  const socket = await line()
  const resume = (tickets: object[]) =>
    ack<{ tickets: { messages: { seq: number }[]; lastSeq: number }[] } & Said>(socket, 'resume', { tickets })
  for (const after of [0, 1, 2, 3, 99, 2_147_483_647]) {
    const [gap] = (await resume([{ id: ticket, after }])).tickets
    expect(gap?.messages.map(({ seq }) => seq)).toEqual([1, 2].filter((seq) => seq > after))
    expect(gap?.lastSeq).toBe(2)
  }
  expect((await resume(Array(20).fill({ id: ticket, after: 0 }))).tickets).toHaveLength(20)
  expect((await resume([])).tickets).toEqual([])
  for (const after of [1.5, 2_147_483_648, '1', null])
    expect((await resume([{ id: ticket, after }])).error.code).toBe('bad_field')
})

test('a rating by two of its customer at once is given once, and by nobody else', async () => {
  await database.db.updateTable('visitors').set({ terms_version: 1 }).execute()
  const agent = await hire(database.db, '林玫')
  await putOnPost(database.db, agent)
  const does = conversations(house)
  const id = ticket as TicketId
  const { transact } = house.deps
  await database.db.updateTable('tickets').set({ state: 'queued', queued_at: clock.now() }).execute()
  const epoch = await does.take(id, agent)
  await does.say(id, agent, epoch, 'Fixed.')
  await does.describe(id, agent, epoch)
  await transact(as(agent), (tx) => resolveTicket(tx, id, { epoch }))
  const rate = (by: string, body: object) =>
    call<Said>(house.url, 'POST', `/tickets/${ticket}/rating`, { token: by, body })
  const stranger = await newVisitor(house.url)
  expect((await rate(stranger, { service: 1 })).status).toBe(404)
  const given = await Promise.all([
    rate(token, { service: 5, product: 2, reasons: ['kind'], comment: 'ok' }),
    rate(link, { service: 1 }),
    rate(token, { service: 3 }),
  ])
  expect(given.map(({ status }) => status).sort()).toEqual([200, 422, 422])
  const kept = await database.db.selectFrom('ratings').select(['service', 'state']).execute()
  expect(kept).toHaveLength(1)
  const again = await rate(token, { service: (kept[0]?.service ?? 0) === 5 ? 4 : 5 })
  expect([again.status, again.body.error.code]).toEqual([422, 'ratings.given_already'])
  for (const bad of [
    { service: 1e9 },
    { service: null },
    { service: 5, comment: 'a\u0000' },
    { service: 5, reasons: null },
    { service: 5, product: 0 },
    { service: true },
    {},
  ])
    expect((await rate(token, bad)).status, JSON.stringify(bad)).toBe(400)
})

test('ids that are no ids, of any spelling and size, are missing requests or wrong fields, never a fault', async () => {
  const socket = await line()
  const ids = [
    '0',
    '-1',
    '01',
    '+1',
    ' 1',
    '1 ',
    '1e3',
    '0x1',
    '１',
    '99999999999999999999',
    '9223372036854775808',
    '1.0',
    'null',
    '%00',
    '%ff',
    '%zz',
    '..',
    '%2e%2e',
    '1%2f2',
    '1;2',
    'x'.repeat(2000),
  ]
  for (const id of ids) {
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/messages'],
      ['POST', '/messages'],
      ['POST', '/complaint'],
      ['POST', '/rating'],
      ['GET', '/rating'],
      ['POST', '/links'],
    ] as const) {
      const { status } = await call(
        house.url,
        method,
        `/tickets/${id.includes('%') ? id : encodeURIComponent(id)}${path}`,
        {
          token,
          ...(method === 'POST' && path !== '/complaint' && path !== '/links'
            ? { body: path === '/rating' ? { service: 5 } : { clientId: uuid(), body: 'a' } }
            : {}),
        },
      )
      expect([400, 404], `${method} ${id}${path} ${status}`).toContain(status)
    }
  }
  for (const id of [...ids, 1, null, {}, [], true]) {
    const said = await ack<Said>(socket, 'message.post', { ticketId: id, clientId: uuid(), body: 'a' })
    expect(['bad_field', 'not_found', 'too_many'], String(id)).toContain(said.error.code)
    clock.forward({ seconds: 1 })
  }
  expect(await words()).toBe(1)
})

test('a token is taken in its one place and its one spelling, and says what it may', async () => {
  const get = (headers: Record<string, string>, path = '/tickets') => call(house.url, 'GET', path, { headers })
  for (const authorization of [
    token,
    `Basic ${token}`,
    `Bearer ${token}x`,
    `Bearer ${token.slice(1)}`,
    `Bearer ${token.toLowerCase()}`,
    `Bearer ${token} ${token}`,
    `Bearer "${token}"`,
    'Bearer',
    'Bearer null',
    'Bearer undefined',
    `Bearer ${'x'.repeat(4000)}`,
  ])
    expect((await get({ authorization })).status, authorization.slice(0, 60)).toBe(401)
  expect((await get({}, `/tickets?token=${token}`)).status).toBe(401)
  expect((await get({ cookie: `token=${token}` })).status).toBe(401)
  expect((await call(house.url, 'POST', '/tickets', { token: link, body: aQuestion() })).status).toBe(403)
  expect((await fetch(`${house.url}/requests/${token}`)).status).toBe(404)
  expect((await fetch(`${house.url}/requests/${link}`)).status).toBe(200)
  for (const auth of [
    {},
    { token: '' },
    { token: null },
    { token: [token] },
    { token: { a: 1 } },
    { token: 7 },
    { token: `${token}x` },
  ])
    await expect(line(auth)).rejects.toThrow('unauthenticated')
  for (const auth of [
    { token, admin: true },
    { token, language: 'fr' },
    { token, language: null },
  ])
    await expect(line(auth)).rejects.toThrow(/unknown_field|bad_field/)
  clock.forward({ hours: 24 * 91 })
  expect((await call(house.url, 'GET', '/tickets', { token })).status).toBe(401)
  await expect(line()).rejects.toThrow('unauthenticated')
})

test('what is odd in a question is a 400 or is kept exactly, and no page of customers breaks on it', async () => {
  const bad: Record<string, unknown>[] = [
    { termsVersion: 1.5 },
    { termsVersion: 1e308 },
    { termsVersion: null },
    { termsVersion: [1] },
    { name: 'a\u0000' },
    { name: ['a'] },
    { contact: 'a\u0000@b.c' },
    { contact: '' },
    { contact: `${'a'.repeat(250)}@b.cn` },
    { topicId: '0' },
    { topicId: '99999999999999999999' },
    { topicId: '' },
    { topicId: undefined },
    { page: 'ftp://x' },
    { page: `http://x/${'a'.repeat(2000)}` },
    { page: 'http://x/\u0000' },
    { page: 7 },
    { channel: null },
    { channel: 'mail' },
    { clientId: null },
    { clientId: [uuid()] },
    { clientId: `${uuid()} ` },
    { language: ['en'] },
    { question: '\u00a0\u3000\n' },
  ]
  for (const one of bad) {
    const fresh = await newVisitor(house.url)
    const { status } = await call(house.url, 'POST', '/tickets', { token: fresh, body: aQuestion(one) })
    expect([400, 422], JSON.stringify(one).slice(0, 80)).toContain(status)
  }
  const long = ['x'.repeat(4000), '\u{1F469}'.repeat(4000), '‮{{constructor}}</textarea><script>'.padEnd(300, 'ü')]
  for (const question of long) {
    const fresh = await newVisitor(house.url)
    const { status, body } = await call<Asked>(house.url, 'POST', '/tickets', {
      token: fresh,
      body: aQuestion({ question, name: '<b>&"\u202e' }),
    })
    expect(status).toBe(201)
    const page = await fetch(body.requestUrl.replace(/^https?:\/\/[^/]+/, house.url))
    expect(page.status).toBe(200)
    expect(await page.text()).not.toContain('<script>'.concat('ü'))
  }
  for (const path of [
    '/requests/%ff',
    '/requests/%00',
    '/requests/..%2f',
    '/requests/%zz',
    '/widget?page=%00',
    '/widget?language=fr',
    '/widget?site=a&site=b',
    '/widget?x=1',
    '/?x=%ff',
  ])
    expect([200, 400, 404], path).toContain((await fetch(house.url + path)).status)
})

test('compressed, half or mislabelled bodies are refused in words', async () => {
  const send = (body: string | Buffer, headers: Record<string, string>) =>
    fetch(`${house.url}/api/v1/tickets/${ticket}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...headers },
      body,
    })
  const good = JSON.stringify({ clientId: uuid(), body: 'a' })
  const json = { 'content-type': 'application/json' }
  const { gzipSync } = await import('node:zlib')
  expect((await send(gzipSync(good), { ...json, 'content-encoding': 'gzip' })).status).toBe(400)
  expect((await send(`\ufeff${good}`, json)).status).toBe(400)
  expect((await send(Buffer.from(good, 'utf16le'), json)).status).toBe(400)
  expect((await send(`${good}${good}`, json)).status).toBe(400)
  expect((await send(good, { 'content-type': 'application/json, text/plain' })).status).toBe(400)
  expect((await send(good, { ...json, 'x-http-method-override': 'DELETE' })).status).toBe(201)
  expect(await words()).toBe(2)
})
