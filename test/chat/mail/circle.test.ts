import { beforeEach, expect, test } from 'vitest'
import { takeArrived } from '../../../server/chat/mail/reader.ts'
import { noteVisits } from '../../../server/chat/visits/queries.ts'
import type { StaffId, TicketId } from '../../../server/kernel/ids.ts'
import { forgetSettings } from '../../../server/settings/queries.ts'
import { findOpenAssignment } from '../../../server/tickets/assignments/queries.ts'
import { listMessages } from '../../../server/tickets/messages/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { letter, letterHouse, type Made } from '../../support/letters.ts'
import { mailServer, readMail } from '../../support/mail-server.ts'
import { hire, putOnPost, type Visitor, welcome } from '../../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let mei: StaffId
let suqing: Visitor
let ticketId: TicketId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  await database.db
    .insertInto('settings')
    .values({
      key: 'mailAnswers',
      value: JSON.stringify('desk@company.example'),
      changed_by: null,
      changed_at: clock.now(),
    })
    .execute()
  forgetSettings()
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  suqing = await welcome(database.db, '苏晴')
  const at = clock.now()
  await database.db
    .insertInto('contacts')
    .values({ customer_id: suqing.customerId, kind: 'email', value: 'su@example.com', verified_at: at, created_at: at })
    .execute()
  ticketId = await does.ask(suqing)
})

const { tick, sendAll } = letterHouse(() => house, clock)
let uid = 0
const arrives = (made: Made) => {
  const raw = letter(made)
  const box = { uidValidity: '1', uid: ++uid, bytes: raw.length, at: clock.now(), raw, whole: true }
  return takeArrived(house.deps, 'desk@mail.company.example/INBOX', box)
}
/** The customer has left, the agent answers, and the letter with the answer is sent: as the mail server took it. */
async function mailed(answer: string) {
  const { url, taken } = await mailServer()
  await noteVisits(database.db, [ticketId], clock.now())
  await does.say(ticketId, mei, await does.take(ticketId, mei), answer)
  clock.forward({ minutes: 11 })
  await tick()
  await sendAll(url)
  const [raw = '', ...more] = taken
  expect(more).toEqual([])
  return readMail(raw)
}

test('a customer leaves, the agent answers, the answer is mailed, and what they write back stands in the same conversation', async () => {
  const { headers, text } = await mailed('师傅明早八点到，请留人在家。')
  expect(text).toContain('师傅明早八点到')
  const messageId = headers.get('message-id') ?? ''
  const quoted = `好的，八点有人。\n\n在 2026年11月24日，夜间客服 写道：\n${text.replaceAll(/^/gm, '> ')}`
  await arrives({
    to: headers.get('reply-to') ?? '',
    subject: `Re: ${headers.get('subject')}`,
    text: quoted,
    headers: { 'In-Reply-To': messageId, References: messageId },
  })
  const said = await listMessages(database.db, ticketId, 0)
  expect(said.at(-1)).toMatchObject({ author: 'customer', body: '好的，八点有人。' })
  expect(await database.db.selectFrom('tickets').select('id').execute()).toHaveLength(1)
  expect((await findOpenAssignment(database.db, ticketId))?.staffId).toBe(mei)
})

test('what is answered from the address alone, without any of the headers of a thread, comes to it as well', async () => {
  const { headers } = await mailed('师傅明早八点到。')
  await arrives({ to: headers.get('reply-to') ?? '', subject: '明天', text: '改到九点行吗' })
  expect((await listMessages(database.db, ticketId, 0)).at(-1)).toMatchObject({
    author: 'customer',
    body: '改到九点行吗',
  })
})

test('who was handed the letter and answers it opens a conversation of their own, and reads nothing of this one', async () => {
  const { headers } = await mailed('师傅明早八点到。')
  await arrives({
    from: 'Neighbour <neighbour@example.net>',
    to: headers.get('reply-to') ?? '',
    text: '我家也断了',
    headers: { 'In-Reply-To': headers.get('message-id') ?? '' },
  })
  expect((await listMessages(database.db, ticketId, 0)).map(({ body }) => body)).not.toContain('我家也断了')
  expect(await database.db.selectFrom('tickets').select('id').execute()).toHaveLength(2)
})

test('an answer to whoever wrote by mail stands in the thread of their own letter, under its own subject', async () => {
  const { url, taken } = await mailServer()
  await arrives({
    from: '谭越 <tan@example.com>',
    subject: '回复：路由器红灯',
    id: '<first@tan.example>',
    text: '第三个灯是红的。',
  })
  const { id } = await database.db
    .selectFrom('tickets')
    .select('id')
    .where('channel', '=', 'mail')
    .executeTakeFirstOrThrow()
  await database.db
    .updateTable('contacts')
    .set({ verified_at: clock.now() })
    .where('value', '=', 'tan@example.com')
    .execute()
  const mailedTo = async (answer: string, epoch: number) => {
    await does.say(id as TicketId, mei, epoch, answer)
    clock.forward({ minutes: 31 })
    await tick()
    await sendAll(url)
    return readMail(taken.at(-1) ?? '')
  }
  const epoch = await does.take(id as TicketId, mei)
  const one = await mailedTo('请重启一次。', epoch)
  expect(one.headers.get('subject')).toBe('Re: 路由器红灯')
  expect(one.headers.get('in-reply-to')).toBe('<first@tan.example>')
  expect(one.headers.get('references')).toBe('<first@tan.example>')
  await arrives({
    from: '谭越 <tan@example.com>',
    to: one.headers.get('reply-to') ?? '',
    subject: 'Re: 路由器红灯',
    id: '<second@tan.example>',
    text: '还是红的。',
    headers: { 'In-Reply-To': one.headers.get('message-id') ?? '' },
  })
  const two = await mailedTo('派人来看。', epoch)
  expect(two.headers.get('subject')).toBe('Re: 路由器红灯')
  expect(two.headers.get('in-reply-to')).toBe('<second@tan.example>')
  expect(two.headers.get('references')?.split(' ')).toEqual([
    '<first@tan.example>',
    one.headers.get('message-id'),
    '<second@tan.example>',
  ])
  expect(await database.db.selectFrom('tickets').select('id').execute()).toHaveLength(2)
})
