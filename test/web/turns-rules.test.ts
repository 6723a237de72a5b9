import { expect, test } from 'vitest'
import { turns } from '../../server/web/turns.ts'

test('whoever sends much at once waits for their own, and nobody else waits for them', async () => {
  const inTurn = turns(2)
  const order: string[] = []
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const slow = (name: string) => () => gate.then(() => void order.push(name))
  const many = ['a1', 'a2', 'a3', 'a4'].map((name) => inTurn('a', slow(name)))
  await inTurn('b', async () => void order.push('b'))
  expect(order).toEqual(['b'])
  open()
  await Promise.all(many)
  expect(order).toEqual(['b', 'a1', 'a2', 'a3', 'a4'])
})

test('never more than so many of one at a time, also where some fail', async () => {
  const inTurn = turns(3)
  let now = 0
  let most = 0
  const act = async (n: number) => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setImmediate(resolve))
    now--
    if (n % 4 === 0) throw new Error('broken')
  }
  const done = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => inTurn('a', () => act(n))))
  expect(done.filter(({ status }) => status === 'rejected')).toHaveLength(5)
  expect([most, now]).toEqual([3, 0])
})
