import fs from 'node:fs'
import path from 'node:path'
import { hash } from '@node-rs/argon2'
import sharp from 'sharp'
import type { Socket } from 'socket.io-client'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { expireOffer } from '../../server/desk/offers/actions.ts'
import type { OfferId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { type Colleague, colleague, type Gaps, type Me } from '../support/colleague.ts'
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
} from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { hire, publishTerms, roster, TONIGHT, topic } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const PASSWORD = 'night after night'
const PROTOCOL = ['desk', 'chat'].map((feature) =>
  fs.readFileSync(path.join(import.meta.dirname, `../../server/${feature}/protocol.md`), 'utf8'),
)
const lines: Socket[] = []
let passwordHash: string
/** Names of fields and events, and codes, that came and that the document does not have. */
let unheardOf: Set<string>

beforeAll(async () => {
  passwordHash = await hash(PASSWORD, { memoryCost: 4096, timeCost: 1 })
})
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  unheardOf = new Set()
  await publishTerms(database.db, clock.now())
})
afterEach(() => {
  for (const line of lines.splice(0)) line.disconnect()
  expect([...unheardOf]).toEqual([])
})

/** Every field that comes stands in the document; so does the code of every error, or the group that it belongs to. */
function hears(what: unknown): void {
  if (Array.isArray(what)) return void what.forEach(hears)
  if (typeof what !== 'object' || what === null) return
  for (const [name, value] of Object.entries(what)) {
    note(name)
    if (name === 'code' && typeof value === 'string') note(value)
    hears(value)
  }
}
const note = (word: string): void => {
  const group = word.replace(/\.[^.]+$/, '.…')
  const known = PROTOCOL.some((text) =>
    [word, group].some((one) => new RegExp(`(?<![\\w.])${one.replaceAll('.', '\\.')}(?!\\w)`).test(text)),
  )
  if (!known) unheardOf.add(word)
}

const loginOf = async (staffId: StaffId): Promise<string> =>
  (await database.db.selectFrom('staff').select('login').where('id', '=', staffId).executeTakeFirstOrThrow()).login
/** Somebody with a shift tonight, who signs in and goes on post as the document says. */
async function onPost(name: string, post: 'service' | 'manager' = 'service') {
  const staffId = await hire(database.db, name, { passwordHash, rank: post === 'manager' ? 'supervisor' : 'staff' })
  await roster(database.db, staffId, post, TONIGHT)
  const client = colleague(house.url, hears)
  const me = await client.signIn(await loginOf(staffId), PASSWORD)
  expect(me.status).toBe(200)
  const duty = (await client.get<{ state: string; shift: { id: string } }>('/duty')).body
  expect(duty.state).toBe('can_check_in')
  const { body } = await client.post<{ state: string }>('/duty/check-in', { shift: duty.shift.id })
  expect(body.state).toBe('on_duty')
  return { ...client, staffId }
}
/** A line that is open, and that the house has seen: from here on its colleague is asked. */
const online = async (client: Colleague & { readonly staffId?: StaffId }): Promise<Socket> => {
  const socket = await client.line()
  lines.push(socket)
  const seen = () => database.db.selectFrom('presence').select('staff_id').execute()
  if (client.staffId) await expect.poll(seen).toContainEqual({ staff_id: client.staffId })
  return socket
}
const hear = (socket: Socket, name: string) =>
  next<{ topic: string }>(socket, 'topic', ({ topic: said }) => said === name || said.startsWith(`${name}:`))

/** A customer, by their own protocol. */
async function customer() {
  const token = await newVisitor(house.url)
  const { body } = await call<Asked>(house.url, 'POST', '/tickets', { token, body: aQuestion() })
  const { id } = body.ticket
  const post = (path: string, more: object) => call(house.url, 'POST', `/tickets/${id}/${path}`, { token, body: more })
  return {
    id: id as string,
    token,
    /** As their protocol asks: after a 5xx the same again, until it is there. */
    writes: async (text: string) => {
      const message = { clientId: crypto.randomUUID(), body: text }
      for (;;) {
        const answer = await post('messages', message)
        if (answer.status < 500) return answer
      }
    },
    rates: (rating: object) => post('rating', rating),
    complains: () => post('complaint', {}),
  }
}
async function offerTo(client: Colleague) {
  await vi.waitFor(async () => expect((await client.desk()).offer).not.toBeNull(), { timeout: 10_000 })
  const { offer } = await client.desk()
  if (!offer) throw new Error('the offer is gone')
  return offer
}
/** On post, with a conversation in hand. */
async function atWork(name = 'Lin Mei') {
  const client = await onPost(name)
  const socket = await online(client)
  const asker = await customer()
  const offer = await offerTo(client)
  const { body } = await client.post<{ ticketId: string; epoch: number }>(`/desk/offers/${offer.id}/acceptance`)
  await ack(socket, 'watch', { ticketId: asker.id })
  return { client, socket, asker, id: asker.id, epoch: body.epoch }
}
const said = (answer: { status: number; body: Said }) => [answer.status, answer.body.error.code]

test('an agent signs in, goes on post, takes an offer, talks, notes, resolves, and sees the rating arrive', async () => {
  const mei = await onPost('Lin Mei')
  const socket = await online(mei)
  const me = (await mei.get<Me>('/me')).body
  expect(me).toMatchObject({ name: 'Lin Mei', duty: { post: 'service', state: 'on_duty' } })
  expect(me.capabilities).toEqual(expect.arrayContaining(['desk.work', 'ticket.read']))
  await vi.waitFor(async () =>
    expect((await mei.desk()).colleagues).toMatchObject([{ staffId: mei.staffId, here: true, open: 0 }]),
  )

  const offered = hear(socket, `offer:${mei.staffId}`)
  const suQing = await customer()
  await offered
  const offer = await offerTo(mei)
  expect(offer).toMatchObject({ ticketId: suQing.id, question: 'The line has been down since midnight.' })
  expect(await mei.post(`/desk/offers/${offer.id}/acceptance`)).toEqual({
    status: 200,
    body: { ticketId: suQing.id, epoch: 1 },
  })
  expect((await mei.post(`/desk/offers/${offer.id}/acceptance`)).status).toBe(200)
  expect(await mei.desk()).toMatchObject({ offer: null, mine: [{ ticketId: suQing.id, waitingOn: 'us' }], queue: [] })

  const { id } = suQing
  await ack(socket, 'watch', { ticketId: id })
  const first = await ack<Gaps>(socket, 'resume', { tickets: [{ id, after: 0 }] })
  expect(first.tickets[0]?.messages.map(({ seq }) => seq)).toEqual([1, 2, 3])
  const word = next(socket, 'message', ({ author }) => author === 'customer')
  await suQing.writes('All lamps are red.')
  expect(await word).toMatchObject({ seq: 4, ticketId: id, body: 'All lamps are red.' })
  expect(await ack(socket, 'marks', { ticketId: id, delivered: 4, read: 4 })).toEqual({})
  const reply = { clientId: crypto.randomUUID(), epoch: 1, body: 'Is the cable plugged in?' }
  expect(await ack(socket, 'message.post', { ticketId: id, ...reply })).toMatchObject({ seq: 5, repeated: false })
  expect(await mei.ticket(id)).toMatchObject({
    state: 'open',
    mine: true,
    epoch: 1,
    waitingOn: 'customer',
    lastSeq: 5,
    with: { name: 'Lin Mei' },
    marks: { staff: { read: 4 } },
    rating: null,
  })

  const noted = hear(socket, `notes:${id}`)
  const clientId = crypto.randomUUID()
  for (let twice = 0; twice < 2; twice++)
    expect((await mei.post(`/tickets/${id}/notes`, { clientId, body: 'Third time this week' })).status).toBe(200)
  await noted
  const { notes } = (await mei.get<{ notes: object[] }>(`/tickets/${id}/notes`)).body
  expect(notes).toMatchObject([{ body: 'Third time this week', name: 'Lin Mei', afterSeq: 5 }])

  const words = { epoch: 1, categoryId: await topic(database.db, 'broadband'), need: 'The line back', result: '' }
  const lacking = await mei.post(`/tickets/${id}/resolution`, words)
  expect(said(lacking)).toEqual([422, 'tickets.result_missing'])
  for (let twice = 0; twice < 2; twice++)
    expect((await mei.post(`/tickets/${id}/resolution`, { ...words, result: 'A loose cable' })).status).toBe(200)
  expect(await mei.ticket(id)).toMatchObject({ state: 'resolved', rating: { state: 'asked', service: null } })
  const rated = hear(socket, `ticket:${id}`)
  await suQing.rates({ service: 5, product: 3 })
  await rated
  expect((await mei.ticket(id)).rating).toEqual({ state: 'given', service: 5, product: 3 })
  expect((await mei.post('/sign-out')).status).toBe(200)
  expect(said(await mei.get('/desk'))).toEqual([401, 'unauthenticated'])
})

test('an offer that is passed or runs out goes to the next, and whoever is late is told', async () => {
  const mei = await onPost('Lin Mei')
  await online(mei)
  await customer()
  const first = await offerTo(mei)
  const zhou = await onPost('Chen Zhou')
  await online(zhou)
  expect(said(await zhou.post(`/desk/offers/${first.id}/acceptance`))).toEqual([404, 'not_found'])
  expect(said(await zhou.post('/desk/offers/999999/acceptance'))).toEqual([404, 'not_found'])
  expect((await mei.post(`/desk/offers/${first.id}/pass`)).status).toBe(200)
  const second = await offerTo(zhou)
  expect(second.ticketId).toBe(first.ticketId)
  clock.set(second.expiresAt)
  expect((await zhou.desk()).offer).toBeNull()
  expect(said(await zhou.post(`/desk/offers/${second.id}/acceptance`))).toEqual([422, 'desk.offer_over'])
  await house.deps.transact(system, (tx) => expireOffer(tx, second.id as OfferId))
  expect((await zhou.desk()).queue).toMatchObject([{ ticketId: first.ticketId, place: 1 }])
})

test('a reply sent twice by both doors is one, another text under its id is refused, and an old epoch changes nothing', async () => {
  const { client, socket, id, epoch } = await atWork()
  const reply = { clientId: crypto.randomUUID(), epoch, body: 'One moment 🙂' }
  const [line, http] = await Promise.all([
    ack<{ seq: number }>(socket, 'message.post', { ticketId: id, ...reply }),
    client.write(id, reply),
  ])
  expect(http.body.seq).toBe(line.seq)
  expect(await client.write(id, reply)).toMatchObject({ status: 200, body: { seq: line.seq, repeated: true } })
  expect(said(await client.write(id, { ...reply, body: 'Another' }))).toEqual([409, 'client_id_reused'])
  expect((await client.post(`/tickets/${id}/return`, { epoch })).status).toBe(200)
  expect((await client.post(`/tickets/${id}/return`, { epoch })).status).toBe(200)
  const late = { clientId: crypto.randomUUID(), epoch, body: 'Still here?' }
  expect(said(await client.write(id, late))).toEqual([409, 'stale_assignment'])
  expect((await ack<Said>(socket, 'message.post', { ticketId: id, ...late })).error.code).toBe('stale_assignment')
  for (const act of ['transfer', 'complaint', 'spam', 'resolution'])
    expect(
      said(
        await client.post(`/tickets/${id}/${act}`, {
          epoch,
          ...(act === 'transfer' ? { to: '1' } : {}),
          ...(act === 'resolution' ? { categoryId: '', need: '', result: '' } : {}),
        }),
      ),
      act,
    ).toEqual([409, 'stale_assignment'])
  const { messages } = (await client.get<{ messages: Message[] }>(`/tickets/${id}/messages?after=0`)).body
  expect(messages.filter(({ author }) => author === 'staff').map(({ body }) => body)).toEqual(['One moment 🙂'])
})

test('after a cut everything said meanwhile comes with watch and resume, in order, and live again afterwards', async () => {
  const { socket, asker, id } = await atWork()
  socket.disconnect()
  for (let n = 0; n < 210; n++) await asker.writes(`word ${n}`)
  socket.connect()
  await new Promise((resolve) => socket.once('connect', () => resolve(null)))
  expect((await ack<Gaps>(socket, 'resume', { tickets: [{ id, after: 3 }] })).tickets).toEqual([])
  await ack(socket, 'watch', { ticketId: id })
  const shown = [1, 2, 3]
  for (let lastSeq = 4; shown.length < lastSeq; ) {
    const { tickets } = await ack<Gaps>(socket, 'resume', { tickets: [{ id, after: shown.length }] })
    lastSeq = tickets[0]?.lastSeq ?? 0
    shown.push(...(tickets[0]?.messages.map(({ seq }) => seq) ?? []))
  }
  expect(shown).toEqual(Array.from({ length: 213 }, (_, index) => index + 1))
  const live = next(socket, 'message')
  await asker.writes('Still here?')
  expect(await live).toMatchObject({ seq: 214 })
})

test('an answer of the longest words is bounded, and asking again brings the rest', async () => {
  const { client, socket, asker, id, epoch } = await atWork()
  for (let n = 0; n < 70; n++) expect((await asker.writes(`${n}${'字'.repeat(3990)}`)).status).toBeLessThan(300)
  let asked = 0
  for (const fetchAfter of [
    async (after: number) => (await ack<Gaps>(socket, 'resume', { tickets: [{ id, after }] })).tickets[0],
    async (after: number) => (await client.get<Gaps['tickets'][0]>(`/tickets/${id}/messages?after=${after}`)).body,
  ]) {
    let last = 0
    for (let lastSeq = 1; last < lastSeq; asked++) {
      const got = await fetchAfter(last)
      lastSeq = got?.lastSeq ?? 0
      expect(JSON.stringify(got).length).toBeLessThan(400_000)
      last = got?.messages.at(-1)?.seq ?? 0
    }
    expect(last).toBe(73)
  }
  expect(asked).toBeGreaterThan(2)
  expect(socket.connected).toBe(true)
  expect((await client.write(id, { clientId: crypto.randomUUID(), epoch, body: 'I have read it all.' })).status).toBe(
    201,
  )
})

test('a conversation is handed to a colleague, who hears of it, and taken back while they have not written', async () => {
  const { client: mei, id, epoch } = await atWork()
  const zhou = await onPost('Chen Zhou')
  const theirs = await online(zhou)
  const here = async () => (await mei.desk()).colleagues.find(({ staffId }) => staffId === zhou.staffId)
  await vi.waitFor(async () => expect(await here()).toMatchObject({ here: true }))
  const told = hear(theirs, `work:${zhou.staffId}`)
  expect((await mei.post(`/tickets/${id}/transfer`, { epoch, to: zhou.staffId })).status).toBe(200)
  await told
  expect(await zhou.ticket(id)).toMatchObject({ mine: true, epoch: epoch + 1, with: { name: 'Chen Zhou' } })
  expect((await zhou.desk()).mine).toMatchObject([{ ticketId: id }])
  expect((await mei.post(`/tickets/${id}/transfer/undo`)).status).toBe(200)
  expect(await mei.ticket(id)).toMatchObject({ mine: true, epoch: epoch + 2 })
  const off = await hire(database.db, 'Wei Yi')
  const refused = await mei.post(`/tickets/${id}/transfer`, { epoch: epoch + 2, to: off })
  expect(said(refused)).toEqual([422, 'tickets.transfer_not_on_post'])
})

test('row 59: a complaint rings at the duty manager, who settles it, takes the conversation and gives it back', async () => {
  const { client: mei, asker, id } = await atWork()
  const boss = await onPost('Chen Zhou', 'manager')
  const theirs = await online(boss)
  const rings = hear(theirs, 'board')
  await asker.complains()
  await rings
  type Alarms = { alarms: { id: string; kind: string; ticketId: string | null }[] }
  const alarms = async () => (await boss.get<Alarms>('/board/alarms')).body.alarms
  await vi.waitFor(async () => expect(await alarms()).toMatchObject([{ kind: 'complaint', ticketId: id }]))
  const [alarm] = await alarms()
  expect(said(await mei.post(`/board/alarms/${alarm?.id}/settlement`))).toEqual([403, 'denied'])
  for (let twice = 0; twice < 2; twice++)
    expect((await boss.post(`/board/alarms/${alarm?.id}/settlement`)).status).toBe(200)
  expect(await alarms()).toEqual([])

  const { epoch } = await boss.ticket(id)
  expect((await boss.post(`/tickets/${id}/assignment`, { epoch })).status).toBe(200)
  expect(await boss.ticket(id)).toMatchObject({ mine: true, epoch: epoch + 1 })
  expect((await boss.post(`/tickets/${id}/assignment`, { epoch: epoch + 1, staff: mei.staffId })).status).toBe(200)
  expect(await mei.ticket(id)).toMatchObject({ mine: true, epoch: epoch + 2 })
})

test('colleagues at one conversation see each other look and write, and the customer sees that somebody writes', async () => {
  const { client: mei, socket, asker, id } = await atWork()
  const boss = await onPost('Chen Zhou', 'manager')
  const theirs = await online(boss)
  const beside = async (who: Colleague) =>
    (await who.get<{ beside: { name: string; writing: string | null }[] }>(`/tickets/${id}/beside`)).body.beside
  const came = hear(socket, `beside:${id}`)
  await ack(theirs, 'watch', { ticketId: id })
  await came
  await vi.waitFor(async () => expect(await beside(mei)).toMatchObject([{ name: 'Chen Zhou', writing: null }]))
  const customers = openLine(house.url, { token: asker.token })
  lines.push(customers)
  await new Promise((resolve) => customers.once('connect', () => resolve(null)))
  const shown = next<object>(customers, 'typing')
  expect(await ack(socket, 'typing', { ticketId: id, on: true })).toEqual({})
  expect(await shown).toMatchObject({ by: 'staff', on: true, name: 'Lin Mei' })
  await vi.waitFor(async () => expect(await beside(boss)).toMatchObject([{ name: 'Lin Mei', writing: 'customer' }]))
  await ack(theirs, 'typing', { ticketId: id, on: true, to: 'colleagues' })
  await vi.waitFor(async () => expect(await beside(mei)).toMatchObject([{ writing: 'colleagues' }]))
  const typed = next<object>(socket, 'typing')
  await ack(customers, 'typing', { ticketId: id, on: true })
  expect(await typed).toEqual({ ticketId: id, by: 'customer', on: true })
  await ack(theirs, 'unwatch', { ticketId: id })
  await vi.waitFor(async () => expect(await beside(mei)).toEqual([]))
})

test('a file is a message of its own, once, told by its bytes, and comes back as it was stored', async () => {
  const { client, socket, id, epoch } = await atWork()
  const png = await sharp({ create: { width: 8, height: 6, channels: 3, background: '#123' } })
    .png()
    .toBuffer()
  const picture = new File([new Uint8Array(png)], 'lamps.png', { type: 'text/html' })
  const clientId = crypto.randomUUID()
  const came = next(socket, 'message', ({ code }) => code === 'file')
  const first = await client.attach(id, { clientId, epoch }, picture)
  expect(first).toMatchObject({ status: 201, body: { repeated: false } })
  expect(await client.attach(id, { clientId, epoch }, picture)).toMatchObject({
    status: 200,
    body: { seq: first.body.seq, repeated: true },
  })
  expect(await came).toMatchObject({ body: 'lamps.png', details: { type: 'image/png', width: 8, height: 6 } })
  const answer = await fetch(`${house.url}/tickets/${id}/files/${first.body.seq}`, {
    headers: { cookie: client.cookie() },
  })
  expect([answer.status, answer.headers.get('content-disposition')?.split(';')[0]]).toEqual([200, 'attachment'])
  const page = new File(['<script>alert(1)</script>\u0000'], 'page.png')
  const refused = await client.attach(id, { clientId: crypto.randomUUID(), epoch }, page)
  expect(said(refused)).toEqual([422, 'tickets.file_type'])
})

test('while live words may be missing the line says so, and asking by HTTP does everything and keeps one present', async () => {
  const { client, socket, asker, id, epoch } = await atWork()
  const { live } = house.deps
  const { healthy } = live
  const on = next<object>(socket, 'degraded')
  Object.assign(live, { healthy: () => false })
  try {
    expect(await on).toEqual({ on: true })
    expect((await client.desk()).degraded).toBe(true)
    socket.disconnect()
    clock.forward({ seconds: 30 })
    await asker.writes('Are you there?')
    const { messages } = (await client.get<{ messages: Message[] }>(`/tickets/${id}/messages?after=3`)).body
    expect(messages).toMatchObject([{ body: 'Are you there?' }])
    expect((await client.write(id, { clientId: crypto.randomUUID(), epoch, body: 'Yes.' })).status).toBe(201)
    const { colleagues, mine } = await client.desk()
    expect(colleagues).toMatchObject([{ here: true }])
    expect(mine).toMatchObject([{ ticketId: id, waitingOn: 'customer' }])
  } finally {
    Object.assign(live, { healthy })
  }
})

test('an act without the session’s token, from elsewhere, or of another right is denied and nothing happens', async () => {
  const { client, id, epoch } = await atWork()
  expect(said(await client.post(`/tickets/${id}/return`, { epoch }, { 'x-token': 'x'.repeat(43) }))).toEqual([
    403,
    'denied',
  ])
  expect(said(await client.post(`/tickets/${id}/return`, { epoch }, { origin: 'https://evil.example' }))).toEqual([
    403,
    'denied',
  ])
  expect(said(await client.post(`/tickets/${id}/assignment`, { epoch }))).toEqual([403, 'denied'])
  expect(said(await client.get('/board/alarms'))).toEqual([403, 'denied'])
  expect(await client.ticket(id)).toMatchObject({ mine: true, epoch })
})

test('what is malformed is a 400 with its field, and what is not there a 404, the same as what is another’s', async () => {
  const { client, socket, id, epoch } = await atWork()
  const reply = { clientId: crypto.randomUUID(), epoch, body: 'Good evening' }
  for (const [message, code, field] of [
    [{ ...reply, body: ' ' }, 'bad_field', 'body'],
    [{ ...reply, body: '长'.repeat(4001) }, 'bad_field', 'body'],
    [{ ...reply, epoch: 'one' }, 'bad_field', 'epoch'],
    [{ ...reply, clientId: 'me' }, 'bad_field', 'clientId'],
    [{ ...reply, more: 1 }, 'unknown_field', 'more'],
  ] as const)
    expect((await client.write(id, message)).body.error, field).toMatchObject({ code, field })
  expect((await client.post(`/tickets/${id}/transfer`, { epoch })).body.error).toMatchObject({
    code: 'bad_field',
    field: 'to',
  })
  for (const [name, body, code] of [
    ['join', { room: 'talk:1' }, 'unknown_event'],
    ['watch', { ticketId: id, room: 'desk' }, 'unknown_field'],
    ['watch', { ticketId: 42 }, 'bad_field'],
    ['watch', { ticketId: '999999' }, 'not_found'],
    ['typing', { ticketId: '999999', on: true }, 'not_found'],
  ] as const)
    expect((await ack<Said>(socket, name, body)).error.code, name).toBe(code)

  const off = colleague(house.url, hears)
  await off.signIn(await loginOf(await hire(database.db, 'Wei Yi', { passwordHash })), PASSWORD)
  const foreign = await off.get(`/tickets/${id}`)
  expect(foreign).toEqual(await off.get('/tickets/999999'))
  expect(said(foreign)).toEqual([403, 'off_post'])
  expect(said(await off.get('/desk'))).toEqual([403, 'off_post'])
})

test('a wrong password is told as such, and after many one waits', async () => {
  const login = await loginOf(await hire(database.db, 'Wei Yi', { passwordHash }))
  const client = colleague(house.url, hears)
  expect(said(await client.signIn(login, 'not this one'))).toEqual([422, 'accounts.wrong'])
  for (let n = 0; n < 5; n++) await client.signIn(login, `guess ${n}`)
  expect(said(await client.signIn(login, PASSWORD))).toEqual([422, 'accounts.wait'])
  clock.forward({ minutes: 1 })
  expect((await client.signIn(login, PASSWORD)).status).toBe(200)
})

test('of many guesses sent at once five are looked at', async () => {
  const login = await loginOf(await hire(database.db, 'Wei Yi', { passwordHash }))
  const guesses = Array.from({ length: 12 }, (_, n) => colleague(house.url, hears).signIn(login, `guess ${n}`))
  const codes = (await Promise.all(guesses)).map((answer) => said(answer)[1])
  expect(codes.filter((code) => code === 'accounts.wrong')).toHaveLength(5)
  expect(codes.filter((code) => code === 'accounts.wait')).toHaveLength(7)
})

test('a session that ends cuts the line, and a line without one is refused in words', async () => {
  const { client, socket } = await atWork()
  const cut = new Promise((resolve) => socket.once('disconnect', resolve))
  socket.io.reconnection(false)
  await client.post('/sign-out')
  expect(await cut).toBe('io server disconnect')
  const error = await client.line().catch((reason) => reason)
  expect(error.message).toBe('unauthenticated')
  expect(error.data.error).toMatchObject({ code: 'unauthenticated', message: 'Sign in first.' })
})
