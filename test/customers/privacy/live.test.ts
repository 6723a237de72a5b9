import type { Socket } from 'socket.io-client'
import { beforeEach, expect, test, vi } from 'vitest'
import type { StaffId, TicketId } from '../../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { ack, type Message, next, type Said } from '../../support/customer.ts'
import { testDatabase } from '../../support/database.ts'
import { deskLine } from '../../support/desk-line.ts'
import { testServer } from '../../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../../support/people.ts'
import { signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const does = conversations(house)
const WORDS = '请打 13812340041 或写 su.qing@example.com'
let mei: StaffId
let zhou: StaffId
let ji: StaffId
let suQing: Visitor
let id: TicketId
let epoch: number

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟')
  ji = await hire(database.db, '季然', { rank: 'supervisor' })
  await putOnPost(database.db, mei, 'service', { seen: null })
  await putOnPost(database.db, zhou, 'service', { seen: null })
  await putOnPost(database.db, ji, 'manager', { seen: null })
  suQing = await welcome(database.db, '苏晴')
  id = await does.ask(suQing)
  epoch = await does.take(id, mei)
})

async function watching(staffId: StaffId): Promise<Socket> {
  const { cookie } = await signedIn(house, staffId)
  const socket = await deskLine(house.url, cookie)
  await ack(socket, 'watch', { ticketId: id })
  return socket
}
const heard = (socket: Socket) => next<Message>(socket, 'message')
const gap = async (socket: Socket) =>
  (
    await ack<{ tickets: { messages: Message[] }[] }>(socket, 'resume', { tickets: [{ id, after: 0 }] })
  ).tickets[0]?.messages.at(-1)?.body

test('on the live line whoever has the conversation and the duty manager hear it as it is, a colleague without numbers and addresses', async () => {
  const [own, other, lead] = (await Promise.all([mei, zhou, ji].map(watching))) as [Socket, Socket, Socket]
  const all = [own, other, lead].map(heard)
  await does.write(suQing, id, WORDS)
  const [mine, theirs, managers] = await Promise.all(all)
  expect([mine?.body, managers?.body]).toEqual([WORDS, WORDS])
  expect(theirs?.body).toBe('请打 138****0041 或写 s***@example.com')
  expect(await gap(own)).toBe(WORDS)
  expect(await gap(other)).toBe('请打 138****0041 或写 s***@example.com')
})

test('with the conversation goes what one hears, within a second', async () => {
  const [own, other] = (await Promise.all([mei, zhou].map(watching))) as [Socket, Socket]
  const browser = await signedIn(house, mei)
  await browser.post(`/tickets/${id}/transfer`, { epoch, to: zhou })
  const rooms = async () =>
    Object.fromEntries(
      (await house.deps.live.io.of('/desk').fetchSockets()).map(({ id: line, rooms: all }) => [
        line,
        [...all].filter((room) => /^(talk|masked):/.test(room)).join(),
      ]),
    )
  const began = performance.now()
  await vi.waitFor(
    async () => expect(await rooms()).toEqual({ [own.id ?? '']: `masked:${id}`, [other.id ?? '']: `talk:${id}` }),
    { timeout: 2000, interval: 20 },
  )
  expect(performance.now() - began).toBeLessThan(1500)
  const both = [own, other].map(heard)
  await does.write(suQing, id, WORDS)
  const [was, is] = await Promise.all(both)
  expect([was?.body, is?.body]).toEqual(['请打 138****0041 或写 s***@example.com', WORDS])
})

test('whoever goes off post hears nothing more within a second, and is told why where they ask', async () => {
  const own = await watching(mei)
  const gone = next<{ ticketId: string }>(own, 'gone')
  const off = next<object>(own, 'off')
  const began = performance.now()
  await database.db
    .updateTable('attendances')
    .set({ checked_out_at: clock.now() })
    .where('staff_id', '=', mei)
    .execute()
  expect(await gone).toEqual({ ticketId: id })
  await off
  expect(performance.now() - began).toBeLessThan(1500)
  const late: unknown[] = []
  own.onAny((...event) => late.push(event))
  const other = await watching(zhou)
  const told = heard(other)
  await does.write(suQing, id, WORDS)
  await told
  expect(JSON.stringify(late)).not.toContain('1381234')
  expect((await ack<Said>(own, 'watch', { ticketId: id })).error.code).toBe('off_post')
  expect(await ack(own, 'resume', { tickets: [{ id, after: 0 }] })).toMatchObject({ tickets: [] })
})
