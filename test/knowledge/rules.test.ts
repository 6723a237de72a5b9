import { expect, test } from 'vitest'
import { fillIn } from '../../server/knowledge/rules.ts'

const openings = { customer: '苏晴 {{agent}} $&', agent: '林玫', ticket: 'NT-24611' }

test('a canned reply names customer, agent and ticket, and leaves all else as it is', () => {
  expect(fillIn('{{customer}}您好，我是{{ agent }}：{{ticket}} {{other}} {customer}', openings)).toBe(
    '苏晴 {{agent}} $&您好，我是林玫：NT-24611 {{other}} {customer}',
  )
})
