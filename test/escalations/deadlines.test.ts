import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { offerNext, passOffer, takeOffer } from '../../server/desk/offers/actions.ts'
import { storeSeen } from '../../server/desk/presence/queries.ts'
import * as escalations from '../../server/escalations/actions.ts'
import { decideEscalation, sendEscalation } from '../../server/escalations/sending/actions.ts'
import type { DepartmentId, EscalationId, OfferId, PromiseId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { openTicker } from '../../server/platform/ticker.ts'
import type { Transact } from '../../server/schema.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import * as tickets from '../../server/tickets/actions.ts'
import { returnTicket, transferTicket } from '../../server/tickets/assignments/actions.ts'
import { endByCustomer } from '../../server/tickets/endings/actions.ts'
import { mergeTicket } from '../../server/tickets/merging/actions.ts'
import { postMessage } from '../../server/tickets/messages/actions.ts'
import { keepPromise, makePromise, movePromise } from '../../server/tickets/promises/actions.ts'
import { jobs } from '../../server/timetable.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, putOnPost, type Visitor, welcome } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
const TICKETS = 200
const SECONDS = 330
const AGENTS = 30
const LATE_MILLISECONDS = 2000

/** mulberry32: the same night again for the same seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
const random = seeded(20261124)
const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]
/** Acts that were killed and have not been tried again since. */
const killed = new Set<string>()
/** Where the next act of a deadline dies: before it has done anything, with all written and nothing committed, or after the commit. */
type Death = 'before' | 'within' | 'after'
const DEATHS: readonly Death[] = ['before', 'within', 'after']
const deaths: Record<Death, number> = { before: 0, within: 0, after: 0 }
let fate: Death | undefined
const dead = (how: Death): never => {
  deaths[how] += 1
  throw new Error(`killed ${how}`)
}
const mortal =
  (transact: Transact): Transact =>
  async (actor, act, ...more) => {
    const how = fate
    fate = undefined
    if (how === 'before') dead(how)
    const done = await transact(
      actor,
      async (tx) => {
        const answer = await act(tx)
        return how === 'within' ? dead(how) : answer
      },
      ...more,
    )
    return how === 'after' ? dead(how) : done
  }
const uuid = () => crypto.randomUUID()
const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000)

/** A night of this house; opened anew at each restart: what it only remembered is gone. */
async function open(): Promise<{ house: QuietHouse; tick: () => Promise<void>; close: () => Promise<void> }> {
  const house = await openHouse(database, clock)
  const deps = { ...house.deps, transact: mortal(house.deps.transact) }
  const every = jobs({ wellFor: () => true }, house.react)
  const kinds = every.map((job) => job(deps)).filter(({ slow }) => !slow)
  // What the clock does not wait for, such as letters on their way, would die another's death.
  const beside = every.map((job) => job(house.deps)).filter(({ slow }) => slow)
  // What is killed before its commit has changed nothing, and is done in the next second; what is killed after it is
  // tried again and must change nothing more. Not the same one twice in a row: of two seconds one is the clock's step, so
  // a third chance would come after them, whatever the house did.
  const dying = kinds.map((kind) => ({
    ...kind,
    run: async (id: string) => {
      const which = `${kind.kind} ${id}`
      fate = killed.delete(which) || random() >= 0.05 ? undefined : pick(DEATHS)
      const meant = fate
      await kind
        .run(id)
        .catch((error: Error) => {
          // Its queue does not know that it was done, and does it again.
          if (error.message === 'killed after') return kind.run(id)
          if (meant) killed.add(which)
          throw error
        })
        // What never came to a transaction does not leave its death to the next one.
        .finally(() => {
          fate = undefined
        })
    },
  }))
  const ticker = openTicker({ db: deps.db, clock, queues: deps.queues, log: deps.log, kinds: [...dying, ...beside] })
  // Its own seconds are of another clock: a look of theirs would hold the place of one of ours.
  await ticker.stop()
  return {
    house,
    tick: async () => {
      await heard(house)
      await ticker.pass()
      await heard(house)
    },
    close: () => house.close(),
  }
}

test('through a night of 200 tickets, restarts and killed jobs each deadline fires once, never early, at most 2 s late', async () => {
  clock.set(TWO_FOURTEEN)
  const { db } = database
  await sql`insert into settings (key, value, changed_at) values ('departmentAcceptMinutes', '2', ${clock.now()})`.execute(
    db,
  )
  // Files share a process: what the one before had set is not asked again for a moment.
  forgetSettings()
  const agents: StaffId[] = []
  for (let n = 0; n < AGENTS; n++) agents.push(await hire(db, `Agent ${n}`))
  for (const agent of agents) await putOnPost(db, agent)
  const handler = await hire(db, 'Handler', { roles: ['handler'] })
  const { department_id: departmentId } = await db
    .selectFrom('staff')
    .select('department_id')
    .where('id', '=', handler)
    .executeTakeFirstOrThrow()
  const customers: Visitor[] = []
  for (let n = 0; n < TICKETS; n++) customers.push(await welcome(db, `Customer ${n}`))

  let night = await open()
  let asked = 0
  for (let second = 0; second < SECONDS; second++) {
    clock.set(inSeconds(1))
    // Somebody corrects the machine's clock.
    if (second % 90 === 60) clock.set(inSeconds(-7))
    await storeSeen(db, 'test', agents, clock.now())
    if (asked < TICKETS) await ask(night.house, customers[asked++])
    for (let n = 0; n < 4; n++) await act(night.house, agents, handler, departmentId as DepartmentId)
    if (random() < 0.02) {
      await night.close()
      night = await open()
    }
    await night.tick()
  }
  await night.close()

  expect(
    await timing('offer.expired', sql`offers o on o.id = (e.payload ->> 'offerId')::bigint`, sql`o.expires_at`),
  ).toEqual(inTime)
  expect(
    await timing('clock.breached', sql`(values (1)) o on true`, sql`(e.payload ->> 'dueAt')::timestamptz`),
  ).toEqual(inTime)
  expect(await timing('clock.warned', sql`(values (1)) o on true`, sql`(e.payload ->> 'dueAt')::timestamptz`)).toEqual(
    inTime,
  )
  expect(
    await timing('promise.broken', sql`promises o on o.id = (e.payload ->> 'promiseId')::bigint`, sql`o.due_at`),
  ).toEqual(inTime)
  expect(
    await timing('promise.due_soon', sql`promises o on o.id = (e.payload ->> 'promiseId')::bigint`, sql`o.remind_at`),
  ).toEqual(inTime)
  expect(
    await timing(
      'escalation.stepped_up',
      sql`escalations o on o.id = (e.payload ->> 'escalationId')::bigint`,
      sql`o.sent_at + case e.payload ->> 'step' when 'manager' then interval '2 minutes' else interval '4 minutes' end`,
    ),
  ).toEqual(inTime)
  const nothing = { offers: 0, warnings: 0, breaches: 0, reminders: 0, promises: 0, escalations: 0, tickets: 0 }
  expect(await forgotten()).toEqual(nothing)
  expect(await passedOver()).toEqual({ breaches: 0, promises: 0, escalations: 0, offers: 0 })
  expect(await wronglySet()).toEqual([])
  expect(await twice()).toEqual([])
  expect(Math.min(...Object.values(deaths))).toBeGreaterThan(3)
}, 300_000)

const inTime = { fired: expect.toSatisfy((count: number) => count > 3), early: 0, late: 0 }

/** How often something fired, how often before its time and how often more than two seconds after it. */
async function timing(name: string, join: ReturnType<typeof sql>, due: ReturnType<typeof sql>) {
  const { rows } = await sql<{ fired: string; early: string; late: string }>`
    select count(*) as fired, count(*) filter (where e.at < ${due}) as early,
      count(*) filter (where e.at > ${due} + ${LATE_MILLISECONDS} * interval '1 millisecond') as late
    from events e join ${join} where e.name = ${name}`.execute(database.db)
  const { fired = '0', early = '', late = '' } = rows[0] ?? {}
  return { fired: Number(fired), early: Number(early), late: Number(late) }
}

/** What should have fired by the end and did not. */
async function forgotten() {
  const by = new Date(clock.now().getTime() - LATE_MILLISECONDS)
  return counted(sql`select
    (select count(*) from offers where state = 'made' and expires_at <= ${by}) as offers,
    (select count(*) from ticket_clocks where ended_at is null and warn_at <= ${by} and warned_at is null) as warnings,
    (select count(*) from ticket_clocks where ended_at is null and due_at <= ${by} and breached_at is null) as breaches,
    (select count(*) from promises where state = 'open' and remind_at <= ${by} and reminded_at is null) as reminders,
    (select count(*) from promises where state = 'open' and due_at <= ${by}) as promises,
    (select count(*) from escalations where state = 'sent' and accept_due_at <= ${by}) as escalations,
    (select count(*) from tickets where state in ('new', 'queued', 'open') and (next_at is null or next_at <= ${by})) as tickets`)
}

/** What had ended by itself when its time had long passed without a word: the deadline was slept through. */
async function passedOver() {
  const late = sql`interval '2 seconds'`
  return counted(sql`select
    (select count(*) from ticket_clocks where ended_at > due_at + ${late} and breached_at is null) as breaches,
    (select count(*) from promises where state in ('kept', 'moved', 'void') and ended_at > due_at + ${late}) as promises,
    (select count(*) from escalations where step = 0
      and coalesce(accepted_at, ended_at) > sent_at + interval '2 minutes' + ${late}) as escalations,
    (select count(*) from offers where state in ('taken', 'passed') and ended_at > expires_at + ${late}) as offers`)
}

/** First answers that were never put to others: a minute after the question, however often the clock was written. */
async function wronglySet() {
  const { rows } = await sql`
    select c.id, c.due_at, m.at from ticket_clocks c join messages m on m.ticket_id = c.ticket_id and m.seq = 1
    where c.kind = 'first' and c.due_at is distinct from m.at + interval '60 seconds'
      and not exists (select from ticket_pauses p where p.ticket_id = c.ticket_id)
      and not exists (select from tickets t where t.id = c.ticket_id and t.state = 'merged')`.execute(database.db)
  return rows
}

async function counted(query: ReturnType<typeof sql>): Promise<Record<string, number>> {
  const { rows } = await query.execute(database.db)
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([key, value]) => [key, Number(value)]))
}

/** Deadlines that fired more than once. */
async function twice() {
  const { rows } = await sql<{ name: string; of: string }>`
    select name, coalesce(payload ->> 'offerId', payload ->> 'clockId', payload ->> 'promiseId', (payload ->> 'escalationId') || (payload ->> 'step')) as of
    from events where name in ('offer.expired', 'clock.breached', 'clock.warned', 'promise.broken', 'promise.due_soon', 'escalation.stepped_up')
    group by 1, 2 having count(*) > 1`.execute(database.db)
  return rows
}

async function ask(house: QuietHouse, customer: Visitor | undefined): Promise<void> {
  if (!customer) return
  const { customerId, visitorId } = customer
  const words = { language: 'en' as const, categoryId: null, question: 'Down again', clientId: uuid(), cameFrom: null }
  await house.deps.transact(customer.actor, (tx) =>
    tickets.openTicket(tx, { customerId, visitorId, channel: 'web', live: true, promisedAt: null, ...words }),
  )
  await house.deps.transact(system, offerNext)
}

/** One thing that somebody does. What the rules refuse is refused; anything else is a fault. */
async function act(house: QuietHouse, agents: readonly StaffId[], handler: StaffId, departmentId: DepartmentId) {
  const agent = pick(agents)
  if (!agent) return
  const { db, transact } = house.deps
  const me = as(agent)
  const mine = pick(
    await db
      .selectFrom('assignments as a')
      .innerJoin('tickets as t', 't.id', 'a.ticket_id')
      .select(['a.ticket_id', 'a.epoch', 't.visitor_id', 't.customer_id'])
      .where('a.staff_id', '=', agent)
      .where('a.ended_at', 'is', null)
      .orderBy('a.id')
      .execute(),
  )
  const id = mine?.ticket_id as TicketId
  const epoch = mine?.epoch ?? 0
  const doing: (() => Promise<unknown>)[] = [
    async () => {
      const offer = await db
        .selectFrom('offers')
        .select('id')
        .where('staff_id', '=', agent)
        .where('state', '=', 'made')
        .executeTakeFirst()
      if (!offer) return
      const offerId = offer.id as OfferId
      await transact<unknown>(me, (tx) => (random() < 0.8 ? takeOffer(tx, offerId) : passOffer(tx, offerId)))
    },
  ]
  if (mine)
    doing.push(
      () =>
        transact(me, (tx) =>
          postMessage(tx, {
            ticketId: id,
            by: { kind: 'staff', staffId: agent, epoch },
            clientId: uuid(),
            body: 'On it',
          }),
        ),
      () => transact(system, (tx) => tickets.writeAsCustomer(tx, id, { clientId: uuid(), body: 'And?' })),
      () =>
        transact(me, (tx) =>
          makePromise(tx, id, {
            epoch,
            kind: pick(['call', 'update', 'result'] as const) ?? 'call',
            dueAt: inSeconds(30 + random() * 300),
          }),
        ),
      async () => {
        const open = pick(
          await db
            .selectFrom('promises')
            .select('id')
            .where('ticket_id', '=', id)
            .where('state', '=', 'open')
            .orderBy('id')
            .execute(),
        )
        if (!open) return
        const promise = open.id as PromiseId
        await transact(me, (tx) =>
          random() < 0.5
            ? keepPromise(tx, promise, { epoch })
            : movePromise(tx, promise, { epoch, dueAt: inSeconds(60 + random() * 200) }).then(() => undefined),
        )
      },
      async () => {
        const request = await transact(me, (tx) => decideEscalation(tx, id, { epoch }))
        const target = { kind: 'department', departmentId, personId: null } as const
        const words = { need: 'Line', tried: 'Restart', contact: '138', promisedAt: inSeconds(60 + random() * 600) }
        await transact(me, (tx) => sendEscalation(tx, request, { epoch, target, ...words }))
      },
      async () => {
        const sent = pick(
          await db
            .selectFrom('escalations')
            .select(['id', 'state'])
            .where('state', 'in', ['sent', 'accepted'])
            .orderBy('id')
            .execute(),
        )
        // Every third one is left lying, so that the house must climb its steps.
        if (!sent || Number(sent.id) % 3 === 0) return
        const request = sent.id as EscalationId
        await transact(as(handler, null, ['handler']), (tx) =>
          random() < 0.5
            ? escalations.answerEscalation(tx, request, { result: 'Done', forCustomer: 'Works' })
            : escalations.returnEscalation(tx, request, { reason: 'not_ours', words: '', better: null }),
        )
      },
      async () => {
        const end = pick(['return', 'solved', 'transfer', 'nothing', 'nothing', 'nothing'] as const)
        if (end === 'return') await transact(me, (tx) => returnTicket(tx, id, 'returned', epoch))
        if (end === 'solved') await transact(system, (tx) => endByCustomer(tx, id))
        const to = pick(agents) ?? agent
        if (end === 'transfer') await transact(me, (tx) => transferTicket(tx, id, { epoch, to }))
      },
      async () => {
        const other = pick(
          await db
            .selectFrom('tickets')
            .select('id')
            .where('state', 'in', ['queued', 'open'])
            .where('id', '!=', id)
            .orderBy('id')
            .execute(),
        )
        if (other && random() < 0.3)
          await transact(me, (tx) => mergeTicket(tx, other.id as TicketId, { into: id, epoch }))
      },
    )
  await pick(doing)?.().catch((error: Error) => {
    if (!['Refusal', 'Conflict', 'NotFound'].includes(error.name)) throw error
  })
}
