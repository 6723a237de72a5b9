import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as escalations from '../../server/escalations/actions.ts'
import { decideEscalation, sendEscalation } from '../../server/escalations/sending/actions.ts'
import type { DepartmentId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { lapse } from '../../server/obligations/actions.ts'
import { listLapsing } from '../../server/obligations/queries.ts'
import { system } from '../../server/platform/actor.ts'
import * as tickets from '../../server/tickets/actions.ts'
import { assignTicket, reassignTicket } from '../../server/tickets/assignments/actions.ts'
import { postMessage } from '../../server/tickets/messages/actions.ts'
import { makePromise, trackPromise } from '../../server/tickets/promises/actions.ts'
import { breachClock } from '../../server/tickets/sla/actions.ts'
import { listBreaches } from '../../server/tickets/sla/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, putOnPost, welcome } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let mei: StaffId
let chen: StaffId
let ticketId: TicketId
let epoch: number

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  chen = await hire(database.db, '陈舟')
  const customer = await welcome(database.db, '苏晴')
  ;({ ticketId } = await house.deps.transact(customer.actor, (tx) =>
    tickets.openTicket(tx, {
      customerId: customer.customerId,
      visitorId: customer.visitorId,
      channel: 'web',
      language: 'zh-CN',
      categoryId: null,
      question: '宽带断了',
      clientId: crypto.randomUUID(),
      cameFrom: null,
      live: true,
      promisedAt: null,
    }),
  ))
  epoch = await assign(mei)
})

const give = { shiftId: null, how: 'given' } as const
const assign = async (staffId: StaffId): Promise<number> => {
  const done = await house.deps.transact(system, (tx) =>
    staffId === mei
      ? assignTicket(tx, ticketId, { staffId, shiftId: null, how: 'offer' })
      : reassignTicket(tx, ticketId, { staffId, ...give }),
  )
  await heard(house)
  return done.epoch
}
const say = async (staffId: StaffId, at: number): Promise<void> => {
  await house.deps.transact(as(staffId), (tx) =>
    postMessage(tx, {
      ticketId,
      by: { kind: 'staff', staffId, epoch: at },
      clientId: crypto.randomUUID(),
      body: '在查',
    }),
  )
  await heard(house)
}
const owed = async (kind: string) =>
  (await database.db.selectFrom('obligations').selectAll().orderBy('id').execute())
    .filter((one) => one.kind === kind)
    .map(({ staff_id, state, done_by }) => [staff_id, state, done_by])

test('row 1: an answer in its time is done', async () => {
  clock.forward({ seconds: 30 })
  await say(mei, epoch)
  expect(await owed('answer')).toEqual([[mei, 'done', mei]])
})

test('row 1: an answer that ran out stays with whoever let it run out, and says who gave it after all', async () => {
  clock.forward({ seconds: 61 })
  for (const { id } of await listBreaches(database.db, clock.now(), 9))
    await house.deps.transact(system, (tx) => breachClock(tx, id))
  await heard(house)
  expect(await owed('answer')).toEqual([[mei, 'due', null]])
  const next = await assign(chen)
  await say(chen, next)
  expect(await owed('answer')).toEqual([[mei, 'late', chen]])
})

test('row 38: a promise is owed by whoever has the conversation, and missed where nobody keeps it', async () => {
  const dueAt = new Date(clock.now().getTime() + 600_000)
  await house.deps.transact(as(mei), (tx) => makePromise(tx, ticketId, { epoch, kind: 'update', dueAt }))
  await heard(house)
  expect(await owed('promise')).toEqual([[mei, 'due', null]])
  const next = await assign(chen)
  expect(await owed('promise')).toEqual([[chen, 'due', null]])
  clock.forward({ minutes: 1 })
  await say(chen, next)
  expect(await owed('promise')).toEqual([[chen, 'done', chen]])
  const later = new Date(clock.now().getTime() + 600_000)
  const call = await house.deps.transact(as(chen), (tx) =>
    makePromise(tx, ticketId, { epoch: next, kind: 'call', dueAt: later }),
  )
  clock.forward({ minutes: 10 })
  await house.deps.transact(system, (tx) => trackPromise(tx, call))
  await heard(house)
  // Broken, and nobody has kept it: the pass that ends times says so.
  expect((await owed('promise'))[1]).toEqual([chen, 'due', null])
  for (const one of await listLapsing(database.db, clock.now(), 9))
    await house.deps.transact(system, (tx) => lapse(tx, one.id))
  expect((await owed('promise'))[1]).toEqual([chen, 'missed', null])
})

test('what is due about a ticket says the number that the desk shows, also a promise and a request to others', async () => {
  await putOnPost(database.db, await hire(database.db, '吴凯'), 'technician')
  const dueAt = new Date(clock.now().getTime() + 600_000)
  await house.deps.transact(as(mei), (tx) => makePromise(tx, ticketId, { epoch, kind: 'update', dueAt }))
  const id = await house.deps.transact(as(mei), (tx) => decideEscalation(tx, ticketId, { epoch }))
  await house.deps.transact(as(mei), (tx) =>
    sendEscalation(tx, id, {
      epoch,
      target: { kind: 'post', post: 'technician' },
      need: 'SSH 恢复',
      tried: '控制台能进',
      contact: '138 0013 8000',
      promisedAt: dueAt,
    }),
  )
  await say(mei, epoch)
  const { number } = await database.db.selectFrom('tickets').select('number').executeTakeFirstOrThrow()
  const hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }))
  const names = async (kind: string) =>
    [...(await hr.get(`/obligations?kind=${kind}`)).html.matchAll(/ · ([^<>]*NT-\d+)<\/span>/g)].map(([, name]) => name)
  expect(await names('answer')).toEqual([`答复客户 · ${number}`])
  expect(await names('request_acceptance')).toEqual([`接下转办 · ${number}`])
  expect(await names('promise')).toContain(`兑现对客户的承诺 · ${number}`)
})

test('rows 37 and 38: a request is owed by its department until somebody accepts, who then owes the answer', async () => {
  const engineer = await hire(database.db, '吴凯', { roles: ['handler'] })
  const row = await database.db
    .insertInto('departments')
    .values({ code: 'research', name: JSON.stringify({ 'zh-CN': '研发部', en: 'Engineering' }) })
    .returning('id')
    .executeTakeFirstOrThrow()
  await database.db.updateTable('staff').set({ department_id: row.id }).where('id', '=', engineer).execute()
  const id = await house.deps.transact(as(mei), (tx) => decideEscalation(tx, ticketId, { epoch }))
  await house.deps.transact(as(mei), (tx) =>
    sendEscalation(tx, id, {
      epoch,
      target: { kind: 'department', departmentId: row.id as DepartmentId, personId: null },
      need: 'SSH 恢复',
      tried: '控制台能进',
      contact: '138 0013 8000',
      promisedAt: new Date(clock.now().getTime() + 3_600_000),
    }),
  )
  await heard(house)
  expect(await owed('request_acceptance')).toEqual([[null, 'due', null]])
  const handler = as(engineer, null, ['handler'])
  await house.deps.transact(handler, (tx) => escalations.acceptEscalation(tx, id))
  await heard(house)
  expect(await owed('request_acceptance')).toEqual([[null, 'done', engineer]])
  expect(await owed('request_answer')).toEqual([[engineer, 'due', null]])
  await house.deps.transact(handler, (tx) =>
    escalations.answerEscalation(tx, id, { result: '重启', forCustomer: '已恢复' }),
  )
  await heard(house)
  expect(await owed('request_answer')).toEqual([[engineer, 'done', engineer]])
})
