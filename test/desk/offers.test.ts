import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { settleAlarm } from '../../server/desk/alarms/actions.ts'
import {
  expireOffer,
  giveTicket,
  offerNext,
  passOffer,
  takeOffer,
  takeTicket,
} from '../../server/desk/offers/actions.ts'
import { listQueue } from '../../server/desk/queries.ts'
import type { AlarmId, OfferId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { complain } from '../../server/tickets/actions.ts'
import { findOpenAssignment } from '../../server/tickets/assignments/queries.ts'
import { endByCustomer } from '../../server/tickets/endings/actions.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { queuePlace } from '../../server/tickets/queue/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openNight } from '../support/night.ts'
import { as, hire, putOnPost, topic, type Visitor, welcome } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced, tick, awake, ask, asked, ringing } = openNight(database, clock)
let mei: StaffId
let zhou: StaffId
let suQing: Visitor

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  announced.length = 0
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟')
  await putOnPost(database.db, mei)
  suQing = await welcome(database.db, '苏晴')
})

const ZHOU_ON_POST = () => putOnPost(database.db, zhou)
const take = (id: OfferId, who = mei) => transact(as(who), (tx) => takeOffer(tx, id))
const pass = (id: OfferId, who = mei) => transact(as(who), (tx) => passOffer(tx, id))
const lastOffer = async (ticketId: TicketId) => {
  const offer = (await asked(ticketId)).at(-1)
  if (!offer) throw new Error('nobody was asked')
  return offer
}
/** Seconds pass; those who are there stay there, and what is due happens each second. */
const seconds = async (count: number, ...there: StaffId[]) => {
  for (let n = 0; n < count; n++) {
    clock.forward({ seconds: 1 })
    await awake(...there)
    await tick()
  }
}
const owner = async (ticketId: TicketId) => (await findOpenAssignment(database.db, ticketId))?.staffId

test('a question is offered to whoever has the fewest in hand, and lasts twenty seconds', async () => {
  await ZHOU_ON_POST()
  const first = await ask(await welcome(database.db, '陈薇'))
  await tick()
  await take((await lastOffer(first)).id, (await lastOffer(first)).to)
  const busy = (await lastOffer(first)).to
  const second = await ask(suQing)
  await tick()
  expect((await lastOffer(second)).to).not.toBe(busy)
  const made = announced.filter(({ name }) => name === 'offer.made').at(-1)
  expect(made?.payload).toMatchObject({ hop: 1, expiresAt: '2026-11-23T18:14:20.000Z' })
})

test('the clock that runs out soonest is offered first; list, place and offer agree, and a complaint is before all', async () => {
  const { db } = database
  const people = await Promise.all(['白露', '顾一鸣', '韩雪'].map((name) => welcome(db, name)))
  const [slow, soon, complains] = await Promise.all(people.map((one) => ask(one)))
  const due = (id: TicketId | undefined, minutes: number) =>
    db
      .updateTable('tickets')
      .set({ answer_due_at: new Date(clock.now().getTime() + minutes * 60_000) })
      .where('id', '=', String(id))
      .execute()
  await transact(people[2]?.actor ?? system, (tx) => complain(tx, complains as TicketId))
  clock.forward({ minutes: 2 })
  await tick()
  await Promise.all([due(slow, 30), due(soon, 1), due(complains, 15)])
  const expected = [complains, soon, slow]
  expect((await listQueue(db, mei, 10)).map(({ ticketId, place }) => [ticketId, place])).toEqual(
    expected.map((id, n) => [id, n + 1]),
  )
  const places = await Promise.all(expected.map(async (id) => (await queuePlace(db, id as TicketId))?.place))
  expect(places).toEqual([1, 2, 3])
  for (const id of expected) {
    await awake(mei)
    await tick()
    const { id: offer } = await lastOffer(id as TicketId)
    await take(offer)
  }
})

test('an English question about DNS goes to whoever speaks English and knows DNS', async () => {
  const qing = await hire(database.db, '叶青', { languages: ['zh-CN'], skills: ['dns'] })
  const jia = await hire(database.db, 'Xu Jia', { languages: ['zh-CN', 'en'], skills: ['dns'] })
  await putOnPost(database.db, qing)
  await putOnPost(database.db, jia)
  const ticket = await ask(suQing, { language: 'en', categoryId: await topic(database.db, 'dns', 'dns') })
  await tick()
  expect((await lastOffer(ticket)).to).toBe(jia)
})

test('a hundred customers whom everybody has refused lately do not keep the next one from being offered', async () => {
  const { db } = database
  const { customerId } = suQing
  await sql`insert into tickets (customer_id, round, channel, language, subject, state, head, created_at, queued_at, place_at, waiting_on, last_message_at, last_seq, next_at)
    select ${customerId}, 1, 'phone', 'zh-CN', '断网', 'queued', false, ${clock.now()}, ${clock.now()}, ${clock.now()}, 'us', ${clock.now()}, 0, ${clock.now()}
    from generate_series(1, 250)`.execute(db)
  await sql`insert into offers (ticket_id, staff_id, round, hop, state, made_at, expires_at, ended_at)
    select id, ${mei}, 1, 1, 'passed', ${clock.now()}, ${clock.now()}, ${clock.now()} from tickets`.execute(db)
  clock.forward({ seconds: 5 })
  await awake(mei)
  const last = await ask(await welcome(db, '韩女士'))
  await tick()
  expect((await lastOffer(last)).to).toBe(mei)
})

test('an offer that nobody answers is over after twenty seconds, never before, and goes to the next', async () => {
  await ZHOU_ON_POST()
  const ticket = await ask(suQing)
  await tick()
  const first = await lastOffer(ticket)
  clock.forward({ seconds: 19 })
  await awake(mei, zhou)
  await tick()
  await transact(system, (tx) => expireOffer(tx, first.id))
  expect(await asked(ticket)).toMatchObject([{ state: 'made' }])
  clock.forward({ seconds: 1 })
  await awake(mei, zhou)
  await expect(take(first.id, first.to)).rejects.toMatchObject({ code: 'desk.offer_over' })
  await tick()
  expect(await asked(ticket)).toMatchObject([
    { to: first.to, hop: 1, state: 'expired' },
    { to: first.to === mei ? zhou : mei, hop: 2, state: 'made' },
  ])
})

test('who passed is not asked about the same ticket for three minutes, and then again', async () => {
  await ZHOU_ON_POST()
  const ticket = await ask(suQing)
  await tick()
  const first = await lastOffer(ticket)
  await pass(first.id, first.to)
  await tick()
  const second = await lastOffer(ticket)
  expect(second.to).not.toBe(first.to)
  await pass(second.id, second.to)
  for (const minute of [1, 2]) {
    clock.forward({ minutes: 1 })
    await awake(mei, zhou)
    await tick()
    expect(await asked(ticket), `minute ${minute}`).toHaveLength(2)
  }
  clock.forward({ minutes: 1 })
  await awake(mei, zhou)
  await tick()
  expect(await lastOffer(ticket)).toMatchObject({ hop: 3, state: 'made' })
})

test('after three people have let it go the duty manager is alarmed, and the ticket keeps its place', async () => {
  const qing = await hire(database.db, '叶青')
  await ZHOU_ON_POST()
  await putOnPost(database.db, qing)
  await putOnPost(database.db, await hire(database.db, '江月'))
  const ticket = await ask(suQing)
  const behind = await welcome(database.db, '陈薇')
  clock.forward({ seconds: 1 })
  await tick()
  for (let n = 0; n < 3; n++) {
    expect(await ringing()).toEqual([])
    const offer = await lastOffer(ticket)
    await pass(offer.id, offer.to)
    clock.forward({ seconds: 1 })
    await tick()
  }
  expect(await ringing()).toEqual(['offers_refused'])
  const later = await ask(behind)
  expect(await queuePlace(database.db, ticket)).toEqual({ place: 1, ahead: 0 })
  expect(await queuePlace(database.db, later)).toEqual({ place: 2, ahead: 1 })
  // It goes on being offered: the fourth is asked as well.
  expect(await lastOffer(ticket)).toMatchObject({ hop: 4, state: 'made' })
})

test('where nobody has a hand free what rings is found when an offer ends, and not looked for at each further question', async () => {
  const ticket = await ask(suQing)
  await tick()
  await pass((await lastOffer(ticket)).id)
  // The next question keeps the one agent busy before anybody has looked at the first again.
  const second = await ask(await welcome(database.db, '陈薇'))
  await sql`
    insert into offers (ticket_id, staff_id, round, hop, state, made_at, expires_at)
    values (${second}, ${mei}, 1, 1, 'made', ${clock.now()}, ${new Date(clock.now().getTime() + 20_000)})`.execute(
    database.db,
  )
  await transact(system, (tx) => offerNext(tx, ['ticket.queued']))
  expect(await ringing()).toEqual([])
  await transact(system, (tx) => offerNext(tx, ['ticket.queued', 'offer.passed']))
  expect(await ringing()).toEqual(['offers_refused'])
})

test('when everybody on post has let it go nobody waits for a third: the duty manager is alarmed at once', async () => {
  const ticket = await ask(suQing)
  await tick()
  await pass((await lastOffer(ticket)).id)
  await tick()
  expect(await ringing()).toEqual(['offers_refused'])
})

test('with nobody able the duty manager is alarmed within two seconds, and calm again once somebody takes it', async () => {
  clock.forward({ minutes: 1 })
  const ticket = await ask(suQing)
  await seconds(2)
  expect(await ringing()).toEqual(['nobody_eligible'])
  await awake(mei)
  await tick()
  await take((await lastOffer(ticket)).id)
  expect(await ringing()).toEqual([])
})

test('no day page rings an alarm because the night has not begun', async () => {
  clock.set('2026-11-24T14:00:00+08:00')
  await ask(suQing)
  await seconds(3)
  expect(await ringing()).toEqual([])
})

test('an alarm that the duty manager has answered is quiet for three minutes, and rings again while the reason is there', async () => {
  clock.forward({ minutes: 1 })
  await ask(suQing)
  await tick()
  const lead = await hire(database.db, '周启明', { rank: 'supervisor' })
  const { id } = await database.db.selectFrom('alarms').select('id').executeTakeFirstOrThrow()
  await transact(as(lead, 'manager'), (tx) => settleAlarm(tx, id as AlarmId))
  await seconds(2)
  expect(await ringing()).toEqual([])
  clock.forward({ minutes: 3 })
  await tick()
  expect(await ringing()).toEqual(['nobody_eligible'])
})

test('the first press takes it, a second press of the same thumb is the same, and a colleague is told', async () => {
  await ZHOU_ON_POST()
  const ticket = await ask(suQing)
  await tick()
  const offer = await lastOffer(ticket)
  const [one, two] = await Promise.all([take(offer.id, offer.to), take(offer.id, offer.to)])
  expect(one).toEqual(two)
  expect(await owner(ticket)).toBe(offer.to)
  const { count } = await database.db
    .selectFrom('assignments')
    .select((s) => s.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  expect(Number(count)).toBe(1)
  // An offer to somebody else is not there.
  const other = offer.to === mei ? zhou : mei
  await expect(take(offer.id, other)).rejects.toMatchObject({ name: 'NotFound' })
  await expect(pass(offer.id, other)).rejects.toMatchObject({ name: 'NotFound' })
})

test('agent and duty manager press at the same instant: one has it, the other is told so', async () => {
  const lead = await hire(database.db, '周启明', { rank: 'supervisor' })
  await putOnPost(database.db, lead, 'manager')
  for (let n = 0; n < 10; n++) {
    const ticket = await ask(await welcome(database.db, `客户 ${n}`))
    await transact(system, offerNext)
    const offer = await lastOffer(ticket)
    const both = await Promise.allSettled([
      take(offer.id),
      transact(as(lead, 'manager'), (tx) => takeTicket(tx, ticket)),
    ])
    const won = both.filter(({ status }) => status === 'fulfilled')
    expect(won, String(both.map((one) => JSON.stringify(one)))).toHaveLength(1)
    const lost = both.find((one) => one.status === 'rejected')
    expect(lost?.reason).toMatchObject({ name: 'Refusal' })
    expect(await owner(ticket)).toBe(both[0]?.status === 'fulfilled' ? mei : lead)
    await transact(system, (tx) => endByCustomer(tx, ticket))
  }
})

test('room is counted again at the claim: hands that filled since the offer take nothing more', async () => {
  for (let n = 0; n < 4; n++) {
    await ask(await welcome(database.db, `客户 ${n}`))
    await transact(system, offerNext)
    const { id } = await database.db
      .selectFrom('offers')
      .select('id')
      .where('state', '=', 'made')
      .executeTakeFirstOrThrow()
    await take(id as OfferId)
  }
  const fifth = await ask(suQing)
  await tick()
  const offer = await lastOffer(fifth)
  const lead = await hire(database.db, '周启明', { rank: 'supervisor' })
  const given = await ask(await welcome(database.db, '陈薇'))
  await transact(as(lead, 'manager'), (tx) => giveTicket(tx, given, mei))
  await expect(take(offer.id)).rejects.toMatchObject({ code: 'desk.hands_full', details: { limit: 5 } })
  expect(await lastOffer(fifth)).toMatchObject({ state: 'made' })
  expect(await owner(fifth)).toBeUndefined()
})

test('two processes that offer at the same instant make one offer a ticket and one a person', async () => {
  await ZHOU_ON_POST()
  for (let n = 0; n < 6; n++) await ask(await welcome(database.db, `客户 ${n}`))
  await Promise.all(Array.from({ length: 4 }, () => transact(system, offerNext)))
  const made = await database.db.selectFrom('offers').selectAll().where('state', '=', 'made').execute()
  expect(made).toHaveLength(2)
  expect(new Set(made.map(({ staff_id }) => staff_id)).size).toBe(2)
  expect(new Set(made.map(({ ticket_id }) => ticket_id)).size).toBe(2)
})

test('who is busy with many that everybody let go is still asked about what comes behind them', async () => {
  for (let n = 0; n < 30; n++) {
    const ticket = await ask(await welcome(database.db, `客户 ${n}`))
    await database.db
      .insertInto('offers')
      .values({
        ticket_id: ticket,
        staff_id: mei,
        round: 1,
        hop: 1,
        state: 'passed',
        made_at: clock.now(),
        expires_at: clock.now(),
        ended_at: clock.now(),
      })
      .execute()
  }
  const behind = await ask(suQing)
  await tick()
  expect(await asked(behind)).toMatchObject([{ to: mei, state: 'made' }])
})

test('the duty manager takes what waits, or gives it to somebody on post, and an open offer is withdrawn', async () => {
  const lead = await hire(database.db, '周启明', { rank: 'supervisor' })
  await putOnPost(database.db, lead, 'manager')
  await ZHOU_ON_POST()
  const first = await ask(suQing)
  await tick()
  await transact(as(lead, 'manager'), (tx) => takeTicket(tx, first))
  expect(await owner(first)).toBe(lead)
  expect(await asked(first)).toMatchObject([{ state: 'withdrawn' }])
  const second = await ask(await welcome(database.db, '陈薇'))
  await transact(as(lead, 'manager'), (tx) => giveTicket(tx, second, zhou))
  expect(await owner(second)).toBe(zhou)
  const guard = await hire(database.db, '马建国')
  await putOnPost(database.db, guard, 'guard')
  const third = await ask(await welcome(database.db, '王磊'))
  const give = (to: StaffId) => transact(as(lead, 'manager'), (tx) => giveTicket(tx, third, to))
  await expect(give(guard)).rejects.toMatchObject({ code: 'tickets.transfer_not_on_post' })
  await expect(give(await hire(database.db, '高岚'))).rejects.toMatchObject({ code: 'tickets.transfer_not_on_post' })
  await expect(transact(as(mei), (tx) => takeTicket(tx, third))).rejects.toMatchObject({ name: 'Denied' })
})

test('a duty manager who is alone takes it although full hands would not', async () => {
  const lead = await hire(database.db, '周启明', { rank: 'supervisor' })
  await putOnPost(database.db, lead, 'manager')
  for (let n = 0; n < 6; n++) {
    const ticket = await ask(await welcome(database.db, `客户 ${n}`))
    await transact(as(lead, 'manager'), (tx) => takeTicket(tx, ticket))
    expect(await owner(ticket)).toBe(lead)
  }
})

test('a customer who leaves takes the offer and the alarm along', async () => {
  const ticket = await ask(suQing)
  await tick()
  await pass((await lastOffer(ticket)).id)
  await tick()
  expect(await ringing()).toEqual(['offers_refused'])
  await transact(suQing.actor, (tx) => endByCustomer(tx, ticket))
  await tick()
  expect(await ringing()).toEqual([])
  expect((await asked(ticket)).filter(({ state }) => state === 'made')).toEqual([])
})

test('who has let it go before it was taken does not count when it waits anew', async () => {
  await ZHOU_ON_POST()
  const ticket = await ask(suQing)
  await tick()
  for (let n = 0; n < 2; n++) {
    const offer = await lastOffer(ticket)
    await pass(offer.id, offer.to)
    clock.forward({ minutes: 4 })
    await awake(mei, zhou)
    await tick()
  }
  const third = await lastOffer(ticket)
  await take(third.id, third.to)
  expect(await ringing()).toEqual([])
  clock.forward({ minutes: 1 })
  await awake(third.to === mei ? zhou : mei)
  clock.forward({ seconds: 31 })
  await awake(third.to === mei ? zhou : mei)
  await tick()
  expect(await getTicket(database.db, ticket)).toMatchObject({ state: 'queued' })
  expect(await ringing()).toEqual([])
  expect(await lastOffer(ticket)).toMatchObject({ hop: 1, state: 'made' })
})
