import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { expireMeasures } from '../../jobs/expire-measures.ts'
import type { CustomerId, StaffId } from '../../server/kernel/ids.ts'
import { enterTicket } from '../../server/tickets/actions.ts'
import { protection } from '../support/abuse.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { type Asked, ack, aQuestion, call, newVisitor, openLine, type Ticket } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { as, hire, publishTerms } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const lines: Socket[] = []
let token: string
let mei: StaffId
let acts: ReturnType<typeof protection>

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  await publishTerms(database.db, clock.now())
  const [agent, manager, leader] = [
    await hire(database.db, 'Lin Mei'),
    await hire(database.db, 'Chen Zhou'),
    await hire(database.db, 'Gao Lan'),
  ]
  mei = agent
  acts = protection(house, { agent, manager, leader })
  token = await newVisitor(house.url)
})
afterEach(() => {
  for (const line of lines.splice(0)) line.disconnect()
})

type Problem = { error: { code: string; message: string; until?: string; retryAfterSeconds?: number } }
const post = <Body = Problem>(path: string, body?: unknown, by = token) =>
  call<Body>(house.url, 'POST', path, { token: by, ...(body === undefined ? {} : { body }) })
const get = <Body = Ticket>(path: string, by = token) => call<Body>(house.url, 'GET', path, { token: by })
const ask = async (words = {}) => (await post<Asked>('/tickets', aQuestion(words))).body
const word = (body = 'You are all useless.') => ({ clientId: crypto.randomUUID(), body })
const connected = async (): Promise<Socket> => {
  const socket = openLine(house.url, { token, language: 'en' })
  lines.push(socket)
  await new Promise((resolve, reject) => socket.once('connect', () => resolve(null)).once('connect_error', reject))
  return socket
}

test('whoever is warned writes as ever and is told, over HTTP, what they are held to', async () => {
  const { ticket } = await ask()
  await acts.warned(ticket.id)
  expect((await post(`/tickets/${ticket.id}/messages`, word())).status).toBe(201)
  expect((await get(`/tickets/${ticket.id}`)).body.notice).toMatchObject({ state: 'warned', duty: 'insults' })
})

test('whoever is limited writes one word a minute, by either door; the same word again is still the first', async () => {
  const { ticket } = await ask()
  await acts.limited(ticket.id)
  clock.forward({ seconds: 60 })
  const socket = await connected()
  const first = word()
  expect((await post(`/tickets/${ticket.id}/messages`, first)).status).toBe(201)
  clock.forward({ seconds: 20 })
  const slow = await post(`/tickets/${ticket.id}/messages`, word())
  expect([slow.status, slow.body.error.code, slow.body.error.retryAfterSeconds]).toEqual([429, 'limited', 40])
  expect(slow.headers.get('retry-after')).toBe('40')
  const live = await ack<Problem>(socket, 'message.post', { ticketId: ticket.id, ...word() })
  expect(live.error).toMatchObject({ code: 'limited', retryAfterSeconds: 40 })
  expect((await post(`/tickets/${ticket.id}/messages`, first)).status).toBe(200)
  clock.forward({ seconds: 40 })
  expect(await ack(socket, 'message.post', { ticketId: ticket.id, ...word() })).toMatchObject({ repeated: false })
})

test('whoever is limited does not get around their pace by ending one request and asking another', async () => {
  const { ticket } = await ask()
  await acts.limited(ticket.id)
  clock.forward({ seconds: 60 })
  await post(`/tickets/${ticket.id}/messages`, word())
  await post(`/tickets/${ticket.id}/ending`)
  const another = await post('/tickets', aQuestion())
  expect([another.status, another.body.error.code]).toEqual([429, 'limited'])
})

test('whoever is limited has one open request at a time, whoever wrote the other down', async () => {
  const { ticket } = await ask()
  await acts.limited(ticket.id)
  await post(`/tickets/${ticket.id}/ending`)
  clock.forward({ seconds: 60 })
  await house.deps.transact(as(mei), async (tx) =>
    enterTicket(tx, {
      customerId: (await owner(ticket.id)) as CustomerId,
      language: 'en',
      categoryId: null,
      question: 'Called in',
      clientId: crypto.randomUUID(),
    }),
  )
  clock.forward({ seconds: 60 })
  const second = await post('/tickets', aQuestion())
  expect([second.status, second.body.error.code]).toEqual([422, 'abuse.one_request'])
})

test('two words at the same moment of somebody limited are one word', async () => {
  const { ticket } = await ask()
  await acts.limited(ticket.id)
  clock.forward({ seconds: 60 })
  const sent = await Promise.all([1, 2, 3, 4].map(() => post(`/tickets/${ticket.id}/messages`, word())))
  expect(sent.map(({ status }) => status).sort()).toEqual([201, 429, 429, 429])
})

test('nothing is taken of whoever is banned: no word, no file, no question, no complaint, no rating; everything stays readable', async () => {
  const { ticket, requestUrl } = await ask()
  await acts.banned(ticket.id)
  const until = new Date('2026-12-01T02:14:00+08:00').toISOString()
  const socket = await connected()
  for (const answer of [
    await post(`/tickets/${ticket.id}/messages`, word()),
    await post('/tickets', aQuestion()),
    await post(`/tickets/${ticket.id}/complaint`),
    await post(`/tickets/${ticket.id}/reopening`),
    await post(`/tickets/${ticket.id}/rating`, { service: 1, comment: 'Useless' }),
    await post(`/tickets/${ticket.id}/messages`, word(), requestUrl.split('/').at(-1)),
  ])
    expect([answer.status, answer.body.error.code, answer.body.error.until]).toEqual([422, 'abuse.banned', until])
  const live = await ack<Problem>(socket, 'message.post', { ticketId: ticket.id, ...word() })
  expect(live.error).toMatchObject({ code: 'abuse.banned', until })
  const file = new FormData()
  file.append('clientId', crypto.randomUUID())
  file.append('file', new Blob(['words in a file']), 'words.txt')
  const sent = await fetch(`${house.url}/api/v1/tickets/${ticket.id}/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: file,
  })
  expect(sent.status).toBe(422)
  const read = await get<{ messages: { author: string }[] }>(`/tickets/${ticket.id}/messages?after=0`)
  expect(read.body.messages.filter(({ author }) => author === 'customer')).toHaveLength(1)
  expect((await post(`/tickets/${ticket.id}/ending`)).status).toBe(200)
})

test('a ban is over at its second, whether the ticker has come by or not', async () => {
  const { ticket } = await ask()
  await acts.banned(ticket.id, 1)
  clock.set('2026-11-25T02:13:59+08:00')
  expect((await post(`/tickets/${ticket.id}/messages`, word())).status).toBe(422)
  clock.set('2026-11-25T02:14:00+08:00')
  expect((await post(`/tickets/${ticket.id}/messages`, word())).status).toBe(201)
  const kind = expireMeasures(house.deps)
  for (const { id } of await kind.list(database.db, clock.now(), 10)) await kind.run(id)
  expect((await get(`/tickets/${ticket.id}`)).body.notice).toBeNull()
})

test('a new browser that gives a verified contact of somebody banned is them; one nobody verified binds nobody', async () => {
  const { ticket } = await ask({ contact: 'abuser@example.com' })
  await acts.banned(ticket.id)
  const other = await newVisitor(house.url)
  const asks = () => post('/tickets', aQuestion({ contact: 'Abuser@example.com' }), other)
  expect((await asks()).status).toBe(201)
  await database.db
    .updateTable('contacts')
    .set({ verified_at: clock.now() })
    .where('customer_id', '=', await owner(ticket.id))
    .execute()
  const third = await newVisitor(house.url)
  expect((await post('/tickets', aQuestion({ contact: 'abuser@example.com' }), third)).body.error.code).toBe(
    'abuse.banned',
  )
})
const owner = async (id: string) =>
  (await database.db.selectFrom('tickets').select('customer_id').where('id', '=', id).executeTakeFirstOrThrow())
    .customer_id

test('whoever is banned appeals once, with their own token or with the link of a request', async () => {
  const { ticket, requestUrl } = await ask()
  expect((await post('/appeal', { text: 'Why?' })).body.error.code).toBe('abuse.not_banned')
  await acts.banned(ticket.id)
  const link = requestUrl.split('/').at(-1) ?? ''
  type Told = { notice: Ticket['notice']; phone: string | null }
  const sent = await post<Told>('/appeal', { text: 'I was upset. It will not happen again.' }, link)
  expect(sent.body.notice?.appeal).toMatchObject({ answeredAt: null, answer: null })
  expect((await post<Told>('/appeal', { text: 'I was upset. It will not happen again.' })).status).toBe(200)
  expect((await post('/appeal', { text: 'And another thing' })).body.error.code).toBe('abuse.appealed_already')
  expect((await get<Told>('/notice')).body).toMatchObject({ notice: { state: 'banned' }, phone: null })
})

test('nobody else is bound, and nothing of who flagged, who decided or what colleagues wrote reaches a customer', async () => {
  const { ticket, requestUrl } = await ask()
  await acts.banned(ticket.id)
  const other = await newVisitor(house.url)
  expect((await post('/tickets', aQuestion({ contact: 'su@example.com' }), other)).status).toBe(201)
  const link = requestUrl.split('/').at(-1) ?? ''
  const settled = async () => {
    await house.relay.pass()
    return database.db.selectFrom('outbox').select('event_id').execute()
  }
  await expect.poll(settled).toEqual([])
  const everything = await Promise.all([
    get<unknown>('/notice'),
    get<unknown>(`/tickets/${ticket.id}`),
    get<unknown>(`/tickets/${ticket.id}/messages?after=0`),
    post<unknown>(`/tickets/${ticket.id}/messages`, word()),
    get<unknown>(`/tickets/${ticket.id}`, link),
  ])
  const told = JSON.stringify(everything.map(({ body }) => body))
  for (const secret of ['secret', 'Lin Mei', 'Chen Zhou', 'Gao Lan', 'AB-', 'staffId'])
    expect(told).not.toContain(secret)
  expect(told).toContain('warned_insults')
})

test('row 60: an urgent case is asked without the terms, whatever version is in force', async () => {
  const other = await newVisitor(house.url)
  const stale = aQuestion({ termsVersion: 0 })
  expect((await post('/tickets', stale, other)).body.error.code).toBe('terms_changed')
  expect((await post('/tickets', { ...stale, urgent: true }, other)).status).toBe(201)
  const visitor = await database.db
    .selectFrom('visitors')
    .select('terms_version')
    .orderBy('id', 'desc')
    .executeTakeFirst()
  expect(visitor?.terms_version).toBeNull()
})
