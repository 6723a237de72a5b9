import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { describeTicket } from '../../server/tickets/actions.ts'
import { assignTicket, returnTicket } from '../../server/tickets/assignments/actions.ts'
import { resolveTicket } from '../../server/tickets/endings/actions.ts'
import { addNote, postMessage } from '../../server/tickets/messages/actions.ts'
import type { TicketState } from '../../server/tickets/rules.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { type Asked, ack, aQuestion, call, newVisitor, openLine } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { as, hire, publishTerms, topic } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const lines: Socket[] = []
let mei: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, 'Lin Mei', { skills: ['SECRET skill'] })
  await publishTerms(database.db, clock.now())
})
afterEach(() => {
  for (const line of lines.splice(0)) line.disconnect()
})

type Customer = { token: string; link: string; id: TicketId }
const arrive = async (words = {}): Promise<Customer> => {
  const token = await newVisitor(house.url)
  const { body } = await call<Asked>(house.url, 'POST', '/tickets', { token, body: aQuestion(words) })
  return { token, link: body.requestUrl.split('/requests/')[1] ?? '', id: body.ticket.id as TicketId }
}
const READS = ['', '/messages', '/rating']
const PRESSES = ['/complaint', '/ending', '/confirmation', '/reopening', '/links']
const WRITES: Record<string, object> = {
  '/messages': { clientId: crypto.randomUUID(), body: 'Still there?' },
  '/marks': { read: 1 },
  '/rating': { service: 1 },
}

/** Everything that each door of the interface answers this token about this request, as it is sent. */
async function everyAnswer(token: string, id: string): Promise<string[]> {
  const said: string[] = []
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await call(house.url, method, path, { token, ...(body ? { body } : {}) })
    said.push(`${method} ${path} ${answer.status} ${JSON.stringify(answer.body)}`)
  }
  await ask('GET', '/tickets')
  for (const path of READS) await ask('GET', `/tickets/${id}${path}`)
  for (const [path, body] of Object.entries(WRITES)) await ask('POST', `/tickets/${id}${path}`, body)
  for (const path of PRESSES) await ask('POST', `/tickets/${id}${path}`)
  return said
}

test('nothing that colleagues write or know among themselves is in any byte that a customer gets', async () => {
  await arrive({ name: 'SECRET neighbour', contact: 'secret@example.com', question: 'SECRET question' })
  const { token, link, id } = await arrive({ page: 'https://shop.example/SECRET-page' })
  const heard: string[] = []
  for (const auth of [token, link]) {
    const socket = openLine(house.url, { token: auth })
    lines.push(socket)
    await new Promise((resolve) => socket.once('connect', () => resolve(null)))
    socket.onAny((...frame) => heard.push(JSON.stringify(frame)))
  }
  const note = (body: string) => ({ ticketId: id, body, clientId: crypto.randomUUID() })
  const categoryId = await topic(database.db, 'SECRET category')
  await house.deps.transact(as(mei), async (tx) => {
    const { epoch } = await assignTicket(tx, id, { staffId: mei, shiftId: null, how: 'took' })
    await addNote(tx, note('SECRET note'))
    await returnTicket(tx, id, 'returned', epoch)
  })
  await house.deps.transact(as(mei), async (tx) => {
    const { epoch } = await assignTicket(tx, id, { staffId: mei, shiftId: null, how: 'took' })
    const by = { kind: 'staff', staffId: mei, epoch } as const
    await postMessage(tx, { ticketId: id, by, clientId: crypto.randomUUID(), body: 'Is it up?' })
    await describeTicket(tx, id, { epoch, categoryId, need: 'SECRET need', result: 'SECRET result' })
    await addNote(tx, note('SECRET second note'))
    await resolveTicket(tx, id, { epoch })
  })
  for (const socket of lines) heard.push(JSON.stringify(await ack(socket, 'resume', { tickets: [{ id, after: 0 }] })))
  for (const auth of [token, link]) heard.push(...(await everyAnswer(auth, id)))
  expect(heard.join('\n')).toContain('Is it up?')
  expect(heard.filter((bytes) => /secret/i.test(bytes))).toEqual([])
}, 20_000)

test('what colleagues took for no request at all is to its customer like any that is closed', async () => {
  const ended = async (state: TicketState): Promise<string> => {
    const { token, id } = await arrive()
    const as = { state, closed_at: clock.now() }
    await database.db.updateTable('tickets').set(as).where('id', '=', id).execute()
    const said = (await everyAnswer(token, id)).join('\n')
    return said.replaceAll(/"(id|number|clientId|requestUrl|ticketId)":"[^"]*"|\/tickets\/\d+/g, '')
  }
  const closed = await ended('closed')
  expect(closed).toContain('"state":"closed"')
  expect(await ended('spam')).toBe(closed)
  expect(await ended('merged')).toBe(closed)
})

test('a stranger at every door waits for nothing that is held on a request of somebody else', async () => {
  const { id } = await arrive()
  const stranger = await newVisitor(house.url)
  await database.db.transaction().execute(async (trx) => {
    await trx.selectFrom('tickets').select('id').where('id', '=', id).forUpdate().execute()
    const said = await everyAnswer(stranger, id)
    expect(said.slice(1).filter((answer) => !answer.includes(' 404 '))).toEqual([])
  })
})
