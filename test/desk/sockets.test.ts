import type { Socket } from 'socket.io-client'
import { beforeEach, expect, test, vi } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { ack, type Message, next, openLine, type Said } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { deskLine, openDeskLine, opened } from '../support/desk-line.ts'
import { testServer } from '../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const does = conversations(house)
let mei: StaffId
let zhou: StaffId
let suQing: Visitor
let desk: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟')
  await putOnPost(database.db, mei, 'service', { seen: null })
  suQing = await welcome(database.db, '苏晴')
  desk = await signedIn(house, mei)
})

const line = (who: Browser = desk): Promise<Socket> => deskLine(house.url, who.cookie)
const customer = (): Promise<Socket> => opened(openLine(house.url, { token: suQing.token }))
const mine = async () => {
  const id = await does.ask(suQing)
  return { id, epoch: await does.take(id, mei) }
}
/** Everything that a socket hears, as text. */
const hearing = (socket: Socket): string[] => {
  const heard: string[] = []
  socket.onAny((...event) => heard.push(JSON.stringify(event)))
  return heard
}
const rejected = (socket: Socket): Promise<string> =>
  opened(socket).then(
    () => 'admitted',
    (error) => error.message,
  )

test('the line needs a session, and a page of ours', async () => {
  expect(await rejected(openDeskLine(house.url, { origin: house.url }))).toBe('unauthenticated')
  expect(await rejected(openDeskLine(house.url, { cookie: `nightdesk=${'x'.repeat(43)}`, origin: house.url }))).toBe(
    'unauthenticated',
  )
  for (const headers of [{ cookie: desk.cookie }, { cookie: desk.cookie, origin: 'https://evil.example' }])
    expect(await rejected(openDeskLine(house.url, headers as Record<string, string>))).not.toBe('admitted')
  expect((await line()).connected).toBe(true)
})

test('whoever opens a page is seen at once, and offered what waits', async () => {
  await does.ask(suQing)
  const seen = () => database.db.selectFrom('presence').select('seen_at').where('staff_id', '=', mei).execute()
  expect(await seen()).toEqual([])
  await line()
  await vi.waitFor(async () => expect(await seen()).toEqual([{ seen_at: clock.now() }]))
})

test('an agent hears that the queue moved and that an offer came, and nobody hears another’s', async () => {
  await putOnPost(database.db, zhou, 'technician', { seen: null })
  const agent = await line()
  const technician = await line(await signedIn(house, zhou))
  await vi.waitFor(async () =>
    expect(await database.db.selectFrom('presence').selectAll().where('staff_id', '=', mei).execute()).toHaveLength(1),
  )
  const heard = hearing(technician)
  const queue = next<{ topic: string }>(agent, 'topic', ({ topic }) => topic === 'desk')
  const offer = next<{ topic: string }>(agent, 'topic', ({ topic }) => topic === `offer:${mei}`)
  const board = next<{ topic: string }>(technician, 'topic', ({ topic }) => topic === 'board')
  await does.ask(suQing)
  await Promise.all([queue, offer, board])
  expect(heard.filter((event) => /"(desk|offer:\d+)"/.test(event))).toEqual([])
})

test('a reply is acknowledged when it is stored, is one however often it is sent, and reaches both sides as data', async () => {
  const { id, epoch } = await mine()
  const agent = await line()
  const theirs = await customer()
  await ack(agent, 'watch', { ticketId: id })
  const both = [next<Message>(agent, 'message'), next<Message>(theirs, 'message')]
  const message = { ticketId: id, epoch, clientId: crypto.randomUUID(), body: '🙂 您好' }
  const [first, second] = await Promise.all([
    ack<{ seq: number }>(agent, 'message.post', message),
    ack<{ seq: number }>(agent, 'message.post', message),
  ])
  expect(first.seq).toBe(second.seq)
  for (const heard of await Promise.all(both))
    expect(heard).toMatchObject({
      seq: first.seq,
      body: '🙂 您好',
      author: 'staff',
      name: '林玫',
      clientId: message.clientId,
    })
  const resumed = await ack<{ tickets: [{ messages: Message[] }] }>(agent, 'resume', {
    tickets: [{ id, after: first.seq - 1 }],
  })
  expect(resumed.tickets[0].messages.map(({ body }) => body)).toEqual(['🙂 您好'])
})

test('a number that no row can have is a wrong field, not a fault of ours', async () => {
  const { id } = await mine()
  const socket = await line()
  await ack(socket, 'watch', { ticketId: id })
  const message = { ticketId: id, clientId: crypto.randomUUID(), body: '您好' }
  for (const [event, body] of [
    ['message.post', { ...message, epoch: 2 ** 31 }],
    ['message.post', { ...message, epoch: 0 }],
    ['marks', { ticketId: id, read: 2 ** 53 - 1 }],
    ['resume', { tickets: [{ id, after: 2 ** 31 }] }],
  ] as const)
    expect((await ack<Said>(socket, event, body)).error.code, event).toBe('bad_field')
})

test('who is not let in is told so in the language of their browser', async () => {
  for (const [accept, words] of [
    ['zh-CN,en;q=0.5', /\p{Script=Han}/u],
    ['en', /^[^\p{Script=Han}]+$/u],
  ] as const) {
    const error = await opened(openDeskLine(house.url, { origin: house.url, 'accept-language': accept })).catch(
      (reason) => reason,
    )
    expect(error.data.error.message).toMatch(words)
  }
})

test('who has lost the conversation is refused by its epoch, and nothing is said', async () => {
  const { id, epoch } = await mine()
  const agent = await line()
  await desk.post(`/tickets/${id}/return`, { epoch })
  const refused = await ack<Said>(agent, 'message.post', {
    ticketId: id,
    epoch,
    clientId: crypto.randomUUID(),
    body: '还在吗',
  })
  expect(refused.error).toMatchObject({ code: 'stale_assignment', message: '这个对话现在由别人负责。' })
  expect((await listMessages(database.db, id, 0)).some(({ body }) => body === '还在吗')).toBe(false)
})

test('each side sees the other type, and only whoever has the conversation types to the customer', async () => {
  const { id } = await mine()
  const agent = await line()
  const theirs = await customer()
  await ack(agent, 'watch', { ticketId: id })
  const typing = next<object>(agent, 'typing')
  await ack(theirs, 'typing', { ticketId: id, on: true })
  expect(await typing).toEqual({ ticketId: id, by: 'customer', on: true })

  await putOnPost(database.db, zhou, 'manager', { seen: null })
  const other = await line(await signedIn(house, zhou))
  await ack(other, 'watch', { ticketId: id })
  const heard = hearing(theirs)
  await ack(other, 'typing', { ticketId: id, on: true })
  const shown = next<object>(theirs, 'typing')
  await ack(agent, 'typing', { ticketId: id, on: true })
  expect(await shown).toMatchObject({ by: 'staff', on: true, name: '林玫' })
  expect(heard.filter((event) => event.includes('陈舟'))).toEqual([])
})

test('only whoever has the conversation reads it for the house; a look by the duty manager is not “read”', async () => {
  const { id } = await mine()
  await putOnPost(database.db, zhou, 'manager', { seen: null })
  const boss = await line(await signedIn(house, zhou))
  const agent = await line()
  const theirs = await customer()
  for (const one of [boss, agent]) await ack(one, 'watch', { ticketId: id })
  const heard = hearing(theirs)
  await ack(boss, 'marks', { ticketId: id, read: 3 })
  expect(heard.filter((event) => event.includes('marks'))).toEqual([])
  const read = next<object>(theirs, 'marks')
  await ack(agent, 'marks', { ticketId: id, delivered: 3, read: 3 })
  expect(await read).toEqual({ ticketId: id, by: 'staff', delivered: 3, read: 3 })
})

test('a note tells the open pages of colleagues that there is one, and never leaves the desk', async () => {
  const { id } = await mine()
  const agent = await line()
  const theirs = await customer()
  await ack(agent, 'watch', { ticketId: id })
  const heard = [hearing(agent), hearing(theirs)]
  const noted = next<{ topic: string }>(agent, 'topic', ({ topic }) => topic === `notes:${id}`)
  await desk.post(`/tickets/${id}/notes`, { clientId: crypto.randomUUID(), body: '脾气很大' })
  await noted
  const last = next<Message>(theirs, 'message')
  await does.say(id, mei, 1, '您好')
  await last
  const resumed = await ack(theirs, 'resume', { tickets: [{ id, after: 0 }] })
  expect(JSON.stringify([heard, resumed])).not.toContain('脾气')
  expect(heard[1]?.some((event) => event.includes('notes'))).toBe(false)
})

test('nobody watches a conversation without the right to it, and what does not exist is the same', async () => {
  const { id } = await mine()
  const off = await line(await signedIn(house, zhou))
  const theirs = await ack<Said>(off, 'watch', { ticketId: id })
  const missing = await ack<Said>(off, 'watch', { ticketId: '999999' })
  expect(theirs.error.code).toBe('off_post')
  expect(theirs).toEqual(missing)
  expect((await ack<Said>(off, 'typing', { ticketId: id, on: true })).error.code).toBe('not_found')
  expect(await ack(off, 'resume', { tickets: [{ id, after: 0 }] })).toMatchObject({ tickets: [] })
})

test('at the end of the shift the rooms end within a second', async () => {
  const { id, epoch } = await mine()
  const agent = await line()
  await ack(agent, 'watch', { ticketId: id })
  await desk.post(`/tickets/${id}/return`, { epoch })
  const gone = next<object>(agent, 'gone')
  const began = performance.now()
  clock.set('2026-11-24T06:00:01+08:00')
  expect(await gone).toEqual({ ticketId: id })
  expect(performance.now() - began).toBeLessThan(1500)
  const heard = hearing(agent)
  const theirs = await customer()
  const said = next<Message>(theirs, 'message', ({ body }) => body === '还有人吗')
  await does.write(suQing, id, '还有人吗')
  await said
  expect(heard).toEqual([])
})

test('whoever still has a conversation after the shift keeps its room until it ends', async () => {
  const { id } = await mine()
  const agent = await line()
  await ack(agent, 'watch', { ticketId: id })
  clock.set('2026-11-24T06:10:00+08:00')
  const word = next<Message>(agent, 'message')
  await does.write(suQing, id, '还在吗')
  expect((await word).body).toBe('还在吗')
})

test('a session that ends cuts its line within a second', async () => {
  const agent = await line()
  const cut = new Promise((resolve) => agent.once('disconnect', resolve))
  const began = performance.now()
  await desk.post('/sign-out')
  expect(await cut).toBe('io server disconnect')
  expect(performance.now() - began).toBeLessThan(1500)
  expect(await rejected(openDeskLine(house.url, { cookie: desk.cookie, origin: house.url }))).toBe('unauthenticated')
})

test('frames that are not of the table are answered with an error and change nothing', async () => {
  const { id, epoch } = await mine()
  const agent = await line()
  const message = { ticketId: id, epoch, clientId: crypto.randomUUID(), body: 'x' }
  for (const [name, body, code] of [
    ['join', { room: `talk:${id}` }, 'unknown_event'],
    ['watch', { ticketId: id, room: 'desk' }, 'unknown_field'],
    ['watch', { ticketId: 42 }, 'bad_field'],
    ['message.post', { ...message, body: ' ' }, 'bad_field'],
    ['message.post', { ...message, body: '长'.repeat(4001) }, 'bad_field'],
    ['message.post', { ...message, epoch: '1' }, 'bad_field'],
    ['resume', { tickets: Array.from({ length: 21 }, () => ({ id, after: 0 })) }, 'bad_field'],
  ] as const)
    expect((await ack<Said>(agent, name, body)).error.code, name).toBe(code)
  expect(await lastSeq(id)).toBe(3)
  expect(agent.connected).toBe(true)
})

const lastSeq = async (id: TicketId) => (await listMessages(database.db, id, 0)).at(-1)?.seq
