import { beforeEach, expect, test } from 'vitest'
import { raiseAlarm } from '../../server/desk/alarms/actions.ts'
import { openAlarms } from '../../server/desk/alarms/queries.ts'
import { acknowledgeIncident, closeIncident, openComplaint, resolveIncident } from '../../server/incidents/actions.ts'
import { listIncidents, openIncidentsOf } from '../../server/incidents/queries.ts'
import type { IncidentId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { openTicket } from '../../server/tickets/actions.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, welcome } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
let chen: StaffId
let ticketId: TicketId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  chen = await hire(database.db, '陈舟', { rank: 'supervisor' })
  const customer = await welcome(database.db, '苏晴')
  ;({ ticketId } = await transact(customer.actor, (tx) =>
    openTicket(tx, {
      customerId: customer.customerId,
      visitorId: customer.visitorId,
      channel: 'web',
      language: 'zh-CN',
      categoryId: null,
      question: '三天了还没人修',
      clientId: crypto.randomUUID(),
      cameFrom: null,
      live: true,
      promisedAt: null,
    }),
  ))
})

const manager = () => as(chen, 'manager')
const complain = () => transact(system, (tx) => openComplaint(tx, ticketId))
const first = async (): Promise<IncidentId> => (await openIncidentsOf(database.db, ticketId))[0]?.id as IncidentId
const answer = async (id: IncidentId, forCustomer = '对不起，今晚 20 点前一定到') =>
  transact(manager(), (tx) => resolveIncident(tx, id, { measures: '改派外线一组', forCustomer }))

test('a complaint is one incident of the general level, however often the button is pressed', async () => {
  await complain()
  await complain()
  expect(await openIncidentsOf(database.db, ticketId)).toMatchObject([
    { kind: 'complaint', level: 'general', state: 'open' },
  ])
})

test('the duty manager sees it, which stops the bell, and answers the customer in the conversation', async () => {
  await transact(system, (tx) => raiseAlarm(tx, 'complaint', ticketId))
  await complain()
  const id = await first()
  await transact(manager(), (tx) => acknowledgeIncident(tx, id))
  expect(await openAlarms(database.db, ticketId)).toEqual([])
  await answer(id)
  expect((await listMessages(database.db, ticketId, 0)).at(-1)).toMatchObject({
    code: 'complaint_answered',
    details: { name: '陈舟', words: '对不起，今晚 20 点前一定到' },
  })
  await transact(manager(), (tx) => closeIncident(tx, id))
  expect((await listIncidents(database.db, 10))[0]?.state).toBe('closed')
})

test('an answer without words for the customer is none', async () => {
  await complain()
  await expect(answer(await first(), ' ')).rejects.toMatchObject({ field: 'forCustomer' })
})

test('only whoever leads the night answers a complaint', async () => {
  await complain()
  const id = await first()
  await expect(transact(as(chen), (tx) => acknowledgeIncident(tx, id))).rejects.toMatchObject({ name: 'Denied' })
})

test('a new complaint after the last was answered is a new incident', async () => {
  await complain()
  await answer(await first())
  await complain()
  expect(await listIncidents(database.db, 10)).toHaveLength(2)
})
