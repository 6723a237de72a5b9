import { beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../../server/kernel/ids.ts'
import { openTicket } from '../../../server/tickets/actions.ts'
import { getTicket } from '../../../server/tickets/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../../support/people.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let mei: StaffId
let suQing: Visitor
let desk: Browser
let here: TicketId
let epoch: number

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  suQing = await welcome(database.db, '苏晴')
  desk = await signedIn(house, mei, 'en')
  here = await does.ask(suQing, '账单多出 30 元')
  epoch = await does.take(here, mei)
})

/** What the same customer left as a form. */
const elsewhere = async () => {
  const { ticketId } = await house.deps.transact(suQing.actor, (tx) =>
    openTicket(tx, {
      customerId: suQing.customerId,
      visitorId: null,
      channel: 'form',
      language: 'zh-CN',
      categoryId: null,
      question: '这 30 元是什么',
      clientId: crypto.randomUUID(),
      cameFrom: null,
      live: true,
      promisedAt: null,
    }),
  )
  return ticketId
}
const state = async (id: TicketId) => (await getTicket(database.db, id)).state

test('another request of the same customer is brought into the conversation in hand, and taken out again', async () => {
  expect((await desk.get(`/desk/${here}`)).html).not.toContain('has also asked')
  const form = await elsewhere()
  const page = (await desk.get(`/desk/${here}`)).html
  expect(page).toContain('This customer has also asked')
  expect(page).toContain('这 30 元是什么')
  expect((await desk.post(`/tickets/${here}/intake`, { epoch, from: form })).location).toBe(`/desk/${here}`)
  expect([await state(form), await state(here)]).toEqual(['merged', 'open'])
  const merged = (await desk.get(`/desk/${here}`)).html
  expect(merged).toContain('1 request is part of this one')
  expect(merged).toContain('这 30 元是什么')
  expect(merged).not.toContain('has also asked')
  // The old one leads to the new one, and back out.
  expect((await desk.get(`/desk/${form}`)).html).toMatch(new RegExp(`Goes on in <a class="num" href="/desk/${here}"`))
  expect((await desk.post(`/tickets/${form}/split`)).status).toBe(303)
  expect([await state(form), await state(here)]).toEqual(['queued', 'open'])
})

test('pressed twice it is brought in once; what is in a colleague’s hands is offered to nobody else', async () => {
  const form = await elsewhere()
  for (let press = 0; press < 2; press++)
    expect((await desk.post(`/tickets/${here}/intake`, { epoch, from: form })).status).toBe(303)
  const other = await elsewhere()
  const zhou = await hire(database.db, '周宇')
  await putOnPost(database.db, zhou)
  await does.take(other, zhou)
  expect((await desk.get(`/desk/${here}`)).html).not.toContain('Bring it in here')
  expect((await desk.post(`/tickets/${here}/intake`, { epoch, from: other })).status).toBe(409)
  expect(await state(other)).toBe('open')
})

test('a request of another customer, or one that has ended, is refused in words; with an old epoch nothing moves', async () => {
  const bai = await welcome(database.db, '白露')
  const theirs = await does.ask(bai, '邮箱')
  const refused = await desk.post(`/tickets/${here}/intake`, { epoch, from: theirs })
  expect(refused.status).toBe(422)
  expect(refused.html).toMatch(/role="alert"/)
  const form = await elsewhere()
  expect((await desk.post(`/tickets/${here}/intake`, { epoch: epoch - 1, from: form })).status).toBe(409)
  expect((await desk.post(`/tickets/${here}/intake`, { epoch, from: '999999' })).status).toBe(404)
  expect([await state(theirs), await state(form)]).toEqual(['queued', 'queued'])
})
