import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDatabase, openPool } from '../../server/platform/database.ts'
import { formToken, newToken } from '../../server/platform/tokens.ts'
import { currentTerms } from '../../server/policies/queries.ts'
import type { Database } from '../../server/schema.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { openLine } from '../support/line.ts'
import { hire } from '../support/people.ts'
import { openHouse, type QuietHouse } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
/** Minutes pass between the tests, so that no pace of one is felt by the next. */
let evening = new Date(TWO_FOURTEEN).getTime()

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(() => {
  evening += 600_000
  clock.set(new Date(evening).toISOString())
})

const ORIGIN = 'http://127.0.0.1:3000'
type Form = Record<string, string> | URLSearchParams | Uint8Array
type Sent = { status: number; text: string; location: string; headers: Headers }

/** A browser without JavaScript. */
function browser(language = 'en', at = house) {
  const pre = newToken()
  const headers = { cookie: `nightdesk-pre=${pre}`, 'accept-language': language, origin: ORIGIN }
  const send = async (path: string, body: Uint8Array | URLSearchParams): Promise<Sent> => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const init = { method: 'POST', headers: { ...headers, ...type }, body: body as URLSearchParams }
    const answer = await at.app.request(path, init)
    const { status, headers: said } = answer
    return { status, text: await answer.text(), location: said.get('location') ?? '', headers: said }
  }
  return {
    pre,
    get: async (path: string) => (await at.app.request(path, { headers })).text(),
    post: (path: string, form: Form, token = formToken(at.deps.secret, pre)) =>
      form instanceof Uint8Array
        ? send(path, Buffer.concat([Buffer.from(`_token=${token}&`), form]))
        : send(path, new URLSearchParams([...new URLSearchParams(form), ['_token', token]])),
  }
}
const WORDS = '线路从零点起就断了 <b> & "since" midnight'
const SHOWN = '线路从零点起就断了 &lt;b&gt; &amp; &quot;since&quot; midnight'
const question = async (more: Record<string, string> = {}): Promise<Record<string, string>> => ({
  clientId: crypto.randomUUID(),
  termsVersion: String((await currentTerms(database.db)).version),
  terms: 'accepted',
  language: 'en',
  name: 'Su Qing',
  contact: 'su@example.com',
  topic: '',
  question: WORDS,
  ...more,
})
/** Everything that a form could change. */
const everything = async () =>
  JSON.stringify(
    await Promise.all([
      // Without `next_at`: the clock of the house settles it a moment later.
      database.db
        .selectFrom('tickets')
        .select(['id', 'state', 'round', 'last_seq', 'complained_at', 'promised_at', 'language'])
        .orderBy('id')
        .execute(),
      database.db.selectFrom('messages').selectAll().orderBy('id').execute(),
      database.db.selectFrom('ratings').selectAll().execute(),
      database.db.selectFrom('customers').selectAll().execute(),
    ]),
  )
async function changesNothing(what: () => Promise<Sent>): Promise<Sent> {
  const before = await everything()
  const sent = await what()
  expect(await everything(), 'nothing changed').toBe(before)
  return sent
}
const ask = async (me: ReturnType<typeof browser>) => (await me.post('/', await question())).location

const NEXT = {
  en: /Nothing was changed\. (Check|Shorten|Send|Correct|Read|Copy|Wait|Add|The link)/,
  'zh-CN': /什么都没有改动。(请|再|链接)/,
}

for (const language of ['en', 'zh-CN'] as const) {
  const kept = (sent: Sent, status: number, words = SHOWN) => {
    expect(sent.status).toBe(status)
    expect(sent.text, 'in the language of the reader').toContain(`<html lang="${language}"`)
    expect(sent.text, 'what was typed').toContain(words)
    expect(sent.text, 'what to do next').toMatch(NEXT[language])
  }

  test(`a question that is malformed, too long or of no good bytes comes back with its words (${language})`, async () => {
    const me = browser(language)
    kept(await changesNothing(async () => me.post('/', await question({ admin: 'yes' }))), 400)
    kept(await changesNothing(async () => me.post('/', await question({ name: 'x'.repeat(81) }))), 400)
    kept(await changesNothing(async () => me.post('/', await question({ question: `${WORDS}\u0000` }))), 400)
    const doubled = new URLSearchParams([...Object.entries(await question()), ['question', 'other']])
    kept(await changesNothing(() => me.post('/', doubled)), 400)
    const long = `${WORDS}${'长'.repeat(8000)}`
    kept(await changesNothing(async () => me.post('/', await question({ question: long }))), 413, SHOWN)
    // Longer than we read: the beginning comes back, and not half a letter at its end.
    const endless = await changesNothing(async () =>
      me.post('/', await question({ question: `${WORDS}${'长'.repeat(200_000)}` })),
    )
    kept(endless, 413, SHOWN)
    expect(endless.text).toMatch(/长{100000}/)
    expect(endless.text).not.toMatch(/长[%\ufffd]/)
    const bytes = Buffer.concat([
      Buffer.from(
        `${new URLSearchParams(await question({ question: '' })).toString().replace('question=', 'x=')}&question=`,
      ),
      Buffer.from(encodeURIComponent(WORDS)),
      Buffer.from([0xff]),
    ])
    kept(await changesNothing(() => me.post('/', bytes)), 400)
  })

  test(`a question under old terms, with a used id, or beside an open one comes back with its words (${language})`, async () => {
    const me = browser(language)
    const first = await question()
    await me.post('/', first)
    kept(await changesNothing(async () => me.post('/', { ...first, question: `${WORDS}!` })), 409)
    const fresh = browser(language)
    kept(await changesNothing(async () => fresh.post('/', await question({ termsVersion: '77' }))), 409)
    const beside = await me.post('/', await question())
    kept(beside, 409)
    expect(beside.text).toMatch(/href="\/requests\/[\w-]{43}"/)
  })

  test(`a form whose token has run out comes back with its words, and goes out at the second press (${language})`, async () => {
    const me = browser(language)
    const words = await question()
    const sent = await changesNothing(() => me.post('/', words, newToken()))
    kept(sent, 403)
    const token = /name="_token" value="([^"]+)"/.exec(sent.text)?.[1]
    expect((await me.post('/', words, token)).status).toBe(303)
  })

  test(`a word, a rating, a complaint and a reopening that fail come back with what was typed (${language})`, async () => {
    const me = browser(language)
    const page = await ask(me)
    const word = { clientId: crypto.randomUUID(), body: WORDS }
    await me.get(page)
    const chosen = browser(language)
    const at = async (path: string, form: Form, token?: string) =>
      changesNothing(() => chosen.post(`${page}/${path}`, form, token))
    const speaks = async (sent: Sent, status: number, words = '') => {
      expect(sent.status).toBe(status)
      expect(sent.text).toContain(words)
      // The page of a request is read in the language it was asked in, unless a reader chose another.
      expect(sent.text).toMatch(NEXT.en)
    }
    await speaks(await at('messages', { ...word, body: `${WORDS}${'x'.repeat(4000)}` }), 400, SHOWN)
    await speaks(await at('messages', { ...word, body: `${WORDS}${'长'.repeat(8000)}` }), 413, SHOWN)
    await speaks(await at('messages', word, newToken()), 403, SHOWN)
    await speaks(await at('rating', { service: '4', product: '2', reasons: 'clear', comment: WORDS }), 422, SHOWN)
    const rating = await at('rating', { service: '9', product: '2', reasons: 'clear', comment: WORDS })
    await speaks(rating, 400, SHOWN)
    expect(rating.text).toMatch(/name="product" value="2" checked/)
    expect(rating.text).toMatch(/name="reasons" value="clear" checked/)
    await speaks(await at('complaint', { why: 'x' }), 400)
    await speaks(await at('complaint', {}, newToken()), 403)
    await me.post(`${page}/ending`, {})
    await database.db.updateTable('tickets').set({ state: 'closed' }).execute()
    await speaks(await at('reopening', {}), 422)
    await speaks(await at('complaint', {}), 422)
    await speaks(await at('messages', word), 409, SHOWN)
    const made = await changesNothing(() => me.post(`/requests/${newToken()}/messages`, word))
    kept(made, 404)
  })
}

test('whoever is told to wait keeps every word, in their language, and sends it again from there', async () => {
  await hire(database.db, '林玫')
  const words = await question()
  const me = browser()
  for (let n = 0; n < 300; n++) await me.post('/', {})
  for (const language of ['en', 'zh-CN'] as const) {
    const sent = await changesNothing(() => browser(language).post('/', words))
    expect(sent.status).toBe(429)
    expect(sent.text).toContain(SHOWN)
    expect(sent.text).toMatch(NEXT[language])
    expect(Number(sent.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(sent.text).toContain(`name="clientId" value="${words.clientId}"`)
    expect(sent.text).toContain('action="/"')
  }
}, 60_000)

test('with the database away a question, a word and a rating come back with every word, and go out once it is back', async () => {
  const there = new URL(database.url)
  const wire = await openLine(() => Number(there.port))
  const far = new URL(there)
  far.hostname = '127.0.0.1'
  far.port = String(wire.port)
  const db = openDatabase<Database>(openPool(far.href, { max: 4, kind: 'web' }))
  const apart = await openHouse({ db, url: far.href }, clock)
  const me = browser('en', apart)
  const other = browser('en', apart)
  const page = await ask(me)
  const words = await question()
  const word = { clientId: crypto.randomUUID(), body: WORDS }
  wire.cut()
  const sent = [
    await other.post('/', words),
    await me.post(`${page}/messages`, word),
    await me.post(`${page}/rating`, { service: '4', comment: WORDS }),
  ]
  for (const { status, text } of sent) {
    expect(status).toBe(503)
    expect(text).toContain(SHOWN)
    expect(text).toContain('Wait a moment, then send it once more')
  }
  expect((await apart.app.request('/')).status).toBe(503)
  wire.mend()
  expect((await other.post('/', words)).status).toBe(303)
  expect((await me.post(`${page}/messages`, word)).status).toBe(303)
  await apart.close()
  await db.destroy()
  wire.close()
})

test('the first visits of one browser at the same moment each get a form that holds', async () => {
  await hire(database.db, '林玫')
  const jar = new Map<string, string>()
  const visit = async () => {
    const answer = await house.app.request('/')
    return { answer, token: /name="_token" value="([^"]+)"/.exec(await answer.text())?.[1] ?? '' }
  }
  const tabs = await Promise.all([visit(), visit(), visit()])
  for (const { answer } of tabs)
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      jar.set(name, value)
    }
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  for (const { token } of tabs) {
    const body = new URLSearchParams({ ...(await question()), _token: token })
    const answer = await house.app.request('/', { method: 'POST', headers: { cookie, origin: ORIGIN }, body })
    expect(answer.status).toBe(303)
  }
  const list = await (await house.app.request('/requests', { headers: { cookie } })).text()
  expect(list.match(/action="\/requests\/\d+\/link"/g)).toHaveLength(3)
})

test('the language chosen for a question is the language of everything read afterwards', async () => {
  const me = browser('en')
  const { location, headers } = await me.post('/', await question({ language: 'zh-CN' }))
  expect(headers.getSetCookie().join()).toContain('nightdesk-language=zh-CN')
  const row = await database.db.selectFrom('tickets').select('language').executeTakeFirstOrThrow()
  expect(row.language).toBe('zh-CN')
  await hire(database.db, '林玫')
  // Also on another device, whose browser prefers another one.
  expect(await browser('en').get(location)).toContain('<html lang="zh-CN"')
  expect(await browser('en').get('/')).toMatch(/name="language" value="en" checked/)
})

test('the address of a private page never reaches a log', async () => {
  const lines: unknown[] = []
  const { log } = house.deps
  const before = log.error
  log.error = ((line: unknown) => lines.push(line)) as typeof log.error
  const page = await ask(browser())
  const token = page.split('/')[2] ?? 'none'
  try {
    await database.db.schema.alterTable('request_links').renameTo('request_links_gone').execute()
    await browser().get(page)
    await browser().post(`${page}/messages`, { clientId: crypto.randomUUID(), body: 'x' })
  } finally {
    await database.db.schema.alterTable('request_links_gone').renameTo('request_links').execute()
    log.error = before
  }
  expect(lines.length).toBeGreaterThan(1)
  expect(JSON.stringify(lines)).toContain('/requests/[token]')
  expect(JSON.stringify(lines)).not.toContain(token)
})
