import { beforeEach, expect, test } from 'vitest'
import { openAlarms } from '../../server/desk/alarms/queries.ts'
import * as escalations from '../../server/escalations/actions.ts'
import { stepUp } from '../../server/escalations/deadlines/actions.ts'
import { listUnaccepted } from '../../server/escalations/deadlines/queries.ts'
import { recordsOfDepartments } from '../../server/escalations/directory/queries.ts'
import { leaveLetters } from '../../server/escalations/letters.ts'
import { askBack, replyToDepartment } from '../../server/escalations/notes/actions.ts'
import { listNotes } from '../../server/escalations/notes/queries.ts'
import { getEscalation } from '../../server/escalations/queries.ts'
import { escalationReactions } from '../../server/escalations/reactions.ts'
import { decideEscalation, discardDecision, sendEscalation } from '../../server/escalations/sending/actions.ts'
import type { DepartmentId, EscalationId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import * as tickets from '../../server/tickets/actions.ts'
import { assignTicket, transferTicket } from '../../server/tickets/assignments/actions.ts'
import { endByCustomer, resolveTicket } from '../../server/tickets/endings/actions.ts'
import { listHolds } from '../../server/tickets/holds/queries.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import { openPromisesOf } from '../../server/tickets/promises/queries.ts'
import { promiseReactions } from '../../server/tickets/promises/reactions.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, putOnPost, topic, welcome } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
const uuid = () => crypto.randomUUID()
const MINUTE = 60_000
const START = new Date(TWO_FOURTEEN).getTime()

let mei: StaffId
let engineer: StaffId
let research: DepartmentId
let ticketId: TicketId
let epoch: number

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  announced.length = 0
  mei = await hire(database.db, '林玫')
  engineer = await hire(database.db, '吴凯', { roles: ['handler'] })
  research = await departmentOf('research', engineer)
  const customer = await welcome(database.db, '苏晴')
  ;({ ticketId } = await transact(customer.actor, (tx) =>
    tickets.openTicket(tx, {
      customerId: customer.customerId,
      visitorId: customer.visitorId,
      channel: 'web',
      language: 'zh-CN',
      categoryId: null,
      question: '云服务器 SSH 超时',
      clientId: uuid(),
      cameFrom: null,
      live: true,
      promisedAt: null,
    }),
  ))
  ;({ epoch } = await transact(as(mei), (tx) =>
    assignTicket(tx, ticketId, { staffId: mei, shiftId: null, how: 'offer' }),
  ))
})

const soon = () => new Date(clock.now().getTime() + 2 * 60 * MINUTE)
const toResearch = () => ({ kind: 'department', departmentId: research, personId: null }) as const
const send = async (target: Parameters<typeof sendEscalation>[2]['target'] = toResearch()) => {
  const id = await transact(as(mei), (tx) => decideEscalation(tx, ticketId, { epoch }))
  await transact(as(mei), (tx) =>
    sendEscalation(tx, id, {
      epoch,
      target,
      need: 'SSH 恢复',
      tried: '控制台能进，安全组没改过',
      contact: '138 0013 8000',
      promisedAt: soon(),
    }),
  )
  return id
}
const handler = () => as(engineer, null, ['handler'])
const answer = (id: EscalationId) =>
  transact(handler(), (tx) =>
    escalations.answerEscalation(tx, id, { result: '宿主机网卡重启', forCustomer: '服务器已恢复，请您再试一次' }),
  )
const tell = (id: EscalationId) =>
  transact(as(mei), (tx) => escalations.tellCustomer(tx, id, { epoch, clientId: uuid(), body: '服务器已恢复' }))
const describe = async () => {
  const categoryId = await topic(database.db, `topic-${uuid()}`)
  await transact(as(mei), (tx) =>
    tickets.describeTicket(tx, ticketId, { epoch, categoryId, need: '恢复', result: '好了' }),
  )
}
const state = async (id: EscalationId) => (await getEscalation(database.db, id)).state

test('what the agent cannot solve goes to a department, is answered, and the customer is told', async () => {
  const id = await send()
  await transact(handler(), (tx) => escalations.acceptEscalation(tx, id))
  await answer(id)
  expect(await state(id)).toBe('answered')
  await tell(id)
  expect(await state(id)).toBe('told')
  expect((await listMessages(database.db, ticketId, 0)).at(-1)).toMatchObject({ author: 'staff', body: '服务器已恢复' })
})

test('a ticket with an open request cannot be resolved, and neither before the customer has been told', async () => {
  const id = await send()
  await describe()
  const resolve = () => transact(as(mei), (tx) => resolveTicket(tx, ticketId, { epoch }))
  await expect(resolve()).rejects.toMatchObject({ code: 'tickets.held.escalation' })
  await answer(id)
  await expect(resolve()).rejects.toMatchObject({ code: 'tickets.held.escalation' })
  await tell(id)
  await resolve()
  expect(await listHolds(database.db, ticketId)).toEqual([])
})

test('two departments may work on one ticket, but one is not asked twice at once', async () => {
  const legal = await departmentOf('legal', await hire(database.db, '白露', { roles: ['handler'] }))
  await send()
  await send({ kind: 'department', departmentId: legal, personId: null })
  expect(await listHolds(database.db, ticketId)).toHaveLength(2)
  await expect(send()).rejects.toMatchObject({ code: 'escalations.open_already', field: 'target' })
})

test('two handlers press accept at once: one has it, the other is told so', async () => {
  const colleague = await hire(database.db, '陈舟', { roles: ['handler'] })
  await move(colleague, research)
  const id = await send()
  const press = (who: StaffId) =>
    transact(as(who, null, ['handler']), (tx) => escalations.acceptEscalation(tx, id)).then(
      () => 'has it',
      (error) => error.code,
    )
  const outcomes = await Promise.all([press(engineer), press(colleague)])
  expect(outcomes.sort()).toEqual(['escalations.accepted_already', 'has it'])
})

test('whoever is not of the department finds nothing there', async () => {
  const id = await send()
  const stranger = await hire(database.db, '周宇', { roles: ['handler'] })
  await move(stranger, await departmentOf('finance', stranger))
  const accept = (who: StaffId) => transact(as(who, null, ['handler']), (tx) => escalations.acceptEscalation(tx, id))
  await expect(accept(stranger)).rejects.toMatchObject({ name: 'NotFound' })
  await expect(transact(as(mei), (tx) => escalations.acceptEscalation(tx, id))).rejects.toMatchObject({
    name: 'NotFound',
  })
})

test('the department asks back and the agent replies, both ways kept apart from the customer', async () => {
  const id = await send()
  await transact(handler(), (tx) => askBack(tx, id, { clientId: uuid(), body: '哪个区的机器？' }))
  expect(await state(id)).toBe('asked_back')
  await transact(as(mei), (tx) => replyToDepartment(tx, id, { epoch, clientId: uuid(), body: '华东二区' }))
  expect(await state(id)).toBe('accepted')
  expect((await listNotes(database.db, id)).map(({ side, body }) => [side, body])).toEqual([
    ['department', '哪个区的机器？'],
    ['agent', '华东二区'],
  ])
  const bytes = JSON.stringify(await listMessages(database.db, ticketId, 0))
  expect(bytes).not.toContain('华东二区')
})

test('row 37: not accepted in half an hour the duty manager is told, after an hour the head; never early, each once', async () => {
  const id = await send()
  const due = () => listUnaccepted(database.db, clock.now(), 10)
  const step = async () => {
    for (const one of await due()) await transact(system, (tx) => stepUp(tx, one.id))
  }
  clock.set(new Date(START + 30 * MINUTE - 1))
  expect(await due()).toEqual([])
  await transact(system, (tx) => stepUp(tx, id))
  expect(await steps()).toEqual([])
  clock.set(new Date(START + 30 * MINUTE))
  await step()
  await step()
  expect(await steps()).toEqual(['manager'])
  expect((await openAlarms(database.db, ticketId)).map(({ kind }) => kind)).toEqual(['escalation_unaccepted'])
  clock.set(new Date(START + 60 * MINUTE))
  await step()
  await step()
  expect(await steps()).toEqual(['manager', 'head'])
  clock.set(new Date(START + 600 * MINUTE))
  expect(await due()).toEqual([])
  await transact(handler(), (tx) => escalations.acceptEscalation(tx, id))
  expect(await openAlarms(database.db, ticketId)).toEqual([])
})
const steps = async () =>
  announced
    .filter(({ name }) => name === 'escalation.stepped_up')
    .map(({ payload }) => (payload as { step: string }).step)

test('"not ours" frees the ticket, names who could do better, and after two of them the duty manager decides', async () => {
  const legal = await departmentOf('legal', await hire(database.db, '白露', { roles: ['handler'] }))
  const back = (id: EscalationId, better: DepartmentId | null) =>
    transact(handler(), (tx) => escalations.returnEscalation(tx, id, { reason: 'not_ours', words: '不归我们', better }))
  const first = await send()
  await expect(back(first, research)).rejects.toMatchObject({ code: 'escalations.better_is_same' })
  await back(first, legal)
  expect(await listHolds(database.db, ticketId)).toEqual([])
  expect(await openAlarms(database.db, ticketId)).toEqual([])
  await back(await send(), null)
  expect((await openAlarms(database.db, ticketId)).map(({ kind }) => kind)).toEqual(['escalation_bounced'])
  const [record] = await recordsOfDepartments(database.db, new Date(0), clock.now())
  expect(record).toMatchObject({ asked: 2, bounced: 2, open: 0 })
})

test('a decision that was never sent ends with its ticket, and is dropped by whoever has the ticket now', async () => {
  const decide = () => transact(as(mei), (tx) => decideEscalation(tx, ticketId, { epoch }))
  const first = await decide()
  const zhou = await hire(database.db, '周宇')
  await putOnPost(database.db, zhou)
  await transact(as(mei), (tx) => transferTicket(tx, ticketId, { epoch, to: zhou }))
  const stranger = await hire(database.db, '白露')
  await expect(transact(as(stranger), (tx) => discardDecision(tx, first))).rejects.toMatchObject({
    name: 'NotFound',
  })
  await transact(as(zhou), (tx) => discardDecision(tx, first))
  expect(await state(first)).toBe('withdrawn')
  const second = await transact(as(zhou), (tx) => decideEscalation(tx, ticketId, { epoch: epoch + 1 }))
  await transact(system, (tx) => endByCustomer(tx, ticketId))
  await transact(system, async (tx) => escalationReactions.on['ticket.resolved']?.(tx, payload('ticket.resolved')))
  expect(await state(second)).toBe('withdrawn')
})

test('a ticket that ends takes its open requests with it', async () => {
  const id = await send()
  await transact(system, (tx) => endByCustomer(tx, ticketId))
  await transact(system, async (tx) => escalationReactions.on['ticket.resolved']?.(tx, payload('ticket.resolved')))
  expect(await state(id)).toBe('withdrawn')
  expect(await listHolds(database.db, ticketId)).toEqual([])
})

test('a ticket that is reopened before its end was heard keeps its open request, with hold and promise', async () => {
  const id = await send()
  await transact(system, (tx) => endByCustomer(tx, ticketId))
  await transact(system, (tx) => tickets.writeAsCustomer(tx, ticketId, { clientId: uuid(), body: '还是不行' }))
  const ended = payload('ticket.resolved')
  await transact(system, async (tx) => escalationReactions.on['ticket.resolved']?.(tx, ended))
  await transact(system, async (tx) => promiseReactions.on['ticket.resolved']?.(tx, ended))
  expect(await state(id)).toBe('sent')
  expect(await listHolds(database.db, ticketId)).toHaveLength(1)
  expect(await openPromisesOf(database.db, ticketId)).toHaveLength(1)
})

test('whoever has it leaves the house: it waits for the department again, with a new time and new letters', async () => {
  const id = await send()
  await transact(handler(), (tx) => escalations.acceptEscalation(tx, id))
  clock.set(new Date(START + 40 * MINUTE))
  const leave = () =>
    transact(system, async (tx) => escalationReactions.on['person.deactivated']?.(tx, { staffId: engineer }))
  await leave()
  await leave()
  expect(announced.filter(({ name }) => name === 'escalation.released')).toHaveLength(1)
  expect(await getEscalation(database.db, id)).toMatchObject({
    state: 'sent',
    accepted_by: null,
    step: 0,
    letters: 0,
    accept_due_at: new Date(START + 70 * MINUTE),
  })
  const colleague = await hire(database.db, '陈舟', { roles: ['handler'] })
  await move(colleague, research)
  await transact(as(colleague, null, ['handler']), (tx) => escalations.acceptEscalation(tx, id))
  expect(await state(id)).toBe('accepted')
})

test('what was answered stays answered when its handler leaves', async () => {
  const id = await send()
  await answer(id)
  await transact(system, async (tx) => escalationReactions.on['person.deactivated']?.(tx, { staffId: engineer }))
  expect(await state(id)).toBe('answered')
})

test('a department without people is refused in words; one whose only person is a night contact is asked', async () => {
  const { id: empty } = await database.db
    .insertInto('departments')
    .values({ code: 'empty', name: JSON.stringify({ 'zh-CN': '空', en: 'Empty' }) })
    .returning('id')
    .executeTakeFirstOrThrow()
  const target = { kind: 'department', departmentId: empty as DepartmentId, personId: null } as const
  await expect(send(target)).rejects.toMatchObject({ code: 'escalations.nobody_there', field: 'target' })
  await database.db.updateTable('departments').set({ night_contact_id: engineer }).where('id', '=', empty).execute()
  const id = await send(target)
  await transact(handler(), (tx) => escalations.acceptEscalation(tx, id))
  expect(await state(id)).toBe('accepted')
})

test('a person who left or works elsewhere is refused in words; one who leaves afterwards does not end the climb', async () => {
  const gone = await hire(database.db, '白露', { roles: ['handler'] })
  await move(gone, research)
  const to = { kind: 'department', departmentId: research, personId: gone } as const
  const id = await send(to)
  await database.db.updateTable('staff').set({ active: false }).where('id', 'in', [gone, engineer]).execute()
  await expect(send(to)).rejects.toMatchObject({ code: 'escalations.person_gone', field: 'person' })
  clock.set(new Date(START + 30 * MINUTE))
  await transact(system, (tx) => stepUp(tx, id))
  expect((await openAlarms(database.db, ticketId)).map(({ kind }) => kind)).toEqual(['escalation_unaccepted'])
})

test('two handlers answer at once: one answer stands, the other is told so, and each word is kept apart', async () => {
  const colleague = await hire(database.db, '陈舟', { roles: ['handler'] })
  await move(colleague, research)
  const id = await send()
  const press = (who: StaffId, forCustomer: string) =>
    transact(as(who, null, ['handler']), (tx) =>
      escalations.answerEscalation(tx, id, { result: '好了', forCustomer }),
    ).then(
      () => 'answered',
      (error) => error.code,
    )
  const outcomes = await Promise.all([press(engineer, '已恢复'), press(colleague, '请重启')])
  expect(outcomes.sort()).toEqual(['answered', 'escalations.not_now.answer'])
  expect(announced.filter(({ name }) => name === 'escalation.answered')).toHaveLength(1)
})

test('a clock that is set back brings nothing twice and nothing early', async () => {
  const id = await send()
  clock.set(new Date(START + 30 * MINUTE))
  await transact(system, (tx) => stepUp(tx, id))
  clock.set(new Date(START + 10 * MINUTE))
  expect(await listUnaccepted(database.db, clock.now(), 10)).toEqual([])
  await transact(system, (tx) => stepUp(tx, id))
  expect(await steps()).toEqual(['manager'])
  clock.set(new Date(START + 30 * MINUTE))
  await transact(system, (tx) => stepUp(tx, id))
  expect(await steps()).toEqual(['manager'])
  clock.set(new Date(START + 60 * MINUTE))
  await transact(system, (tx) => stepUp(tx, id))
  expect(await steps()).toEqual(['manager', 'head'])
})

test('where the clock was away for both steps its handlers get their letters with the head, each once', async () => {
  const head = await hire(database.db, '罗宁')
  await database.db.updateTable('departments').set({ head_id: head }).where('id', '=', research).execute()
  const id = await send()
  for (const minutes of [30, 60]) {
    clock.set(new Date(START + minutes * MINUTE))
    await transact(system, (tx) => stepUp(tx, id))
  }
  const leave = () =>
    transact(system, (tx) => leaveLetters(tx, id, { publicUrl: 'https://night.example', zone: 'Asia/Shanghai' }))
  await leave()
  await leave()
  const letters = await database.db.selectFrom('outgoing_mails').select('about').orderBy('id').execute()
  expect(letters.map(({ about }) => about)).toEqual([`staff:${engineer}`, `staff:${head}`])
})

test('a request survives the transfer of its ticket: whoever has it now follows it up', async () => {
  const zhou = await hire(database.db, '周宇')
  await putOnPost(database.db, zhou)
  const id = await send()
  await transact(as(mei), (tx) => transferTicket(tx, ticketId, { epoch, to: zhou }))
  await answer(id)
  await expect(tell(id)).rejects.toMatchObject({ code: 'stale_assignment' })
  await transact(as(zhou), (tx) =>
    escalations.tellCustomer(tx, id, { epoch: epoch + 1, clientId: uuid(), body: '服务器已恢复' }),
  )
  expect(await state(id)).toBe('told')
})

test('told twice with the same id is one message', async () => {
  const id = await send()
  await answer(id)
  const word = { epoch, clientId: uuid(), body: '服务器已恢复' }
  await transact(as(mei), (tx) => escalations.tellCustomer(tx, id, word))
  await transact(as(mei), (tx) => escalations.tellCustomer(tx, id, word))
  const words = (await listMessages(database.db, ticketId, 0)).filter(({ body }) => body === word.body)
  expect(words).toHaveLength(1)
})

const payload = (name: string) => announced.find((one) => one.name === name)?.payload as never

async function departmentOf(code: string, member: StaffId): Promise<DepartmentId> {
  const { id } = await database.db
    .insertInto('departments')
    .values({ code, name: JSON.stringify({ 'zh-CN': code, en: code }) })
    .returning('id')
    .executeTakeFirstOrThrow()
  await move(member, id as DepartmentId)
  return id as DepartmentId
}
const move = (staffId: StaffId, departmentId: DepartmentId) =>
  database.db.updateTable('staff').set({ department_id: departmentId }).where('id', '=', staffId).execute()
