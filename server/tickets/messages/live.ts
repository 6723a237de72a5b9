import type { Spoken } from '../../platform/transaction.ts'
import type { MessageView } from './queries.ts'
import { asSeen } from './rules.ts'

/** A message as the desk hears it: as it is where the conversation is one's own, masked where one only looks on. */
export const toDesk = (view: MessageView): Spoken[] => [
  { namespace: '/desk', room: `talk:${view.ticketId}`, event: 'message', data: view },
  { namespace: '/desk', room: `masked:${view.ticketId}`, event: 'message', data: asSeen(view, false) },
]
