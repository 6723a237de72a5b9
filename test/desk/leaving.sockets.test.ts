import type { KyselyPlugin } from 'kysely'
import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { ack } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { deskLine } from '../support/desk-line.ts'
import { testServer } from '../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const does = conversations(house)
let zhou: StaffId
let suQing: Visitor
let id: TicketId
let line: Socket

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  const mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟')
  for (const one of [mei, zhou]) await putOnPost(database.db, one, 'service', { seen: null })
  suQing = await welcome(database.db, '苏晴')
  id = await does.ask(suQing)
  await does.take(id, mei)
  line = await deskLine(house.url, (await signedIn(house, zhou)).cookie)
})

/** The answer whose a conversation is can be held back, as a busy database does. */
const hands = { waiting: 0, held: Promise.resolve(), release: () => {} }
const slowly: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: async ({ result }) => {
    hands.waiting++
    await hands.held
    return result
  },
}
function hold(): void {
  const { db } = house.deps
  const selectFrom = db.selectFrom.bind(db)
  const slow = db.withPlugin(slowly)
  vi.spyOn(db, 'selectFrom').mockImplementation(((from: 'assignments') =>
    from === 'assignments' ? slow.selectFrom(from) : selectFrom(from)) as typeof db.selectFrom)
  hands.waiting = 0
  hands.held = new Promise((resolve) => {
    hands.release = resolve
  })
}
afterEach(() => {
  hands.release()
  vi.restoreAllMocks()
})

const isAsked = () => vi.waitFor(() => expect(hands.waiting).toBeGreaterThan(0), { timeout: 5000, interval: 10 })
/** What the line hears of conversations, once everything that was held back has gone on. */
async function rooms(): Promise<string[]> {
  hands.release()
  await ack(line, 'resume', { tickets: [] })
  const [one] = await house.deps.live.io.of('/desk').fetchSockets()
  return [...(one?.rooms ?? [])].filter((room) => /^(talk|masked|topic:ticket|topic:notes):/.test(room))
}

test('a conversation that is left while the rights are asked anew is heard no more', async () => {
  await ack(line, 'watch', { ticketId: id })
  hold()
  await isAsked()
  await ack(line, 'unwatch', { ticketId: id })
  expect(await rooms()).toEqual([])
})

test('a conversation that is left before it was opened is not heard, and nobody is said to look at it', async () => {
  hold()
  const opening = ack(line, 'watch', { ticketId: id })
  await isAsked()
  await ack(line, 'unwatch', { ticketId: id })
  hands.release()
  await opening
  expect(await rooms()).toEqual([])
})

test('a conversation that is left and opened again while the first opening goes on is heard', async () => {
  hold()
  const openings = [ack(line, 'watch', { ticketId: id })]
  await isAsked()
  await ack(line, 'unwatch', { ticketId: id })
  openings.push(ack(line, 'watch', { ticketId: id }))
  hands.release()
  await Promise.all(openings)
  expect(await rooms()).toContain(`masked:${id}`)
})
