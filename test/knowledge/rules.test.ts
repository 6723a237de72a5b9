import { expect, test } from 'vitest'
import { ranked } from '../../server/knowledge/articles/rules.ts'
import { fillIn } from '../../server/knowledge/rules.ts'

const openings = { customer: '苏晴 {{agent}} $&', agent: '林玫', ticket: 'NT-24611', company: '清溪网络' }

test('a canned reply names customer, agent and ticket, and leaves all else as it is', () => {
  expect(fillIn('{{customer}}您好，我是{{ agent }}：{{ticket}} {{other}} {customer}', openings)).toBe(
    '苏晴 {{agent}} $&您好，我是林玫：NT-24611 {{other}} {customer}',
  )
})

test('a word that few articles have weighs more than one that many have', () => {
  const article = (en: string) => ({ title: { 'zh-CN': '', en }, body: { 'zh-CN': '', en: 'Check how you connect.' } })
  const articles = ['Wi-Fi does not connect', 'The television does not connect', 'SSH'].map(article)
  expect(ranked(articles, 'my ssh does not connect')[0]?.title.en).toBe('SSH')
})

test('a question finds the article about its matter, not one that shares its small words or a piece of a word', () => {
  const article = (title: string, en: string) => ({ title: { 'zh-CN': '', en: title }, body: { 'zh-CN': '', en } })
  const articles = [
    article('My domain has expired', 'It has been off since then: renew it, by telephone too.'),
    article('Moving house with your broadband', 'Tell us the new address.'),
    article('The LOS light is red and nothing loads', 'A red light on the modem: your broadband has no signal.'),
  ]
  const titles = (words: string) => ranked(articles, words).map(({ title }) => title.en)
  expect(titles('Our broadband has been down since one; the modem blinks red')[0]).toMatch(/LOS/)
  expect(titles('one has been off since')).toEqual([])
  expect(titles('lights')[0]).toMatch(/LOS/)
})
