import { describe, expect, test } from 'vitest'
import { handSetClock } from '../support/clock.ts'
import { aQuestion, call, json, newVisitor, type Said } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { customerWhoAsked } from '../support/unchanged.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const here = customerWhoAsked({ database, house, clock })
const { changesNothing } = here
const uuid = () => crypto.randomUUID()

const HUGE = 'x'.repeat(4001)
type Refused = [status: number, code: string, field?: string]

describe('a message', () => {
  const cases: Record<string, [body: unknown, refused: Refused]> = {
    'without a body': [{ clientId: uuid() }, [400, 'bad_field', 'body']],
    'with an empty body': [{ clientId: uuid(), body: '' }, [400, 'bad_field', 'body']],
    'of white space': [{ clientId: uuid(), body: ' \n\t　' }, [400, 'bad_field', 'body']],
    'of 4,001 letters': [{ clientId: uuid(), body: HUGE }, [400, 'bad_field', 'body']],
    'with a number for its body': [{ clientId: uuid(), body: 1 }, [400, 'bad_field', 'body']],
    'with an array for its body': [{ clientId: uuid(), body: ['a'] }, [400, 'bad_field', 'body']],
    'with null for its body': [{ clientId: uuid(), body: null }, [400, 'bad_field', 'body']],
    'with U+0000': [{ clientId: uuid(), body: 'a\u0000b' }, [400, 'bad_field', 'body']],
    'with half a surrogate pair': [`{"clientId":"${uuid()}","body":"a\\ud83d"}`, [400, 'bad_field', 'body']],
    'without an id': [{ body: 'a' }, [400, 'bad_field', 'clientId']],
    'with an id that is no UUID': [{ clientId: '42', body: 'a' }, [400, 'bad_field', 'clientId']],
    'with an unknown field': [{ clientId: uuid(), body: 'a', seq: 1 }, [400, 'unknown_field', 'seq']],
    'with a doubled field': [`{"clientId":"${uuid()}","body":"a","body":"b"}`, [400, 'doubled_field', 'body']],
    'that is an array': [[], [400, 'bad_field']],
    'that is a string': ['"hello"', [400, 'bad_field']],
    'that is null': ['null', [400, 'bad_field']],
    'that is no JSON': ['{"body":', [400, 'json_expected']],
    'that is empty': ['', [400, 'json_expected']],
    'with a prototype': [`{"clientId":"${uuid()}","body":"a","__proto__":{"a":1}}`, [400, 'unknown_field']],
    'of 64,001 bytes': [{ clientId: uuid(), body: 'x'.repeat(64_000) }, [413, 'too_large']],
  }
  test.for(Object.entries(cases))('%s is refused', async ([, [body, [status, code, field]]]) => {
    const path = `/tickets/${here.ticket}/messages`
    const answer = await changesNothing(() => call(house.url, 'POST', path, { token: here.token, body }))
    expect(answer.status).toBe(status)
    expect(answer.body.error).toMatchObject({ code, ...(field ? { field } : {}) })
  })

  test('of any depth is refused, and depth breaks nothing', async () => {
    const deep = ['['.repeat(31_000) + ']'.repeat(31_000), `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`]
    for (const body of [...deep, `{"clientId":"${uuid()}","body":${deep[0]}}`.slice(0, 64_000)]) {
      const options = { token: here.token, body }
      const answer = await changesNothing(() => call(house.url, 'POST', `/tickets/${here.ticket}/messages`, options))
      expect(answer.status).toBe(400)
    }
  })

  test('of exactly 64,000 bytes is taken, with its length or without; of one more it is refused', async () => {
    const sized = (bytes: number): string => {
      const start = `{"clientId":"${uuid()}","body":"a"`
      return `${start}${' '.repeat(bytes - start.length - 1)}}`
    }
    const send = async (body: string, chunked: boolean): Promise<number> => {
      const stream = () => new Blob([body]).stream()
      const { status } = await fetch(`${house.url}/api/v1/tickets/${here.ticket}/messages`, {
        method: 'POST',
        headers: { ...json, authorization: `Bearer ${here.token}` },
        ...(chunked ? { body: stream(), duplex: 'half' } : { body }),
      })
      return status
    }
    for (const chunked of [false, true]) {
      expect(await send(sized(64_000), chunked)).toBe(201)
      expect(await changesNothing(() => send(sized(64_001), chunked))).toBe(413)
      expect(await changesNothing(() => send(sized(900_000), chunked))).toBe(413)
    }
  })

  test('without end is not read to its end', async () => {
    let sent = 0
    const piece = new Uint8Array(64_000).fill(32)
    const endless = new ReadableStream({
      pull: (stream) => {
        sent += piece.byteLength
        if (sent < 200_000_000) stream.enqueue(piece)
        else stream.close()
      },
    })
    const options = {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${here.token}` },
      duplex: 'half' as const,
    }
    await changesNothing(() =>
      fetch(`${house.url}/api/v1/tickets/${here.ticket}/messages`, { ...options, body: endless }).catch(
        () => undefined,
      ),
    )
    expect(sent).toBeLessThan(100_000_000)
  })

  test('that cannot be read is refused in the language of its visitor, and without a token that comes first', async () => {
    const bad = { body: '{' }
    const english = await call(house.url, 'POST', `/tickets/${here.ticket}/messages`, { token: here.token, ...bad })
    expect([english.body.error.code, english.body.error.message]).toEqual(['json_expected', 'JSON was expected here.'])
    expect((await call(house.url, 'POST', `/tickets/${here.ticket}/messages`, bad)).status).toBe(401)
  })

  test('under an id in capitals is the same message, and the id is given back in small letters', async () => {
    const clientId = uuid()
    const path = `/tickets/${here.ticket}/messages`
    const capitals = { clientId: clientId.toUpperCase(), body: 'Hello?' }
    expect((await call(house.url, 'POST', path, { token: here.token, body: capitals })).status).toBe(201)
    expect((await call(house.url, 'POST', path, { token: here.token, body: { ...capitals, clientId } })).status).toBe(
      200,
    )
    const { messages } = (
      await call<{ messages: { clientId: string }[] }>(house.url, 'GET', path, { token: here.token })
    ).body
    expect(messages.at(-1)?.clientId).toBe(clientId)
  })

  test('of malformed UTF-8 is refused', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`{"clientId":"${uuid()}","body":"`),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ])
    const answer = await changesNothing(() =>
      fetch(`${house.url}/api/v1/tickets/${here.ticket}/messages`, {
        method: 'POST',
        headers: { ...json, authorization: `Bearer ${here.token}` },
        body: bytes,
      }),
    )
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as Said).error.code).toBe('encoding')
  })

  test('declared as a form, as text or as nothing is refused', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'image/x', '']) {
      const options = {
        token: here.token,
        body: JSON.stringify({ clientId: uuid(), body: 'a' }),
        headers: { 'content-type': type },
      }
      const answer = await changesNothing(() => call(house.url, 'POST', `/tickets/${here.ticket}/messages`, options))
      expect(answer.status, type).toBe(400)
    }
  })
})

describe('a question', () => {
  const cases: Record<string, [words: Record<string, unknown>, refused: Refused]> = {
    'without a name': [{ name: undefined }, [400, 'bad_field', 'name']],
    'with an empty name': [{ name: '  ' }, [400, 'bad_field', 'name']],
    'with a name of 81 letters': [{ name: '林'.repeat(81) }, [400, 'bad_field', 'name']],
    'that nobody can be answered on': [{ contact: 'call me' }, [422, 'customers.contact_unclear', 'contact']],
    'with a contact of another type': [{ contact: { phone: '1' } }, [400, 'bad_field', 'contact']],
    'in a language of nobody': [{ language: 'fr' }, [400, 'bad_field', 'language']],
    'about a topic that is not there': [{ topicId: '999' }, [400, 'bad_field', 'topicId']],
    'about a topic by number': [{ topicId: 1 }, [400, 'bad_field', 'topicId']],
    'of 4,001 letters': [{ question: HUGE }, [400, 'bad_field', 'question']],
    'under terms as text': [{ termsVersion: '1' }, [400, 'bad_field', 'termsVersion']],
    'under terms that never were': [{ termsVersion: 7 }, [409, 'terms_changed']],
    'from a page that is a script': [{ page: 'javascript:alert(1)' }, [400, 'bad_field', 'page']],
    'by a channel of ours': [{ channel: 'phone' }, [400, 'bad_field', 'channel']],
    'for somebody else': [{ customerId: '1' }, [400, 'unknown_field', 'customerId']],
  }
  test.for(Object.entries(cases))('%s is refused', async ([, [words, [status, code, field]]]) => {
    const other = await newVisitor(house.url)
    const answer = await changesNothing(() =>
      call(house.url, 'POST', '/tickets', { token: other, body: aQuestion(words) }),
    )
    expect(answer.status).toBe(status)
    expect(answer.body.error).toMatchObject({ code, ...(field ? { field } : {}) })
  })
})

describe('a rating, a mark, an address', () => {
  const cases: [method: string, path: string, body: unknown, refused: Refused][] = [
    ['POST', 'rating', { service: 0 }, [400, 'bad_field', 'service']],
    ['POST', 'rating', { service: 5.5 }, [400, 'bad_field', 'service']],
    ['POST', 'rating', { service: '5' }, [400, 'bad_field', 'service']],
    ['POST', 'rating', { product: 5 }, [400, 'bad_field', 'service']],
    ['POST', 'rating', { service: 5, reasons: ['bribe'] }, [400, 'bad_field']],
    ['POST', 'rating', { service: 5, reasons: ['kind', 'kind'] }, [400, 'bad_field', 'reasons']],
    ['POST', 'rating', { service: 5, comment: 'x'.repeat(2001) }, [400, 'bad_field', 'comment']],
    ['POST', 'rating', { service: 5 }, [422, 'ratings.not_asked']],
    ['POST', 'marks', {}, [400, 'bad_field']],
    ['POST', 'marks', { read: -1 }, [400, 'bad_field', 'read']],
    ['POST', 'marks', { read: 1e12 }, [400, 'bad_field', 'read']],
    ['POST', 'marks', { reader: 'staff:1', read: 1 }, [400, 'unknown_field', 'reader']],
    ['POST', 'complaint', { why: 'slow' }, [400, 'unknown_field', 'why']],
    ['POST', 'ending', '[]', [400, 'bad_field']],
    ['GET', 'messages?after=-1', undefined, [400, 'bad_field', 'after']],
    ['GET', 'messages?after=1&after=2', undefined, [400, 'doubled_field', 'after']],
    ['GET', 'messages?after=%00', undefined, [400, 'bad_field', 'after']],
    ['GET', 'messages?after=%ff', undefined, [400, 'bad_field', 'after']],
    ['GET', 'messages?limit=201', undefined, [400, 'bad_field', 'limit']],
    ['GET', 'messages?before=9', undefined, [400, 'unknown_field', 'before']],
    ['GET', 'messages?__proto__=9', undefined, [400, 'unknown_field', '__proto__']],
    ['GET', 'messages?constructor=9', undefined, [400, 'unknown_field', 'constructor']],
    ['GET', '?fields=all', undefined, [400, 'unknown_field', 'fields']],
    ['POST', 'messages?x=1', { clientId: uuid(), body: 'a' }, [400, 'unknown_field', 'x']],
    ['POST', 'complaint?x=1', undefined, [400, 'unknown_field', 'x']],
    ['GET', 'notes', undefined, [404, 'not_found']],
    ['DELETE', '', undefined, [404, 'not_found']],
    ['PUT', 'messages', { body: 'a' }, [404, 'not_found']],
  ]
  test.for(cases)('%s %s %j is refused', async ([method, path, body, [status, code, field]]) => {
    const answer = await changesNothing(() =>
      call(house.url, method, `/tickets/${here.ticket}/${path}`, {
        token: here.token,
        ...(body === undefined ? {} : { body }),
      }),
    )
    expect(answer.status).toBe(status)
    expect(answer.body.error).toMatchObject({ code, ...(field ? { field } : {}) })
  })
})

test('a button is pressed with no body, with an empty object, and with nothing that is called JSON', async () => {
  for (const options of [{}, { body: {} }, { body: '' }, { headers: json }])
    expect(
      (await call(house.url, 'POST', `/tickets/${here.ticket}/ending`, { token: here.token, ...options })).status,
    ).toBe(200)
})

test("somebody else's request and one that is not there are the same 404, byte for byte, at every door", async () => {
  const stranger = await newVisitor(house.url)
  const paths: [string, string, unknown?][] = [
    ['GET', ''],
    ['GET', '/messages'],
    ['GET', '/rating'],
    ['POST', '/messages', { clientId: uuid(), body: 'Let me in' }],
    ['POST', '/marks', { read: 1 }],
    ['POST', '/complaint'],
    ['POST', '/ending'],
    ['POST', '/reopening'],
    ['POST', '/links'],
    ['POST', '/rating', { service: 1 }],
  ]
  for (const [method, path, body] of paths) {
    const answers = []
    for (const id of [here.ticket, '999999', '0', '-1', '1e3', 'x', '%00', '99999999999999999999999']) {
      const options = { token: stranger, ...(body === undefined ? {} : { body }) }
      const answer = await changesNothing(() => call(house.url, method, `/tickets/${id}${path}`, options))
      answers.push(JSON.stringify([answer.status, answer.body]))
    }
    expect(new Set(answers).size, `${method} ${path}`).toBe(1)
    expect(answers[0]).toContain('not_found')
  }
})

test('a token that is missing, empty, made up, doubled or of another kind is 401, the same for all', async () => {
  const authorizations = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${'x'.repeat(43)}`,
    `Bearer ${here.token}x`,
    `Bearer ${here.token.toLowerCase()}`,
    `Bearer ${here.token}, Bearer ${here.token}`,
    `Basic ${here.token}`,
    here.token,
    'Bearer null',
  ]
  for (const authorization of authorizations) {
    const options = { headers: authorization === undefined ? {} : { authorization } }
    const answer = await changesNothing(() => call(house.url, 'GET', '/tickets', options))
    expect([answer.status, answer.body.error.code], authorization).toEqual([401, 'unauthenticated'])
  }
})

test('a page of a foreign site is refused, one of an allowed site is answered and told so', async () => {
  const origin = 'https://shop.example'
  const foreign = await call(house.url, 'GET', '/desk', { headers: { origin } })
  expect([foreign.status, foreign.body.error.code]).toEqual([403, 'denied'])
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  await database.db.insertInto('allowed_sites').values({ origin, added_at: clock.now() }).execute()
  const allowed = await call(house.url, 'GET', '/desk', { headers: { origin } })
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, origin])
  const asked = await call(house.url, 'OPTIONS', '/tickets', {
    headers: { origin, 'access-control-request-method': 'POST' },
  })
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization')
  expect(asked.headers.get('access-control-allow-credentials')).toBeNull()
})

test('errors are said in the language of the reader', async () => {
  const say = async (headers: Record<string, string>, by?: string) =>
    (await call(house.url, 'GET', '/tickets/999', { headers, ...(by ? { token: by } : {}) })).body.error.message
  const chinese = await newVisitor(house.url, 'zh-CN')
  const han = /\p{Script=Han}/u
  expect(await say({ 'accept-language': 'zh-CN,en;q=0.5' }, here.token)).toMatch(han)
  expect(await say({ 'accept-language': 'en' }, chinese)).not.toMatch(han)
  expect(await say({ 'accept-language': '*' }, chinese)).toMatch(han)
  expect(await say({ 'accept-language': '*' }, here.token)).not.toMatch(han)
})

test('valid but nasty text is stored exactly', async () => {
  const texts = [
    '🙂👩‍👩‍👧‍👦🇨🇳',
    '\u202eright to left\u202c \u200f',
    '<script>alert(1)</script><img src=x onerror=alert(1)>',
    '{{#if}} {{{this}}} <%= 1 %> %s `$(1)`',
    'x'.repeat(4000),
    '🙂'.repeat(4000),
    ' \r\n\t leading and trailing \n ',
    "'; drop table tickets; --",
    '\u0001\u001b[31m\u007f\ufeff\uffff',
    'e\u0301 é',
  ]
  for (const body of texts) {
    const clientId = uuid()
    const posted = await call<{ seq: number }>(house.url, 'POST', `/tickets/${here.ticket}/messages`, {
      token: here.token,
      body: { clientId, body },
    })
    expect(posted.status, body.slice(0, 20)).toBe(201)
    const path = `/tickets/${here.ticket}/messages?after=${posted.body.seq - 1}`
    const { messages } = (await call<{ messages: { body: string }[] }>(house.url, 'GET', path, { token: here.token }))
      .body
    expect(messages[0]?.body).toBe(body)
  }
})

test('a visitor who asks far too often is told when to come again', async () => {
  const answers = []
  for (let n = 0; n < 25; n++)
    answers.push(await call(house.url, 'POST', '/tickets', { token: here.token, body: aQuestion({ termsVersion: 7 }) }))
  const last = answers.at(-1)
  expect([last?.status, last?.body.error.code]).toEqual([429, 'too_many'])
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0)
})
