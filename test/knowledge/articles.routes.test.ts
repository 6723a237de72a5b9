import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { formToken, newToken } from '../../server/platform/tokens.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let chen: StaffId
let editor: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  chen = await hire(database.db, '陈舟', { roles: ['hr'] })
  editor = await signedIn(house, chen)
})

const words = (more: Record<string, string | number> = {}) => ({
  titleZh: '光猫 LOS 灯变红怎么办',
  titleEn: 'The LOS light is red',
  bodyZh: '先看光纤线有没有弯折。\n\n- 拔下再插紧\n- 等两分钟',
  bodyEn: 'Check the fibre first.',
  category: '',
  position: 1,
  seen: 0,
  act: 'publish',
  ...more,
})
const begin = async (more: Record<string, string | number> = {}): Promise<string> => {
  const { location } = await editor.post('/knowledge/new', words(more))
  return location?.split('/').at(-1) ?? ''
}
/** A customer's browser without a script. */
function visitor(language = 'zh-CN') {
  const pre = newToken()
  const headers = { cookie: `nightdesk-pre=${pre}`, 'accept-language': language, origin: 'http://127.0.0.1:3000' }
  const get = async (path: string) => {
    const answer = await house.app.request(path, { headers })
    return { status: answer.status, html: await answer.text() }
  }
  const post = (path: string, fields: Record<string, string>) =>
    house.app.request(path, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ ...fields, _token: formToken(house.deps.secret, pre) }),
    })
  return { get, post }
}

test('customers read an article once it is published, and no longer once it is withdrawn', async () => {
  const id = await begin({ act: 'save' })
  expect((await visitor().get(`/faq/${id}`)).status).toBe(404)
  expect((await visitor().get('/faq')).html).not.toContain('光猫 LOS')
  await editor.post(`/knowledge/${id}`, words({ seen: 1 }))
  expect((await visitor().get('/faq')).html).toContain('光猫 LOS 灯变红怎么办')
  const { status, html } = await visitor('en').get(`/faq/${id}-whatever-it-was-called`)
  expect([status, html]).toEqual([200, expect.stringContaining('Check the fibre first.')])
  await editor.post(`/knowledge/${id}/withdrawal`)
  expect((await visitor().get(`/faq/${id}`)).status).toBe(404)
})

test('what is saved over a published article reaches customers with the next publication only', async () => {
  const id = await begin()
  await editor.post(`/knowledge/${id}`, words({ seen: 1, act: 'save', bodyZh: '改过的话' }))
  expect((await visitor().get(`/faq/${id}`)).html).not.toContain('改过的话')
  expect((await editor.get('/knowledge')).html).toContain('有改动未发布')
  await editor.post(`/knowledge/${id}`, words({ seen: 2, bodyZh: '改过的话' }))
  expect((await visitor().get(`/faq/${id}`)).html).toContain('改过的话')
})

test('every publication is a version with who and when, and an older one can be made the draft again', async () => {
  const id = await begin({ bodyZh: '第一次的话' })
  await editor.post(`/knowledge/${id}`, words({ seen: 1, bodyZh: '第二次的话' }))
  const { html } = await editor.get(`/knowledge/${id}`)
  for (const one of ['第 1 版', '第 2 版', '第一次的话', '陈舟，02:14']) expect(html).toContain(one)
  await editor.post(`/knowledge/${id}/versions/1/restoration`)
  expect((await visitor().get(`/faq/${id}`)).html).toContain('第二次的话')
  await editor.post(`/knowledge/${id}`, words({ seen: 3, bodyZh: '第一次的话' }))
  expect((await visitor().get(`/faq/${id}`)).html).toContain('第一次的话')
  expect((await editor.post(`/knowledge/${id}/versions/9/restoration`)).status).toBe(404)
})

test('of two who edit at once the second is told, keeps their words, sees the other’s, and may still save', async () => {
  const id = await begin()
  await editor.post(`/knowledge/${id}`, words({ seen: 1, act: 'save', bodyZh: '先到的话' }))
  const second = await signedIn(house, await hire(database.db, '何雨桐', { roles: ['administrator'] }))
  const refused = await second.post(`/knowledge/${id}`, words({ seen: 1, act: 'save', bodyZh: '后到的话' }))
  expect(refused.status).toBe(422)
  for (const one of ['有同事保存了这篇文章', '先到的话', '后到的话', 'name="seen" value="2"'])
    expect(refused.html).toContain(one)
  expect((await editor.get(`/knowledge/${id}`)).html).not.toContain('后到的话')
  expect((await second.post(`/knowledge/${id}`, words({ seen: 2, act: 'save', bodyZh: '后到的话' }))).status).toBe(303)
  expect((await editor.get(`/knowledge/${id}`)).html).toContain('后到的话')
})

test('a preview shows the words as customers would read them, and saves nothing', async () => {
  const { html } = await editor.post('/knowledge/new', words({ act: 'preview' }))
  expect(html).toContain('<ul><li>拔下再插紧</li><li>等两分钟</li></ul>')
  expect((await editor.get('/knowledge')).html).toContain('这里没有文章')
})

test('an article without words, or with half of a language, is refused under its field', async () => {
  const { status, html } = await editor.post('/knowledge/new', words({ bodyEn: ' ' }))
  expect([status, html]).toEqual([422, expect.stringContaining('id="body-en-e"')])
  const none = await editor.post('/knowledge/new', words({ titleZh: '', titleEn: '', bodyZh: '', bodyEn: '' }))
  expect(none.status).toBe(422)
})

test('the list is searched, and filtered by state', async () => {
  await begin()
  await begin({ act: 'save', titleZh: '账单怎么看', titleEn: '', bodyEn: '', bodyZh: '登录后点账单。' })
  const found = (await editor.get(`/knowledge?q=${encodeURIComponent('账单')}&state=&category=`)).html
  expect([found.includes('账单怎么看'), found.includes('光猫 LOS')]).toEqual([true, false])
  const published = (await editor.get('/knowledge?state=published')).html
  expect([published.includes('账单怎么看'), published.includes('光猫 LOS')]).toEqual([false, true])
})

test('only those who may edit knowledge see drafts and change anything', async () => {
  await begin({ act: 'save', titleZh: '还没写完的' })
  const agent = await signedIn(house, await hire(database.db, '林玫'))
  const list = await agent.get('/knowledge')
  expect([list.status, list.html]).toEqual([200, expect.not.stringContaining('还没写完的')])
  expect((await agent.get('/knowledge/new')).status).toBe(403)
  expect((await agent.post('/knowledge/new', words())).status).toBe(403)
})

test('customers search with two Chinese characters and with English words', async () => {
  await begin()
  await begin({ titleZh: '发票怎么开', titleEn: 'Getting an invoice', bodyZh: '在账单页。', bodyEn: 'On the bill.' })
  const search = async (q: string) => (await visitor().get(`/faq?q=${encodeURIComponent(q)}`)).html
  for (const [q, has, hasNot] of [
    ['发票', '发票怎么开', '光猫 LOS'],
    ['red light', '光猫 LOS', '发票怎么开'],
  ] as const) {
    const html = await search(q)
    expect([html.includes(has), html.includes(hasNot)], q).toEqual([true, false])
  }
  expect(await search('打印机')).toContain('没有找到相关的回答')
})

test('an article in one language is shown in it to readers of the other, who are told', async () => {
  const id = await begin({ titleEn: '', bodyEn: '' })
  const { html } = await visitor('en').get(`/faq/${id}`)
  expect(html).toContain('This answer is in Chinese only.')
  expect(html).toContain('先看光纤线有没有弯折')
})

test('whether it helped counts once a visitor, and editors read it with its words', async () => {
  const id = await begin()
  const su = visitor()
  for (const helpful of ['yes', 'no', 'no'])
    expect((await su.post(`/faq/${id}/judgement`, { helpful, word: '没写怎么插' })).status).toBe(303)
  expect((await su.get(`/faq/${id}`)).html).toContain('谢谢，我们会看到')
  await visitor().post(`/faq/${id}/judgement`, { helpful: 'yes', word: '' })
  expect((await editor.get('/knowledge')).html).toContain('有帮助 1，没帮助 1')
  expect((await editor.get(`/knowledge/${id}`)).html).toContain('没写怎么插')
})

test('the help page leads to the common questions', async () => {
  expect((await visitor().get('/')).html).toContain('href="/faq"')
})

test('HTML and dangerous addresses that somebody writes are only text', async () => {
  const id = await begin({
    bodyZh: '<img src=x onerror=alert(1)> [这里](javascript:alert(1)) [官网](https://example.com/a) [提问](/)',
  })
  const { html } = await visitor().get(`/faq/${id}`)
  expect(html).not.toContain('<img src=x')
  expect(html).not.toContain('href="javascript')
  expect(html).toContain('<a href="/" rel="noopener nofollow">提问</a>')
  expect(html).toContain('<a href="https://example.com/a" rel="noopener nofollow">官网</a>')
})
