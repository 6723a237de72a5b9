import { hash } from '@node-rs/argon2'
import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { deskLine } from '../support/desk-line.ts'
import { hire } from '../support/people.ts'
import { hasRedis, startRedis } from '../support/redis.ts'
import { type House, startServer } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const OLD = 'the lamp in the window'
const NEW = 'a window with a lamp'
let passwordHash: string
let house: House
let mei: StaffId
let here: Browser

beforeAll(async () => {
  passwordHash = await hash(OLD, { memoryCost: 4096, timeCost: 1 })
  house = await startServer(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫', { passwordHash })
  here = await signedIn(house, mei)
})

/** The live line of an open page. */
const line = (who: Browser, at = house): Promise<Socket> => deskLine(at.url, who.cookie)
const cutOff = (socket: Socket): Promise<string> => new Promise((resolve) => socket.once('disconnect', resolve))
const sessionsOf = async (staffId: StaffId) =>
  (
    await database.db
      .selectFrom('sessions')
      .select('id')
      .where('staff_id', '=', staffId)
      .where('ended_at', 'is', null)
      .orderBy('id')
      .execute()
  ).map(({ id }) => id)
const announced = async (name: string) =>
  (await database.db.selectFrom('events').select('payload').where('name', '=', name).execute()).map(
    ({ payload }) => payload,
  )
const change = (fields: Partial<Record<'old' | 'password' | 'again', string>> = {}, by = here) =>
  by.post('/me/password', { old: OLD, password: NEW, again: fields.password ?? NEW, ...fields })
const signsIn = async (password: string) => {
  const { login } = await database.db
    .selectFrom('staff')
    .select('login')
    .where('id', '=', mei)
    .executeTakeFirstOrThrow()
  const door = await house.app.request('/sign-in')
  const cookie = door.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const token = /name="_token" value="([^"]+)"/.exec(await door.text())?.[1] ?? ''
  const answer = await house.app.request('/sign-in', {
    method: 'POST',
    headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ _token: token, login, password }).toString(),
  })
  return answer.status
}

test('whoever changes their password goes on here under a new session, and is signed out everywhere else at once', async () => {
  const there = await signedIn(house, mei)
  const open = await Promise.all([line(here), line(there)])
  const cut = Promise.all(open.map(cutOff))
  const answer = await change()
  expect([answer.status, answer.location]).toEqual([303, '/me?done=password'])
  expect(await cut).toEqual(['io server disconnect', 'io server disconnect'])
  for (const one of [here, there]) expect((await one.get('/me')).status).toBe(303)

  const session = /nightdesk=([^;]+)/.exec(answer.headers.getSetCookie().join())?.[1]
  const page = await house.app.request('/me?done=password', { headers: { cookie: `nightdesk=${session}` } })
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('密码已修改，其他地方都已退出。')
  expect(await sessionsOf(mei)).toHaveLength(1)
  expect(await announced('password.changed')).toEqual([{ staffId: mei, how: 'own' }])
  expect((await announced('session.ended')).map((one) => (one as { why: string }).why)).toEqual([
    'password_changed',
    'password_changed',
  ])
  expect([await signsIn(OLD), await signsIn(NEW)]).toEqual([422, 303])
})

const WRONG: readonly [string, Parameters<typeof change>[0] & object, string][] = [
  ['another password than the one of now', { old: 'not this one at all' }, '现在的密码不对'],
  ['two that differ', { again: 'something else here' }, '两次输入'],
  ['one that is short', { password: 'short' }, '10'],
  ['their own name', { password: '林玫林玫林玫林玫林玫' }, '名字'],
  ['the one they have', { password: OLD }, '这就是现在的密码'],
]
test.each(WRONG)('%s is refused in words beside its field, and nothing changes', async (_, fields, words) => {
  const refused = await change(fields)
  expect(refused.status).toBe(422)
  expect(/class="error"[^>]*>(.*?)<\/p>/.exec(refused.html)?.[1]).toContain(words)
  expect(refused.html).not.toContain(fields.password ?? NEW)
  expect(await announced('password.changed')).toEqual([])
  expect((await here.get('/me')).status).toBe(200)
})

test('whoever guesses at an open session waits after five tries, also where they send many at once, and the right one is then no better', async () => {
  const guesses = await Promise.all(Array.from({ length: 12 }, (_, n) => change({ old: `guess number ${n}` })))
  const words = guesses.map(({ html }) => /class="error"[^>]*>(.*?)<\/p>/.exec(html)?.[1] ?? '')
  expect(words.filter((one) => one.includes('现在的密码不对'))).toHaveLength(5)
  expect(words.filter((one) => one.includes('秒'))).toHaveLength(7)
  expect((await change()).status).toBe(422)
  expect(await announced('password.changed')).toEqual([])
  clock.forward({ seconds: 3 })
  expect((await change()).status).toBe(303)
})

test('guesses through the address of the contact count as the same', async () => {
  for (let n = 0; n < 5; n++) await here.post('/me/contact', { phone: '', email: 'mei@example.com', old: `guess ${n}` })
  const { html } = await change()
  expect(/class="error"[^>]*>(.*?)<\/p>/.exec(html)?.[1]).toContain('秒')
})

test('one sees where one is signed in, by browser, system and address, this place first, and nobody else’s', async () => {
  await database.db
    .updateTable('sessions')
    .set({
      browser: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      address: '203.0.113.7',
    })
    .execute()
  clock.forward({ minutes: 5 })
  const there = await signedIn(house, mei)
  await database.db
    .updateTable('sessions')
    .set({
      browser: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile Safari/604',
      address: '198.51.100.20',
    })
    .where('browser', 'is', null)
    .execute()
  const zhou = await signedIn(house, await hire(database.db, '陈舟'))
  const rows = ({ html }: { html: string }) =>
    [...html.matchAll(/<li class="row session-row">(.*?)<\/li>/g)].map(([, row = '']) =>
      row
        .replaceAll(/<form.*?<\/form>/g, '')
        .replaceAll(/<svg.*?<\/svg>|<[^>]+>/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
  const [first, second, ...more] = rows(await here.get('/me'))
  expect(first).toMatch(/^Edge · Windows 就是这里 203\.0\.113\.7/)
  expect(second).toMatch(/^Safari · iPhone 198\.51\.100\.20/)
  expect(more).toEqual([])
  expect(rows(await there.get('/me'))[0]).toContain('iPhone 就是这里')
  expect(rows(await zhou.get('/me'))).toHaveLength(1)
})

test('language and light change on the page one is on, however long its search, and never lead to another site', async () => {
  const long = `/tickets/search?q=${encodeURIComponent('装机师傅约了三次都没来'.repeat(10))}`
  expect((await here.post('/me/language', { language: 'en', back: long })).location).toBe(long)
  expect((await here.post('/theme', { theme: 'light', back: long })).location).toBe(long)
  for (const elsewhere of [
    '//elsewhere.example',
    '/\\elsewhere.example',
    'https://elsewhere.example/',
    '/a\u0000b',
    '',
  ])
    expect((await here.post('/theme', { theme: 'dark', back: elsewhere })).location, elsewhere).toBe('/')
})

test('a session ended from here loses its page, its acts and its live line at once; the others stay', async () => {
  const there = await signedIn(house, mei)
  const [mine = '', theirs = ''] = await sessionsOf(mei)
  const [stays, goes] = [await line(here), await line(there)]
  const cut = cutOff(goes)
  expect((await here.post(`/me/sessions/${theirs}/ending`)).location).toBe('/me')
  expect(await cut).toBe('io server disconnect')
  expect(stays.connected).toBe(true)
  expect((await there.post('/me/language', { language: 'en' })).status).toBe(401)
  await expect(line(there)).rejects.toThrow('unauthenticated')
  // A second press finds it over already.
  expect((await here.post(`/me/sessions/${theirs}/ending`)).status).toBe(303)
  expect(await announced('session.ended')).toEqual([{ sessionId: theirs, staffId: mei, why: 'ended_elsewhere' }])
  expect(await sessionsOf(mei)).toEqual([mine])
})

test('all others end with one press, and a foreign, a made-up and a huge number end nothing', async () => {
  const others = [await signedIn(house, mei), await signedIn(house, mei)]
  const zhou = await signedIn(house, await hire(database.db, '陈舟'))
  const [foreign] = await database.db.selectFrom('sessions').select('id').orderBy('id', 'desc').limit(1).execute()
  for (const id of [foreign?.id, '999999', '99999999999999999999999', 'x'])
    expect((await here.post(`/me/sessions/${id}/ending`)).status).toBe(404)
  expect((await here.post('/me/sessions/endings', {}, { token: '' })).status).toBe(403)
  for (const one of [...others, zhou]) expect((await one.get('/me')).status).toBe(200)

  expect((await here.post('/me/sessions/endings')).location).toBe('/me?done=sessions')
  for (const one of others) expect((await one.get('/me')).status).toBe(303)
  for (const one of [here, zhou]) expect((await one.get('/me')).status).toBe(200)
})

if (!hasRedis) console.warn('SKIPPED: sessions over several processes, because redis-server is not installed.')
test.runIf(hasRedis)('a session that is ended in one process loses its line in every other', async () => {
  const redis = await startRedis()
  const [one, two] = await Promise.all(
    ['one', 'two'].map((process) => startServer(database, clock, undefined, { redisUrl: redis.url, process })),
  )
  if (!one || !two) throw new Error('two houses were to open')
  try {
    const there = await signedIn(one, mei)
    const goes = await line(there, two)
    const cut = cutOff(goes)
    const began = performance.now()
    const [, theirs] = await sessionsOf(mei)
    const browser = await signedIn(one, mei)
    await browser.post(`/me/sessions/${theirs}/ending`)
    expect(await cut).toBe('io server disconnect')
    expect(performance.now() - began).toBeLessThan(1500)
  } finally {
    await Promise.all([one.close(), two.close()])
  }
})

test('on a page that says why it was refused, language and theme lead back to the page and not to an address that nobody can open', async () => {
  const refused = await change({ old: 'not this one' })
  expect(refused.status).toBe(422)
  const ways = [...refused.html.matchAll(/name="back" value="([^"]+)"/g)].map(([, path = '']) => path)
  expect(new Set(ways)).toEqual(new Set(['/me']))
  expect((await here.get('/me')).status).toBe(200)
})
