import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { ack, next, openLine } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { deskLine, opened } from '../support/desk-line.ts'
import { hire, putOnPost, type Visitor, welcome } from '../support/people.ts'
import { hasRedis, startRedis } from '../support/redis.ts'
import { type House, heard, startServer } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: House
let mei: StaffId
let zhou: StaffId
let suQing: Visitor
let desk: Browser
let boss: Browser
let id: TicketId

beforeAll(async () => {
  house = await startServer(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟')
  await putOnPost(database.db, mei, 'service', { seen: null })
  await putOnPost(database.db, zhou, 'manager', { seen: null })
  suQing = await welcome(database.db, '苏晴')
  desk = await signedIn(house, mei)
  boss = await signedIn(house, zhou)
  const does = conversations(house)
  id = await does.ask(suQing)
  await does.take(id, mei)
})

const line = (who: Browser, at = house): Promise<Socket> => deskLine(at.url, who.cookie)
/** A window in which the conversation is open. */
const looking = async (who: Browser, at = house): Promise<Socket> => {
  const socket = await line(who, at)
  await ack(socket, 'watch', { ticketId: id })
  return socket
}
const beside = async (who: Browser) => {
  const { html, status } = await who.get(`/tickets/${id}/beside`)
  if (status !== 200) throw new Error(`${status}`)
  const { beside: all } = JSON.parse(html) as { beside: { name: string; writing: string | null }[] }
  return all.map(({ name, writing }) => (writing ? `${name} ${writing}` : name))
}
/** What this colleague sees beside them, as soon as it is so. */
const sees = (who: Browser, what: string[]) =>
  vi.waitFor(async () => expect(await beside(who)).toEqual(what), { timeout: 10_000, interval: 50 })
const told = (socket: Socket) =>
  next<object>(socket, 'topic', (said) => (said as { topic: string }).topic === `beside:${id}`)

test('two who have one conversation open see each other by name, however many windows, until the last one closes', async () => {
  const mine = await looking(desk)
  expect(await beside(desk)).toEqual([])
  const heard = told(mine)
  const windows = [await looking(boss), await looking(boss)]
  await heard
  await sees(desk, ['陈舟'])
  await sees(boss, ['林玫'])

  windows[0]?.disconnect()
  await vi.waitFor(() => expect(house.deps.live.lines().desk).toBe(2))
  expect(await beside(desk)).toEqual(['陈舟'])
  const gone = told(mine)
  windows[1]?.disconnect()
  await gone
  await sees(desk, [])
})

test('whoever turns to another conversation looks there no longer', async () => {
  await looking(desk)
  const theirs = await looking(boss)
  await sees(desk, ['陈舟'])
  await ack(theirs, 'unwatch', { ticketId: id })
  await sees(desk, [])
})

test('who writes is seen by colleagues, to whom, and no longer than they do', async () => {
  const mine = await looking(desk)
  const theirs = await looking(boss)
  await ack(mine, 'typing', { ticketId: id, on: true })
  await sees(boss, ['林玫 customer'])
  await ack(mine, 'typing', { ticketId: id, on: false })
  await sees(boss, ['林玫'])
  await ack(theirs, 'typing', { ticketId: id, on: true, to: 'colleagues' })
  await sees(desk, ['陈舟 colleagues'])
  // They fell silent in the middle of a word.
  await sees(desk, ['陈舟'])
})

test('a window that only looks does not hide that the same person writes in another', async () => {
  const [first] = [await looking(desk), await looking(desk)]
  await ack(first as Socket, 'typing', { ticketId: id, on: true })
  await sees(boss, ['林玫 customer'])
})

test('the customer sees that the agent writes, never that a colleague does or that it is a note', async () => {
  const mine = await looking(desk)
  const theirs = await looking(boss)
  const customer = await opened(openLine(house.url, { token: suQing.token }))
  const heard: unknown[] = []
  customer.on('typing', (said) => heard.push(said))
  await ack(theirs, 'typing', { ticketId: id, on: true })
  await ack(theirs, 'typing', { ticketId: id, on: true, to: 'colleagues' })
  await ack(mine, 'typing', { ticketId: id, on: true, to: 'colleagues' })
  const shown = next<object>(customer, 'typing')
  await ack(mine, 'typing', { ticketId: id, on: true })
  await shown
  expect(heard).toEqual([{ ticketId: id, by: 'staff', on: true, name: '林玫', nameEn: '林玫' }])
})

test('who may not read a conversation neither looks at it nor learns who does, and it is as if it were not there', async () => {
  await looking(desk)
  const off = await signedIn(house, await hire(database.db, '韦一'))
  const refused = await off.get(`/tickets/${id}/beside`)
  const missing = await off.get('/tickets/999999/beside')
  expect([refused.status, missing.status]).toEqual([403, 403])
  await ack(await line(off), 'watch', { ticketId: id })
  expect(await beside(boss)).toEqual(['林玫'])
})

test('whoever loses the right to it looks no longer within a second', async () => {
  await looking(desk)
  await looking(boss)
  await sees(desk, ['陈舟'])
  await database.db
    .updateTable('attendances')
    .set({ checked_out_at: clock.now() })
    .where('staff_id', '=', zhou)
    .execute()
  await sees(desk, [])
})

test('what a process that died has seen is forgotten, and told', async () => {
  const mine = await looking(desk)
  await database.db
    .insertInto('looks')
    .values({ ticket_id: id, staff_id: zhou, process: 'dead', writing: 'customer', seen_at: clock.now() })
    .execute()
  expect(await beside(desk)).toEqual(['陈舟 customer'])
  clock.forward({ seconds: 16 })
  const gone = new Promise((resolve) => mine.on('topic', ({ topic }) => topic === `beside:${id}` && resolve(topic)))
  await gone
  await expect.poll(() => beside(desk)).toEqual([])
})

test('nothing of it is an event', async () => {
  const count = async () => (await database.db.selectFrom('events').select('id').execute()).length
  await heard(house)
  const before = await count()
  const mine = await looking(desk)
  await ack(mine, 'typing', { ticketId: id, on: true })
  await sees(boss, ['林玫 customer'])
  expect(await count()).toBe(before)
})

if (!hasRedis) console.warn('SKIPPED: side by side over several processes, because redis-server is not installed.')
test.runIf(hasRedis)(
  'two at different processes see each other, and while Redis is dead whoever asks still learns it',
  async () => {
    const redis = await startRedis()
    const [one, two] = await Promise.all(
      ['one', 'two'].map((process) => startServer(database, clock, undefined, { redisUrl: redis.url, process })),
    )
    if (!one || !two) throw new Error('two houses were to open')
    try {
      const [here, there] = [await signedIn(one, mei), await signedIn(two, zhou)]
      const mine = await looking(here, one)
      const heard = told(mine)
      const theirs = await looking(there, two)
      await heard
      await sees(here, ['陈舟'])
      await sees(there, ['林玫'])

      redis.process.kill('SIGKILL')
      await vi.waitFor(() => expect(one.deps.live.healthy()).toBe(false), { timeout: 10_000 })
      await ack(theirs, 'typing', { ticketId: id, on: true, to: 'colleagues' })
      await sees(here, ['陈舟 colleagues'])
      theirs.disconnect()
      await sees(here, [])
    } finally {
      await Promise.all([one.close(), two.close()])
    }
  },
)
