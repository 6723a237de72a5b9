import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { paced } from '../../server/platform/pace.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first goes at once, a flood behind it is one more at the end of the pause, and that one is the last of it', () => {
  const told: number[] = []
  const tell = paced()
  for (let n = 1; n <= 100; n++) tell('desk', 200, () => told.push(n))
  expect(told).toEqual([1])
  vi.advanceTimersByTime(200)
  expect(told).toEqual([1, 100])
  vi.advanceTimersByTime(1000)
  expect(told).toEqual([1, 100])
})

test('what comes after a quiet while goes at once again, and one key never waits for another', () => {
  const told: string[] = []
  const tell = paced()
  tell('desk', 200, () => told.push('desk'))
  tell('board', 200, () => told.push('board'))
  vi.advanceTimersByTime(201)
  tell('desk', 200, () => told.push('desk'))
  expect(told).toEqual(['desk', 'board', 'desk'])
})
