import { expect, test } from 'vitest'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { conversationInHand } from '../support/in-hand.ts'
import { welcome } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const here = conversationInHand({ database, house, does, clock })
const { gives, say, tick, mails } = here

test('at eight each customer with an open request on which something was done hears what, who has it and when they hear next', async () => {
  await gives(here.suQing, 'su@example.com', true)
  const { seq } = await say('已经报修')
  await does.reads(here.suQing, here.ticketId, seq)
  await database.db
    .updateTable('tickets')
    .set({ promised_at: new Date('2026-11-24T10:00:00+08:00') })
    .where('id', '=', here.ticketId)
    .execute()
  const quiet = await welcome(database.db, '王芳')
  await gives(quiet, 'wang@example.com', true)
  await does.ask(quiet)
  clock.set('2026-11-24T07:59:59+08:00')
  await tick()
  expect(await mails('morning')).toEqual([])
  clock.set('2026-11-24T08:00:00+08:00')
  await Promise.all([tick(), tick()])
  await tick()
  const [letter, ...more] = await mails('morning')
  expect(more).toEqual([])
  expect(letter?.recipient).toBe('su@example.com')
  expect(letter?.text).toContain('林玫接手处理')
  expect(letter?.text).toContain('共回复您 1 次')
  expect(letter?.text).toContain('由林玫处理')
  expect(letter?.text).toContain('11月24日 10:00 之前')
  clock.set('2026-11-25T08:00:00+08:00')
  await tick()
  expect(await mails('morning')).toHaveLength(1)
})

test('who is done, erased, spam or unproved gets no morning letter', async () => {
  await gives(here.suQing, 'su@example.com', true)
  await does.describe(here.ticketId, here.mei, here.epoch)
  await database.db
    .updateTable('tickets')
    .set({ state: 'closed', closed_at: clock.now() })
    .where('id', '=', here.ticketId)
    .execute()
  const make = async (name: string, verified: boolean) => {
    const who = await welcome(database.db, name)
    await gives(who, `${who.customerId}@example.com`, verified)
    const id = await does.ask(who)
    await does.take(id, here.mei)
    return { who, id }
  }
  const spam = await make('广告', true)
  await database.db.updateTable('tickets').set({ state: 'spam' }).where('id', '=', spam.id).execute()
  const erased = await make('某人', true)
  await database.db.updateTable('tickets').set({ erased_at: clock.now() }).where('id', '=', erased.id).execute()
  await make('未确认', false)
  clock.set('2026-11-24T08:00:00+08:00')
  await tick()
  expect(await mails('morning')).toEqual([])
})
