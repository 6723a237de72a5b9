import { beforeEach, expect, test } from 'vitest'
import * as escalations from '../../../server/escalations/actions.ts'
import { decideEscalation, sendEscalation } from '../../../server/escalations/sending/actions.ts'
import type { DepartmentId, StaffId, TicketId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import * as tickets from '../../../server/tickets/actions.ts'
import { assignTicket } from '../../../server/tickets/assignments/actions.ts'
import { resolveTicket, undoResolve } from '../../../server/tickets/endings/actions.ts'
import { postMessage } from '../../../server/tickets/messages/actions.ts'
import { getTicket } from '../../../server/tickets/queries.ts'
import { breachClock, keepClocks, setPriority, warnOfClock } from '../../../server/tickets/sla/actions.ts'
import { clocksOf, listBreaches, listWarnings } from '../../../server/tickets/sla/queries.ts'
import { acts } from '../../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { as, hire, topic, type Visitor, welcome } from '../../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
const START = new Date(TWO_FOURTEEN).getTime()
const at = (seconds: number) => new Date(START + seconds * 1000)
const uuid = () => crypto.randomUUID()
let mei: StaffId
let suQing: Visitor

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  announced.length = 0
  mei = await hire(database.db, '林玫')
  suQing = await welcome(database.db, '苏晴')
})

const ask = async (live = true) => {
  const { ticketId } = await transact(suQing.actor, (tx) =>
    tickets.openTicket(tx, {
      customerId: suQing.customerId,
      visitorId: suQing.visitorId,
      channel: live ? 'web' : 'form',
      language: 'zh-CN',
      categoryId: null,
      question: '宽带断了',
      clientId: uuid(),
      cameFrom: null,
      live,
      promisedAt: null,
    }),
  )
  return ticketId
}
const take = (id: TicketId) =>
  transact(as(mei), (tx) => assignTicket(tx, id, { staffId: mei, shiftId: null, how: 'offer' }))
const say = (id: TicketId, epoch: number) =>
  transact(as(mei), (tx) =>
    postMessage(tx, { ticketId: id, by: { kind: 'staff', staffId: mei, epoch }, clientId: uuid(), body: '在查' }),
  )
const write = (id: TicketId) =>
  transact(suQing.actor, (tx) => tickets.writeAsCustomer(tx, id, { clientId: uuid(), body: '在吗' }))
const keep = (id: TicketId) => transact(system, (tx) => keepClocks(tx, [id]))
const clocks = (id: TicketId) => clocksOf(database.db, id)
const names = () => announced.map(({ name }) => name).filter((name) => name.startsWith('clock.'))

test('a chat has 60 seconds, warns at 45 and is breached at 60; never early, each once', async () => {
  const id = await ask()
  await keep(id)
  const pass = async () => {
    for (const one of await listWarnings(database.db, clock.now(), 9))
      await transact(system, (tx) => warnOfClock(tx, one.id))
    for (const one of await listBreaches(database.db, clock.now(), 9))
      await transact(system, (tx) => breachClock(tx, one.id))
  }
  for (const seconds of [44.999, 45, 46, 59.999]) {
    clock.set(at(seconds))
    await pass()
  }
  expect(names()).toEqual(['clock.warned'])
  clock.set(at(60))
  await pass()
  await pass()
  expect(names()).toEqual(['clock.warned', 'clock.breached'])
})

test('an answer that the clocks have not heard of yet still stops the breach', async () => {
  const id = await ask()
  await keep(id)
  const { epoch } = await take(id)
  clock.set(at(59))
  await say(id, epoch)
  clock.set(at(61))
  const [due] = await listBreaches(database.db, clock.now(), 9)
  if (due) await transact(system, (tx) => breachClock(tx, due.id))
  expect(names()).toEqual(['clock.ended'])
  expect((await clocks(id)).find(({ kind }) => kind === 'first')?.outcome).toBe('met')
})

test('when the clocks hear late they count as if they had heard at once', async () => {
  const [prompt, slow] = [await ask(), await askAs('白露')]
  for (const id of [prompt, slow]) await take(id).then(({ epoch }) => epochs.set(id, epoch))
  for (const [seconds, act] of talk) {
    clock.set(at(seconds))
    for (const id of [prompt, slow]) await act(id)
    await keep(prompt)
  }
  await keep(slow)
  const facts = async (id: TicketId) =>
    (await clocks(id)).map(({ kind, startedAt, dueAt, endedAt, outcome }) => ({
      kind,
      startedAt,
      dueAt,
      endedAt,
      outcome,
    }))
  expect(await facts(slow)).toEqual(await facts(prompt))
  expect((await facts(prompt)).length).toBeGreaterThan(2)
})
const epochs = new Map<TicketId, number>()
const others = new Map<TicketId, Visitor>()
const askAs = async (name: string) => {
  const me = suQing
  suQing = await welcome(database.db, name)
  const id = await ask()
  others.set(id, suQing)
  suQing = me
  return id
}
const talk: [number, (id: TicketId) => Promise<unknown>][] = [
  [20, (id) => say(id, epochs.get(id) ?? 0)],
  [40, (id) => writeAs(id)],
  [50, (id) => writeAs(id)],
  [200, (id) => say(id, epochs.get(id) ?? 0)],
  [260, (id) => writeAs(id)],
]
const writeAs = (id: TicketId) =>
  transact((others.get(id) ?? suQing).actor, (tx) =>
    tickets.writeAsCustomer(tx, id, { clientId: uuid(), body: '在吗' }),
  )

test('a request left while nobody was on post has half an hour from the moment it enters the queue', async () => {
  const id = await ask(false)
  clock.set(at(3600))
  await keep(id)
  expect(await clocks(id)).toEqual([])
  await transact(system, (tx) => tickets.queueTicket(tx, id))
  await keep(id)
  expect((await clocks(id)).find(({ kind }) => kind === 'first')?.dueAt).toEqual(at(3600 + 1800))
  expect((await getTicket(database.db, id)).answer_due_at).toEqual(at(3600 + 1800))
})

test('what was agreed for a ticket stays when a policy changes', async () => {
  const policy = { channel: 'chat', first_seconds: 30, next_seconds: 30, resolution_seconds: 600 } as const
  const stored = { ...policy, category_id: null, priority: null, hours: 'always', position: 0 } as const
  await database.db
    .insertInto('sla_policies')
    .values({ ...stored, changed_by: null, changed_at: clock.now() })
    .execute()
  const id = await ask()
  await keep(id)
  await database.db.updateTable('sla_policies').set({ first_seconds: 5, next_seconds: 5 }).execute()
  const { epoch } = await take(id)
  await say(id, epoch)
  clock.set(at(10))
  await write(id)
  await keep(id)
  expect((await clocks(id)).map(({ targetSeconds }) => targetSeconds)).toEqual([600, 30, 30])
})

test('while a department has it the agent’s clocks stand still, and go on with what was left', async () => {
  const id = await ask()
  const { epoch } = await take(id)
  await keep(id)
  clock.set(at(20))
  const request = await sendToDepartment(id, epoch)
  clock.set(at(5000))
  expect(await listBreaches(database.db, clock.now(), 9)).toEqual([])
  expect((await getTicket(database.db, id)).answer_due_at).toBeNull()
  await transact(as(mei, 'manager'), (tx) =>
    escalations.answerEscalation(tx, request, { result: '换了端口', forCustomer: '好了' }),
  )
  expect((await clocks(id)).find(({ kind }) => kind === 'first')?.dueAt).toEqual(at(5040))
})

async function sendToDepartment(id: TicketId, epoch: number) {
  const wu = await hire(database.db, '吴凯', { roles: ['handler'] })
  const { department_id } = await database.db
    .selectFrom('staff')
    .select('department_id')
    .where('id', '=', wu)
    .executeTakeFirstOrThrow()
  const request = await transact(as(mei), (tx) => decideEscalation(tx, id, { epoch }))
  await transact(as(mei), (tx) =>
    sendEscalation(tx, request, {
      epoch,
      target: { kind: 'department', departmentId: department_id as DepartmentId, personId: null },
      need: '恢复',
      tried: '重启',
      contact: '138',
      promisedAt: at(90_000),
    }),
  )
  return request
}

test('a resolve that was taken back goes on with the same resolution clock', async () => {
  const id = await ask()
  const { epoch } = await take(id)
  await say(id, epoch)
  const categoryId = await topic(database.db, uuid())
  await transact(as(mei), (tx) => tickets.describeTicket(tx, id, { epoch, categoryId, need: 'a', result: 'b' }))
  await transact(as(mei), (tx) => resolveTicket(tx, id, { epoch }))
  await keep(id)
  expect((await clocks(id)).every(({ endedAt }) => endedAt)).toBe(true)
  await transact(as(mei), (tx) => undoResolve(tx, id))
  await keep(id)
  const open = (await clocks(id)).filter(({ endedAt }) => !endedAt)
  expect(open.map(({ kind }) => kind)).toEqual(['resolution'])
})

test('a question that was open when a resolve was taken back has its clock again, with the time that it had', async () => {
  const id = await ask()
  const { epoch } = await take(id)
  const categoryId = await topic(database.db, uuid())
  await keep(id)
  const before = (await clocks(id)).find(({ kind }) => kind === 'first')
  await transact(as(mei), (tx) => tickets.describeTicket(tx, id, { epoch, categoryId, need: 'a', result: 'b' }))
  await transact(as(mei), (tx) => resolveTicket(tx, id, { epoch }))
  await keep(id)
  await transact(as(mei), (tx) => undoResolve(tx, id))
  await keep(id)
  expect((await clocks(id)).find(({ kind }) => kind === 'first')).toMatchObject({ dueAt: before?.dueAt, endedAt: null })
  expect(await getTicket(database.db, id)).toMatchObject({ waiting_on: 'us', answer_due_at: before?.dueAt })
})

test('the priority is set by whoever has the ticket or leads the night', async () => {
  const id = await ask()
  const { epoch } = await take(id)
  await transact(as(mei), (tx) => setPriority(tx, id, { epoch, priority: 'urgent' }))
  const zhou = await hire(database.db, '周宇')
  const set = (post: 'service' | 'manager') =>
    transact(as(zhou, post), (tx) => setPriority(tx, id, { epoch: 0, priority: 'low' }))
  await expect(set('service')).rejects.toMatchObject({ code: 'stale_assignment' })
  await set('manager')
})

test('a clock that is set back warns and breaches once, and never before its time', async () => {
  const id = await ask()
  await keep(id)
  const pass = async (seconds: number) => {
    clock.set(at(seconds))
    for (const { id } of await listWarnings(database.db, clock.now(), 9))
      await transact(system, (tx) => warnOfClock(tx, id))
    for (const { id } of await listBreaches(database.db, clock.now(), 9))
      await transact(system, (tx) => breachClock(tx, id))
  }
  for (const seconds of [45, 20, 45, 59, 30, 60, 10, 90]) await pass(seconds)
  expect(names()).toEqual(['clock.warned', 'clock.breached'])
})
