import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { inTransaction } from '../../server/platform/connection.ts'
import { currentSettings } from '../../server/settings/queries.ts'
import { assignTicket } from '../../server/tickets/assignments/actions.ts'
import { postMessage } from '../../server/tickets/messages/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { type Asked, aQuestion, call, newVisitor } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { as, hire, publishTerms } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
let mei: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, 'Lin Mei')
  await publishTerms(database.db, clock.now())
})

type Conversation = { readonly ticketId: TicketId; readonly epoch: number }

async function conversation(): Promise<Conversation> {
  const token = await newVisitor(house.url)
  const { body } = await call<Asked>(house.url, 'POST', '/tickets', { token, body: aQuestion() })
  const ticketId = body.ticket.id as TicketId
  const to = { staffId: mei, shiftId: null, how: 'offer' } as const
  return { ticketId, ...(await house.deps.transact(as(mei), (tx) => assignTicket(tx, ticketId, to))) }
}
const conversations = (count: number): Promise<Conversation[]> =>
  Promise.all(Array.from({ length: count }, conversation))

const says = ({ ticketId, epoch }: Conversation, body: string) =>
  house.deps.transact(
    as(mei),
    (tx) =>
      postMessage(tx, { ticketId, by: { kind: 'staff', staffId: mei, epoch }, clientId: crypto.randomUUID(), body }),
    'one statement',
  )

const wordsOf = async ({ ticketId }: Conversation): Promise<string[]> => {
  const rows = await database.db
    .selectFrom('messages')
    .select('body')
    .where('ticket_id', '=', ticketId)
    .where('staff_id', 'is not', null)
    .orderBy('seq')
    .execute()
  return rows.map(({ body }) => body)
}

test('words that come at once are stored once each and in their order, in fewer commits than words', async () => {
  const all = await conversations(8)
  const said = ['one', 'two', 'three']
  // Whoever reads the settings anew is a moment behind: lines of one writer go one after the other (wordsInTurn).
  await currentSettings(database.db)
  await Promise.all(said.flatMap((body) => all.map((one) => says(one, body))))
  for (const one of all) expect(await wordsOf(one)).toEqual(said)
  const { rows } = await sql<{ commits: string }>`
    select count(distinct xmin::text) as commits from messages where staff_id is not null`.execute(database.db)
  expect(Number(rows[0]?.commits)).toBeLessThan(said.length * all.length)
})

test('a conversation that somebody has locked holds up nobody else, and its own words keep their order', async () => {
  const all = await conversations(6)
  const [locked, ...others] = all
  if (!locked) throw new Error('no conversation')
  const told: string[] = []
  const { promise: letGo, resolve: release } = Promise.withResolvers<void>()
  const { promise: isLocked, resolve: taken } = Promise.withResolvers<void>()
  const holding = inTransaction(database.db, async (trx) => {
    await sql`select from tickets where id = ${locked.ticketId} for update`.execute(trx)
    taken()
    await letGo
  })
  await isLocked
  const waiting = ['first', 'second'].map((body) => says(locked, body).then(() => told.push(body)))
  await Promise.all(others.map((one) => says(one, 'at once')))
  await Promise.all(others.map((one) => says(one, 'and again')))
  expect(told).toEqual([])
  release()
  await holding
  await Promise.all(waiting)
  expect(told).toEqual(['first', 'second'])
  expect(await wordsOf(locked)).toEqual(['first', 'second'])
  for (const one of others) expect(await wordsOf(one)).toEqual(['at once', 'and again'])
})

test('a word that the database cannot take is refused alone; those that came with it are stored', async () => {
  const all = await conversations(6)
  const broken = 'a letter that no text may hold: \u0000'
  const results = await Promise.allSettled(all.map((one, n) => says(one, n === 3 ? broken : 'fine')))
  expect(results.map(({ status }) => status)).toEqual(all.map((_, n) => (n === 3 ? 'rejected' : 'fulfilled')))
  for (const [n, one] of all.entries()) expect(await wordsOf(one)).toEqual(n === 3 ? [] : ['fine'])
})

test('a colleague whose conversation went to somebody else is told so, among words that are taken', async () => {
  const all = await conversations(6)
  const [gone] = all
  if (!gone) throw new Error('no conversation')
  const results = await Promise.allSettled(
    all.map((one) => says(one === gone ? { ...one, epoch: one.epoch + 1 } : one, 'mine')),
  )
  expect(results.map(({ status }) => status)).toEqual(['rejected', ...all.slice(1).map(() => 'fulfilled')])
  expect(await wordsOf(gone)).toEqual([])
})
