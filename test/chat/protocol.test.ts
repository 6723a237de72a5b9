import sharp from 'sharp'
import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { describeTicket } from '../../server/tickets/actions.ts'
import { assignTicket } from '../../server/tickets/assignments/actions.ts'
import { resolveTicket } from '../../server/tickets/endings/actions.ts'
import { addNote, mark, postMessage } from '../../server/tickets/messages/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import {
  type Asked,
  ack,
  aQuestion,
  call,
  type Message,
  newVisitor,
  next,
  openLine,
  type Said,
  type Ticket,
} from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { as, hire, publishTerms, putOnPost, topic } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const lines: Socket[] = []
let mei: StaffId
let token: string

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, 'Lin Mei')
  await publishTerms(database.db, clock.now(), 1)
  token = await newVisitor(house.url)
})
afterEach(() => {
  for (const line of lines.splice(0)) line.disconnect()
})

const line = (auth: object = { token }): Socket => {
  const socket = openLine(house.url, auth)
  lines.push(socket)
  return socket
}
const connected = async (auth?: object): Promise<Socket> => {
  const socket = line(auth)
  await new Promise((resolve, reject) => socket.once('connect', () => resolve(null)).once('connect_error', reject))
  return socket
}
const ask = async (words = {}) => {
  const { body } = await call<Asked>(house.url, 'POST', '/tickets', { token, body: aQuestion(words) })
  return body.ticket.id
}
const get = async (id: string) => (await call<Ticket>(house.url, 'GET', `/tickets/${id}`, { token })).body
const post = <Body = Ticket>(path: string, body?: unknown, by = token) =>
  call<Body>(house.url, 'POST', path, { token: by, ...(body === undefined ? {} : { body }) })
const messages = async (id: string, after = 0) =>
  (
    await call<{ messages: Message[]; lastSeq: number }>(house.url, 'GET', `/tickets/${id}/messages?after=${after}`, {
      token,
    })
  ).body

// The other side, driven by what an agent does.
const takes = async (id: string) =>
  (
    await house.deps.transact(as(mei), (tx) =>
      assignTicket(tx, id as TicketId, { staffId: mei, shiftId: null, how: 'offer' }),
    )
  ).epoch
const says = (id: string, epoch: number, body: string) =>
  house.deps.transact(as(mei), (tx) =>
    postMessage(tx, {
      ticketId: id as TicketId,
      by: { kind: 'staff', staffId: mei, epoch },
      clientId: crypto.randomUUID(),
      body,
    }),
  )
const resolves = async (id: string, epoch: number) => {
  const categoryId = await topic(database.db, `broadband-${id}`)
  await house.deps.transact(as(mei), async (tx) => {
    await describeTicket(tx, id as TicketId, { epoch, categoryId, need: 'The line back', result: 'A cable was loose' })
    await resolveTicket(tx, id as TicketId, { epoch })
  })
}

test('a customer asks, waits, is answered, says it is solved, rates, and complains after all', async () => {
  await putOnPost(database.db, mei)
  const desk = await call<{ open: boolean; faces: { nameEn: string }[]; termsVersion: number }>(
    house.url,
    'GET',
    '/desk',
  )
  expect(desk.body).toMatchObject({ open: true, onPost: 1, opensAt: null, promisedBy: null, termsVersion: 1 })
  expect(desk.body.faces).toEqual([{ name: 'Lin Mei', nameEn: 'Lin Mei' }])

  const socket = await connected()
  const asked = await call<Asked>(house.url, 'POST', '/tickets', { token, body: aQuestion() })
  expect(asked.status).toBe(201)
  expect(asked.body.message.seq).toBe(1)
  expect(asked.body.ticket).toMatchObject({ state: 'queued', place: 1, with: null, round: 1, complained: false })
  expect(asked.body.ticket.stateWords).toBe('Waiting in the queue')
  const { id } = asked.body.ticket

  const whileWaiting = await ack<{ seq: number }>(socket, 'message.post', {
    ticketId: id,
    clientId: crypto.randomUUID(),
    body: 'All lamps are red.',
  })
  expect(whileWaiting.seq).toBe(3)

  const joined = next(socket, 'message', (message) => message.code === 'joined')
  const changed = next<object>(socket, 'changed')
  const epoch = await takes(id)
  expect(await joined).toMatchObject({ author: 'house', body: '', details: { nameEn: 'Lin Mei' } })
  await changed
  expect(await get(id)).toMatchObject({ state: 'open', place: null, with: { staffId: mei, nameEn: 'Lin Mei' } })

  const answer = next(socket, 'message', ({ author }) => author === 'staff')
  await says(id, epoch, 'Is the fibre cable plugged in?')
  expect(await answer).toMatchObject({ seq: 5, name: 'Lin Mei', body: 'Is the fibre cable plugged in?' })
  expect(await ack(socket, 'marks', { ticketId: id, read: 5 })).toEqual({ delivered: 5, read: 5 })
  const theirs = next<object>(socket, 'marks', (marks) => (marks as { by: string }).by === 'staff')
  await house.deps.transact(as(mei), (tx) => mark(tx, id as TicketId, 'staff', { read: 3 }))
  expect(await theirs).toEqual({ ticketId: id, by: 'staff', delivered: 3, read: 3 })

  await resolves(id, epoch)
  const resolved = await get(id)
  expect(resolved).toMatchObject({ state: 'resolved', rating: { state: 'asked', service: null } })
  expect(resolved.canReopenUntil).toBe('2026-11-26T18:14:00.000Z')

  const rated = await post(`/tickets/${id}/rating`, {
    service: 5,
    product: 2,
    reasons: ['kind', 'line'],
    comment: '谢谢',
  })
  expect(rated.body).toEqual({
    rating: { state: 'given', service: 5, product: 2, reasons: ['kind', 'line'], comment: '谢谢' },
  })
  const again = await post(`/tickets/${id}/rating`, {
    service: 5,
    product: 2,
    reasons: ['kind', 'line'],
    comment: '谢谢',
  })
  expect(again.status).toBe(200)
  const other = await post<Said>(`/tickets/${id}/rating`, { service: 1 })
  expect([other.status, other.body.error.code]).toEqual([422, 'ratings.given_already'])

  const complained = await post(`/tickets/${id}/complaint`)
  expect(complained.body).toMatchObject({ state: 'queued', place: 1, complained: true, round: 2, rating: null })
  const { messages: all, lastSeq } = await messages(id)
  expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1))
})

test('with nobody on post the question is kept, and an answer is promised from the next opening', async () => {
  await putOnPost(database.db, mei)
  clock.set('2026-11-23T14:00:00+08:00')
  const desk = await call(house.url, 'GET', '/desk')
  const promisedBy = '2026-11-23T14:30:00.000Z'
  expect(desk.body).toMatchObject({ open: false, onPost: 0, opensAt: '2026-11-23T14:00:00.000Z', promisedBy })
  const id = await ask()
  expect(await get(id)).toMatchObject({ state: 'new', place: null, promisedAt: promisedBy })
  const { messages: all } = await messages(id)
  expect(all[1]).toMatchObject({ author: 'house', code: 'promised', details: { at: promisedBy } })
})

test('the same question sent again is the same request, and another one beside it is named as open', async () => {
  const question = aQuestion()
  const [one, two] = await Promise.all([
    call<Asked>(house.url, 'POST', '/tickets', { token, body: question }),
    call<Asked>(house.url, 'POST', '/tickets', { token, body: question }),
  ])
  expect([one.status, two.status].sort()).toEqual([200, 201])
  expect(two.body.ticket.id).toBe(one.body.ticket.id)
  expect(two.body.message).toEqual(one.body.message)
  const reused = await post<Said>('/tickets', { ...question, question: 'Something else' })
  expect([reused.status, reused.body.error.code]).toEqual([409, 'client_id_reused'])
  const second = await post<Said>('/tickets', aQuestion())
  expect(second.status).toBe(409)
  expect(second.body.error).toMatchObject({ code: 'chat_open', ticketId: one.body.ticket.id })
  expect((await call<{ tickets: object[] }>(house.url, 'GET', '/tickets', { token })).body.tickets).toHaveLength(1)
})

test('a message sent twice, by both doors, is one message with one number', async () => {
  const id = await ask()
  const socket = await connected()
  const message = { clientId: crypto.randomUUID(), body: 'Is anybody there? 🙂' }
  const [first, second] = await Promise.all([
    ack<{ seq: number; id: string }>(socket, 'message.post', { ticketId: id, ...message }),
    post<{ seq: number; id: string }>(`/tickets/${id}/messages`, message),
  ])
  expect(second.body.seq).toBe(first.seq)
  expect(second.body.id).toBe(first.id)
  const third = await post(`/tickets/${id}/messages`, message)
  expect(third.status).toBe(200)
  const other = await post<Said>(`/tickets/${id}/messages`, { ...message, body: 'Something else' })
  expect([other.status, other.body.error.code]).toEqual([409, 'client_id_reused'])
  expect((await messages(id)).messages.filter(({ clientId }) => clientId === message.clientId)).toHaveLength(1)
})

test('what was said while the line was down comes with resume, in order, and live again afterwards', async () => {
  const id = await ask()
  const epoch = await takes(id)
  const socket = await connected()
  socket.disconnect()
  for (const body of ['One moment.', 'I look at your line.', 'It is up again.']) await says(id, epoch, body)
  socket.connect()
  await new Promise((resolve) => socket.once('connect', () => resolve(null)))
  type Resumed = { tickets: { id: string; messages?: Message[]; error?: { code: string } }[]; degraded: boolean }
  const resumed = await ack<Resumed>(socket, 'resume', {
    tickets: [
      { id, after: 3 },
      { id: '999', after: 0 },
    ],
  })
  expect(resumed.degraded).toBe(false)
  expect(resumed.tickets[0]).toMatchObject({ id, state: 'open', lastSeq: 6, marks: { customer: { read: 0 } } })
  expect(resumed.tickets[0]?.messages?.map(({ seq }) => seq)).toEqual([4, 5, 6])
  expect(resumed.tickets[1]).toEqual({ id: '999', error: { code: 'not_found', message: expect.any(String) } })
  const live = next(socket, 'message')
  await says(id, epoch, 'Please try now.')
  expect(await live).toMatchObject({ seq: 7 })
})

test('a gap of more than one answer is closed by asking again', async () => {
  const id = await ask()
  for (let n = 0; n < 250; n++) await post(`/tickets/${id}/messages`, { clientId: crypto.randomUUID(), body: `${n}` })
  const socket = await connected()
  const seqs: number[] = []
  for (let lastSeq = 1; seqs.length < lastSeq; ) {
    const { tickets } = await ack<{ tickets: [{ messages: Message[]; lastSeq: number }] }>(socket, 'resume', {
      tickets: [{ id, after: seqs.length }],
    })
    lastSeq = tickets[0].lastSeq
    expect(tickets[0].messages.length).toBeLessThanOrEqual(200)
    seqs.push(...tickets[0].messages.map(({ seq }) => seq))
  }
  expect(seqs).toEqual(Array.from({ length: 252 }, (_, index) => index + 1))
})

test('an agent hears that the customer types, and the customer types only where it is theirs', async () => {
  const id = await ask()
  const said: unknown[] = []
  const say = house.deps.live.say
  const socket = await connected()
  Object.assign(house.deps.live, { say: (spoken: unknown) => said.push(spoken) })
  expect(await ack(socket, 'typing', { ticketId: id, on: true })).toEqual({})
  const foreign = await ack<Said>(socket, 'typing', { ticketId: '999', on: true })
  Object.assign(house.deps.live, { say })
  expect(foreign.error.code).toBe('not_found')
  const data = { ticketId: id, by: 'customer', on: true }
  const rooms = [`talk:${id}`, `masked:${id}`]
  expect(said).toEqual(rooms.map((room) => ({ namespace: '/desk', room, event: 'typing', data })))
})

test('who waits hears that the queue moved, and finds out the new place', async () => {
  await putOnPost(database.db, mei)
  const first = await ask()
  token = await newVisitor(house.url)
  const socket = await connected()
  const second = await ask()
  expect(await get(second)).toMatchObject({ state: 'queued', place: 2 })
  const changed = next<object>(socket, 'changed')
  await takes(first)
  expect(await changed).toEqual({})
  expect(await get(second)).toMatchObject({ place: 1 })
})

test('who waits is told within how many minutes four of five are answered, as soon as five have been', async () => {
  await putOnPost(database.db, mei)
  const awake = () => database.db.updateTable('presence').set({ seen_at: clock.now() }).execute()
  for (let n = 0; n < 5; n++) {
    token = await newVisitor(house.url)
    const id = await ask()
    expect(await get(id)).toMatchObject({ place: 1, expectedWait: null })
    clock.forward({ minutes: 3 })
    await takes(id)
    await awake()
  }
  token = await newVisitor(house.url)
  expect(await get(await ask())).toMatchObject({ place: 1, expectedWait: 3 })
  token = await newVisitor(house.url)
  const second = await ask()
  expect(await get(second)).toMatchObject({ place: 2, expectedWait: 6 })
  // Nobody is there any more who could answer.
  clock.forward({ minutes: 5 })
  expect(await get(second)).toMatchObject({ place: 2, expectedWait: null })
})

test('what colleagues note among themselves is in none of the bytes that a customer gets', async () => {
  const secret = 'He always shouts, be patient'
  const socket = await connected()
  const heard: unknown[] = []
  socket.onAny((...event) => heard.push(event))
  const id = await ask()
  const epoch = await takes(id)
  await house.deps.transact(as(mei), (tx) =>
    addNote(tx, { ticketId: id as TicketId, body: secret, clientId: crypto.randomUUID() }),
  )
  const last = next(socket, 'message', ({ author }) => author === 'staff')
  await says(id, epoch, 'Good evening.')
  await last
  const resumed = await ack(socket, 'resume', { tickets: [{ id, after: 0 }] })
  expect(JSON.stringify([heard, resumed, await messages(id), await get(id)])).not.toContain('shouts')
})

test('while live messages may be missing the client is told, and told again when all is well', async () => {
  const socket = await connected()
  const { live } = house.deps
  const { healthy } = live
  const on = next<object>(socket, 'degraded')
  Object.assign(live, { healthy: () => false })
  expect(await on).toEqual({ on: true })
  expect(await ack(socket, 'resume', { tickets: [] })).toEqual({ tickets: [], degraded: true })
  const late = next<object>(line(), 'degraded')
  expect(await late).toEqual({ on: true })
  const off = next<object>(socket, 'degraded')
  Object.assign(live, { healthy })
  expect(await off).toEqual({ on: false })
})

test('the customer ends it, and a word within 72 hours reopens it at the head', async () => {
  await putOnPost(database.db, mei)
  const id = await ask()
  expect((await post(`/tickets/${id}/ending`)).body).toMatchObject({ state: 'resolved', rating: null })
  expect((await post(`/tickets/${id}/ending`)).body).toMatchObject({ state: 'resolved' })
  clock.forward({ hours: 71 })
  const word = await post(`/tickets/${id}/messages`, { clientId: crypto.randomUUID(), body: 'It is down again.' })
  expect(word.status).toBe(201)
  expect(await get(id)).toMatchObject({ state: 'queued', round: 2, place: 1, canReopenUntil: null })
  expect((await post(`/tickets/${id}/reopening`)).body).toMatchObject({ state: 'queued', round: 2 })
})

test('a resolved request does not reopen beside another open one', async () => {
  const first = await ask()
  await post(`/tickets/${first}/ending`)
  const second = await ask()
  for (const [path, body] of [
    ['messages', { clientId: crypto.randomUUID(), body: 'And the first thing?' }],
    ['reopening', undefined],
    ['complaint', undefined],
  ] as const) {
    const refused = await post<Said>(`/tickets/${first}/${path}`, body)
    expect(refused.status, path).toBe(409)
    expect(refused.body.error).toMatchObject({ code: 'chat_open', ticketId: second })
  }
  expect(await get(first)).toMatchObject({ state: 'resolved', round: 1 })
})

test('the link of a request opens that request alone, over HTTP and on the line', async () => {
  const { body } = await call<Asked>(house.url, 'POST', '/tickets', { token, body: aQuestion() })
  const link = body.requestUrl.split('/requests/')[1] ?? ''
  await post(`/tickets/${body.ticket.id}/ending`)
  const other = await ask()
  const mine = await call<{ tickets: { id: string }[] }>(house.url, 'GET', '/tickets', { token: link })
  expect(mine.body.tickets.map(({ id }) => id)).toEqual([body.ticket.id])
  expect((await call(house.url, 'GET', `/tickets/${other}`, { token: link })).status).toBe(404)
  expect((await post<Said>('/tickets', aQuestion(), link)).body.error.code).toBe('denied')

  const socket = await connected({ token: link })
  const refused = await ack<Said>(socket, 'message.post', {
    ticketId: other,
    clientId: crypto.randomUUID(),
    body: 'Let me in',
  })
  expect(refused.error.code).toBe('not_found')
  const { requestUrl } = (await post<{ requestUrl: string }>(`/tickets/${body.ticket.id}/links`, undefined, link)).body
  expect(requestUrl).not.toBe(body.requestUrl)
  for (const one of [link, requestUrl.split('/requests/')[1] ?? ''])
    expect((await call(house.url, 'GET', `/tickets/${body.ticket.id}`, { token: one })).status).toBe(200)
})

test('row 4: a question under terms that have changed since is not taken', async () => {
  await publishTerms(database.db, clock.now(), 2)
  const refused = await post<Said>('/tickets', aQuestion())
  expect([refused.status, refused.body.error.code]).toEqual([409, 'terms_changed'])
})

test('a handshake without a good token says so in its error, and a good one may choose its language', async () => {
  for (const auth of [{}, { token: '' }, { token: null }, { token: 'x'.repeat(43) }, { token: [token] }]) {
    const error = await connected(auth).catch((reason) => reason)
    expect(error.message).toBe('unauthenticated')
    expect(error.data.error.code).toBe('unauthenticated')
  }
  const error = await connected({ token, room: 'chat:1' }).catch((reason) => reason)
  expect(error.data.error).toMatchObject({ code: 'unknown_field', field: 'room' })
  const chinese = await connected({ token, language: 'zh-CN' })
  const said = await ack<Said>(chinese, 'typing', { ticketId: '1', on: true })
  expect(said.error.message).toMatch(/\p{Script=Han}/u)
})

test('a token that has run out opens nothing, and its line is cut', async () => {
  const { body } = await call<{ token: string; expiresAt: string }>(house.url, 'POST', '/visitors', {
    body: { language: 'en' },
  })
  clock.set(new Date(new Date(body.expiresAt).getTime() - 300))
  const socket = await connected({ token: body.token })
  const reason = await new Promise((resolve) => socket.once('disconnect', resolve))
  expect(reason).toBe('io server disconnect')
  clock.set(body.expiresAt)
  const refused = await call(house.url, 'GET', '/tickets', { token: body.token })
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
})

/** As `multipart/form-data`, with nothing but what the document names. */
const attach = async (id: string, file: File, clientId: string = crypto.randomUUID(), by = token) => {
  const form = new FormData()
  form.set('clientId', clientId)
  form.set('file', file)
  const answer = await fetch(`${house.url}/api/v1/tickets/${id}/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${by}` },
    body: form,
  })
  return { status: answer.status, body: (await answer.json()) as { seq: number; id: string; at: string } & Said }
}
const fetched = (id: string, seq: number, by = token) =>
  fetch(`${house.url}/api/v1/tickets/${id}/files/${seq}`, { headers: { authorization: `Bearer ${by}` } })

test('a file is one message however often it is sent, told to the line, drawn again, and handed out for keeping alone', async () => {
  const id = await ask()
  const socket = await connected()
  const pixels = { create: { width: 3000, height: 30, channels: 3, background: '#123' } } as const
  const png = await sharp(pixels)
    .withExif({ IFD0: { Artist: 'secret place' } })
    .png()
    .toBuffer()
  const picture = new File([new Uint8Array(png)], '../lamps.html', { type: 'text/html' })
  const clientId = crypto.randomUUID()
  const live = next(socket, 'message', ({ code }) => code === 'file')
  const first = await attach(id, picture, clientId)
  expect(first).toMatchObject({ status: 201, body: { seq: 3, id: expect.any(String), at: expect.any(String) } })
  const told = await live
  expect(told).toMatchObject({ seq: 3, author: 'customer', clientId, body: 'lamps.png' })
  expect(told.details).toMatchObject({ type: 'image/png', width: 2560, bytes: expect.any(Number) })
  const again = await attach(id, new File(['something else'], 'other.txt'), clientId)
  expect(again).toMatchObject({ status: 200, body: { seq: 3, id: first.body.id } })
  expect((await messages(id)).messages.filter(({ code }) => code === 'file')).toEqual([told])

  const answer = await fetched(id, 3)
  const bytes = Buffer.from(await answer.arrayBuffer())
  expect([answer.status, answer.headers.get('content-type'), bytes.length]).toEqual([
    200,
    'image/png',
    told.details?.bytes,
  ])
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment/)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(bytes.includes('secret place')).toBe(false)
  const stranger = await newVisitor(house.url)
  for (const [seq, by] of [
    [1, token],
    [999, token],
    [3, stranger],
  ] as const)
    expect((await fetched(id, seq, by)).status).toBe(404)
})

test('what is no picture, PDF or text, is empty, broken or too large is refused by its bytes, and a text is kept as it is', async () => {
  const id = await ask()
  for (const [content, name, code] of [
    ['', 'empty.txt', 'tickets.file_empty'],
    ['MZ\u0000\u0001', 'holiday.png', 'tickets.file_type'],
    ['GIF89a and then nothing', 'moving.gif', 'tickets.file_broken'],
  ] as const)
    expect((await attach(id, new File([content], name))).body.error.code, name).toBe(code)
  const large = await attach(id, new File([new Uint8Array(10_000_001).fill(65)], 'large.txt'))
  expect([large.status, large.body.error.code]).toEqual([413, 'too_large'])
  const text = '第 1 行\r\nLOS 红灯 🙂'
  const kept = await attach(id, new File([text], '光猫.log'))
  expect(kept.status).toBe(201)
  expect(await (await fetched(id, kept.body.seq)).text()).toBe(text)
  expect((await messages(id)).messages.at(-1)).toMatchObject({
    code: 'file',
    body: '光猫.log',
    details: { type: 'text/plain' },
  })
})
