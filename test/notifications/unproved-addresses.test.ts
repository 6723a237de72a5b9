import { expect, test } from 'vitest'
import { verifyContact } from '../../server/customers/verification/actions.ts'
import type { TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { askTranscript } from '../../server/tickets/transcripts/actions.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { conversationInHand } from '../support/in-hand.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { hire, welcome } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const here = conversationInHand({ database, house, does, clock })
const { gives, say, tick, sendAll, mails, alarms } = here

test('to an address that nobody has proved goes one fixed letter in ten minutes, without a word of anybody’s', async () => {
  await gives(here.suQing, 'stranger@example.com', false)
  await say('机密：电话 13812340041')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  await say('还有一句')
  clock.forward({ minutes: 30 })
  await tick()
  const [fixed, ...more] = await mails('verification', 'unread')
  expect(more).toEqual([])
  expect(fixed).toMatchObject({ kind: 'verification', recipient: 'stranger@example.com' })
  for (const words of ['机密', '13812340041', '苏晴', '家里宽带', '林玫']) {
    expect(fixed?.text).not.toContain(words)
    expect(fixed?.subject).not.toContain(words)
    expect(fixed?.html).not.toContain(words)
  }
})

test('another customer with the same unproved address makes no second letter to it within ten minutes', async () => {
  await gives(here.suQing, 'stranger@example.com', false)
  const other = await welcome(database.db, '王芳')
  await gives(other, 'stranger@example.com', false)
  const theirs = await does.ask(other)
  const held = await does.take(theirs, here.mei)
  await say('一')
  await does.say(theirs, here.mei, held, '二')
  clock.forward({ minutes: 10 })
  await tick()
  clock.forward({ minutes: 5 })
  for (const id of [here.ticketId, theirs]) await house.deps.transact(system, (tx) => askTranscript(tx, id as TicketId))
  await tick()
  expect(await mails('verification')).toHaveLength(1)
})

test('what one address was asked keeps no other from being asked', async () => {
  await gives(here.suQing, 'su@example.com', false)
  const other = await welcome(database.db, '王芳')
  await gives(other, 'wang@example.com', false)
  const theirs = await does.ask(other)
  for (const id of [here.ticketId, theirs]) await house.deps.transact(system, (tx) => askTranscript(tx, id))
  await tick()
  expect((await mails('verification')).map(({ recipient }) => recipient).toSorted()).toEqual([
    'su@example.com',
    'wang@example.com',
  ])
})

test('opening the link shows and proves nothing; its button proves the address, and what waited is mailed', async () => {
  await gives(here.suQing, 'su@example.com', false)
  await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  const { url, taken } = await mailServer()
  await sendAll(url)
  const link = /\/verify\/[\w-]+/.exec(readMail(taken[0] ?? '').text)?.[0] ?? ''
  const opened = await house.app.request(link)
  expect(opened.status).toBe(200)
  const page = await opened.text()
  expect(page).toContain('s***@example.com')
  await tick()
  expect(await mails('unread')).toEqual([])
  const cookie = opened.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const token = /name="_token" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const press = () =>
    house.app.request(link, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ _token: token }).toString(),
    })
  expect((await press()).status).toBe(303)
  expect((await press()).status).toBe(303)
  await tick()
  const [letter, ...more] = await mails('unread')
  expect(more).toEqual([])
  expect(letter).toMatchObject({ recipient: 'su@example.com' })
  expect((await house.app.request('/verify/made-up')).status).toBe(404)
  clock.forward({ hours: 80 })
  expect((await house.app.request(link)).status).toBe(404)
})

test('what no proved address released by the end of the night rings at the board and lies on the Outgoing page', async () => {
  await gives(here.suQing, 'su@example.com', false)
  await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  clock.set('2026-11-24T05:59:00+08:00')
  await tick()
  expect(await alarms()).toEqual([])
  clock.set('2026-11-24T06:00:00+08:00')
  await tick()
  await tick()
  expect(await alarms()).toEqual([{ kind: 'customer_unreached', ticket_id: here.ticketId }])
  expect(await mails('unread')).toMatchObject([{ state: 'kept', error: 'not_verified', recipient: null }])
  const office = await signedIn(house, await hire(database.db, '赵敏', { roles: ['administrator'] }), 'en')
  const page = (await office.get('/outgoing')).html
  expect(page).toContain('call them')
  expect(page).not.toContain('已经修好')
})

test('an address that wrote to us is proved: what waited or could not be told is mailed, and the bell stops', async () => {
  const contactId = await gives(here.suQing, 'su@example.com', false)
  await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  clock.set('2026-11-24T06:00:00+08:00')
  await tick()
  await house.deps.transact(system, (tx) => verifyContact(tx, contactId))
  await tick()
  expect(await alarms()).toEqual([])
  expect(await mails('unread')).toMatchObject([
    { recipient: null, state: 'dropped', error: 'told_after_all' },
    { recipient: 'su@example.com', state: 'pending' },
  ])
})

test('the bell about a customer who could not be told stops once they are back and have read', async () => {
  const { seq } = await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  clock.set('2026-11-24T06:00:00+08:00')
  await tick()
  expect(await alarms()).toHaveLength(1)
  await does.reads(here.suQing, here.ticketId, seq)
  await does.write(here.suQing, here.ticketId, '看到了，谢谢')
  await tick()
  expect(await alarms()).toEqual([])
})

test('a customer with no address at all is called, and one who called us is not rung about', async () => {
  await say('已经修好')
  const caller = await welcome(database.db, '何叔')
  const called = await does.ask(caller)
  await database.db
    .updateTable('tickets')
    .set({ visitor_id: null, channel: 'phone' })
    .where('id', '=', called)
    .execute()
  await does.say(called, here.mei, await does.take(called, here.mei), '记录：已电话告知')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  clock.set('2026-11-24T06:00:00+08:00')
  await tick()
  expect(await alarms()).toEqual([{ kind: 'customer_unreached', ticket_id: here.ticketId }])
})
