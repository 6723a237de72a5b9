import type { HouseEvent } from '../../events/event.ts'
import type { MessageId } from '../../kernel/ids.ts'
import type { Spoken } from '../../platform/transaction.ts'
import type { Reader } from '../../schema.ts'
import { toDesk } from './live.ts'
import { listMessagesById } from './queries.ts'

/** Messages whose process died between commit and emit are said again; receivers drop what they have by number. */
export async function speakMessagesAgain(db: Reader, events: readonly HouseEvent[]): Promise<Spoken[]> {
  const ids = events.flatMap((event) => (event.name === 'message.posted' ? [event.payload.messageId as MessageId] : []))
  const views = await listMessagesById(db, ids)
  return views.flatMap((view): Spoken[] => [
    { namespace: '/chat', room: `chat:${view.ticketId}`, event: 'message', data: view },
    ...toDesk(view),
  ])
}
