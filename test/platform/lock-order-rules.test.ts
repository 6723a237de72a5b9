import { expect, test } from 'vitest'
import type { HouseEvent } from '../../server/events/event.ts'
import { inLockOrder } from '../../server/platform/reactions.ts'

test('what happened keeps its order, and touched tickets follow by their ids: features that lock them wait in one line', () => {
  const event = (id: string, name: string, ticketId: string) =>
    ({ id, name, at: new Date(0), actor: 'system', payload: { ticketId } }) as unknown as HouseEvent
  const events = [
    event('1', 'ticket.touched', '30'),
    event('2', 'ticket.resolved', '9'),
    event('3', 'ticket.touched', '4'),
    event('4', 'ticket.created', '31'),
    event('5', 'ticket.touched', '100'),
  ]
  expect(inLockOrder(events).map(({ id }) => id)).toEqual(['2', '4', '3', '1', '5'])
})
