import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { type Asked, ack, aQuestion, call, type Message, newVisitor, openLine, type Said } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { publishTerms } from '../support/people.ts'
import { type House, startServer } from '../support/server.ts'

// Hundreds of calls each.
vi.setConfig({ testTimeout: 30_000 })
const database = testDatabase()
const clock = handSetClock()
const lines: Socket[] = []
let house: House

// Limits are counted by a clock that stands, so a house of its own for each test: nothing is left over from the last.
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  house = await startServer(database, clock)
  await publishTerms(database.db, clock.now())
})
afterEach(async () => {
  for (const line of lines.splice(0)) line.disconnect()
  await house.close()
})

type Customer = { token: string; id: string }
const arrive = async (): Promise<Customer> => {
  const token = await newVisitor(house.url)
  const { body } = await call<Asked>(house.url, 'POST', '/tickets', { token, body: aQuestion() })
  return { token, id: body.ticket.id }
}
const write = ({ token, id }: Customer, body: string) =>
  call<{ seq: number } & Partial<Said>>(house.url, 'POST', `/tickets/${id}/messages`, {
    token,
    body: { clientId: crypto.randomUUID(), body },
  })
const connected = async (auth: object): Promise<Socket> => {
  const socket = openLine(house.url, auth)
  lines.push(socket)
  await new Promise((resolve, reject) => socket.once('connect', () => resolve(null)).once('connect_error', reject))
  return socket
}

test("one customer's flood of messages does not hold up another's", async () => {
  const [flooding, waiting] = [await arrive(), await arrive()]
  let taken = 0
  const flood = Array.from({ length: 400 }, (_, n) => write(flooding, `${n}`).then(() => taken++))
  await Promise.race(flood)
  for (let n = 0; n < 10; n++) expect((await write(waiting, 'Is somebody there?')).status).toBe(201)
  expect(taken, 'of the 400 are done when ten of another are').toBeLessThan(200)
  await Promise.all(flood)
})

/** A call as it arrives from a peer, without the way there: these tests make thousands. */
const from = async (peer: string, path: string, headers: Record<string, string>) => {
  const incoming = { socket: { remoteAddress: peer }, headers }
  const answer = await house.app.request(`/api/v1${path}`, { headers }, { incoming })
  return { status: answer.status, wait: answer.headers.get('retry-after'), body: (await answer.json()) as Said }
}
const NAT = '203.0.113.9'
const statuses = (answers: readonly { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length

test("an address has 3000 calls a minute, a token 600 of them; what a token asks beyond is at nobody's cost", async () => {
  const [flooding, neighbour] = [await arrive(), await arrive()]
  const ask = ({ token, id }: Customer) => from(NAT, `/tickets/${id}/rating`, { authorization: `Bearer ${token}` })
  const times = async <T>(count: number, what: (n: number) => Promise<T>): Promise<T[]> => {
    const answers: T[] = []
    while (answers.length < count) answers.push(...(await Promise.all(Array.from({ length: 50 }, (_, n) => what(n)))))
    return answers
  }
  const answers = await times(900, () => ask(flooding))
  // Its question was the first of the 600.
  expect([statuses(answers, 200), statuses(answers, 429)]).toEqual([599, 301])
  expect(answers.at(-1)).toMatchObject({ wait: '1', body: { error: { code: 'too_many', retryAfterSeconds: 1 } } })
  expect(statuses([await ask(neighbour), await from(NAT, '/desk', {})], 200)).toBe(2)
  expect(statuses(await times(50, () => from(NAT, '/desk', { origin: 'https://evil.example' })), 403)).toBe(50)
  const guess = (n: number) =>
    from(NAT, '/tickets', { authorization: 'Bearer guessed', 'x-forwarded-for': `198.51.100.${n}` })
  const guesses = await times(2400, guess)
  expect([statuses(guesses, 401), statuses(guesses, 429)]).toEqual([3000 - 599 - 2 - 50, 51])
  expect((await ask(neighbour)).status).toBe(429)
  clock.forward({ seconds: 1 })
  expect((await ask(neighbour)).status).toBe(200)
})

test('a customer has at most 50 lines at once and 120 new ones a minute; another one of the address still comes in', async () => {
  const [many, other] = [await arrive(), await arrive()]
  const open = () => connected({ token: many.token })
  for (let n = 0; n < 50; n++) await open()
  const refused = await open().catch((error) => error)
  expect(refused.message).toBe('too_many')
  expect(refused.data.error.retryAfterSeconds).toBeGreaterThan(0)
  for (const line of lines.splice(0)) line.disconnect()
  for (let n = 51; n < 120; n++) (await open()).disconnect()
  expect((await open().catch((error) => error)).message).toBe('too_many')
  await connected({ token: other.token })
})

test('600 messages a minute over all lines of a token are taken, one more is told when to come again', async () => {
  const { token, id } = await arrive()
  const answers: { error?: { code: string; retryAfterSeconds: number } }[] = []
  for (let n = 0; n < 16; n++) {
    const socket = await connected({ token })
    const post = () => ack<object>(socket, 'message.post', { ticketId: id, clientId: crypto.randomUUID(), body: 'a' })
    answers.push(...(await Promise.all(Array.from({ length: 40 }, post))))
  }
  expect(answers.filter(({ error }) => !error)).toHaveLength(600)
  expect(answers.at(-1)?.error).toMatchObject({ code: 'too_many', retryAfterSeconds: 1 })
})

test('whoever floods a line is cut, and those beside them are answered all the while', async () => {
  const [flooding, waiting] = [await arrive(), await arrive()]
  const beside = await connected({ token: waiting.token })
  const frame = `42/chat,1${JSON.stringify(['typing', { ticketId: flooding.id, on: true }])}`
  for (const flood of [frame, `42/chat,1["x","${'y'.repeat(60_000)}"]`, '3']) {
    const raw = new WebSocket(`${house.url.replace('http', 'ws')}/live/?EIO=4&transport=websocket`)
    await new Promise((resolve) => raw.addEventListener('open', resolve))
    raw.send(`40/chat,${JSON.stringify({ token: flooding.token })}`)
    const cut = new Promise((resolve) => raw.addEventListener('close', resolve))
    for (let n = 0; n < 1000; n++) raw.send(flood)
    const message = { ticketId: waiting.id, clientId: crypto.randomUUID(), body: 'Is somebody there?' }
    expect(await ack(beside, 'message.post', message)).toMatchObject({ seq: expect.any(Number) })
    await cut
  }
})

test('whoever does not read what comes is cut, and gets everything when they come back', async () => {
  const { token, id } = await arrive()
  for (let n = 0; n < 60; n++) await write({ token, id }, '🙂'.repeat(4000))
  const raw = new WebSocket(`${house.url.replace('http', 'ws')}/live/?EIO=4&transport=websocket`)
  const socket = await connected({ token })
  raw.close()
  const engine = socket.io.engine as unknown as { transport: { ws: { _socket?: { pause: () => void } } } }
  expect(engine.transport.ws).toBeDefined()
  const own = [...house.deps.live.io.of('/chat').sockets.values()].find(({ id: known }) => known === socket.id)
  const cut = new Promise<string>((resolve) => own?.once('disconnect', (reason) => resolve(reason)))
  engine.transport.ws._socket?.pause()
  for (let n = 0; n < 40; n++) socket.emit('resume', { tickets: [{ id, after: 0 }] }, () => undefined)
  expect(await cut).toMatch(/forced close|transport close/)

  const back = await connected({ token })
  const seqs: number[] = []
  for (let lastSeq = 1; seqs.length < lastSeq; ) {
    type Resumed = { tickets: [{ messages: Message[]; lastSeq: number }] }
    const { tickets } = await ack<Resumed>(back, 'resume', { tickets: [{ id, after: seqs.length }] })
    lastSeq = tickets[0].lastSeq
    expect(JSON.stringify(tickets).length).toBeLessThan(400_000)
    seqs.push(...tickets[0].messages.map(({ seq }) => seq))
  }
  expect(seqs).toEqual(Array.from({ length: 62 }, (_, at) => at + 1))
})
