import { expect, test } from 'vitest'
import { runDue } from '../../../server/customers/privacy/over/rules.ts'
import {
  seesCustomer,
  shown,
  unusualIn,
  veilOf,
  whyNotConfirmed,
  whyNotErase,
  whyNotReason,
} from '../../../server/customers/privacy/rules.ts'
import type { Capability } from '../../../server/kernel/capabilities.ts'
import { ERASED } from '../../../server/kernel/erased.ts'
import type { StaffId } from '../../../server/kernel/ids.ts'

const person = (staffId: string, ...capabilities: Capability[]) => ({
  staffId: staffId as StaffId,
  capabilities: new Set(capabilities),
})

test('a phone keeps its beginning and its end, an address its first letter and its house, a name its first', () => {
  expect(shown('contact', '+8613812340041', false)).toBe('138****0041')
  expect(shown('contact', '+442079460018', false)).toBe('+44****0018')
  expect(shown('contact', '+8613812340041', true)).toBe('138 1234 0041')
  expect(shown('contact', '62345678', false)).toBe('6****78')
  expect(shown('contact', 'lin.qiao@example.com', false)).toBe('l***@example.com')
  expect(shown('name', '苏晴', false)).toBe('苏*')
  expect(shown('name', '欧阳娜娜', false)).toBe('欧***')
  expect(shown('name', 'Mary O’Neil', false)).toBe('M*** O***')
  expect(shown('name', '13812340041', false)).toBe('138****0041')
})

test('whoever may see everything gets it as it is, and what was erased stays erased', () => {
  for (const what of ['name', 'contact', 'words'] as const) {
    expect(shown(what, 'lin@example.com', true)).toBe('lin@example.com')
    expect(shown(what, ERASED, false)).toBe(ERASED)
  }
})

test('words lose numbers, addresses and the customer’s name, and keep dates, ticket numbers and everything else', () => {
  const { words } = veilOf(false, '苏晴')
  expect(words('我是苏晴，电话 138 1234 0041，邮箱 qing.su@example.com')).toBe(
    '我是苏*，电话 138****0041，邮箱 q***@example.com',
  )
  expect(words('NT-24001 从 2026-11-23 起，第 3 次，重启了 12 遍')).toBe(
    'NT-24001 从 2026-11-23 起，第 3 次，重启了 12 遍',
  )
  expect(words('(0571) 8765-4321 打不通')).not.toContain('8765')
  expect(veilOf(false, 'Ann').words('Ann lives in Annaburg')).toBe('A*** lives in Annaburg')
  expect(words(null)).toBe(null)
})

test('a name of any signs is masked where it stands, also one that means something in a pattern or a replacement', () => {
  const names = [
    "Sean O'Brien",
    'Tom & Co',
    'Anna_B',
    'A-B "C"; d=e',
    '(?:',
    '$& $1',
    '[x]+*?',
    'a\\b',
    'x@$&.com',
    '苏 晴!',
    '👩‍👩‍👧',
  ]
  for (const name of names) {
    const said = veilOf(false, name).words(`it is ${name}, ${name}`)
    expect([name, said.includes(name)]).toEqual([name, false])
    expect(said).toMatch(/^it is .+, .+$/)
  }
  expect(veilOf(false, "Sean O'Brien").words("i am sean o'brien")).toBe('i am S*** O***')
  expect(veilOf(false, ' Ann ').words('Ann is here')).toBe('A*** is here')
})

test('a text without end is masked as quickly as it is read', () => {
  const began = performance.now()
  for (const letter of ['a', '长', '1', '1 ', 'a.']) shown('words', letter.repeat(4000), false, 'Ann')
  expect(performance.now() - began).toBeLessThan(500)
})

test('a customer is seen in full by whoever has the conversation on duty and by whoever leads the night, by nobody else', () => {
  const [mei, zhou] = ['1' as StaffId, '2' as StaffId]
  expect(seesCustomer(person('1', 'desk.work', 'ticket.read'), mei)).toBe(true)
  expect(seesCustomer(person('1', 'desk.work', 'ticket.read'), zhou)).toBe(false)
  expect(seesCustomer(person('1', 'desk.work', 'ticket.read'), null)).toBe(false)
  expect(seesCustomer(person('1'), mei)).toBe(false)
  expect(seesCustomer(person('3', 'customer.read'), mei)).toBe(true)
})

test('one reveal too many in a night is unusual, and so is each of somebody else’s customer', () => {
  expect(unusualIn({ theirs: true, before: 4 }, 5)).toEqual([])
  expect(unusualIn({ theirs: true, before: 5 }, 5)).toEqual(['many'])
  expect(unusualIn({ theirs: false, before: 5 }, 5)).toEqual(['many', 'not_theirs'])
})

test('a reason that is not on the list is said in words', () => {
  expect(whyNotReason('other', ' ')?.code).toBe('privacy.words_missing')
  expect(whyNotReason('other', '核对')).toBe(null)
  expect(whyNotReason('call_back', '')).toBe(null)
})

test('erasing is confirmed by the name or the number of a conversation, and by nothing else', () => {
  expect(whyNotConfirmed(' 苏晴 ', '苏晴', [])).toBe(null)
  expect(whyNotConfirmed('nt-24001', '苏晴', ['NT-24001'])).toBe(null)
  for (const typed of ['', ' ', '苏', 'NT-2400']) expect(whyNotConfirmed(typed, '苏晴', ['NT-24001'])).not.toBe(null)
  expect(
    whyNotErase([
      { state: 'closed', number: 'NT-1' },
      { state: 'open', number: 'NT-2' },
    ])?.details,
  ).toEqual({ number: 'NT-2' })
  expect(
    whyNotErase([
      { state: 'closed', number: 'NT-1' },
      { state: 'spam', number: 'NT-2' },
    ]),
  ).toBe(null)
})

test('the run of a day is due from one o’clock by day on, in the company’s time', () => {
  expect(runDue(new Date('2026-11-24T12:59:59+08:00'), 'Asia/Shanghai')).toBe(null)
  expect(runDue(new Date('2026-11-24T13:00:00+08:00'), 'Asia/Shanghai')).toBe('2026-11-24')
})
