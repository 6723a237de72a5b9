import { beforeEach } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { findOpenAssignment } from '../../server/tickets/assignments/queries.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { TWO_FOURTEEN } from './clock.ts'
import type { TalkingHouse } from './conversations.ts'
import { agentAndCustomer, hire, type Visitor } from './people.ts'
import { type Browser, signedIn } from './staff.ts'

/** 林玫 on post at her desk, her colleague 陈舟 who is not, and the customer 苏晴, anew for each test. */
export function agentAtDesk({ database, house, does, clock }: TalkingHouse) {
  const here = {} as { mei: StaffId; zhou: StaffId; suQing: Visitor; desk: Browser }
  beforeEach(async () => {
    const { db } = database
    clock.set(TWO_FOURTEEN)
    Object.assign(here, await agentAndCustomer(db))
    here.zhou = await hire(db, '陈舟')
    here.desk = await signedIn(house, here.mei)
  })
  return Object.assign(here, {
    /** What the staff has said, in order. */
    said: async (id: TicketId) =>
      (await listMessages(database.db, id, 0)).filter(({ author }) => author === 'staff').map(({ body }) => body),
    stateOf: async (id: TicketId) => (await getTicket(database.db, id)).state,
    holderOf: async (id: TicketId) => (await findOpenAssignment(database.db, id))?.staffId,
    /** A question of hers that she has taken. */
    mine: async (question?: string) => {
      const id = await does.ask(here.suQing, question)
      return { id, epoch: await does.take(id, here.mei) }
    },
    described: async (id: TicketId, values: Record<string, string | number>) =>
      here.desk.post(`/tickets/${id}/resolution`, { categoryId: '', need: '', result: '', ...values }),
  })
}
