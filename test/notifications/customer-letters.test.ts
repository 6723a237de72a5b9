import { expect, test } from 'vitest'
import { verifyContact } from '../../server/customers/verification/actions.ts'
import type { CustomerLetterId } from '../../server/kernel/ids.ts'
import { writeCustomerLetter } from '../../server/notifications/customers/writing.ts'
import { letterKeeper } from '../../server/notifications/outgoing/keeping/queries.ts'
import { system } from '../../server/platform/actor.ts'
import { readAnswerAddress, readMessageIds } from '../../server/platform/mail-thread.ts'
import { resolveTicket } from '../../server/tickets/endings/actions.ts'
import { askTranscript } from '../../server/tickets/transcripts/actions.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { conversationInHand } from '../support/in-hand.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { as, hire, welcome } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const here = conversationInHand({ database, house, does, clock })
const { gives, isThere, say, set, tick, sendAll, mails, letters, oneLetter } = here

test('an answer that a customer did not read is mailed ten minutes after they left, once', async () => {
  await gives(here.suQing, 'su@example.com', true)
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
  expect(letter).toMatchObject({ recipient: 'su@example.com', state: 'pending', ticket_id: here.ticketId })
  expect(letter?.text).toContain('光猫已经重启')
  clock.forward({ minutes: 60 })
  await tick()
  expect(await mails('unread')).toHaveLength(1)
})

test('while the customer is there nothing is mailed, and the ten minutes begin when they leave', async () => {
  await gives(here.suQing, 'su@example.com', true)
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
  await gives(here.suQing, 'su@example.com', true)
  await say('第一句')
  const { seq } = await say('第二句')
  await does.reads(here.suQing, here.ticketId, seq - 1)
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
  await gives(here.suQing, 'su@example.com', true)
  const { seq } = await say('已经修好')
  clock.forward({ minutes: 10 })
  await tick()
  await does.reads(here.suQing, here.ticketId, seq)
  await sendAll(url)
  expect(taken).toEqual([])
  expect((await mails('unread'))[0]).toMatchObject({ state: 'dropped', error: 'read_meanwhile', link: null })
})

test('eleven and more answers go ten a letter, not more often than every quarter of an hour, each in one letter', async () => {
  await gives(here.suQing, 'su@example.com', true)
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
  await gives(here.suQing, 'su@example.com', true)
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
  await gives(here.suQing, 'su@example.com', true)
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
  const theirs = await does.take(other, here.mei)
  const { url, taken } = await mailServer()
  for (const words of ['We restarted <script>it</script>\nPlease look.', 'And now?']) {
    await does.say(other, here.mei, theirs, words)
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
  await gives(here.suQing, 'su@example.com', true)
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

test('the conversation goes to the proved address on request, once in ten minutes', async () => {
  await gives(here.suQing, 'su@example.com', true)
  await say('已经修好')
  await does.write(here.suQing, here.ticketId, '谢谢')
  const ask = () => house.deps.transact(here.suQing.actor, (tx) => askTranscript(tx, here.ticketId))
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
  const agent = await signedIn(house, here.mei, 'en')
  const press = (fields = { epoch: here.epoch }) => agent.post(`/tickets/${here.ticketId}/transcript`, fields)
  expect((await press()).html).toContain('no e-mail address')
  await gives(here.suQing, 'su@example.com', true)
  expect((await press({ epoch: here.epoch + 1 })).status).toBe(409)
  expect((await press()).status).toBe(303)
  await tick()
  expect(await mails('transcript')).toHaveLength(1)
})

test('the erased customer’s letters stay here without words and without an address', async () => {
  await oneLetter()
  await house.deps.transact(system, async (tx) => {
    await letterKeeper.also?.(tx, { customerId: here.suQing.customerId, ticketIds: [here.ticketId], whole: true }, [])
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
  const agent = await signedIn(house, here.mei)
  expect((await agent.get('/settings/mail')).status).toBe(403)
  expect((await office.get('/settings/mail/unread/fr')).status).toBe(404)
})

test('what was answered before a request went into another one is mailed; what is spam or erased is not', async () => {
  await gives(here.suQing, 'su@example.com', true)
  await say('已经修好')
  await tick()
  const turn = (change: { state?: 'merged' | 'spam'; erased_at?: Date }) =>
    database.db.updateTable('tickets').set(change).where('id', '=', here.ticketId).execute()
  clock.forward({ minutes: 10 })
  await turn({ state: 'spam' })
  await tick()
  expect(await mails('unread')).toEqual([])
  expect(await letters()).toEqual([])
  await turn({ state: 'merged' })
  await database.db
    .insertInto('customer_letters')
    .values({ ticket_id: here.ticketId, kind: 'unread', state: 'due', due_at: clock.now(), made_at: clock.now() })
    .execute()
  await tick()
  expect(await mails('unread')).toHaveLength(1)
})

test('beside the conversation stands what its customer was mailed, and that an address is not confirmed', async () => {
  const contactId = await gives(here.suQing, 'su@example.com', false)
  const agent = await signedIn(house, here.mei, 'en')
  const side = async () => (await agent.get(`/tickets/${here.ticketId}`)).html
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
  await gives(here.suQing, 'su@example.com', true)
  await say('已经修好，祝好')
  await does.describe(here.ticketId, here.mei, here.epoch)
  await house.deps.transact(as(here.mei), (tx) => resolveTicket(tx, here.ticketId, { epoch: here.epoch }))
  await tick()
  clock.forward({ minutes: 10 })
  await tick()
  expect((await mails('unread'))[0]?.text).toContain('祝好')
})
