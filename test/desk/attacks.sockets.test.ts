import type { Socket } from 'socket.io-client'
import { beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { ack, type Said } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { deskLine } from '../support/desk-line.ts'
import { testServer } from '../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const does = conversations(house)
let mei: StaffId
let suQing: Visitor
let desk: Browser
let id: TicketId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei, 'service', { seen: null })
  suQing = await welcome(database.db, '苏晴')
  desk = await signedIn(house, mei)
  id = await does.ask(suQing)
})

const line = (who: Browser = desk): Promise<Socket> => deskLine(house.url, who.cookie)
const watch = (socket: Socket, ticketId: string) => ack<Partial<Said>>(socket, 'watch', { ticketId })

test('one too many in a second changes nothing, and the line goes on when it has calmed down', async () => {
  const epoch = await does.take(id, mei)
  const socket = await line()
  const letters = Array.from({ length: 60 }, (_, n) => ({ clientId: crypto.randomUUID(), body: `word ${n}` }))
  const answers = await Promise.all(
    letters.map((letter) =>
      ack<{ seq?: number } & Partial<Said>>(socket, 'message.post', { ticketId: id, epoch, ...letter }),
    ),
  )
  const refused = answers.filter(({ error }) => error?.code === 'too_many')
  expect(refused).toHaveLength(20)
  const stored = (await listMessages(database.db, id, 0)).filter(({ author }) => author === 'staff')
  expect(stored).toHaveLength(40)
  expect(new Set(stored.map(({ seq }) => seq))).toEqual(new Set(answers.flatMap(({ seq }) => seq ?? [])))
  clock.forward({ seconds: 4 })
  const late = letters[59]
  expect(await ack(socket, 'message.post', { ticketId: id, epoch, ...late })).toMatchObject({ repeated: false })
})

test('a line follows fifty conversations and no more, and another where it leaves one', async () => {
  const others: string[] = [id]
  for (let n = 0; n < 50; n++) others.push(await does.ask(await welcome(database.db, `客户${n}`)))
  const socket = await line()
  for (const [n, other] of others.entries()) {
    clock.forward({ seconds: 1 })
    expect((await watch(socket, other)).error?.code, String(n)).toBe(n < 50 ? undefined : 'too_many')
  }
  await ack(socket, 'unwatch', { ticketId: id })
  expect((await watch(socket, others[50] ?? '')).error).toBeUndefined()
})

test('whoever may not read a conversation cannot tell it from one that is not there, by any event', async () => {
  await does.take(id, mei)
  const off = await line(await signedIn(house, await hire(database.db, '韦一')))
  const letter = { epoch: 1, clientId: crypto.randomUUID(), body: '您好' }
  for (const [name, more, code] of [
    ['watch', {}, 'off_post'],
    ['typing', { on: true }, 'not_found'],
    ['marks', { read: 1 }, 'not_found'],
    ['message.post', letter, 'off_post'],
  ] as const) {
    const theirs = await ack<Said>(off, name, { ticketId: id, ...more })
    expect(theirs.error.code, name).toBe(code)
    expect(theirs, name).toEqual(await ack(off, name, { ticketId: '999999', ...more }))
  }
  expect((await listMessages(database.db, id, 0)).some(({ body }) => body === '您好')).toBe(false)
})

test('an id that no row can have, however large, is a wrong field and breaks nothing', async () => {
  const socket = await line()
  for (const ticketId of ['0', '-1', '1e3', '9'.repeat(30), '１', '', ' 1'])
    for (const [name, more] of [
      ['watch', {}],
      ['unwatch', {}],
      ['typing', { on: true }],
      ['message.post', { epoch: 1, clientId: crypto.randomUUID(), body: 'x' }],
    ] as const) {
      clock.forward({ seconds: 1 })
      expect((await ack<Said>(socket, name, { ticketId, ...more })).error.code, `${name} ${ticketId}`).toBe('bad_field')
    }
  expect((await watch(socket, '9'.repeat(18))).error?.code).toBe('not_found')
  expect((await watch(socket, id)).error).toBeUndefined()
})

test('a frame that is too large, or says a key twice, ends that line alone', async () => {
  const other = await line()
  const huge = await line()
  const cut = new Promise((resolve) => huge.once('disconnect', resolve))
  huge.emit('typing', { ticketId: id, on: true, to: 'x'.repeat(70_000) })
  await cut
  const twice = await line()
  const ended = new Promise((resolve) => twice.once('disconnect', resolve))
  const { transport } = twice.io.engine as unknown as { transport: { ws: { send: (frame: string) => void } } }
  transport.ws.send(`42/desk,["watch",{"ticketId":"${id}","ticketId":"${id}"}]`)
  await ended
  expect((await watch(other, id)).error).toBeUndefined()
})
