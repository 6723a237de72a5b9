import { expect, test } from 'vitest'
import type { HouseEvent } from '../../server/events/event.ts'
import { slicesOf } from '../../server/platform/reactions.ts'

const event = (id: string, name: string, ticketId: string) =>
  ({ id, name, about: [], payload: { ticketId } }) as unknown as HouseEvent

test('what happened keeps its order, and conversations that are looked at follow by their ids: features that lock them wait in one line', () => {
  const events = [
    event('1', 'ticket.touched', '30'),
    event('2', 'ticket.assigned', '9'),
    event('3', 'ticket.touched', '4'),
    event('4', 'ticket.created', '31'),
    event('5', 'ticket.queued', '100'),
    event('6', 'ticket.touched', '100'),
  ]
  const slices = [...slicesOf(events, { looks: { after: ['ticket.touched', 'ticket.queued'], act: async () => {} } })]
  expect(slices.map((slice) => slice.map(({ id }) => id))).toEqual([
    ['2', '4'],
    ['3', '1', '5', '6'],
  ])
})

test('so much is done at once that whoever waits for one of it waits for a moment only', () => {
  const events = [
    ...Array.from({ length: 250 }, (_, n) => event(`${n}`, 'ticket.touched', `${250 - n}`)),
    ...Array.from({ length: 150 }, (_, n) => event(`${n}`, 'ticket.assigned', `${n}`)),
  ]
  const sizes = [...slicesOf(events, { looks: { after: ['ticket.touched'], act: async () => {} } })].map(
    (one) => one.length,
  )
  expect(sizes).toEqual([100, 50, 50, 50, 50, 50, 50])
})
