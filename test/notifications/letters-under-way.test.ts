import type { SMTPServerOptions } from 'smtp-server'
import { expect, test } from 'vitest'
import { beginSending } from '../../server/notifications/outgoing/actions.ts'
import { system } from '../../server/platform/actor.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { conversationInHand } from '../support/in-hand.ts'
import { mailServer } from '../support/mail-server.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const here = conversationInHand({ database, house, does, clock })
const { tick, sendAll, mails, alarms, oneLetter } = here

test('a mail server that refuses an address rings for a call; one that greylists is asked again', async () => {
  const answer = (responseCode: number): SMTPServerOptions => ({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no'), { responseCode })),
  })
  await oneLetter()
  await sendAll((await mailServer(answer(451))).url)
  expect((await mails('unread'))[0]?.state).toBe('pending')
  expect(await alarms()).toEqual([])
  clock.forward({ minutes: 1 })
  await sendAll((await mailServer(answer(550))).url)
  expect((await mails('unread'))[0]?.state).toBe('failed')
  expect(await alarms()).toHaveLength(1)
})

test('a line that breaks after DATA leaves the letter unknown: it is not sent again, its answers in no other letter, and the board rings', async () => {
  let tries = 0
  const broken = await mailServer({
    onData: (stream) => {
      tries += 1
      stream.resume()
      stream.on('end', () => broken.drop())
    },
  })
  await oneLetter()
  await sendAll(broken.url)
  clock.forward({ hours: 1 })
  await tick()
  await sendAll(broken.url)
  expect(tries).toBe(1)
  expect(await mails('unread')).toMatchObject([{ state: 'unknown' }])
  expect(await alarms()).toHaveLength(1)
})

test('a process killed between sending and noting sends nothing twice', async () => {
  const { url, taken } = await mailServer()
  const id = await oneLetter()
  await house.deps.transact(system, (tx) => beginSending(tx, id, true))
  clock.forward({ minutes: 3 })
  await sendAll(url)
  expect(taken).toEqual([])
  expect(await mails('unread')).toMatchObject([{ state: 'unknown', error: 'process_lost' }])
  expect(await alarms()).toHaveLength(1)
})
