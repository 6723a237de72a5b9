import { beforeEach, expect, test } from 'vitest'
import { storeSetting } from '../../server/settings/queries.ts'
import { protection } from '../support/abuse.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { helpPage } from '../support/help-page.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let acts: ReturnType<typeof protection>

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  const [agent, manager, leader] = [
    await hire(database.db, 'Lin Mei'),
    await hire(database.db, 'Chen Zhou'),
    await hire(database.db, 'Gao Lan'),
  ]
  acts = protection(house, { agent, manager, leader })
  await storeSetting(database.db, { key: 'emergencyPhone', value: '400-000-1024', by: agent, at: clock.now() })
})

const { browser, question } = helpPage(() => house)
const newest = async () =>
  (await database.db.selectFrom('tickets').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()).id
const plain = (html: string) => html.replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&amp;', '&')

const LANGUAGES = [
  {
    language: 'en',
    warned: 'We do not accept insults.',
    limited: 'one message every 60 seconds',
    title: 'You cannot write to us for now',
    emergency: 'In an emergency, call',
    sent: 'Your appeal was sent',
    refused: 'We take no new messages and no new requests from you',
  },
  {
    language: 'zh-CN',
    warned: '我们不接受辱骂。',
    limited: '每 60 秒一条消息',
    title: '您现在不能给我们写消息',
    emergency: '紧急情况请拨打',
    sent: '您的申诉已在',
    refused: '我们现在不接受您的新消息和新请求',
  },
] as const

for (const words of LANGUAGES)
  test(`without a script, in ${words.language}, somebody is warned, limited and banned, reads until when, and appeals`, async () => {
    const visitor = browser(words.language)
    const { location } = await visitor.post('/', await question({ language: words.language }))
    const id = await newest()
    await acts.warned(id)
    expect((await visitor.get(location)).text).toContain(words.warned)
    await acts.limited(id)
    expect((await visitor.get(location)).text).toContain(words.limited)
    await acts.banned(id)
    const page = await visitor.get(location)
    expect(page.status).toBe(200)
    for (const said of [words.title, words.emergency, '400-000-1024', 'The line has been down'])
      expect(page.text).toContain(said)
    expect(page.text).toContain(`action="${location}/appeal"`)
    const again = await visitor.post(`${location}/messages`, {
      clientId: crypto.randomUUID(),
      body: 'Still <here> & angry',
    })
    expect(again.status).toBe(422)
    expect(again.text).toContain(words.refused)
    expect(plain(again.text)).toContain('Still &lt;here&gt; & angry')
    const appealed = await visitor.post(`${location}/appeal`, { appeal: 'I was upset.' })
    expect([appealed.status, appealed.location]).toEqual([303, location])
    const after = (await visitor.get(location)).text
    expect(after).toContain(words.sent)
    for (const secret of ['secret', 'Lin Mei', 'Chen Zhou', 'Gao Lan']) expect(after).not.toContain(secret)
  })

test('the help page says it plainly to whoever is banned, keeps what they typed, and leads to the appeal', async () => {
  const visitor = browser()
  await visitor.post('/', await question())
  const id = await newest()
  await acts.banned(id)
  const help = (await visitor.get('/')).text
  expect(help).toContain('You cannot write to us for now')
  expect(help).toContain('action="/appeal"')
  const asked = await visitor.post('/', await question({ question: 'Let me in at once' }))
  expect(asked.status).toBe(422)
  expect(asked.text).toContain('We take no new messages and no new requests')
  expect(asked.text).toContain('Let me in at once')
  expect((await visitor.post('/appeal', { appeal: 'I was upset.' })).location).toBe('/appeal')
  expect((await visitor.get('/appeal')).text).toContain('Your appeal was sent')
})

test('an appeal that does not go through keeps every word of it', async () => {
  const visitor = browser()
  const { location } = await visitor.post('/', await question())
  await acts.banned(await newest())
  await visitor.post(`${location}/appeal`, { appeal: 'First words' })
  for (const path of [`${location}/appeal`, '/appeal']) {
    const second = await visitor.post(path, { appeal: 'Second words, much better' })
    expect(second.status).toBe(422)
    expect(second.text).toContain('One appeal a ban')
    expect(second.text).toContain('Second words, much better')
  }
  const stranger = await browser().post('/appeal', { appeal: 'Not even mine' })
  expect(stranger.status).toBe(422)
  expect(stranger.text).toContain('Not even mine')
})

test('the way of a request and what both sides may expect stand on a page of their own, with the emergency telephone', async () => {
  const page = (await browser('en').get('/how-it-works')).text
  for (const said of [
    'How it works',
    'What we ask of you',
    'No insults, threats or harassment',
    '400-000-1024',
    'you may appeal once',
  ])
    expect(page).toContain(said)
  expect((await browser('zh-CN').get('/how-it-works')).text).toContain('请您做到')
  expect((await browser('en').get('/')).text).toContain('href="/how-it-works"')
})

test('an urgent case goes out without the terms, and asks for nothing else', async () => {
  const { terms: _, ...unread } = await question()
  expect((await browser().post('/', unread)).status).toBe(422)
  const urgent = await browser().post('/', { ...unread, urgent: 'yes' })
  expect([urgent.status, urgent.location.startsWith('/requests/')]).toEqual([303, true])
})
