import { beforeEach, expect, test } from 'vitest'
import type { TicketId } from '../../server/kernel/ids.ts'
import { newToken } from '../../server/platform/tokens.ts'
import { forgetSettings, storeSetting } from '../../server/settings/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { helpPage } from '../support/help-page.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)

beforeEach(() => clock.set(TWO_FOURTEEN))

const { browser, question } = helpPage(() => house)
const tickets = () => database.db.selectFrom('tickets').select(['id', 'state', 'promised_at', 'channel']).execute()

test('the help page says who is awake, in both languages', async () => {
  await putOnPost(database.db, await hire(database.db, '林玫'))
  expect((await browser('en').get('/')).text).toContain('Someone is awake.')
  const page = (await browser('zh-CN').get('/')).text
  expect(page).toContain('夜里也有人在。')
  expect(page).toContain('1 位客服在岗')
})

test('greeting and hours of the day desk are those of the settings, on help page and widget, from one moment to the next', async () => {
  const agent = await hire(database.db, '林玫')
  const set = async (key: 'greeting' | 'dayDeskEnd', value: unknown) => {
    await storeSetting(database.db, { key, value: value as never, by: agent, at: clock.now() })
    return Promise.all(['/', '/widget?language=en'].map(async (path) => (await browser().get(path)).text))
  }
  for (const page of await set('dayDeskEnd', '19:45')) expect(page).toContain('open from 08:30 to 19:45')
  await putOnPost(database.db, agent)
  const greeting = { 'zh-CN': '夜里好，青田网络。', en: 'Good night from Greenfield.' }
  for (const page of await set('greeting', greeting)) expect(page).toContain('Good night from Greenfield.')
  expect((await browser('zh-CN').get('/')).text).toContain('夜里好，青田网络。')
  forgetSettings()
})

test('with nobody on post the page says so and promises a time', async () => {
  await hire(database.db, '林玫')
  const page = (await browser().get('/')).text
  expect(page).toContain('Nobody is on post now')
  const asked = await browser().post('/', await question())
  expect(asked.location).toMatch(/^\/requests\/[\w-]{43}$/)
  expect(await tickets()).toMatchObject([{ state: 'new', promised_at: expect.any(Date) }])
})

test('without JavaScript the form takes a question and the request page an answer', async () => {
  await putOnPost(database.db, await hire(database.db, '林玫'))
  const me = browser()
  const asked = await me.post('/', await question())
  expect(asked.status).toBe(303)
  const page = await me.get(asked.location)
  expect(page.text).toContain('The line has been down since midnight.')
  expect(page.text).toContain('You are number 1 in line')
  const word = { clientId: crypto.randomUUID(), body: 'Still down.' }
  expect((await me.post(`${asked.location}/messages`, word)).status).toBe(303)
  await me.post(`${asked.location}/messages`, word)
  expect((await me.get(asked.location)).text.split('Still down.')).toHaveLength(2)
})

test('two presses of one button, also at the same moment, are one request', async () => {
  const me = browser()
  const words = await question()
  const [first, second] = await Promise.all([me.post('/', words), me.post('/', words)])
  expect([first.status, second.status]).toEqual([303, 303])
  expect(await tickets()).toHaveLength(1)
})

test('an unclear contact is refused under its field, with everything that was typed', async () => {
  const answer = await browser().post('/', await question({ contact: 'somewhere', name: '<i>Su</i>' }))
  expect(answer.status).toBe(422)
  expect(answer.text).toContain('neither a phone number nor an e-mail address')
  expect(answer.text).toContain('value="somewhere"')
  expect(answer.text).toContain('&lt;i&gt;Su&lt;/i&gt;')
  expect(answer.text).toContain('The line has been down since midnight.')
})

test('without the terms nothing is asked', async () => {
  const { terms: _, ...words } = await question()
  const answer = await browser().post('/', words)
  expect(answer.status).toBe(422)
  expect(answer.text).toContain('Accept the terms first')
  expect(await tickets()).toEqual([])
})

test('a second question while the first is open keeps its words and leads to the first', async () => {
  const me = browser()
  const { location } = await me.post('/', await question())
  const again = await me.post('/', await question({ question: 'And the mail too' }))
  expect(again.status).toBe(409)
  expect(again.text).toContain('And the mail too')
  const lead = /href="(\/requests\/[\w-]{43})"/.exec(again.text)?.[1] ?? ''
  expect((await me.get(lead)).text).toContain('The line has been down since midnight.')
  expect(lead).not.toBe(location)
})

test('missing, doubled and unknown fields are a 400 and change nothing', async () => {
  const me = browser()
  const { question: _, ...missing } = await question()
  expect((await me.post('/', missing)).status).toBe(400)
  expect((await me.post('/', await question({ admin: 'yes' }))).status).toBe(400)
  expect((await me.post('/', await question({ question: 'a\u0000b' }))).status).toBe(400)
  expect(await tickets()).toEqual([])
})

test('nasty text is stored exactly and shown literally', async () => {
  const nasty = '<script>alert(1)</script> {{constructor}} ‮ \u{1F469}‍\u{1F469}‍\u{1F467}'
  const me = browser()
  const { location } = await me.post('/', await question({ question: nasty }))
  const page = (await me.get(location)).text
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; {{constructor}} ‮')
  expect(page).not.toContain('<script>alert')
})

test('a made-up, an empty and a cut link are the same 404 page, byte for byte but for its nonce', async () => {
  const me = browser()
  const page = async (path: string) => {
    const { status, text } = await me.get(path)
    return { status, text: text.replace(/nonce="[^"]*"|[\w-]{12}<\/span>|value="\/[^"]*"/g, '') }
  }
  const { location } = await me.post('/', await question())
  const pages = [newToken(), 'x', location.slice(10, -1)].map((token) => page(`/requests/${token}`))
  const [one, ...others] = await Promise.all(pages)
  expect(one?.status).toBe(404)
  for (const other of others) expect(other.status).toBe(404)
})

test('the private page is kept from search engines and referrers', async () => {
  const me = browser()
  const { location } = await me.post('/', await question())
  const { text, headers } = await me.get(location)
  expect(text).toContain('<meta name="robots" content="noindex">')
  expect(text).toContain('<meta name="referrer" content="no-referrer">')
  expect(headers.get('cache-control')).toBe('no-store')
})

test('complaint, end, "not yet" and rating work by plain forms', async () => {
  const agent = await hire(database.db, '林玫')
  await putOnPost(database.db, agent)
  const me = browser()
  const { location } = await me.post('/', await question())
  await me.post(`${location}/complaint`, {})
  const [{ id } = { id: '' }] = await tickets()
  expect((await getTicket(database.db, id as TicketId)).complained_at).not.toBeNull()
  await me.post(`${location}/ending`, {})
  expect((await me.get(location)).text).toContain('Does it work now?')
  await me.post(`${location}/confirmation`, {})
  await me.post(`${location}/reopening`, {})
  expect((await getTicket(database.db, id as TicketId)).state).toBe('queued')
})

test('the frame of the widget may stand on allowed sites only', async () => {
  await database.db
    .insertInto('allowed_sites')
    .values({ origin: 'https://shop.example', added_at: clock.now() })
    .execute()
  const { headers } = await browser().get('/widget?language=en&site=https%3A%2F%2Fevil.example')
  expect(headers.get('content-security-policy')).toContain('frame-ancestors https://shop.example;')
  const { text } = await browser().get('/widget?site=https%3A%2F%2Fevil.example')
  expect(text).toContain('data-site=""')
})
