import type { EventName, HouseEvent } from '../events/event.ts'
import type { TicketId } from '../kernel/ids.ts'

/** Of the event whose row it came from. */
const TOUCHED = '-touched'
export const rowOf = (id: string): string => id.replace(TOUCHED, '')

/** Messages are many: reactions hear of a conversation once a batch, with the last number in it. */
export function touched(events: readonly HouseEvent[]): HouseEvent<'ticket.touched'>[] {
  const last = new Map<TicketId, HouseEvent<'ticket.touched'>>()
  for (const event of events)
    if (is(event, 'message.posted')) {
      const { ticketId, seq } = event.payload
      last.set(ticketId, {
        id: `${event.id}${TOUCHED}`,
        name: 'ticket.touched',
        payload: { ticketId, lastSeq: seq },
        about: [],
      })
    }
  return [...last.values()]
}

const is = <Name extends EventName>(event: HouseEvent, name: Name): event is Extract<HouseEvent, { name: Name }> =>
  event.name === name
