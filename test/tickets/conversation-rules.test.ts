import { expect, test } from 'vitest'
import {
  type Item,
  type Noted,
  type Word,
  weave,
  whyNotReplyYet,
  zoneOfPhone,
} from '../../server/tickets/conversation/rules.ts'

const now = new Date('2026-11-24T02:24:00+08:00')
const word = (seq: number, author: Word['author'], at: string, more: Partial<Word> = {}): Word => ({
  seq,
  author,
  body: `word ${seq}`,
  at: new Date(`2026-11-24T${at}+08:00`).toISOString(),
  ...(author === 'staff' ? { staffId: '7', name: '林玫', nameEn: 'Lin Mei' } : {}),
  ...more,
})
const note = (id: string, afterSeq: number, at: string): Noted => ({
  id,
  name: '吴凯',
  nameEn: 'Wu Kai',
  afterSeq,
  body: `note ${id}`,
  at: new Date(`2026-11-24T${at}+08:00`),
})
const woven = (messages: Word[], { notes = [] as Noted[], newAfter = 0, marks = { delivered: 0, read: 0 } } = {}) =>
  weave({ messages, notes, marks, newAfter, zone: 'Asia/Shanghai', now }).map((item) => wordsOf(item))
const wordsOf = (item: Item): string => {
  if (item.kind === 'said') return `said ${item.code}`
  if (item.kind === 'note') return `note ${item.id}`
  if (item.kind === 'day') return item.today ? 'today' : item.date
  if (item.kind === 'new') return 'new'
  const seqs = item.bubbles.map(({ seq }) => seq).join('+')
  return [item.ours ? 'ours' : 'theirs', seqs, item.mark].filter(Boolean).join(' ')
}

test('words of one person that follow one another stand together, those five minutes later apart', () => {
  const messages = [
    word(1, 'customer', '02:12:00'),
    word(2, 'customer', '02:13:00'),
    word(3, 'staff', '02:14:00'),
    word(4, 'staff', '02:20:00'),
    word(5, 'staff', '02:21:00', { staffId: '8' }),
  ]
  expect(woven(messages)).toEqual(['today', 'theirs 1+2', 'ours 3 sent', 'ours 4 sent', 'ours 5 sent'])
})

test('notes stand where they were written, and a house line parts what stood together', () => {
  const messages = [
    word(1, 'customer', '02:12:00'),
    word(2, 'house', '02:12:30', { code: 'joined' }),
    word(3, 'customer', '02:13:00'),
  ]
  const notes = [note('a', 1, '02:12:10'), note('b', 3, '02:14:00')]
  expect(woven(messages, { notes })).toEqual(['today', 'theirs 1', 'note a', 'said joined', 'theirs 3', 'note b'])
})

test('a line stands before the customer’s first word that the reader has not seen, and nowhere for who has seen none', () => {
  const messages = [word(1, 'customer', '02:12:00'), word(2, 'staff', '02:13:00'), word(3, 'customer', '02:14:00')]
  expect(woven(messages, { newAfter: 2 })).toEqual(['today', 'theirs 1', 'ours 2 sent', 'new', 'theirs 3'])
  expect(woven(messages, { newAfter: 1 })).toEqual(['today', 'theirs 1', 'ours 2 sent', 'new', 'theirs 3'])
  expect(woven(messages)).not.toContain('new')
})

test('a conversation past midnight has a line for each day', () => {
  const before = word(1, 'customer', '00:00:00', { at: '2026-11-23T15:59:00.000Z' })
  expect(woven([before, word(2, 'customer', '00:01:00')])).toEqual(['2026-11-23', 'theirs 1', 'today', 'theirs 2'])
})

test('our words are sent, then delivered, then read', () => {
  const messages = [word(1, 'staff', '02:00:00'), word(2, 'staff', '02:06:00'), word(3, 'staff', '02:12:00')]
  expect(woven(messages, { marks: { delivered: 2, read: 1 } })).toEqual([
    'today',
    'ours 1 read',
    'ours 2 delivered',
    'ours 3 sent',
  ])
})

test('a reply waits only for words of the customer that its writer has not seen', () => {
  expect(whyNotReplyYet(4, 4)).toBeNull()
  expect(whyNotReplyYet(5, 4)?.code).toBe('tickets.newer_word')
})

test('a phone number tells the hour only where its country has one', () => {
  expect(zoneOfPhone('+8618600014471')).toBe('Asia/Shanghai')
  expect(zoneOfPhone('+85221234567')).toBe('Asia/Hong_Kong')
  expect(zoneOfPhone('+12025550123')).toBeNull()
  expect(zoneOfPhone('8618600014471')).toBeNull()
})
