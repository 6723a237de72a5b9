import { connect } from 'node:net'
import type { Socket } from 'socket.io-client'
import { describe, expect, test } from 'vitest'
import { handSetClock } from '../support/clock.ts'
import { ack, type Said } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { customerWhoAsked } from '../support/unchanged.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const here = customerWhoAsked({ database, house, clock })
const { changesNothing } = here
const uuid = () => crypto.randomUUID()
const connected = async (): Promise<Socket> => {
  const socket = here.openLine()
  await new Promise((resolve, reject) => socket.once('connect', () => resolve(null)).once('connect_error', reject))
  return socket
}

test('a live line from a foreign page, or with a cookie and no page, does not open', async () => {
  const opens = (headers: Record<string, string>) =>
    new Promise((resolve) => {
      const socket = here.openLine(headers)
      socket.io.reconnection(false)
      socket.once('connect', () => resolve(true)).once('connect_error', () => resolve(false))
    })
  expect(await opens({ origin: house.url })).toBe(true)
  expect(await opens({ origin: 'https://shop.example' })).toBe(false)
  expect(await opens({ origin: 'null' })).toBe(false)
  expect(await opens({ cookie: 'nightdesk=x' })).toBe(false)
})

describe('a frame', () => {
  const cases: [name: string, args: unknown[], code: string][] = [
    ['no.such.event', [{}], 'unknown_event'],
    ['__proto__', [{}], 'unknown_event'],
    ['constructor', [{}], 'unknown_event'],
    ['join', [{ room: 'chat:1' }], 'unknown_event'],
    ['message.post', [], 'bad_frame'],
    ['message.post', [{}, {}], 'bad_frame'],
    ['message.post', [null], 'bad_field'],
    ['message.post', ['hello'], 'bad_field'],
    ['message.post', [{ ticketId: 1, clientId: uuid(), body: 'a' }], 'bad_field'],
    ['message.post', [{ ticketId: '1', clientId: uuid(), body: 'a\u0000' }], 'bad_field'],
    ['message.post', [{ ticketId: '1', clientId: uuid(), body: '\ud83d' }], 'bad_field'],
    ['message.post', [{ ticketId: '1', clientId: uuid(), body: Buffer.from('a') }], 'bad_field'],
    ['message.post', [{ ticketId: '999999', clientId: uuid(), body: 'a' }], 'not_found'],
    ['message.post', [{ ticketId: '1', clientId: uuid(), body: 'a', as: 'staff' }], 'unknown_field'],
    ['resume', [{ tickets: Array(21).fill({ id: '1', after: 0 }) }], 'bad_field'],
    ['resume', [{ tickets: [{ id: '1', after: -1 }] }], 'bad_field'],
    ['marks', [{ ticketId: '1' }], 'bad_field'],
    ['typing', [{ ticketId: '1', on: 'yes' }], 'bad_field'],
  ]
  test.for(cases)('%s %j is answered with an error and changes nothing', async ([name, args, code]) => {
    const socket = await connected()
    const said = await changesNothing(() => socket.timeout(2000).emitWithAck(name, ...args) as Promise<Said>)
    expect(said.error.code).toBe(code)
    expect(said.error.message).not.toContain('errors.')
    expect(socket.connected).toBe(true)
  })

  test('one event too many in a second is answered and not done, whether it is known or not', async () => {
    for (const event of ['typing', 'no.such.event']) {
      const socket = await connected()
      const answers = await Promise.all(
        Array.from({ length: 45 }, () => ack<Partial<Said>>(socket, event, { ticketId: here.ticket, on: true })),
      )
      const refused = answers.filter(({ error }) => error?.code === 'too_many')
      expect(refused).toHaveLength(5)
      expect(refused[0]?.error).toMatchObject({ retryAfterSeconds: expect.any(Number), message: expect.any(String) })
    }
  })

  test('in which a key comes twice cuts the line and changes nothing', async () => {
    const body = JSON.stringify({ ticketId: here.ticket, clientId: uuid(), body: 'a' })
    await changesNothing(async () => {
      const raw = await rawLine(house.url, `40/chat,${JSON.stringify({ token: here.token })}`)
      const closed = new Promise((resolve) => raw.addEventListener('close', resolve))
      raw.send(`42/chat,1["message.post",${body.slice(0, -1)},"body":"b"}]`)
      await closed
    })
  })

  test('of more than 64,000 bytes cuts the line and changes nothing', async () => {
    const socket = await connected()
    socket.io.reconnection(false)
    const cut = new Promise((resolve) => socket.once('disconnect', resolve))
    await changesNothing(async () => {
      socket.emit('message.post', { ticketId: here.ticket, clientId: uuid(), body: 'x'.repeat(70_000) })
      expect(await cut).toMatch(/transport/)
    })
  })
})

test('what is no packet, or no websocket frame, cuts that line alone', async () => {
  const other = await connected()
  const packets = [
    '42',
    '40/chat,[]',
    '42/chat,{',
    '42/chat,["message.post"',
    '451-["x"]',
    '9',
    '\u0000',
    '4',
    'hello',
    '44/chat,{}',
  ]
  for (const packet of packets) {
    const raw = await rawLine(house.url, `40/chat,${JSON.stringify({ token: here.token })}`)
    raw.send(packet)
    raw.send(Buffer.from([1, 2, 3]))
    await new Promise((resolve) => setTimeout(resolve, 20))
    raw.close()
  }
  await bytes(
    'GET /live/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: nonsense\r\nConnection: Upgrade\r\n\r\n',
  )
  await bytes('POST /api/v1/visitors HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{"la')
  await bytes('\u0000\u0001\u0002\r\n\r\n')
  expect((await fetch(`${house.url}/live/?EIO=4&transport=polling`)).status).toBe(400)
  expect(await ack(other, 'typing', { ticketId: here.ticket, on: false })).toEqual({})
})

test('there is no namespace to wait in without a token', async () => {
  for (const namespace of ['', '/other,']) {
    const raw = await rawLine(house.url)
    const answer = new Promise<string>((resolve) =>
      raw.addEventListener('message', ({ data }) => resolve(String(data)), { once: true }),
    )
    raw.send(`40${namespace}`)
    expect(await answer).toBe(`44${namespace}{"message":"Invalid namespace"}`)
    raw.close()
  }
})

/** A line of nothing but frames, after its greeting and, where one is given, the answer to a first packet. */
async function rawLine(desk: string, first?: string): Promise<WebSocket> {
  const raw = new WebSocket(`${desk.replace('http', 'ws')}/live/?EIO=4&transport=websocket`)
  await new Promise((resolve) => raw.addEventListener('message', resolve, { once: true }))
  if (first === undefined) return raw
  raw.send(first)
  await new Promise((resolve) => raw.addEventListener('message', resolve, { once: true }))
  return raw
}

/** Sends bytes that are no proper request and hangs up. */
const bytes = (sent: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(house.url).port), '127.0.0.1', () => socket.write(sent))
    socket.on('error', () => resolve()).on('close', () => resolve())
    setTimeout(() => socket.destroy(), 50)
  })
