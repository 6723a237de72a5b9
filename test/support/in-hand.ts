import { beforeEach } from 'vitest'
import { noteVisits } from '../../server/chat/visits/queries.ts'
import type { ContactId, MailId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { TWO_FOURTEEN } from './clock.ts'
import type { TalkingHouse } from './conversations.ts'
import { letterHouse } from './letters.ts'
import { agentAndCustomer, type Visitor } from './people.ts'

/** 苏晴 asks and 林玫 has it in hand, anew for each test; and what both do until a letter or a text goes out about it. */
export function conversationInHand({ database, house, does, clock }: TalkingHouse) {
  const here = {} as { mei: StaffId; suQing: Visitor; ticketId: TicketId; epoch: number }
  beforeEach(async () => {
    const { db } = database
    clock.set(TWO_FOURTEEN)
    forgetSettings()
    Object.assign(here, await agentAndCustomer(db))
    await db.updateTable('staff').set({ name_en: 'Lin Mei' }).where('id', '=', here.mei).execute()
    here.ticketId = await does.ask(here.suQing)
    here.epoch = await does.take(here.ticketId, here.mei)
  })
  const acts = {
    /** An address or a number of theirs, proved or not. */
    gives: async (who: Visitor, value: string, verified: boolean): Promise<ContactId> => {
      const at = clock.now()
      const kind = value.includes('@') ? ('email' as const) : ('phone' as const)
      const row = await database.db
        .insertInto('contacts')
        .values({ customer_id: who.customerId, kind, value, verified_at: verified ? at : null, created_at: at })
        .returning('id')
        .executeTakeFirstOrThrow()
      return row.id as ContactId
    },
    isThere: () => noteVisits(database.db, [here.ticketId], clock.now()),
    say: (body: string) => does.say(here.ticketId, here.mei, here.epoch, body),
    set: async (values: Record<string, unknown>): Promise<void> => {
      for (const [key, value] of Object.entries(values))
        await database.db
          .insertInto('settings')
          .values({ key, value: JSON.stringify(value), changed_by: null, changed_at: clock.now() })
          .execute()
      forgetSettings()
    },
    mails: (...kinds: ('unread' | 'verification' | 'transcript' | 'morning')[]) =>
      database.db.selectFrom('outgoing_mails').selectAll().where('kind', 'in', kinds).orderBy('id').execute(),
    letters: () => database.db.selectFrom('customer_letters').selectAll().orderBy('id').execute(),
    /** Open alarms about customers who could not be reached. */
    alarms: () =>
      database.db
        .selectFrom('alarms')
        .select(['kind', 'ticket_id'])
        .where('kind', '=', 'customer_unreached')
        .where('settled_at', 'is', null)
        .execute(),
    ...letterHouse(() => house, clock),
  }
  /** An answer that they did not read, as the letter that goes out about it. */
  const oneLetter = async (): Promise<MailId> => {
    await acts.gives(here.suQing, 'su@example.com', true)
    await acts.say('已经修好')
    await acts.tick()
    clock.forward({ minutes: 10 })
    await acts.tick()
    return (await acts.mails('unread'))[0]?.id as MailId
  }
  return Object.assign(here, acts, { oneLetter })
}
