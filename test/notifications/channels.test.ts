import { createECDH, createHmac, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { DepartmentId, HookId, StaffId } from '../../server/kernel/ids.ts'
import { requestFor } from '../../server/notifications/channels/bodies.ts'
import { masked, readAddress } from '../../server/notifications/channels/rules.ts'
import { outcomeOfAnswer } from '../../server/notifications/deliveries/rules.ts'
import { vapidKeys } from '../../server/notifications/devices/vapid.ts'
import { tell } from '../../server/notifications/notices/telling.ts'
import { system } from '../../server/platform/actor.ts'
import { ANSWER_BYTES, isInside, openOutside } from '../../server/platform/outside.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { answers, hangsUp, neverAnswers, openReceiver } from '../support/receiver.ts'
import { type Browser, signedIn } from '../support/staff.ts'
import { leadAndAdministrator, openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let night: ReturnType<typeof openTelling>
let db: typeof database.db
let ji: StaffId
let lan: StaffId
let admin: Browser

beforeAll(() => {
  // Pages too: receivers of this test stand on this machine.
  Object.assign(house.deps.config, { insideHooks: true })
})
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  db = database.db
  night = openTelling(house)
  ;({ ji, lan } = await leadAndAdministrator(db))
  await db.updateTable('staff').set({ phone: '13800000000', email: 'ji@example.com' }).where('id', '=', ji).execute()
  admin = await signedIn(house, lan)
})

const connect = (channel: string, address: string, secret = '', department = '') =>
  admin.post('/settings/channels', { channel, department, address, secret })
const hookId = async () =>
  (await db.selectFrom('hooks').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()).id

test('a robot of those on duty says what alarm it is, in the form that each of the three documents', async () => {
  const room = await openReceiver()
  await connect('wecom', `${room.url}/wecom?key=abc`)
  await connect('dingtalk', `${room.url}/ding?access_token=abc`, 'SECding')
  await connect('feishu', `${room.url}/feishu/abc`, 'SECfei')
  await night.alarm('complaint')
  await night.tick(['deliver-notices'])
  const of = (path: string) => {
    const one = room.taken.find((taken) => taken.path.startsWith(path))
    return { url: new URL(`http://x${one?.path}`), body: JSON.parse(String(one?.body)) }
  }
  const content = expect.stringMatching(/投诉[\s\S]*complained[\s\S]*\/notices\/\d+/)
  expect(of('/wecom').body).toEqual({ msgtype: 'text', text: { content } })
  const ding = of('/ding').url.searchParams
  const at = String(clock.now().getTime())
  expect(ding.get('access_token')).toBe('abc')
  expect(ding.get('timestamp')).toBe(at)
  expect(ding.get('sign')).toBe(createHmac('sha256', 'SECding').update(`${at}\nSECding`).digest('base64'))
  const seconds = String(Math.floor(clock.now().getTime() / 1000))
  expect(of('/feishu').body).toEqual({
    timestamp: seconds,
    sign: createHmac('sha256', `${seconds}\nSECfei`).update('').digest('base64'),
    msg_type: 'text',
    content: { text: expect.stringContaining('/notices/') },
  })
  expect(await night.sent(null)).toEqual(['wecom sent', 'dingtalk sent', 'feishu sent'])
})

test('a gateway gets our documented body, signed over timestamp and body', async () => {
  const sms = await openReceiver()
  await connect('sms', `${sms.url}/sms`, 'a good secret')
  await night.alarm()
  await night.tick(['deliver-notices'])
  const [{ headers, body }] = sms.taken as [(typeof sms.taken)[0]]
  const timestamp = String(headers['x-nightdesk-timestamp'])
  expect(headers['x-nightdesk-signature']).toBe(
    createHmac('sha256', 'a good secret').update(`${timestamp}.${body}`).digest('hex'),
  )
  const said = JSON.parse(String(body))
  expect(said).toMatchObject({ version: 1, channel: 'sms', to: '13800000000', kind: 'alarm', importance: 'duty' })
  expect(headers['x-nightdesk-page']).toBe(said.page)
})

test('a 200 that says no is a failure in the words of the robot; an answer of 500, none, and a redirect are no yes either', () => {
  const robot = (status: number, body: string) => outcomeOfAnswer('robot', { status, body })
  expect(robot(200, '{"errcode":0,"errmsg":"ok"}')).toEqual({ state: 'sent' })
  expect(robot(200, '{"code":0,"msg":"success"}')).toEqual({ state: 'sent' })
  expect(robot(200, '{"errcode":93000,"errmsg":"invalid webhook url"}')).toMatchObject({
    state: 'failed',
    error: '93000 invalid webhook url',
  })
  expect(robot(200, 'hello')).toMatchObject({ state: 'failed' })
  expect(robot(302, '')).toMatchObject({ state: 'failed', error: 'redirected', again: false })
  expect(robot(500, '')).toMatchObject({ state: 'failed', again: true })
  expect(outcomeOfAnswer('gateway', { status: 204, body: '' })).toEqual({ state: 'sent' })
})

test('a redirect that leads inside is not followed', async () => {
  const inner = await openReceiver()
  const door = await openReceiver(answers(302, '', { location: `${inner.url}/secret` }))
  await connect('sms', `${door.url}/sms`, 'a good secret')
  await night.alarm()
  await night.tick(['deliver-notices'])
  expect(inner.taken).toEqual([])
  expect(await night.sent(ji)).toEqual(['page sent', 'sms failed'])
})

test('private, loopback and disguised addresses are refused, by number and by name, unless the house allows them', async () => {
  const inside = [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
  ]
  const disguised = [
    '::1',
    '::',
    'fd00::1',
    'fe80::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'ff02::1',
  ]
  for (const one of [...inside, ...disguised]) expect(isInside(one), one).toBe(true)
  for (const one of ['8.8.8.8', '47.95.1.1', '2400:3200::1']) expect(isInside(one), one).toBe(false)
  const receiver = await openReceiver()
  const port = new URL(receiver.url).port
  const closed = openOutside({ inside: false })
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1', '[::ffff:7f00:1]'])
    expect(await closed.post({ url: `http://${host}:${port}/`, headers: {}, body: '' }), host).toMatchObject({
      kind: 'failed',
      error: 'address_inside',
      began: false,
    })
  expect(await closed.post({ url: 'file:///etc/passwd', headers: {}, body: '' })).toMatchObject({ error: 'not_http' })
  expect(receiver.taken).toEqual([])
  expect(await openOutside({ inside: true }).post({ url: receiver.url, headers: {}, body: '{}' })).toMatchObject({
    kind: 'answered',
    status: 200,
  })
})

test('whoever never answers, hangs up or answers without end costs neither time nor memory, and is called unknown where the words left', async () => {
  const outside = openOutside({ inside: true, withinMilliseconds: 150 })
  const ask = (url: string) => outside.post({ url, headers: {}, body: '{}' })
  expect(await ask((await openReceiver(neverAnswers)).url)).toMatchObject({
    kind: 'failed',
    error: 'timeout',
    began: true,
  })
  expect(await ask((await openReceiver(hangsUp)).url)).toMatchObject({ kind: 'failed', began: true })
  expect(await ask('http://127.0.0.1:9/')).toMatchObject({ kind: 'failed', began: false })
  const endless = await openReceiver((_received, response) => {
    response.writeHead(200)
    const more = () => {
      while (response.write('x'.repeat(10_000)) && !response.destroyed);
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  })
  const answer = await ask(endless.url)
  expect(answer.kind === 'answered' && answer.body.length).toBe(ANSWER_BYTES)
})

test('an address is a secret: masked once it is saved, in no page and no event, and forgotten when it is removed', async () => {
  const room = await openReceiver()
  await connect('wecom', `${room.url}/cgi-bin/webhook/send?key=0123456789abcdef`)
  const shown = await admin.get('/settings/channels')
  expect(shown.html).toContain('…cdef')
  expect(shown.html).not.toContain('0123456789')
  const events = await db.selectFrom('events').select('payload').execute()
  expect(JSON.stringify(events)).not.toContain('0123456789')
  const id = await hookId()
  await admin.post(`/settings/channels/${id}/removal`)
  expect(await db.selectFrom('hooks').select(['address', 'secret']).execute()).toEqual([{ address: '', secret: null }])
  expect(masked('https://a.example/x')).toBe('https://a.example/…')
})

test('what cannot be an address keeps what was typed and says why', async () => {
  const back = await connect('sms', 'ftp://gateway', 'a good secret')
  expect(back.status).toBe(422)
  expect(back.html).toContain('value="ftp://gateway"')
  expect((await connect('sms', 'http://127.0.0.1:1/', 'short')).status).toBe(422)
  expect(readAddress('http://hook.example/', false)).toMatchObject({ code: 'notifications.not_an_address' })
  expect(readAddress('https://localhost/x', false)).toMatchObject({ code: 'notifications.address_inside' })
})

test('the test button says on the page what became of it', async () => {
  const room = await openReceiver(answers(200, { errcode: 93000, errmsg: 'invalid webhook url' }))
  await connect('dingtalk', `${room.url}/robot`)
  const id = (await hookId()) as HookId
  expect((await admin.post(`/settings/channels/${id}/test`)).location).toContain('tested')
  await night.tick(['deliver-notices'])
  expect(room.taken).toHaveLength(1)
  expect((await admin.get('/settings/channels')).html).toContain('invalid webhook url')
  room.behave(answers(200, { errcode: 0 }))
  await admin.post(`/settings/channels/${id}/test`)
  await night.tick(['deliver-notices'])
  expect((await admin.get('/settings/channels')).html).toContain('data-tone="ok"')
})

test('the robot of a department hears of its requests and of nothing else', async () => {
  const room = await openReceiver()
  const { id } = await db
    .insertInto('departments')
    .values({ code: 'research', name: JSON.stringify({ 'zh-CN': '研发部', en: 'R&D' }) })
    .returning('id')
    .executeTakeFirstOrThrow()
  await connect('feishu', `${room.url}/feishu`, '', id)
  await night.alarm()
  await house.deps.transact(system, (tx) =>
    tell(tx, { kind: 'request', ref: 'escalation:1', path: '/escalations/1', to: [], robots: [id as DepartmentId] }),
  )
  await night.tick(['deliver-notices'])
  expect(room.taken).toHaveLength(1)
  expect(String(room.taken[0]?.body)).toContain('夜班台有新的请求')
})

test('a push is encrypted for one browser, says nothing of a customer, and a browser that is no more is forgotten', async () => {
  const service = await openReceiver(answers(201))
  const browser = createECDH('prime256v1')
  const p256dh = browser.generateKeys('base64url')
  const auth = randomBytes(16).toString('base64url')
  const ours = await signedIn(house, ji)
  expect(
    (await ours.post('/me/notices/devices', { endpoint: `${service.url}/push/1`, p256dh, auth })).location,
  ).toContain('device')
  await night.alarm('nobody_eligible')
  await night.tick(['deliver-notices'])
  expect(await night.sent(ji)).toEqual(['page sent', 'push sent'])
  const { headers, body } = service.taken[0] as (typeof service.taken)[0]
  expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high' })
  const { publicKey } = await vapidKeys(db)
  expect(headers.authorization).toContain(`k=${publicKey}`)
  const ece = createRequire(import.meta.resolve('web-push'))('http_ece')
  const clear = ece.decrypt(body, { version: 'aes128gcm', privateKey: browser, authSecret: auth })
  expect(JSON.parse(String(clear))).toEqual({
    text: '有客户在等，没有人能接',
    path: expect.stringMatching(/^\/notices\/\d+$/),
    page: expect.any(String),
    duty: true,
  })
  service.behave(answers(410))
  await ours.post('/me/notices/test')
  await night.tick(['deliver-notices'])
  expect((await ours.get('/me/notices')).html).not.toContain('/removal')
})

test('nobody registers a browser of another, and what is no browser is refused', async () => {
  const ours = await signedIn(house, ji)
  const keys = { p256dh: 'a'.repeat(87), auth: 'b'.repeat(22) }
  expect((await ours.post('/me/notices/devices', { endpoint: 'not an address', ...keys })).status).toBe(400)
  await ours.post('/me/notices/devices', { endpoint: 'http://127.0.0.1:9/x', ...keys })
  const { id } = await db.selectFrom('push_devices').select('id').executeTakeFirstOrThrow()
  expect((await admin.post(`/me/notices/devices/${id}/removal`)).status).toBe(404)
})

test('the keys of push are made once and are the same in every process', async () => {
  expect(await vapidKeys(db)).toEqual(await vapidKeys(db))
  expect(Buffer.from((await vapidKeys(db)).publicKey, 'base64url')).toHaveLength(65)
})

test('a letter about a notice arrives in the language of whoever reads it, and its delivery says so', async () => {
  const server = await mailServer()
  await db.updateTable('staff').set({ language: 'en' }).where('id', '=', ji).execute()
  const mailed = openTelling(house, { smtpUrl: server.url })
  await house.deps.transact(system, (tx) =>
    tell(tx, { kind: 'roster', ref: 'shifts:1', path: '/roster', to: [{ staffId: ji, part: 'own' }] }),
  )
  await mailed.tick(['deliver-notices'])
  await mailed.tick(['send-mail'])
  const letter = readMail(server.taken[0] ?? '')
  expect(letter.headers.get('to')).toBe('ji@example.com')
  expect(letter.text).toMatch(/Your shifts have changed[\s\S]*\/notices\/\d+/)
  expect(letter.html).toMatch(/color-scheme/)
  expect(await mailed.sent(ji)).toContain('mail sent')
})

test('without a mail server the letter is kept and its delivery has failed, for somebody to see', async () => {
  await house.deps.transact(system, (tx) =>
    tell(tx, { kind: 'roster', ref: 'shifts:1', path: '/roster', to: [{ staffId: ji, part: 'own' }] }),
  )
  await night.tick(['deliver-notices'])
  await night.tick(['send-mail'])
  expect(await night.sent(ji)).toContain('mail failed')
})

test('what is asked for is asked for in the way of its kind', () => {
  const said = {
    deliveryId: '1',
    pageId: 'p',
    kind: 'alarm',
    importance: 'duty',
    count: 1,
    text: 't',
    link: 'l',
    language: 'en',
    phone: null,
    at: clock.now(),
  }
  expect(requestFor({ channel: 'dingtalk', address: 'https://a.example/x', secret: null }, said).url).toBe(
    'https://a.example/x',
  )
})
