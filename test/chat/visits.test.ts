import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { type Answer, ack, call, openLine, type Ticket } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
let mei: StaffId
let suqing: Visitor
let ticketId: string

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  suqing = await welcome(database.db, '苏晴')
  ticketId = await conversations(house).ask(suqing)
})

const visit = () =>
  database.db.selectFrom('customer_visits').selectAll().where('ticket_id', '=', ticketId).executeTakeFirst()
const seen = async () => (await visit())?.seen_at

test('whoever polls for messages is there', async () => {
  await call(house.url, 'GET', `/tickets/${ticketId}/messages`, { token: suqing.token })
  await expect.poll(seen).toEqual(clock.now())
})

test('whoever holds a live line is there, up to the moment at which it ends', async () => {
  const socket = openLine(house.url, { token: suqing.token })
  await ack(socket, 'resume', { tickets: [] })
  await expect.poll(seen).toEqual(clock.now())
  clock.forward({ minutes: 7 })
  socket.disconnect()
  await expect.poll(seen).toEqual(clock.now())
})

test('nobody else’s line or poll makes a customer be there', async () => {
  const stranger = await welcome(database.db, '王芳')
  await call(house.url, 'GET', `/tickets/${ticketId}/messages`, { token: stranger.token })
  const socket = openLine(house.url, { token: stranger.token })
  await ack(socket, 'resume', { tickets: [{ id: ticketId, after: 0 }] })
  socket.disconnect()
  await call(house.url, 'GET', `/tickets/${ticketId}/messages`, { token: suqing.token })
  await expect.poll(seen).toEqual(clock.now())
  expect(await database.db.selectFrom('customer_visits').selectAll().execute()).toHaveLength(1)
})

test('a page that a person opened counts as read; one that a link scanner fetched does not', async () => {
  const { body } = await call<{ requestUrl: string }>(house.url, 'POST', `/tickets/${ticketId}/links`, {
    token: suqing.token,
  })
  const path = new URL(body.requestUrl).pathname
  await fetch(house.url + path)
  expect(await visit()).toBeUndefined()
  // A browser says it by itself, and no script of ours may.
  await house.app.request(path, { headers: { 'sec-fetch-mode': 'navigate' } })
  expect((await visit())?.shown_seq).toBe(2)
})

test('the button of the chat asks for the conversation by mail, and says why where it cannot be', async () => {
  const press = (): Promise<Answer<Ticket & { error?: { code: string } }>> =>
    call(house.url, 'POST', `/tickets/${ticketId}/transcript`, { token: suqing.token })
  expect((await press()).body.error?.code).toBe('tickets.no_mail_address')
  const at = clock.now()
  await database.db
    .insertInto('contacts')
    .values({ customer_id: suqing.customerId, kind: 'email', value: 'su@example.com', verified_at: at, created_at: at })
    .execute()
  expect((await press()).status).toBe(200)
  const again = await press()
  expect([again.status, again.body.error?.code]).toEqual([422, 'tickets.transcript_sent'])
  const stranger = await welcome(database.db, '王芳')
  expect((await call(house.url, 'POST', `/tickets/${ticketId}/transcript`, { token: stranger.token })).status).toBe(404)
})
