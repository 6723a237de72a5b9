import { expect, test } from 'vitest'
import { isAway, whenBack } from '../../server/platform/away.ts'

const coded = (code: string): Error => Object.assign(new Error(code), { code })
const PATIENCE = { everyMilliseconds: 1, atMostMilliseconds: 10_000 }

test('only what tells of a database that is away is an outage: a refused act, a deadlock and a slow statement are not', () => {
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '08006', '57P01', '57P03', '53300'])
    expect(isAway(coded(code)), code).toBe(true)
  expect(isAway(new Error('Connection terminated unexpectedly'))).toBe(true)
  expect(isAway(new AggregateError([new Error('no'), coded('57P01')], 'two features'))).toBe(true)
  for (const code of ['23505', '40P01', '57014', '42703', '']) expect(isAway(coded(code)), code).toBe(false)
  expect(isAway(null)).toBe(false)
})

test('what fails while the database is away is done when it is back; what fails by itself fails at once', async () => {
  let left = 5
  const act = async (): Promise<string> => {
    if (left-- > 0) throw coded('ECONNREFUSED')
    return 'done'
  }
  expect(await whenBack(act, PATIENCE, () => false)).toBe('done')
  await expect(
    whenBack(
      () => Promise.reject(coded('23505')),
      PATIENCE,
      () => false,
    ),
  ).rejects.toThrow('23505')
})

test('nobody waits for ever, and a program that ends does not wait at all', async () => {
  const gone = (): Promise<never> => Promise.reject(coded('ECONNREFUSED'))
  await expect(whenBack(gone, { ...PATIENCE, atMostMilliseconds: 5 }, () => false)).rejects.toThrow('ECONNREFUSED')
  await expect(whenBack(gone, PATIENCE, () => true)).rejects.toThrow('ECONNREFUSED')
})
