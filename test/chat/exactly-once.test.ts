import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { assignTicket } from '../../server/tickets/assignments/actions.ts'
import { postMessage } from '../../server/tickets/messages/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { type Asked, aQuestion, call, newVisitor } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { type Fault, faithfulClient } from '../support/faithful-client.ts'
import { type History, violations } from '../support/history.ts'
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

type Step =
  | { readonly who: 0 | 1; readonly does: 'says'; readonly fault: Fault }
  | { readonly who: 0 | 1; readonly does: 'drops' | 'returns' }
  | { readonly who: 'agent'; readonly does: 'says' | 'says twice' }
  | { readonly who: 'nobody'; readonly does: 'waits'; readonly milliseconds: number }

const tab = fc.constantFrom(0 as const, 1 as const)
const fault = fc.constantFrom<Fault>('none', 'none', 'lost', 'ack lost', 'doubled', 'other door')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ who: tab, does: fc.constant('says' as const), fault }) },
  { weight: 2, arbitrary: fc.record({ who: tab, does: fc.constantFrom('drops' as const, 'returns' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      who: fc.constant('agent' as const),
      does: fc.constantFrom('says' as const, 'says twice' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      who: fc.constant('nobody' as const),
      does: fc.constant('waits' as const),
      milliseconds: fc.integer({ min: 1, max: 15 }),
    }),
  },
)

/** Two tabs of one customer and an agent, over lines that lose, double and break, until all are well again. */
async function live(steps: readonly Step[]): Promise<History> {
  const token = await newVisitor(house.url)
  const question = aQuestion()
  const { body: asked } = await call<Asked>(house.url, 'POST', '/tickets', { token, body: question })
  const ticketId = asked.ticket.id as TicketId
  const { epoch } = await house.deps.transact(as(mei), (tx) =>
    assignTicket(tx, ticketId, { staffId: mei, shiftId: null, how: 'offer' }),
  )
  const tabs = [faithfulClient(house.url, token, ticketId), faithfulClient(house.url, token, ticketId)] as const
  const byAgent: { clientId: string; body: string; seq: number }[] = []
  const agentSays = async (body: string, clientId: string) => {
    const by = { kind: 'staff', staffId: mei, epoch } as const
    const { seq } = await house.deps.transact(as(mei), (tx) => postMessage(tx, { ticketId, by, clientId, body }))
    byAgent.push({ clientId, body, seq })
  }
  let n = 0
  for (const one of steps) {
    n += 1
    if (one.who === 'nobody') await new Promise((resolve) => setTimeout(resolve, one.milliseconds))
    else if (one.who === 'agent') {
      const clientId = crypto.randomUUID()
      const times = one.does === 'says twice' ? 2 : 1
      await Promise.all(Array.from({ length: times }, () => agentSays(`answer ${n}`, clientId)))
    } else if (one.does === 'says') tabs[one.who].send(`word ${n}`, one.fault)
    else if (one.does === 'drops') tabs[one.who].drop()
    else tabs[one.who].back()
  }
  for (const one of tabs) await one.settle()
  for (const one of tabs) await one.catchUp()
  const stored = await database.db
    .selectFrom('messages')
    .select(['seq', 'client_id as clientId', 'body'])
    .where('ticket_id', '=', ticketId)
    .orderBy('id')
    .execute()
  for (const one of tabs) one.close()
  return {
    sent: new Map([
      [question.clientId, question.question],
      ...tabs.flatMap(({ sent }) => [...sent]),
      ...byAgent.map(({ clientId, body }) => [clientId, body] as const),
    ]),
    acknowledged: [
      { clientId: question.clientId, seq: asked.message.seq },
      ...tabs.flatMap(({ acknowledged }) => acknowledged),
      ...byAgent,
    ],
    stored,
    screens: tabs.map((one) => one.screen()),
  }
}

test('whatever the line loses, doubles or breaks, each message is there once, in one order, on every screen', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      expect(violations(await live(steps))).toEqual([])
    }),
    { numRuns: 25, endOnFailure: true, interruptAfterTimeLimit: 20_000 },
  )
}, 30_000)

/** Runs with one line of `post_message` changed, and puts it right again. */
async function withPlanted<T>(what: string, instead: string, act: () => Promise<T>): Promise<T> {
  const { rows } = await sql<{ source: string }>`select pg_get_functiondef('post_message'::regproc) as source`.execute(
    database.db,
  )
  const source = rows[0]?.source ?? ''
  expect(source).toContain(what)
  const unique = 'alter table messages drop constraint messages_client_id_once'
  await sql.raw(`${unique}; ${source.replace(what, instead)}`).execute(database.db)
  try {
    return await act()
  } finally {
    const again = 'add constraint messages_client_id_once unique (ticket_id, author, client_id)'
    await sql.raw(`delete from messages; alter table messages ${again}; ${source}`).execute(database.db)
  }
}

test('the check itself is proven: bugs planted in the house are all caught', async () => {
  const says = (fault: Fault): Step => ({ who: 0, does: 'says', fault })
  const waits: Step = { who: 'nobody', does: 'waits', milliseconds: 15 }
  const steps = [says('none'), waits, says('doubled'), waits, says('ack lost'), waits, says('none')]
  const planted: Record<string, [what: string, instead: string]> = {
    'a repeat is not known': ['messages.client_id = p_client', 'false'],
    'acknowledged and not kept': [
      "outcome := 'posted'",
      "delete from messages where messages.id = message_id and messages.body like 'word%'; outcome := 'posted'",
    ],
    'a number is skipped': ['t.last_seq + 1', "t.last_seq + case when p_body like 'word%' then 2 else 1 end"],
  }
  expect(violations(await live(steps))).toEqual([])
  for (const [bug, [what, instead]] of Object.entries(planted))
    expect(await withPlanted(what, instead, async () => violations(await live(steps))), bug).not.toEqual([])
}, 30_000)
