import { beforeEach, expect, test } from 'vitest'
import type { CategoryId } from '../../server/kernel/ids.ts'
import { beginArticle, publishArticle } from '../../server/knowledge/articles/actions.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { as, hire, publishTerms } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
let first: string

beforeEach(async () => {
  clock.set('2026-11-24T02:12:00+08:00')
  await publishTerms(database.db, clock.now())
  const { id } = await database.db
    .insertInto('categories')
    .values({ code: 'line', name: JSON.stringify({ 'zh-CN': '宽带与网络', en: 'Broadband' }), position: 1 })
    .returning('id')
    .executeTakeFirstOrThrow()
  const editor = as(await hire(database.db, '陈舟', { roles: ['hr'] }), 'manager')
  const ids = await house.deps.transact(editor, async (tx) => {
    const made = []
    for (const [position, words] of ARTICLES.entries())
      made.push(await beginArticle(tx, { ...words, categoryId: id as CategoryId, position }))
    for (const one of made) await publishArticle(tx, one)
    return made
  })
  first = ids[0] ?? ''
})

const ARTICLES = [
  {
    title: { 'zh-CN': '光猫 LOS 灯变红，上不了网', en: 'The LOS light is red and nothing loads' },
    body: {
      'zh-CN':
        '红灯表示光信号没有到您家。请先看这几处：\n\n1. 光纤线有没有被压住或弯折\n2. 接头拔下，再插紧\n3. 断电一分钟，再开机\n\n两分钟后仍是红灯，多半是外线问题，请直接[向我们提问](/)，夜里也有人在。',
      en: 'A red light means that no signal reaches your home. Look at these first:\n\n1. Is the fibre pinched or bent?\n2. Unplug the connector and push it back in\n3. Switch off for a minute\n\nStill red after two minutes? [Ask us](/), someone is awake.',
    },
  },
  {
    title: { 'zh-CN': '晚上网速变慢', en: 'The line is slow in the evening' },
    body: { 'zh-CN': '先用网线直连测一次速。', en: 'First measure the speed by cable.' },
  },
]
const LOOKS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true },
]

test('common questions and an article stand on a wide screen and on a phone, in both languages and both lights', async () => {
  for (const look of LOOKS)
    for (const how of [{}, { language: 'en', theme: 'light' }] as const) {
      const page = await openPage(await openBrowser(house.url, { ...look, ...how }))
      for (const [name, path] of [
        ['faq', '/faq'],
        ['article', `/faq/${first}`],
      ] as const) {
        await page.goto(`${house.url}${path}`)
        expect(await widthBeyond(page)).toBe(0)
        expect(await violations(page)).toEqual([])
        if (!('language' in how)) await picture(page, `${name}-${look.width}`)
      }
      expect(page.wrongs).toEqual([])
      await page.context().close()
    }
}, 120_000)

test('while a question is typed the articles that fit stand under it; opening one keeps what was typed', async () => {
  const page = await openPage(await openBrowser(house.url, { width: 1440, height: 900 }))
  await page.goto(house.url)
  await page.fill('[name=question]', '家里光猫红灯亮，不能上网')
  const link = page.locator('[data-suggested] a').first()
  await link.waitFor()
  expect(await link.textContent()).toBe('光猫 LOS 灯变红，上不了网')
  const [opened] = await Promise.all([page.context().waitForEvent('page'), link.click()])
  await opened.getByRole('heading', { name: '光猫 LOS 灯变红，上不了网' }).waitFor()
  expect(await page.inputValue('[name=question]')).toBe('家里光猫红灯亮，不能上网')
  await page.fill('[name=question]', '打印机')
  await page.locator('[data-suggested]').waitFor({ state: 'hidden' })
  expect(page.wrongs).toEqual([])
  await page.context().close()
}, 60_000)
