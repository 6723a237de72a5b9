import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { resolveTicket } from '../../server/tickets/endings/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { as, hire, putOnPost, topic, type Visitor, welcome } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let mei: StaffId
let suQing: Visitor
let desk: Browser
let editor: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  suQing = await welcome(database.db, '苏晴')
  await putOnPost(database.db, mei)
  desk = await signedIn(house, mei)
  editor = await signedIn(house, await hire(database.db, '陈舟', { roles: ['hr'] }))
})

const words = (more: Record<string, string | number> = {}) => ({
  shortcut: 'los',
  kind: 'reply',
  titleZh: 'LOS 红灯',
  titleEn: '',
  bodyZh: '{{customer}}您好，光信号没有进来。',
  bodyEn: '',
  category: '',
  whose: 'mine',
  seen: 0,
  ...more,
})
const team = (more: Record<string, string | number> = {}) =>
  editor.post('/knowledge/replies/new', words({ whose: 'team', ...more }))
/** As the composer of this ticket offers them: `los 苏晴您好…`. */
const offered = async (ticketId: string): Promise<string[]> =>
  [...(await desk.get(`/desk/${ticketId}`)).html.matchAll(/data-shortcut="([^"]*)"[^>]*data-text="([^"]*)"/g)].map(
    ([, shortcut, text]) => `${shortcut} ${text}`,
  )
const idOf = async (shortcut: string): Promise<string> =>
  (
    await database.db
      .selectFrom('canned_replies')
      .select('id')
      .where('shortcut', '=', shortcut)
      .where('active', '=', true)
      .executeTakeFirstOrThrow()
  ).id

test('one’s own reply stands before the team’s of the same shortcut, filled in, and nobody else is offered it', async () => {
  await team({ bodyZh: '团队的说法' })
  const ticket = await does.ask(suQing)
  await does.take(ticket, mei)
  expect(await offered(ticket)).toEqual(['los 团队的说法'])
  expect((await desk.post('/knowledge/replies/new', words())).location).toBe('/knowledge/replies')
  expect(await offered(ticket)).toEqual(['los 苏晴您好，光信号没有进来。'])
  const zhou = await signedIn(house, await hire(database.db, '周启明'))
  const id = await database.db
    .selectFrom('canned_replies')
    .select('id')
    .where('owner_id', '=', mei)
    .executeTakeFirstOrThrow()
  expect((await zhou.get(`/knowledge/replies/${id.id}`)).status).toBe(404)
  expect((await zhou.get('/knowledge/replies')).html).not.toContain('光信号没有进来')
})

test('the team’s reply is changed by whoever edits the knowledge, and by nobody else', async () => {
  await team()
  const id = await idOf('los')
  expect((await desk.get(`/knowledge/replies/${id}`)).html).toContain('这一条是团队共用的')
  for (const [path, more] of [
    [`/knowledge/replies/${id}`, { seen: 1, whose: 'mine' }],
    [`/knowledge/replies/${id}`, { seen: 1, whose: 'team' }],
    ['/knowledge/replies/new', { shortcut: 'x', whose: 'team' }],
  ] as const)
    expect((await desk.post(path, words(more))).status).toBe(403)
  expect((await desk.post(`/knowledge/replies/${id}/removal`)).status).toBe(403)
  const saved = await editor.post(`/knowledge/replies/${id}`, words({ seen: 1, whose: 'team', bodyZh: '改过' }))
  expect(saved.status).toBe(303)
  const late = await editor.post(`/knowledge/replies/${id}`, words({ seen: 1, whose: 'team', bodyZh: '晚了一步' }))
  expect(late.status).toBe(422)
  for (const one of ['晚了一步', '改过', 'name="seen" value="2"']) expect(late.html).toContain(one)
  await editor.post(`/knowledge/replies/${id}/removal`)
  expect((await editor.get('/knowledge/replies')).html).toContain('还没有常用语')
})

test('a shortcut is one word and taken once, and what would not be filled in is refused, with everything kept', async () => {
  await team()
  for (const [more, why] of [
    [{ shortcut: 'two words' }, '只能用文字、数字和短横线'],
    [{ shortcut: 'LOS', whose: 'team' }, '已经有一条用了这个快捷词'],
    [{ shortcut: 'b', bodyZh: '{{name}}您好' }, '没有内容可以填入 {{name}}'],
    [{ shortcut: 'c', bodyZh: ' ' }, '还没有正文'],
  ] as const) {
    const refused = await editor.post('/knowledge/replies/new', words(more))
    expect([refused.status, refused.html]).toEqual([422, expect.stringContaining(why)])
    expect(refused.html).toContain('LOS 红灯')
  }
})

test('a greeting stands first until one has spoken, then what fits the topic; each has its button', async () => {
  const outage = await topic(database.db, '断网')
  await team({ shortcut: 'a', bodyZh: '随便' })
  await team({ shortcut: 'hello', kind: 'greeting', bodyZh: '{{customer}}您好，我是{{agent}}。' })
  await team({ shortcut: 'bye', kind: 'closing', bodyZh: '晚安' })
  await team({ shortcut: 'steps', kind: 'redirect', bodyZh: '请按步骤来' })
  await team({ shortcut: 'z', bodyZh: '断网的', category: outage })
  const ticket = await does.ask(suQing)
  const epoch = await does.take(ticket, mei)
  await database.db.updateTable('tickets').set({ category_id: outage }).where('id', '=', ticket).execute()
  const shortcuts = async () => (await offered(ticket)).map((one) => one.split(' ')[0])
  expect(await shortcuts()).toEqual(['hello', 'z', 'a', 'bye', 'steps'])
  const { html } = await desk.get(`/desk/${ticket}`)
  expect(html).toContain('data-put="苏晴您好，我是林玫。"')
  expect(html).toContain('data-put="晚安"')
  expect(html).toContain('data-put="请按步骤来"')
  await does.say(ticket, mei, epoch, '您好')
  expect(await shortcuts()).toEqual(['z', 'a', 'bye', 'steps', 'hello'])
})

test('beside a conversation stand the articles that fit what the customer says, with a button that puts in the link', async () => {
  const article = (titleZh: string, bodyZh: string) =>
    editor.post('/knowledge/new', {
      ...{ titleZh, bodyZh, titleEn: '', bodyEn: '', category: '', position: 0, seen: 0, act: 'publish' },
    })
  await article('光猫 LOS 灯变红怎么办', '宽带断了先看光纤线。')
  await article('账单怎么看', '登录后点账单。')
  const ticket = await does.ask(suQing, '宽带断了，光猫红灯')
  await does.take(ticket, mei)
  const beside = async () => [
    ...(await desk.get(`/tickets/${ticket}/side`, { htmx: true })).html.matchAll(/data-put="([^"]*)"/g),
  ]
  expect((await beside()).map(([, put]) => put)).toEqual([
    expect.stringMatching(/^光猫 LOS 灯变红怎么办 http:\/\/127\.0\.0\.1:\d+\/faq\/\d+-/),
  ])
  await does.write(suQing, ticket, '另外账单不对')
  expect(await beside()).toHaveLength(2)
})

test('from a resolved conversation an article and a reply are two clicks away, without the customer in them', async () => {
  const ticket = await does.ask(suQing)
  const epoch = await does.take(ticket, mei)
  await does.say(ticket, mei, epoch, '苏晴您好，我是林玫，已为 13800138000 重新开通，邮件发到 su@example.com。')
  expect((await desk.get(`/knowledge/replies/new?from=${ticket}`)).html).not.toContain('重新开通')
  await does.describe(ticket, mei, epoch)
  await house.deps.transact(as(mei), (tx) => resolveTicket(tx, ticket, { epoch }))
  const { html } = await desk.get(`/desk/${ticket}`)
  expect(html).toContain(`href="/knowledge/replies/new?from=${ticket}"`)
  expect(html).not.toContain(`href="/knowledge/new?from=${ticket}"`)
  const reply = await desk.get(`/knowledge/replies/new?from=${ticket}`)
  expect(reply.html).toContain('>{{customer}}您好，我是{{agent}}，已为 … 重新开通，邮件发到 …。</textarea>')
  const boss = await hire(database.db, '周启明', { rank: 'manager', roles: ['hr'] })
  await putOnPost(database.db, boss, 'manager')
  const filled = (await (await signedIn(house, boss)).get(`/knowledge/new?from=${ticket}`)).html
  for (const one of ['value="恢复宽带"', '已恢复', '重新开通']) expect(filled).toContain(one)
  for (const one of ['苏晴', '13800138000', 'su@example.com']) expect(filled).not.toContain(one)
  expect((await editor.get(`/knowledge/new?from=${ticket}`)).status).toBe(403)
})

test('whoever comes on post sees what changed since they left, and reads it as customers do', async () => {
  const publish = async (titleZh: string): Promise<string> => {
    const { location } = await editor.post('/knowledge/new', {
      ...{ titleZh, bodyZh: '一', titleEn: '', bodyEn: '', category: '', position: 0, seen: 0, act: 'publish' },
    })
    return location?.split('/').at(-1) ?? ''
  }
  await publish('很久以前')
  clock.forward({ hours: 8 })
  await database.db.updateTable('attendances').set({ checked_out_at: clock.now() }).execute()
  clock.forward({ hours: 1 })
  const gone = await publish('撤下的')
  await publish('昨夜写的')
  await editor.post(`/knowledge/${gone}/withdrawal`)
  const agent = await signedIn(house, mei)
  const { html } = await agent.get('/knowledge?changed=yes')
  expect(html).toContain('2 篇有变动')
  expect(html).not.toContain('很久以前')
  expect(html).toMatch(/<a class="row" href="\/faq\/\d+-[^"]*">(?:(?!<\/li>).)*昨夜写的/s)
  expect(html).toMatch(/<div class="row">(?:(?!<\/li>).)*撤下的/s)
  expect((await agent.get('/knowledge/new')).status).toBe(403)
})
