import { beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { ack, openLine } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { deskLine, opened } from '../support/desk-line.ts'
import { testServer } from '../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const does = conversations(house)
const WORDS = ['one', 'two', 'three', 'four', 'five', 'six']
/** Settings are read anew after a second, by whoever speaks first then. */
const SETTINGS_ARE_OLD = 1100
let mei: StaffId
let suQing: Visitor
let id: TicketId
let epoch: number

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei, 'service', { seen: null })
  suQing = await welcome(database.db, '苏晴')
  id = await does.ask(suQing)
  epoch = await does.take(id, mei)
})

const said = async (by: 'customer' | 'staff'): Promise<string[]> =>
  (await listMessages(database.db, id, 0)).filter(({ author }) => author === by).map(({ body }) => body)

test('what an agent sends without waiting for answers stands in the order in which it was sent', async () => {
  const line = await deskLine(house.url, (await signedIn(house, mei)).cookie)
  await new Promise((resolve) => setTimeout(resolve, SETTINGS_ARE_OLD))
  await Promise.all(
    WORDS.map((body) => ack(line, 'message.post', { ticketId: id, epoch, clientId: crypto.randomUUID(), body })),
  )
  expect(await said('staff')).toEqual(WORDS)
})

test('what a customer sends without waiting for answers stands in the order in which it was sent', async () => {
  const line = await opened(openLine(house.url, { token: suQing.token }))
  await new Promise((resolve) => setTimeout(resolve, SETTINGS_ARE_OLD))
  await Promise.all(
    WORDS.map((body) => ack(line, 'message.post', { ticketId: id, clientId: crypto.randomUUID(), body })),
  )
  expect((await said('customer')).slice(1)).toEqual(WORDS)
})
