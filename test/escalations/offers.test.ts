import { beforeEach, expect, test } from 'vitest'
import { openAlarms } from '../../server/desk/alarms/queries.ts'
import { acceptEscalation } from '../../server/escalations/actions.ts'
import {
  expireEscalationOffer,
  offerToPosts,
  passEscalationOffer,
  takeEscalationOffer,
} from '../../server/escalations/offers/actions.ts'
import { listExpired, openOfferOf } from '../../server/escalations/offers/queries.ts'
import { getEscalation } from '../../server/escalations/queries.ts'
import { escalationReactions } from '../../server/escalations/reactions.ts'
import { decideEscalation, sendEscalation } from '../../server/escalations/sending/actions.ts'
import type { EscalationId, EscalationOfferId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import * as tickets from '../../server/tickets/actions.ts'
import { assignTicket } from '../../server/tickets/assignments/actions.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, putOnPost, see, welcome } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
const START = new Date(TWO_FOURTEEN).getTime()
const at = (seconds: number) => clock.set(new Date(START + seconds * 1000))
const uuid = () => crypto.randomUUID()

let mei: StaffId
let wu: StaffId
let zhao: StaffId

beforeEach(async () => {
  at(0)
  mei = await hire(database.db, '林玫')
  wu = await hire(database.db, '吴凯')
  zhao = await hire(database.db, '赵铁')
  await putOnPost(database.db, mei)
})

const technician = (who: StaffId) => as(who, 'technician')
const offer = () => transact(system, offerToPosts)
const shown = (who: StaffId) => openOfferOf(database.db, who, clock.now())
const take = async (who: StaffId) =>
  transact(technician(who), async (tx) => takeEscalationOffer(tx, (await shown(who))?.id as EscalationOfferId))

async function sendToTechnician(): Promise<{ id: EscalationId; ticketId: TicketId }> {
  const customer = await welcome(database.db, '苏晴')
  const { ticketId } = await transact(customer.actor, (tx) =>
    tickets.openTicket(tx, {
      customerId: customer.customerId,
      visitorId: customer.visitorId,
      channel: 'web',
      language: 'zh-CN',
      categoryId: null,
      question: '宽带断了',
      clientId: uuid(),
      cameFrom: null,
      live: true,
      promisedAt: null,
    }),
  )
  const { epoch } = await transact(as(mei), (tx) =>
    assignTicket(tx, ticketId, { staffId: mei, shiftId: null, how: 'offer' }),
  )
  const id = await transact(as(mei), (tx) => decideEscalation(tx, ticketId, { epoch }))
  await transact(as(mei), (tx) =>
    sendEscalation(tx, id, {
      epoch,
      target: { kind: 'post', post: 'technician' },
      need: '恢复',
      tried: '重启过',
      contact: '138 0013 8000',
      promisedAt: new Date(START + 3_600_000),
    }),
  )
  return { id, ticketId }
}

test('the technician on duty gets a request as a live offer and takes it', async () => {
  await putOnPost(database.db, wu, 'technician')
  const { id } = await sendToTechnician()
  expect(await offer()).toBe(1)
  expect((await shown(wu))?.escalationId).toBe(id)
  expect(await take(wu)).toBe(id)
  expect(await getEscalation(database.db, id)).toMatchObject({ state: 'accepted', accepted_by: wu })
})

test('whoever accepts the request on its own page is not offered it there any longer', async () => {
  await putOnPost(database.db, wu, 'technician')
  const { id } = await sendToTechnician()
  await offer()
  await transact(technician(wu), (tx) => acceptEscalation(tx, id))
  expect(await shown(wu)).toBeUndefined()
})

test('a technician who passes, or lets the seconds run out, is not asked again for three minutes; the next one is', async () => {
  await putOnPost(database.db, wu, 'technician')
  await putOnPost(database.db, zhao, 'technician')
  await sendToTechnician()
  await offer()
  const first = (await shown(wu)) ? wu : zhao
  const second = first === wu ? zhao : wu
  await transact(technician(first), async (tx) =>
    passEscalationOffer(tx, (await shown(first))?.id as EscalationOfferId),
  )
  await offer()
  expect(await shown(first)).toBeUndefined()
  expect(await shown(second)).toBeDefined()
  at(19)
  expect(await listExpired(database.db, clock.now(), 10)).toEqual([])
  at(20)
  for (const one of await listExpired(database.db, clock.now(), 10))
    await transact(system, (tx) => expireEscalationOffer(tx, one.id))
  await seen()
  expect(await offer()).toBe(0)
  at(3 * 60 + 1)
  await seen()
  expect(await offer()).toBe(1)
})
const seen = async () => {
  for (const who of [wu, zhao]) await see(database.db, who, clock.now())
}

test('with no technician on post who could take it the duty manager is alarmed, once', async () => {
  await expect(sendToTechnician()).rejects.toMatchObject({ code: 'escalations.nobody_on_post' })
  await putOnPost(database.db, wu, 'technician', { seen: null })
  const { ticketId } = await sendToTechnician()
  await offer()
  await offer()
  expect((await openAlarms(database.db, ticketId)).map(({ kind }) => kind)).toEqual(['escalation_unaccepted'])
})

test('a technician off duty cannot take what was offered on duty', async () => {
  await putOnPost(database.db, wu, 'technician')
  await sendToTechnician()
  await offer()
  await database.db.updateTable('attendances').set({ checked_out_at: clock.now() }).where('staff_id', '=', wu).execute()
  await expect(take(wu)).rejects.toMatchObject({ code: 'attendance.not_on_post' })
})

test('a technician who goes off post leaves what they had to the next one, who is offered it at once', async () => {
  await putOnPost(database.db, wu, 'technician')
  const { id } = await sendToTechnician()
  await offer()
  await take(wu)
  await putOnPost(database.db, zhao, 'technician')
  await database.db.updateTable('attendances').set({ checked_out_at: clock.now() }).where('staff_id', '=', wu).execute()
  const off = { attendanceId: '1', shiftId: '1', staffId: wu, why: 'person' } as never
  await transact(system, async (tx) => escalationReactions.on['attendance.checked_out']?.(tx, off))
  expect(await getEscalation(database.db, id)).toMatchObject({ state: 'sent', accepted_by: null })
  await offer()
  await take(zhao)
  expect(await getEscalation(database.db, id)).toMatchObject({ state: 'accepted', accepted_by: zhao })
})
