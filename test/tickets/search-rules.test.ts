import { expect, test } from 'vitest'
import { literally, readWanted } from '../../server/tickets/search/rules.ts'

test('a ticket is found by its number, with or without NT', () => {
  expect(readWanted(' nt-24001 ').number).toBe('NT-24001')
  expect(readWanted('24001').number).toBe('NT-24001')
})

test('a phone is found by four or more of its digits, however they are spaced', () => {
  expect(readWanted('+86 138-0013').digits).toBe('861380013')
  expect(readWanted('138').digits).toBeNull()
})

test('a percent sign in a name is a percent sign', () => {
  expect(literally('100%_\\')).toBe('100\\%\\_\\\\')
})
