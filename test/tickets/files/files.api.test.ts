import { sql } from 'kysely'
import sharp from 'sharp'
import { beforeEach, describe, expect, test } from 'vitest'
import { forgetFiles } from '../../../jobs/forget-files.ts'
import { readAttachment } from '../../../server/platform/attachments.ts'
import { fileName } from '../../../server/tickets/files/rules.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { aQuestion } from '../../support/customer.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
beforeEach(() => clock.set(TWO_FOURTEEN))

const api = async <Body>(method: string, path: string, token?: string, body?: unknown) => {
  const isForm = body instanceof FormData
  const answer = await house.app.request(`/api/v1${path}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body && !isForm ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
  })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body }
}

/** A customer who has asked. */
async function asker() {
  const { token } = (await api<{ token: string }>('POST', '/visitors', undefined, { language: 'en' })).body
  const asked = await api<{ ticket: { id: string }; requestUrl: string }>('POST', '/tickets', token, {
    ...aQuestion(),
    termsVersion: 0,
  })
  const { id } = asked.body.ticket
  const send = (bytes: Uint8Array | string, name: string, clientId: string = crypto.randomUUID(), as = token) => {
    const form = new FormData()
    form.set('clientId', clientId)
    form.set('file', new File([bytes as Uint8Array<ArrayBuffer>], name))
    return api<{ seq: number; error: { code: string } }>('POST', `/tickets/${id}/files`, as, form)
  }
  const messages = async () =>
    (
      await api<{
        messages: { seq: number; body: string; code?: string; details?: Record<string, string | number> }[]
      }>('GET', `/tickets/${id}/messages?after=0`, token)
    ).body.messages.filter(({ code }) => code === 'file')
  const fetched = (seq: number, as = token) =>
    house.app.request(`/api/v1/tickets/${id}/files/${seq}`, { headers: { authorization: `Bearer ${as}` } })
  return { token, id, link: asked.body.requestUrl.split('/').at(-1) ?? '', send, messages, fetched }
}
async function stored(): Promise<number> {
  let count = 0
  for await (const _file of house.deps.files.list()) count += 1
  return count
}
const photo = (width = 40, height = 30) =>
  sharp({ create: { width, height, channels: 3, background: '#336699' } })
    .withExif({ IFD3: { GPSLatitude: '31/1 13/1 0/1' }, IFD0: { Copyright: 'Shanghai, Pudong' } })
    .jpeg()
    .toBuffer()

describe('a file of a customer', () => {
  test('is one message with its name, its kind and its size, and comes back for keeping, never to be run', async () => {
    const { send, messages, fetched } = await asker()
    const { status, body } = await send(await photo(), 'router 灯.jpg')
    expect(status).toBe(201)
    const [message] = await messages()
    expect(message).toMatchObject({
      seq: body.seq,
      body: 'router 灯.jpg',
      details: { type: 'image/jpeg', width: 40, height: 30 },
    })
    const answer = await fetched(body.seq)
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-disposition': "attachment; filename*=UTF-8''router%20%E7%81%AF.jpg",
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    })
    expect((await answer.arrayBuffer()).byteLength).toBe(message?.details?.bytes)
  })

  test('sent again under the same id is the same message, and is kept once', async () => {
    const { send, messages } = await asker()
    const before = await stored()
    const id = crypto.randomUUID()
    const answers = await Promise.all([send('a log', 'a.txt', id), send('a log', 'a.txt', id)])
    answers.push(await send('a log', 'a.txt', id))
    expect(new Set(answers.map(({ body }) => body.seq)).size).toBe(1)
    expect(await messages()).toHaveLength(1)
    expect(await stored()).toBe(before + 1)
    expect((await sql`select from incoming_files`.execute(database.db)).rows).toEqual([])
  })

  test('is refused after thirty in ten minutes, until some time has passed', async () => {
    const { send, messages } = await asker()
    for (let n = 0; n < 30; n++) await send('', 'empty.txt')
    const { status, body } = await send('one more', 'more.txt')
    expect([status, body.error.code]).toEqual([429, 'too_many'])
    expect(await messages()).toEqual([])
    clock.forward({ minutes: 1 })
    expect((await send('one more', 'more.txt')).status).toBe(201)
  })

  test('loses where a phone was when it took the picture', async () => {
    const given = await photo()
    expect(given.includes('Pudong')).toBe(true)
    const { send, fetched } = await asker()
    const { body } = await send(given, 'photo.jpg')
    const kept = Buffer.from(await (await fetched(body.seq)).arrayBuffer())
    expect(kept.includes('Pudong')).toBe(false)
    expect((await sharp(kept).metadata()).exif).toBeUndefined()
  })

  test.each([
    ['nothing', '', 422, 'tickets.file_empty'],
    ['a program', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), 422, 'tickets.file_type'],
    [
      'a picture that ends in the middle',
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]),
      422,
      'tickets.file_broken',
    ],
    ['more than ten megabytes', new Uint8Array(10_000_001), 413, 'too_large'],
  ])('that is %s is refused with the reason, and nothing is kept', async (_what, bytes, status, code) => {
    const { send, messages } = await asker()
    const before = await stored()
    const answer = await send(bytes, 'photo.png')
    expect(answer).toMatchObject({ status, body: { error: { code } } })
    expect(await messages()).toEqual([])
    expect(await stored()).toBe(before)
  })

  test('of somebody else is not there, with any number, and takes nothing from strangers', async () => {
    const mine = await asker()
    const other = await asker()
    const { body } = await mine.send('my log', 'log.txt')
    expect((await mine.fetched(body.seq, other.token)).status).toBe(404)
    expect((await mine.fetched(1)).status).toBe(404)
    expect((await mine.fetched(99)).status).toBe(404)
    expect((await mine.send('x', 'x.txt', undefined, other.token)).status).toBe(404)
    expect((await mine.send('x', 'x.txt', undefined, 'made-up')).status).toBe(401)
  })

  test('goes through the private page without a script as well', async () => {
    const { link, messages } = await asker()
    const page = await house.app.request(`/requests/${link}`)
    const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? ''
    const html = await page.text()
    const form = new FormData()
    form.set('_token', /name="_token" value="([^"]+)"/.exec(html)?.[1] ?? '')
    form.set('clientId', crypto.randomUUID())
    form.set('file', new File(['%PDF-1.7 …'], '../../bill.pdf'))
    const answer = await house.app.request(`/requests/${link}/files`, {
      method: 'POST',
      headers: { cookie, origin: 'http://127.0.0.1:3000' },
      body: form,
    })
    expect(answer.status).toBe(303)
    const [message] = await messages()
    expect(message).toMatchObject({ body: 'bill.pdf', details: { type: 'application/pdf' } })
    const kept = await house.app.request(`/requests/${link}/files/${message?.seq}`)
    expect(kept.headers.get('content-disposition')).toMatch(/^attachment/)
  })
})

test('a file whose sender was cut off before it was said is swept an hour later', async () => {
  const { files } = house.deps
  const { Readable } = await import('node:stream')
  const { id } = await files.put(Readable.from(['left behind']))
  await sql`insert into incoming_files values (${id}, ${clock.now()})`.execute(database.db)
  const job = forgetFiles(house.deps)
  expect(await job.list(database.db, clock.now(), 10)).toEqual([])
  clock.forward({ minutes: 61 })
  for (const due of await job.list(database.db, clock.now(), 10)) await job.run(due.id)
  expect(await files.exists(id)).toBe(false)
  expect(await job.list(database.db, clock.now(), 10)).toEqual([])
})

test('what it is, is told by its bytes: a page that calls itself a picture is text, and a picture that calls itself a page is a picture', async () => {
  expect(await readAttachment(Buffer.from('<svg onload="alert(1)"/>'))).toMatchObject({ type: 'text/plain' })
  expect(await readAttachment(await photo())).toMatchObject({ type: 'image/jpeg' })
  expect(await readAttachment(await photo(6000, 3000))).toMatchObject({ width: 2560, height: 1280 })
})

test.each([
  ['../../etc/passwd', 'text/plain', 'passwd.txt'],
  ['C:\\Users\\me\\图片.PNG', 'image/png', '图片.PNG'],
  ['invoice\u202Efdp.exe', 'application/pdf', 'invoicefdp.pdf'],
  ['photo.html', 'image/jpeg', 'photo.jpg'],
  ['', 'image/webp', 'file.webp'],
  ['.htaccess', 'text/plain', 'file.htaccess'],
  ['a"b;c\r\nx: y.txt', 'text/plain', 'a"b;cx: y.txt'],
])('the name %j of a file that is %s becomes %j', (given, type, shown) => {
  expect(fileName(given, type)).toBe(shown)
})
