import { expect, test } from 'vitest'
import { type History, violations } from '../support/history.ts'

const line = (seq: number, clientId: string) => ({ seq, clientId, body: `words of ${clientId}` })
const good: History = {
  sent: new Map([
    ['a', 'words of a'],
    ['b', 'words of b'],
  ]),
  acknowledged: [
    { clientId: 'a', seq: 1 },
    { clientId: 'b', seq: 2 },
  ],
  stored: [line(1, 'a'), line(2, 'b')],
  screens: [[line(1, 'a'), line(2, 'b')]],
}

test('a history in which all went well has no violations', () => {
  expect(violations(good)).toEqual([])
})

test('the checker sees what is lost, doubled, mixed up and made up', () => {
  const planted: Record<string, Partial<History>> = {
    'acknowledged and lost': { stored: [line(1, 'a')], screens: [[line(1, 'a')]] },
    'stored twice': { stored: [line(1, 'a'), line(2, 'b'), line(3, 'b')] },
    'a hole in the numbers': { stored: [line(1, 'a'), line(3, 'b')] },
    'one number twice': { stored: [line(1, 'a'), line(1, 'b')] },
    'other words': { stored: [line(1, 'a'), { ...line(2, 'b'), body: 'other' }] },
    'never acknowledged': { acknowledged: [{ clientId: 'a', seq: 1 }] },
    'acknowledged under the number of another': {
      acknowledged: [
        { clientId: 'a', seq: 2 },
        { clientId: 'b', seq: 2 },
      ],
    },
    'shown twice': { screens: [[line(1, 'a'), line(2, 'b'), line(2, 'b')]] },
    'shown out of order': { screens: [[line(2, 'b'), line(1, 'a')]] },
    'not shown on one of two screens': { screens: [good.stored, [line(1, 'a')]] },
  }
  for (const [what, history] of Object.entries(planted))
    expect(violations({ ...good, ...history }), what).not.toEqual([])
})
