import { beforeEach } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { findOpenAssignment } from '../../server/tickets/assignments/queries.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { type HandSetClock, TWO_FOURTEEN } from './clock.ts'
import type { conversations } from './conversations.ts'
import type { testDatabase } from './database.ts'
import { hire, putOnPost, type Visitor, welcome } from './people.ts'
import type { QuietHouse } from './server.ts'
import { type Browser, signedIn } from './staff.ts'

type House = {
  readonly database: ReturnType<typeof testDatabase>
  readonly house: QuietHouse
  readonly does: ReturnType<typeof conversations>
  readonly clock: HandSetClock
}

/** 林玫 on post at her desk, her colleague 陈舟 who is not, and the customer 苏晴, anew for each test. */
export function agentAtDesk({ database, house, does, clock }: House) {
  const here = {} as { mei: StaffId; zhou: StaffId; suQing: Visitor; desk: Browser }
  beforeEach(async () => {
    const { db } = database
    clock.set(TWO_FOURTEEN)
    here.mei = await hire(db, '林玫')
    here.zhou = await hire(db, '陈舟')
    await putOnPost(db, here.mei)
    here.suQing = await welcome(db, '苏晴')
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
