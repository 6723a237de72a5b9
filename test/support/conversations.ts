import * as sending from '../../server/escalations/sending/actions.ts'
import type { DepartmentId, EscalationId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import type { Language } from '../../server/kernel/language.ts'
import type { Transact } from '../../server/schema.ts'
import { describeTicket, openTicket, writeAsCustomer } from '../../server/tickets/actions.ts'
import { assignTicket } from '../../server/tickets/assignments/actions.ts'
import { mark, postMessage } from '../../server/tickets/messages/actions.ts'
import type { HandSetClock } from './clock.ts'
import type { testDatabase } from './database.ts'
import { as, topic, type Visitor } from './people.ts'
import type { QuietHouse } from './server.ts'

/** A house whose people talk, and its clock. */
export type TalkingHouse = {
  readonly database: ReturnType<typeof testDatabase>
  readonly house: QuietHouse
  readonly does: ReturnType<typeof conversations>
  readonly clock: HandSetClock
}

/** What people say and do in a house, by its own acts. */
export function conversations(house: QuietHouse) {
  // Asked for when it is used: a test file says this before its house is open.
  const transact: Transact = (...what) => house.deps.transact(...what)
  const uuid = () => crypto.randomUUID()
  return {
    ask: async (
      who: Visitor,
      question = '家里宽带断了，光猫红灯',
      {
        live = true,
        language = 'zh-CN' as Language,
        cameFrom = 'https://shop.example/help/outage' as string | null,
      } = {},
    ): Promise<TicketId> => {
      const { ticketId } = await transact(who.actor, (tx) =>
        openTicket(tx, {
          customerId: who.customerId,
          visitorId: who.visitorId,
          channel: 'web',
          language,
          categoryId: null,
          question,
          clientId: uuid(),
          cameFrom,
          live,
          promisedAt: live ? null : new Date('2026-11-24T08:30:00+08:00'),
        }),
      )
      return ticketId
    },
    take: async (id: TicketId, staffId: StaffId): Promise<number> =>
      (await transact(as(staffId), (tx) => assignTicket(tx, id, { staffId, shiftId: null, how: 'offer' }))).epoch,
    write: (who: Visitor, id: TicketId, body: string) =>
      transact(who.actor, (tx) => writeAsCustomer(tx, id, { clientId: uuid(), body })),
    say: (id: TicketId, staffId: StaffId, epoch: number, body: string) =>
      transact(as(staffId), (tx) =>
        postMessage(tx, { ticketId: id, by: { kind: 'staff', staffId, epoch }, clientId: uuid(), body }),
      ),
    /** The agent asks a department, with a time by which the customer hears. */
    sendTo: async (
      id: TicketId,
      by: { staffId: StaffId; epoch: number },
      { departmentId, promisedAt, need = 'SSH back' }: { departmentId: DepartmentId; promisedAt: Date; need?: string },
    ): Promise<EscalationId> => {
      const { staffId, epoch } = by
      const escalation = await transact(as(staffId), (tx) => sending.decideEscalation(tx, id, { epoch }))
      const target = { kind: 'department', departmentId, personId: null } as const
      const words = { need, tried: 'Console works', contact: '138', promisedAt }
      await transact(as(staffId), (tx) => sending.sendEscalation(tx, escalation, { epoch, target, ...words }))
      return escalation
    },
    reads: (who: Visitor, id: TicketId, read: number) =>
      transact(who.actor, (tx) => mark(tx, id, 'customer', { read })),
    describe: async (id: TicketId, staffId: StaffId, epoch: number) => {
      const categoryId = await topic(house.deps.db, `topic-${uuid()}`)
      await transact(as(staffId), (tx) =>
        describeTicket(tx, id, { epoch, categoryId, need: '恢复宽带', result: '已恢复' }),
      )
    },
  }
}
