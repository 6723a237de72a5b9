import { once } from 'node:events'
import { beforeEach, expect, test } from 'vitest'
import { sendTexts } from '../../jobs/send-texts.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { saveHook } from '../../server/notifications/channels/actions.ts'
import { signatureOf } from '../../server/notifications/channels/bodies.ts'
import { system } from '../../server/platform/actor.ts'
import { makeLink } from '../../server/tickets/links/actions.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { conversationInHand } from '../support/in-hand.ts'
import { startSending } from '../support/killed.ts'
import { as, hire, welcome } from '../support/people.ts'
import { type Answering, answers, hangsUp, neverAnswers, openReceiver } from '../support/receiver.ts'
import { heard } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const SECRET = 'a good secret'
let lan: StaffId
const here = conversationInHand({ database, house, does, clock })
const { isThere, say, set, tick } = here

beforeEach(async () => {
  lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
})

const NUMBER = '+8613800000041'
const gives = (verified: boolean, value = NUMBER, who = here.suQing) => here.gives(who, value, verified)

/** A gateway of the company's, as a real HTTP receiver on this machine. */
async function gateway(answering: Answering = answers(200)) {
  const receiver = await openReceiver(answering)
  const hook = { channel: 'sms', departmentId: null, address: `${receiver.url}/sms`, secret: SECRET } as const
  await house.deps.transact(as(lan, null, ['administrator']), (tx) => saveHook(tx, hook, true))
  const sent = () => receiver.taken.map(({ body }) => JSON.parse(String(body)) as Record<string, string>)
  return { ...receiver, sent }
}
/** Everything that waits goes to the gateway now. */
async function send(): Promise<void> {
  const { deps } = house
  const job = sendTexts({ ...deps, config: { ...deps.config, insideHooks: true } })
  for (const { id } of await job.list(deps.db, clock.now(), 100)) await job.run(id)
  await heard(house)
}
const rows = () =>
  database.db
    .selectFrom('outgoing_mails')
    .select(['id', 'kind', 'recipient', 'state', 'error', 'text', 'attempts', 'link'])
    .where('channel', '=', 'sms')
    .orderBy('id')
    .execute()
/** They were there, an answer came, and ten minutes are over. */
async function leaves(...words: string[]): Promise<void> {
  await isThere()
  for (const body of words) await say(body)
  clock.forward({ minutes: 11 })
  await tick()
}
const asks = async (path: string, body: object = {}, who = here.suQing) => {
  const answer = await house.app.request(`/api/v1/tickets/${here.ticketId}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: await answer.json() }
}
const numberOf = async () => {
  const headers = { authorization: `Bearer ${here.suQing.token}` }
  const answer = await house.app.request(`/api/v1/tickets/${here.ticketId}/number`, { headers })
  return ((await answer.json()) as { number: unknown }).number
}
const isProved = async () =>
  (await database.db.selectFrom('contacts').select('verified_at').where('value', '=', NUMBER).executeTakeFirstOrThrow())
    .verified_at !== null

test('whoever left with a proved number hears by SMS that there are answers and where, once, and never what they say', async () => {
  const sms = await gateway()
  await gives(true)
  await leaves('师傅明早八点到。', '请留人在家。')
  await send()
  await send()
  expect(sms.sent()).toEqual([
    expect.objectContaining({
      version: 1,
      channel: 'sms',
      to: NUMBER,
      kind: 'unread',
      importance: 'info',
      language: 'zh-CN',
      text: expect.stringMatching(/^【夜班值守台】您的请求 NT-\d+ 有 2 条新答复：http\S+\/requests\/[\w-]{43}$/),
    }),
  ])
  const [{ headers, body }] = sms.taken as [(typeof sms.taken)[0]]
  const timestamp = String(headers['x-nightdesk-timestamp'])
  expect(headers['x-nightdesk-signature']).toBe(signatureOf(SECRET, timestamp, String(body)))
  expect(await rows()).toMatchObject([{ state: 'sent', link: null }])
  const link = /\/requests\/\S+/.exec(sms.sent()[0]?.text ?? '')?.[0] ?? ''
  expect((await house.app.request(link)).status).toBe(200)
  clock.forward({ hours: 1 })
  await tick()
  expect(await rows()).toHaveLength(1)
})

test('a proved address comes before a number, and without a gateway nothing is written', async () => {
  await gives(true)
  await leaves('在吗')
  expect(await rows()).toEqual([])
  await gateway()
  const at = clock.now()
  await database.db
    .insertInto('contacts')
    .values({
      customer_id: here.suQing.customerId,
      kind: 'email',
      value: 'su@example.com',
      verified_at: at,
      created_at: at,
    })
    .execute()
  clock.forward({ hours: 1 })
  await leaves('还在吗')
  expect(await rows()).toEqual([])
})

test('to a number that nobody has proved goes nothing but one code with a link, and what waited follows once its button is pressed', async () => {
  const sms = await gateway()
  await gives(false)
  await leaves('机房密码已重置，请看邮件')
  await send()
  await say('再补一句')
  clock.forward({ minutes: 5 })
  await tick()
  await send()
  expect(sms.sent().map(({ kind }) => kind)).toEqual(['code'])
  const [{ text = '' } = {}] = sms.sent()
  expect(text).toMatch(/^【夜班值守台】验证码 \d{6}，30 分钟内有效/)
  expect(text).not.toContain('机房')
  const [code] = /\d{6}/.exec(text) ?? []
  // What is kept knows neither the digits nor, once it is sent, the link.
  expect(JSON.stringify(await rows())).not.toContain(code)
  expect(await rows()).toMatchObject([{ kind: 'code', state: 'sent', link: null }])
  const path = /\/verify\/[\w-]+/.exec(text)?.[0] ?? ''
  const page = await (await house.app.request(path)).text()
  expect(page).toContain('是您的号码吗')
  expect(await isProved()).toBe(false)
  await signedIn(house, lan).then((browser) => browser.post(path))
  expect(await isProved()).toBe(true)
  await tick()
  await send()
  expect(sms.sent().map(({ kind }) => kind)).toEqual(['code', 'unread'])
})

test('the customer asks for a code where they talk, types it, and is told by SMS from then on; twice within ten minutes is refused', async () => {
  const sms = await gateway()
  await gives(false)
  expect(await numberOf()).toEqual({ number: expect.stringMatching(/^138.*41$/), state: 'unproved' })
  expect((await asks('/number/code')).body).toMatchObject({ number: { state: 'awaited' } })
  expect(await asks('/number/code')).toMatchObject({ status: 422, body: { error: { code: 'customers.code_sent' } } })
  await tick()
  await send()
  expect(sms.sent()).toHaveLength(1)
  const [code = ''] = /\d{6}/.exec(sms.sent()[0]?.text ?? '') ?? []
  const typed = { code: ` ${code.slice(0, 3)} ${code.slice(3)}` }
  expect((await asks('/number/proof', typed)).body).toEqual({ number: expect.objectContaining({ state: 'proved' }) })
  expect(await isProved()).toBe(true)
  // Pressed again nothing changes; the link of the message is used up and changes nothing either.
  expect((await asks('/number/proof', typed)).status).toBe(200)
  expect((await asks('/number/code')).body).toMatchObject({ error: { code: 'customers.number_proved' } })
})

test('nobody goes through all codes: five wrong ones and the right one is not read any more, nor one that is over, nor of another', async () => {
  const sms = await gateway()
  await gives(false)
  await asks('/number/code')
  await tick()
  await send()
  const [code = ''] = /\d{6}/.exec(sms.sent()[0]?.text ?? '') ?? []
  const wrong = code === '000000' ? '111111' : '000000'
  const stranger = await welcome(database.db, '路人')
  expect((await asks('/number/proof', { code }, stranger)).status).toBe(404)
  for (let tries = 0; tries < 5; tries++)
    expect((await asks('/number/proof', { code: wrong })).body).toMatchObject({
      error: { code: 'customers.code_wrong' },
    })
  expect((await asks('/number/proof', { code })).body).toMatchObject({ error: { code: 'customers.code_over' } })
  expect(await isProved()).toBe(false)
  clock.forward({ minutes: 10 })
  await asks('/number/code')
  await tick()
  await send()
  const [second = ''] = /\d{6}/.exec(sms.sent()[1]?.text ?? '') ?? []
  clock.forward({ minutes: 30 })
  expect((await asks('/number/proof', { code: second })).body).toMatchObject({ error: { code: 'customers.code_over' } })
  for (const code of ['', 'x'.repeat(21), null, [second]])
    expect((await asks('/number/proof', { code })).status, JSON.stringify(code)).toBe(400)
})

test('numbers of strangers are cheap to type and messages are not: so many codes an hour, and so many messages a day to one number', async () => {
  await set({ codesAnHour: 2, textsADay: 3 })
  const sms = await gateway()
  await gives(true, '+8613900000000')
  for (const value of ['+8613900000001', '+8613900000002', '+8613900000003']) {
    const who = await welcome(database.db, value)
    await gives(false, value, who)
    here.ticketId = await does.ask(who)
    const { status, body } = await asks('/number/code', {}, who)
    expect([status, (body as { error?: { code: string } }).error?.code]).toEqual(
      value.endsWith('3') ? [422, 'customers.codes_full'] : [200, undefined],
    )
  }
  here.ticketId = await does.ask(await welcome(database.db, '谭越'))
  here.epoch = await does.take(here.ticketId, here.mei)
  await database.db
    .updateTable('tickets')
    .set({ customer_id: here.suQing.customerId })
    .where('id', '=', here.ticketId)
    .execute()
  for (let n = 0; n < 4; n++) {
    await leaves(`第 ${n} 句`)
    await send()
    clock.forward({ minutes: 20 })
  }
  const told = () => sms.sent().filter(({ to }) => to === '+8613900000000')
  expect(told()).toHaveLength(3)
  clock.forward({ hours: 23 })
  await tick()
  await send()
  expect(told()).toHaveLength(4)
})

test('a gateway that refuses for now is asked again; one that hangs up or dies with the process leaves it unknown, and only a person sends it again, under the same page', async () => {
  const sms = await gateway(answers(503))
  await gives(true)
  await leaves('请看')
  await send()
  expect(await rows()).toMatchObject([{ state: 'pending', error: 'HTTP 503', attempts: 1 }])
  sms.behave(hangsUp)
  clock.forward({ minutes: 1 })
  await send()
  expect(await rows()).toMatchObject([{ state: 'unknown' }])
  clock.forward({ hours: 2 })
  await send()
  expect(sms.taken).toHaveLength(2)
  // Somebody has to call where nobody knows whether they were told.
  const alarms = await database.db.selectFrom('alarms').select('kind').where('settled_at', 'is', null).execute()
  expect(alarms).toContainEqual({ kind: 'customer_unreached' })
  sms.behave(answers(204))
  const [row] = await rows()
  await (await signedIn(house, lan)).post(`/outgoing/${row?.id}/sending`)
  await send()
  expect(await rows()).toMatchObject([{ state: 'sent' }])
  expect(new Set(sms.sent().map(({ page }) => page)).size).toBe(1)

  await leaves('又一句')
  const [, second] = await rows()
  const lost = { state: 'sending', due_at: clock.now() } as const
  await database.db
    .updateTable('outgoing_mails')
    .set(lost)
    .where('id', '=', second?.id ?? '')
    .execute()
  await send()
  expect(await rows()).toMatchObject([{}, { state: 'unknown', error: 'process_lost' }])
  expect(sms.taken).toHaveLength(3)
})

test('a process that is killed while the gateway has the message leaves it unknown, and nobody gets it twice', async () => {
  const sms = await gateway(neverAnswers)
  await gives(true)
  await leaves('请看')
  const [row] = await rows()
  const child = startSending('sms', { databaseUrl: database.url, id: row?.id ?? '', at: clock.now() })
  await expect.poll(() => sms.taken.length, { timeout: 20_000 }).toBe(1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await send()
  expect(await rows()).toMatchObject([{ state: 'sending' }])
  clock.forward({ minutes: 2, seconds: 1 })
  await send()
  clock.forward({ hours: 3 })
  await send()
  expect(await rows()).toMatchObject([{ state: 'unknown', error: 'process_lost' }])
  expect(sms.taken).toHaveLength(1)
}, 30_000)

test('what was read before the message went is not sent', async () => {
  const sms = await gateway()
  await gives(true)
  await leaves('请看')
  await does.reads(here.suQing, here.ticketId, 1000)
  await send()
  expect(sms.taken).toEqual([])
  expect(await rows()).toMatchObject([{ state: 'dropped', error: 'read_meanwhile' }])
})

test('in the morning who has it and when they hear next comes by SMS, in their language', async () => {
  const sms = await gateway()
  await gives(true)
  await database.db
    .updateTable('tickets')
    .set({ language: 'en', promised_at: new Date('2026-11-24T10:00:00+08:00') })
    .where('id', '=', here.ticketId)
    .execute()
  await database.db.updateTable('staff').set({ name_en: 'Lin Mei' }).where('id', '=', here.mei).execute()
  await isThere()
  await say('On its way')
  await does.reads(here.suQing, here.ticketId, 1000)
  clock.set('2026-11-24T08:00:00+08:00')
  await tick()
  await send()
  expect(sms.sent().map(({ text }) => text?.replace(/http\S+/, 'LINK').replace(/NT-\d+/, 'NT'))).toEqual([
    'Nightdesk: good morning. Your request NT is with Lin Mei. You hear from us by 10:00. More: LINK',
  ])
})

test('it stands on the Outgoing page with its number covered and without link and digits, and beside the conversation', async () => {
  await gateway()
  await gives(false)
  await leaves('请看')
  const office = await signedIn(house, lan)
  const { html } = await office.get('/outgoing?channel=sms')
  expect(html).toContain('号码验证码')
  expect(html).toContain('138****0041')
  expect(html).toContain('六位数字，发送时才生成')
  expect(html).not.toMatch(/\/verify\/[\w-]{43}/)
  expect(html).not.toContain(NUMBER)
  await database.db.updateTable('contacts').set({ verified_at: clock.now() }).execute()
  await database.db.updateTable('customer_letters').set({ due_at: clock.now() }).execute()
  await tick()
  await send()
  const desk = await (await signedIn(house, here.mei)).get(`/desk/${here.ticketId}`)
  expect(desk.html).toContain('短信 · 未读回复')
  expect(desk.html).toContain('客户的手机号码已确认')
})

test('the page of a request offers the code in both languages, and only where there is a gateway', async () => {
  await gateway()
  await gives(false)
  const token = await house.deps.transact(system, (tx) => makeLink(tx, here.ticketId))
  const page = async (language: string) =>
    (await house.app.request(`/requests/${token}`, { headers: { cookie: `nightdesk-language=${language}` } })).text()
  expect(await page('zh-CN')).toContain('用短信接收答复')
  expect(await page('en')).toContain('Answers by SMS')
  await database.db.updateTable('hooks').set({ removed_at: clock.now() }).execute()
  expect(await page('en')).not.toContain('Answers by SMS')
})
