import { expect, test } from 'vitest'
import {
  authenticityOf,
  contactOf,
  languageOf,
  numberIn,
  senderName,
  subjectIn,
  tellingHeaders,
  threadIn,
  whyNotTake,
} from '../../../server/chat/mail/rules.ts'
import type { Letter } from '../../../server/kernel/letter.ts'

const OURS = { addresses: ['desk@company.example'], isOurId: (id: string) => id.startsWith('<t42.') }

const letter = (headers: Record<string, string | string[]> = {}, more: Partial<Letter> = {}): Letter => ({
  from: [{ name: '苏晴', address: 'su@example.com' }],
  to: ['desk@company.example'],
  subject: '断网',
  text: '光猫亮红灯',
  messageId: '<1@example.com>',
  answers: '',
  headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value].flat()])),
  files: [],
  report: null,
  whole: true,
  ...more,
})
const why = (headers?: Record<string, string | string[]>, more?: Partial<Letter>) =>
  whyNotTake(letter(headers, more), OURS)

test('what a person wrote is taken', () => {
  expect(why()).toBeNull()
  expect(why({ 'auto-submitted': 'no' })).toBeNull()
  expect(why({ precedence: 'first-class' })).toBeNull()
})

test.each([
  ['auto_reply', { 'auto-submitted': 'auto-replied' }],
  ['auto_reply', { 'auto-submitted': 'auto-generated; type=x' }],
  ['auto_reply', { 'x-auto-response-suppress': 'All' }],
  ['auto_reply', { 'x-autoreply': 'yes' }],
  ['auto_reply', { precedence: 'auto_reply' }],
  ['list', { 'list-id': '<news.example.com>' }],
  ['bulk', { precedence: 'Bulk' }],
  ['bulk', { precedence: 'list' }],
  ['bulk', { precedence: 'junk' }],
  ['bounce', { 'return-path': '<>' }],
])('a machine’s letter opens nothing: %s by %o', (reason, headers) => {
  expect(why(headers as Record<string, string>)).toBe(reason)
})

test('a report about a letter is one, whoever signs it', () => {
  expect(why({}, { report: { about: '', failed: true } })).toBe('bounce')
  expect(why({}, { from: [{ name: '', address: 'MAILER-DAEMON@mx.example.com' }] })).toBe('bounce')
})

test('the house does not talk to itself', () => {
  expect(why({}, { from: [{ name: 'x', address: 'Desk@Company.example' }] })).toBe('own')
  expect(why({}, { messageId: '<t42.7.sign@company.example>' })).toBe('own')
})

test('a letter without a sender, or with two, is nobody’s', () => {
  expect(why({}, { from: [] })).toBe('no_sender')
  expect(
    why(
      {},
      {
        from: [
          { name: '', address: 'a@b.example' },
          { name: '', address: 'c@d.example' },
        ],
      },
    ),
  ).toBe('no_sender')
})

test('a letter whose parts nobody can take apart is kept, and its sender with it', () => {
  expect(why({}, { whole: false })).toBe('unreadable')
})

test('a letter of only a file or only a subject is one, one of nothing is none', () => {
  const nothing = { subject: ' ', text: '\n' }
  expect(why({}, nothing)).toBe('empty')
  expect(why({}, { ...nothing, subject: '请回电' })).toBeNull()
  expect(why({}, { ...nothing, files: [{ name: 'a.png', bytes: new Uint8Array(1) }] })).toBeNull()
})

const says = (...results: string[]) =>
  authenticityOf(letter({ 'authentication-results': results }), 'mx.company.example')

test('the trusted server’s word shows a sender to be true', () => {
  expect(says('mx.company.example; dmarc=pass (p=reject) header.from=example.com')).toBe('pass')
  expect(says('MX.company.example 1; dkim=pass header.d=example.com')).toBe('pass')
  expect(says('mx.company.example; spf=pass (ok) smtp.mailfrom=bounce@mail.example.com')).toBe('pass')
})

test('nobody else’s word counts, nor a second one below it, nor one where no host is trusted', () => {
  expect(says('mx.evil.example; dmarc=pass header.from=example.com')).toBe('unknown')
  expect(
    says(
      'mx.company.example; dmarc=fail header.from=example.com',
      'mx.company.example; dmarc=pass header.from=example.com',
    ),
  ).toBe('fail')
  expect(says()).toBe('unknown')
  const passed = letter({ 'authentication-results': '; dmarc=pass header.from=example.com' })
  expect(authenticityOf(passed, '')).toBe('unknown')
})

test('what passes for another domain shows nothing about this one', () => {
  expect(says('mx.company.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example')).toBe(
    'unknown',
  )
  expect(says('mx.company.example; dkim=pass header.d=notexample.com')).toBe('unknown')
  expect(says('mx.company.example; none (dkim=pass header.d=example.com)')).toBe('unknown')
})

test('a letter that fails is forged', () => {
  expect(says('mx.company.example; spf=pass smtp.mailfrom=x@example.com; dmarc=fail header.from=example.com')).toBe(
    'fail',
  )
  expect(says('mx.company.example; spf=fail smtp.mailfrom=x@example.com; dkim=none')).toBe('fail')
})

test('Han letters are Chinese, and everything else gets English', () => {
  expect(languageOf({ subject: 'Router 坏了', text: '' })).toBe('zh-CN')
  expect(languageOf({ subject: 'Panne', text: 'Bonjour' })).toBe('en')
})

test('what mail programs put before a subject goes, and a number in it is found', () => {
  expect(subjectIn('Re: 回复：Fwd: RE[2]: 断网  了')).toBe('断网 了')
  expect(subjectIn('Regarding: x')).toBe('Regarding: x')
  expect(numberIn('Re: [nt-1042] 断网')).toBe('NT-1042')
  expect(numberIn('PNT-1042')).toBeNull()
})

test('a sender without a name is called by what stands before the @, and a name stays within a row', () => {
  expect(senderName({ name: ' \u202e苏\n晴 ', address: 'su@example.com' })).toBe('苏 晴')
  expect(senderName({ name: '', address: 'su@example.com' })).toBe('su')
  expect(senderName({ name: '长'.repeat(500), address: 'a@b' })).toHaveLength(80)
})

test('an address to which no answer could go is no contact', () => {
  expect(contactOf('Su@Example.com')).toEqual({ kind: 'email', value: 'su@example.com' })
  expect(contactOf('root@localhost')).toBeNull()
})

test('of the headers only those are kept that say why, and of those not much', () => {
  const kept = tellingHeaders(letter({ 'x-secret': 'a', 'list-id': 'x'.repeat(5000) }))
  expect(Object.keys(kept)).toEqual(['list-id'])
  expect(kept['list-id']).toHaveLength(300)
})

test('a thread is known by what its program calls the letter, where that can stand in a header of ours', () => {
  expect(threadIn({ subject: 'Re: 回复：断网', messageId: '<a.b+c@mail.example>' })).toEqual({
    subject: '断网',
    messageId: '<a.b+c@mail.example>',
  })
  for (const messageId of [null, 'no brackets@x', '<two words@x>', '<a@b><c@d>', '<é@x>', `<${'a'.repeat(300)}@x>`])
    expect(threadIn({ subject: '', messageId })).toEqual({ subject: '', messageId: null })
})
