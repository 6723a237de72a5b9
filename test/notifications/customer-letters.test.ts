import type { SMTPServerOptions } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { noteVisits } from '../../server/chat/visits/queries.ts'
import { verifyContact } from '../../server/customers/verification/actions.ts'
import type { ContactId, CustomerLetterId, MailId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { writeCustomerLetter } from '../../server/notifications/customers/writing.ts'
import { beginSending } from '../../server/notifications/outgoing/actions.ts'
import { letterKeeper } from '../../server/notifications/outgoing/keeping/queries.ts'
import { system } from '../../server/platform/actor.ts'
import { readAnswerAddress, readMessageIds } from '../../server/platform/mail-thread.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { resolveTicket } from '../../server/tickets/actions.ts'
import { askTranscript } from '../../server/tickets/transcripts/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { letterHouse } from '../support/letters.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { as, hire, putOnPost, type Visitor, welcome } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let does: ReturnType<typeof conversations>
let mei: StaffId
let suqing: Visitor
let ticketId: TicketId
let epoch: number

beforeAll(async () => {
  house = await openHouse(database, clock)
  does = conversations(house)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
  mei = await hire(database.db, '林玫')
  await database.db.updateTable('staff').set({ name_en: 'Lin Mei' }).where('id', '=', mei).execute()
  await putOnPost(database.db, mei)
  suqing = await welcome(database.db, '苏晴')
  ticketId = await does.ask(suqing)
  epoch = await does.take(ticketId, mei)
})

/** An e-mail address of theirs, proved or not. */
async function gives(who: Visitor, value: string, verified: boolean): Promise<ContactId> {
  const at = clock.now()
  const row = await database.db
    .insertInto('contacts')
    .values({ customer_id: who.customerId, kind: 'email', value, verified_at: verified ? at : null, created_at: at })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id as ContactId
}
const isThere = () => noteVisits(database.db, [ticketId], clock.now())
const say = (body: string) => does.say(ticketId, mei, epoch, body)

const { tick, sendAll } = letterHouse(() => house, clock)
const mails = (...kinds: ('unread' | 'verification' | 'transcript' | 'morning')[]) =>
  database.db.selectFrom('outgoing_mails').selectAll().where('kind', 'in', kinds).orderBy('id').execute()
const letters = () => database.db.selectFrom('customer_letters').selectAll().orderBy('id').execute()
const alarms = () =>
  database.db
    .selectFrom('alarms')
    .select(['kind', 'ticket_id'])
    .where('kind', '=', 'customer_unreached')
    .where('settled_at', 'is', null)
    .execute()
async function set(values: Record<string, string>): Promise<void> {
  for (const [key, value] of Object.entries(values))
    await database.db
      .insertInto('settings')
      .values({ key, value: JSON.stringify(value), changed_by: null, changed_at: clock.now() })
      .execute()
  forgetSettings()
}

test('an answer that a customer did not read is mailed ten minutes after they left, once', async () => {
  await gives(suqing, 'su@example.com', true)
  await isThere()
  await say('光猫已经重启，请看看红灯还亮吗')
  clock.forward({ minutes: 9 })
  await tick()
  expect(await mails('unread')).toEqual([])
  clock.forward({ minutes: 1 })
  await tick()
  await tick()
  const [letter, ...more] = await mails('unread')
  expect(more).toEqual([])
  expect(letter).toMatchObject({ recipient: 'su@example.com', state: 'pending', ticket_id: ticketId })
  expect(letter?.text).toContain('光猫已经重启')
  clock.forward({ minutes: 60 })
  await tick()
  expect(await mails('unread')).toHaveLength(1)
})

test('while the customer is there nothing is mailed, and the ten minutes begin when they leave', async () => {
  await gives(suqing, 'su@example.com', true)
  await say('在吗')
  for (let minute = 0; minute < 20; minute += 5) {
    await isThere()
    await tick()
    clock.forward({ minutes: 5 })
  }
  await tick()
  expect(await mails('unread')).toEqual([])
  clock.forward({ minutes: 5 })
  await tick()
  expect(await mails('unread')).toHaveLength(1)
})

test('what was read is not mailed: of three answers the two unread ones stand in the letter', async () => {
  await gives(suqing, 'su@example.com', true)
  await say('第一句')
  const { seq } = await say('第二句')
  await does.reads(suqing, ticketId, seq - 1)
  await say('第三句')
  clock.forward({ minutes: 10 })
  await tick()
  const [{ text } = { text: '' }] = await mails('unread')
  expect(text).not.toContain('第一句')
  expect(text).toContain('第二句')
  expect(text).toContain('第三句')
})

test('read in between: the customer comes back before the letter is sent, and none goes out', async () => {
  const { url, taken } = await mailServer()
  await gives(suqing, 'su@example.com', true)
  const { seq } = await say('已经修好')
  clock.forward({ minutes: 10 })
  await tick()
  await does.reads(suqing, ticketId, seq)
  await sendAll(url)
  expect(taken).toEqual([])
  expect((await mails('unread'))[0]).toMatchObject({ state: 'dropped', error: 'read_meanwhile', link: null })
})

test('eleven and more answers go ten a letter, not more often than every quarter of an hour, each in one letter', async () => {
  await gives(suqing, 'su@example.com', true)
  for (let n = 1; n <= 12; n++) await say(`第${n}条。`)
  clock.forward({ minutes: 10 })
  await tick()
  await say('第13条。')
  clock.forward({ minutes: 14 })
  await tick()
  expect(await mails('unread')).toHaveLength(1)
  clock.forward({ minutes: 1 })
  await tick()
  const [first, second, ...more] = await mails('unread')
  expect(more).toEqual([])
  expect(first?.text).toContain('第10条。')
  expect(first?.text).not.toContain('第11条。')
  expect(first?.text).toContain('还有 2 条')
  for (const n of [11, 12, 13]) expect(second?.text).toContain(`第${n}条。`)
  expect(second?.text).not.toContain('第10条。')
})

test('answers that are written one after the other to somebody long gone go in one letter', async () => {
  await gives(suqing, 'su@example.com', true)
  await isThere()
  clock.forward({ hours: 2 })
  for (const words of ['查到了。', '是交换机。', '正在更换。']) {
    await say(words)
    await tick()
    clock.forward({ seconds: 50 })
  }
  await tick()
  const [letter, ...more] = await mails('unread')
  expect(more).toEqual([])
  for (const words of ['查到了。', '是交换机。', '正在更换。']) expect(letter?.text).toContain(words)
})

test('two processes that decide about one letter at once leave one', async () => {
  await gives(suqing, 'su@example.com', true)
  await say('已经修好')
  await heard(house)
  clock.forward({ minutes: 10 })
  const [row] = await letters()
  const place = { publicUrl: 'https://help.example.com', zone: 'Asia/Shanghai' }
  const write = () => house.deps.transact(system, (tx) => writeCustomerLetter(tx, row?.id as CustomerLetterId, place))
  await Promise.all([write(), write(), write()])
  expect(await mails('unread')).toHaveLength(1)
})

test('letters of one conversation are one thread, in the ticket’s language, with text and HTML and a link that opens it', async () => {
  await set({ mailFrom: 'desk@help.example.com', mailAnswers: 'answers@help.example.com' })
  const wei = await welcome(database.db, 'Chen Wei', 'en')
  await gives(wei, 'wei@example.com', true)
  const other = await does.ask(wei, 'The line <b>is</b> down', { language: 'en' })
  const theirs = await does.take(other, mei)
  const { url, taken } = await mailServer()
  for (const words of ['We restarted <script>it</script>\nPlease look.', 'And now?']) {
    await does.say(other, mei, theirs, words)
    await tick()
    clock.forward({ minutes: 16 })
    await tick()
    await sendAll(url)
  }
  const [first, second, ...more] = taken.map(readMail)
  expect(more).toEqual([])
  const header = (mail: typeof first, name: string): string => mail?.headers.get(name) ?? ''
  const { secret } = house.deps
  expect(readMessageIds(secret, header(first, 'message-id'))?.about).toBe(other)
  expect(header(first, 'in-reply-to')).toBe('')
  expect(header(second, 'in-reply-to')).toBe(header(first, 'message-id'))
  expect(header(second, 'references')).toBe(header(first, 'message-id'))
  expect(header(second, 'message-id')).not.toBe(header(first, 'message-id'))
  expect(header(second, 'subject')).toBe(header(first, 'subject'))
  expect(readAnswerAddress(secret, header(first, 'reply-to'))).toBe(other)
  expect(header(first, 'auto-submitted')).toBe('auto-generated')
  expect(header(first, 'list-id')).toContain('help.example.com')
  expect(header(first, 'x-auto-response-suppress')).toBe('All')
  expect(first?.text).toContain('We restarted <script>it</script>')
  expect(first?.html).toContain('We restarted &lt;script&gt;it&lt;/script&gt;')
  expect(first?.html).toContain('prefers-color-scheme: dark')
  expect(first?.text).toContain('Lin Mei')
  const link = /\/requests\/[\w-]+/.exec(first?.text ?? '')?.[0] ?? ''
  expect(first?.html).toContain(link)
  const page = await house.app.request(link)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('Please look.')
})

test('without an address for answers a letter has none, and says where to write', async () => {
  await gives(suqing, 'su@example.com', true)
  await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  const { url, taken } = await mailServer()
  await sendAll(url)
  const mail = readMail(taken[0] ?? '')
  expect(mail.headers.has('reply-to')).toBe(false)
  expect(mail.text).toContain('请在请求页面上留言')
})

test('to an address that nobody has proved goes one fixed letter in ten minutes, without a word of anybody’s', async () => {
  await gives(suqing, 'stranger@example.com', false)
  await say('机密：电话 13812340041')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  await say('还有一句')
  clock.forward({ minutes: 30 })
  await tick()
  const [fixed, ...more] = await mails('verification', 'unread')
  expect(more).toEqual([])
  expect(fixed).toMatchObject({ kind: 'verification', recipient: 'stranger@example.com' })
  for (const words of ['机密', '13812340041', '苏晴', '家里宽带', '林玫']) {
    expect(fixed?.text).not.toContain(words)
    expect(fixed?.subject).not.toContain(words)
    expect(fixed?.html).not.toContain(words)
  }
})

test('another customer with the same unproved address makes no second letter to it within ten minutes', async () => {
  await gives(suqing, 'stranger@example.com', false)
  const other = await welcome(database.db, '王芳')
  await gives(other, 'stranger@example.com', false)
  const theirs = await does.ask(other)
  const held = await does.take(theirs, mei)
  await say('一')
  await does.say(theirs, mei, held, '二')
  clock.forward({ minutes: 10 })
  await tick()
  clock.forward({ minutes: 5 })
  for (const id of [ticketId, theirs]) await house.deps.transact(system, (tx) => askTranscript(tx, id as TicketId))
  await tick()
  expect(await mails('verification')).toHaveLength(1)
})

test('what one address was asked keeps no other from being asked', async () => {
  await gives(suqing, 'su@example.com', false)
  const other = await welcome(database.db, '王芳')
  await gives(other, 'wang@example.com', false)
  const theirs = await does.ask(other)
  for (const id of [ticketId, theirs]) await house.deps.transact(system, (tx) => askTranscript(tx, id))
  await tick()
  expect((await mails('verification')).map(({ recipient }) => recipient).toSorted()).toEqual([
    'su@example.com',
    'wang@example.com',
  ])
})

test('opening the link shows and proves nothing; its button proves the address, and what waited is mailed', async () => {
  await gives(suqing, 'su@example.com', false)
  await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  const { url, taken } = await mailServer()
  await sendAll(url)
  const link = /\/verify\/[\w-]+/.exec(readMail(taken[0] ?? '').text)?.[0] ?? ''
  const opened = await house.app.request(link)
  expect(opened.status).toBe(200)
  const page = await opened.text()
  expect(page).toContain('s***@example.com')
  await tick()
  expect(await mails('unread')).toEqual([])
  const cookie = opened.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const token = /name="_token" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const press = () =>
    house.app.request(link, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ _token: token }).toString(),
    })
  expect((await press()).status).toBe(303)
  expect((await press()).status).toBe(303)
  await tick()
  const [letter, ...more] = await mails('unread')
  expect(more).toEqual([])
  expect(letter).toMatchObject({ recipient: 'su@example.com' })
  expect((await house.app.request('/verify/made-up')).status).toBe(404)
  clock.forward({ hours: 80 })
  expect((await house.app.request(link)).status).toBe(404)
})

test('what no proved address released by the end of the night rings at the board and lies on the Outgoing page', async () => {
  await gives(suqing, 'su@example.com', false)
  await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  clock.set('2026-11-24T05:59:00+08:00')
  await tick()
  expect(await alarms()).toEqual([])
  clock.set('2026-11-24T06:00:00+08:00')
  await tick()
  await tick()
  expect(await alarms()).toEqual([{ kind: 'customer_unreached', ticket_id: ticketId }])
  expect(await mails('unread')).toMatchObject([{ state: 'kept', error: 'not_verified', recipient: null }])
  const office = await signedIn(house, await hire(database.db, '赵敏', { roles: ['administrator'] }), 'en')
  const page = (await office.get('/outgoing')).html
  expect(page).toContain('call them')
  expect(page).not.toContain('已经修好')
})

test('an address that wrote to us is proved: what waited or could not be told is mailed, and the bell stops', async () => {
  const contactId = await gives(suqing, 'su@example.com', false)
  await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  clock.set('2026-11-24T06:00:00+08:00')
  await tick()
  await house.deps.transact(system, (tx) => verifyContact(tx, contactId))
  await tick()
  expect(await alarms()).toEqual([])
  expect(await mails('unread')).toMatchObject([
    { recipient: null, state: 'dropped', error: 'told_after_all' },
    { recipient: 'su@example.com', state: 'pending' },
  ])
})

test('the bell about a customer who could not be told stops once they are back and have read', async () => {
  const { seq } = await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  clock.set('2026-11-24T06:00:00+08:00')
  await tick()
  expect(await alarms()).toHaveLength(1)
  await does.reads(suqing, ticketId, seq)
  await does.write(suqing, ticketId, '看到了，谢谢')
  await tick()
  expect(await alarms()).toEqual([])
})

test('a customer with no address at all is called, and one who called us is not rung about', async () => {
  await say('已经修好')
  const caller = await welcome(database.db, '何叔')
  const called = await does.ask(caller)
  await database.db
    .updateTable('tickets')
    .set({ visitor_id: null, channel: 'phone' })
    .where('id', '=', called)
    .execute()
  await does.say(called, mei, await does.take(called, mei), '记录：已电话告知')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  clock.set('2026-11-24T06:00:00+08:00')
  await tick()
  expect(await alarms()).toEqual([{ kind: 'customer_unreached', ticket_id: ticketId }])
})

async function oneLetter(): Promise<MailId> {
  await gives(suqing, 'su@example.com', true)
  await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  return (await mails('unread'))[0]?.id as MailId
}

test('a mail server that refuses an address rings for a call; one that greylists is asked again', async () => {
  const answer = (responseCode: number): SMTPServerOptions => ({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no'), { responseCode })),
  })
  await oneLetter()
  await sendAll((await mailServer(answer(451))).url)
  expect((await mails('unread'))[0]?.state).toBe('pending')
  expect(await alarms()).toEqual([])
  clock.forward({ minutes: 1 })
  await sendAll((await mailServer(answer(550))).url)
  expect((await mails('unread'))[0]?.state).toBe('failed')
  expect(await alarms()).toHaveLength(1)
})

test('a line that breaks after DATA leaves the letter unknown: it is not sent again, its answers in no other letter, and the board rings', async () => {
  let tries = 0
  const broken = await mailServer({
    onData: (stream) => {
      tries += 1
      stream.resume()
      stream.on('end', () => broken.drop())
    },
  })
  await oneLetter()
  await sendAll(broken.url)
  clock.forward({ hours: 1 })
  await tick()
  await sendAll(broken.url)
  expect(tries).toBe(1)
  expect(await mails('unread')).toMatchObject([{ state: 'unknown' }])
  expect(await alarms()).toHaveLength(1)
})

test('a process killed between sending and noting sends nothing twice', async () => {
  const { url, taken } = await mailServer()
  const id = await oneLetter()
  await house.deps.transact(system, (tx) => beginSending(tx, id, true))
  clock.forward({ minutes: 3 })
  await sendAll(url)
  expect(taken).toEqual([])
  expect(await mails('unread')).toMatchObject([{ state: 'unknown', error: 'process_lost' }])
  expect(await alarms()).toHaveLength(1)
})

test('the conversation goes to the proved address on request, once in ten minutes', async () => {
  await gives(suqing, 'su@example.com', true)
  await say('已经修好')
  await does.write(suqing, ticketId, '谢谢')
  const ask = () => house.deps.transact(suqing.actor, (tx) => askTranscript(tx, ticketId))
  await ask()
  await expect(ask()).rejects.toMatchObject({ code: 'tickets.transcript_sent' })
  await tick()
  await tick()
  const [letter, ...more] = await mails('transcript')
  expect(more).toEqual([])
  for (const words of ['家里宽带断了', '已经修好', '谢谢']) expect(letter?.text).toContain(words)
  clock.forward({ minutes: 10 })
  await ask()
  await tick()
  expect(await mails('transcript')).toHaveLength(2)
})

test('whoever has the conversation sends it to the customer, nobody else does, and without an address it is said', async () => {
  const agent = await signedIn(house, mei, 'en')
  const press = (fields = { epoch }) => agent.post(`/tickets/${ticketId}/transcript`, fields)
  expect((await press()).html).toContain('no e-mail address')
  await gives(suqing, 'su@example.com', true)
  expect((await press({ epoch: epoch + 1 })).status).toBe(409)
  expect((await press()).status).toBe(303)
  await tick()
  expect(await mails('transcript')).toHaveLength(1)
})

test('at eight each customer with an open request on which something was done hears what, who has it and when they hear next', async () => {
  await gives(suqing, 'su@example.com', true)
  const { seq } = await say('已经报修')
  await does.reads(suqing, ticketId, seq)
  await database.db
    .updateTable('tickets')
    .set({ promised_at: new Date('2026-11-24T10:00:00+08:00') })
    .where('id', '=', ticketId)
    .execute()
  const quiet = await welcome(database.db, '王芳')
  await gives(quiet, 'wang@example.com', true)
  await does.ask(quiet)
  clock.set('2026-11-24T07:59:59+08:00')
  await tick()
  expect(await mails('morning')).toEqual([])
  clock.set('2026-11-24T08:00:00+08:00')
  await Promise.all([tick(), tick()])
  await tick()
  const [letter, ...more] = await mails('morning')
  expect(more).toEqual([])
  expect(letter?.recipient).toBe('su@example.com')
  expect(letter?.text).toContain('林玫接手处理')
  expect(letter?.text).toContain('共回复您 1 次')
  expect(letter?.text).toContain('由林玫处理')
  expect(letter?.text).toContain('11月24日 10:00 之前')
  clock.set('2026-11-25T08:00:00+08:00')
  await tick()
  expect(await mails('morning')).toHaveLength(1)
})

test('who is done, erased, spam or unproved gets no morning letter', async () => {
  await gives(suqing, 'su@example.com', true)
  await does.describe(ticketId, mei, epoch)
  await database.db
    .updateTable('tickets')
    .set({ state: 'closed', closed_at: clock.now() })
    .where('id', '=', ticketId)
    .execute()
  const make = async (name: string, verified: boolean) => {
    const who = await welcome(database.db, name)
    await gives(who, `${who.customerId}@example.com`, verified)
    const id = await does.ask(who)
    await does.take(id, mei)
    return { who, id }
  }
  const spam = await make('广告', true)
  await database.db.updateTable('tickets').set({ state: 'spam' }).where('id', '=', spam.id).execute()
  const erased = await make('某人', true)
  await database.db.updateTable('tickets').set({ erased_at: clock.now() }).where('id', '=', erased.id).execute()
  await make('未确认', false)
  clock.set('2026-11-24T08:00:00+08:00')
  await tick()
  expect(await mails('morning')).toEqual([])
})

test('the erased customer’s letters stay here without words and without an address', async () => {
  await oneLetter()
  await house.deps.transact(system, async (tx) => {
    await letterKeeper.also?.(tx, { customerId: suqing.customerId, ticketIds: [ticketId], whole: true }, [])
  })
  expect(await mails('unread')).toMatchObject([{ state: 'kept', recipient: null, link: null }])
})

test('the settings page draws each letter in both languages from the latest request, covered for whoever may not see it', async () => {
  const office = await signedIn(house, await hire(database.db, '赵敏', { roles: ['administrator'], posts: [] }), 'en')
  expect((await office.get('/settings/mail')).html).toContain('nothing to show yet')
  await say('请打 13812340041')
  const page = (await office.get('/settings/mail')).html
  for (const kind of ['verification', 'unread', 'transcript', 'morning'])
    for (const language of ['en', 'zh-CN']) {
      expect(page).toContain(`/settings/mail/${kind}/${language}`)
      const one = await office.get(`/settings/mail/${kind}/${language}`)
      expect(one.status).toBe(200)
      expect(one.html).not.toContain('13812340041')
      expect(one.headers.get('content-security-policy')).toContain('sandbox')
    }
  const agent = await signedIn(house, mei)
  expect((await agent.get('/settings/mail')).status).toBe(403)
  expect((await office.get('/settings/mail/unread/fr')).status).toBe(404)
})

test('what was answered before a request went into another one is mailed; what is spam or erased is not', async () => {
  await gives(suqing, 'su@example.com', true)
  await say('已经修好')
  await tick()
  const turn = (change: { state?: 'merged' | 'spam'; erased_at?: Date }) =>
    database.db.updateTable('tickets').set(change).where('id', '=', ticketId).execute()
  clock.forward({ minutes: 10 })
  await turn({ state: 'spam' })
  await tick()
  expect(await mails('unread')).toEqual([])
  expect(await letters()).toEqual([])
  await turn({ state: 'merged' })
  await database.db
    .insertInto('customer_letters')
    .values({ ticket_id: ticketId, kind: 'unread', state: 'due', due_at: clock.now(), made_at: clock.now() })
    .execute()
  await tick()
  expect(await mails('unread')).toHaveLength(1)
})

test('beside the conversation stands what its customer was mailed, and that an address is not confirmed', async () => {
  const contactId = await gives(suqing, 'su@example.com', false)
  const agent = await signedIn(house, mei, 'en')
  const side = async () => (await agent.get(`/tickets/${ticketId}`)).html
  expect(await side()).not.toContain('Mailed to the customer')
  await say('已经修好')
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  const waiting = await side()
  expect(waiting).toContain('waits for them to confirm')
  expect(waiting).toContain('Their address is not confirmed')
  await house.deps.transact(system, (tx) => verifyContact(tx, contactId))
  await tick()
  const { url } = await mailServer()
  await sendAll(url)
  const sent = await side()
  expect(sent).toContain('Their address is confirmed')
  expect(sent).not.toContain('waits for a confirmed')
})

test('a settled ticket’s last answer is mailed too', async () => {
  await gives(suqing, 'su@example.com', true)
  await say('已经修好，祝好')
  await does.describe(ticketId, mei, epoch)
  await house.deps.transact(as(mei), (tx) => resolveTicket(tx, ticketId, { epoch }))
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  expect((await mails('unread'))[0]?.text).toContain('祝好')
})
