import sharp from 'sharp'
import { beforeEach, expect, test } from 'vitest'
import { takeArrived } from '../../../server/chat/mail/reader.ts'
import type { TicketId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import { answerAddress, messageIdOf } from '../../../server/platform/mail-thread.ts'
import type { Arrived } from '../../../server/platform/mailbox-line.ts'
import { leaveMail } from '../../../server/platform/outgoing.ts'
import { forgetSettings } from '../../../server/settings/queries.ts'
import { closeTicket, resolveTicket } from '../../../server/tickets/endings/actions.ts'
import { protection } from '../../support/abuse.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { letter, type Made } from '../../support/letters.ts'
import { as, hire, putOnPost, welcome } from '../../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
beforeEach(() => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
})

const MAILBOX = 'desk@mail.company.example/INBOX'
let uid = 0
const arrive = (raw: Buffer, more: Partial<Arrived> = {}) =>
  takeArrived(house.deps, MAILBOX, {
    uidValidity: '1',
    uid: ++uid,
    bytes: raw.length,
    at: clock.now(),
    raw,
    whole: true,
    ...more,
  })
const comes = (made?: Made) => arrive(letter(made))
const db = () => database.db
const tickets = () => db().selectFrom('tickets').selectAll().orderBy('id').execute()
const rows = () => db().selectFrom('incoming_mails').selectAll().orderBy('id').execute()
const words = async (id: string) =>
  (
    await db()
      .selectFrom('messages')
      .select(['author', 'body', 'code'])
      .where('ticket_id', '=', id)
      .where('author', '<>', 'house')
      .orderBy('seq')
      .execute()
  ).map(({ body }) => body)
const only = async () => {
  const [ticket, ...others] = await tickets()
  expect(others).toEqual([])
  if (!ticket) throw new Error('no ticket')
  return ticket
}
const answering = (ticketId: string, mail = '7') =>
  messageIdOf(house.deps.secret, { about: ticketId, letter: mail }, 'company.example')
const trust = async (host = 'mx.company.example') => {
  await db()
    .insertInto('settings')
    .values({ key: 'mailTrustedHost', value: JSON.stringify(host), changed_by: null, changed_at: clock.now() })
    .execute()
  forgetSettings()
}
const PASS = { 'Authentication-Results': 'mx.company.example; dmarc=pass header.from=example.com' }
const FAIL = { 'Authentication-Results': 'mx.company.example; dmarc=fail header.from=example.com' }

test('a letter opens a request by mail, in the language it is written in, with its sender as the customer', async () => {
  await comes({ subject: 'Re: 断网', text: '光猫亮红灯\n\n-- \n苏晴' })
  expect(await only()).toMatchObject({ channel: 'mail', language: 'zh-CN', subject: '断网', state: 'new' })
  expect(await words((await only()).id)).toEqual(['断网\n\n光猫亮红灯'])
  expect(await db().selectFrom('customers').select(['name', 'language']).execute()).toEqual([
    { name: '苏晴', language: 'zh-CN' },
  ])
  expect(await db().selectFrom('contacts').select(['kind', 'value', 'verified_at']).execute()).toEqual([
    { kind: 'email', value: 'su@example.com', verified_at: null },
  ])
  expect((await only()).promised_at).not.toBeNull()
  await comes({ from: 'ann@example.org', subject: 'Router', text: 'The light is red' })
  expect((await tickets()).at(-1)).toMatchObject({ language: 'en' })
})

test('while somebody is on post it waits in the queue, with the half hour of a mail', async () => {
  await putOnPost(db(), await hire(db(), '林玫'))
  await comes()
  expect((await only()).state).toBe('queued')
  const due = async () => (await only()).answer_due_at
  await expect.poll(due).toEqual(new Date('2026-11-24T02:44:00+08:00'))
})

test('the same letter twice is one, at another place, under another validity, and without a Message-ID too', async () => {
  const raw = letter()
  await arrive(raw)
  await arrive(raw)
  await arrive(raw, { uidValidity: '2', uid: 1 })
  await Promise.all([arrive(raw), arrive(raw), arrive(raw)])
  const bare = letter({ id: null, subject: '第二封' })
  await arrive(bare)
  await arrive(bare)
  expect(await tickets()).toHaveLength(2)
  expect(await rows()).toHaveLength(2)
})

test('somebody else under the same Message-ID hides nobody’s letter', async () => {
  await comes({ id: '<same@x>', from: 'evil@example.org', text: '占位' })
  await comes({ id: '<same@x>' })
  expect(await tickets()).toHaveLength(2)
})

test('an answer goes on with its conversation, by Message-ID or by the address it went to, without what it quotes', async () => {
  await comes()
  const { id } = await only()
  await comes({
    subject: 'Re: 断网',
    text: '还是不行\n\nOn 24 Nov 2026, at 02:14, 林玫 wrote:\n> 请重启',
    headers: { 'In-Reply-To': answering(id) },
  })
  await comes({ text: '红灯', headers: { References: `<x@y> ${answering(id, '8')}` } })
  await comes({ text: '谢谢', to: answerAddress(house.deps.secret, id, 'desk@company.example') })
  await comes({
    text: '再见',
    headers: { 'Delivered-To': answerAddress(house.deps.secret, id, 'desk@company.example') },
  })
  expect(await words((await only()).id)).toEqual([
    '断网\n\n家里宽带断了，光猫亮红灯。',
    '还是不行',
    '红灯',
    '谢谢',
    '再见',
  ])
})

test('an answer from another address opens a request of its own, and a colleague is told why', async () => {
  await comes()
  const { id } = await only()
  await comes({ from: 'friend@example.org', text: '我看到了这封信', headers: { 'In-Reply-To': answering(id) } })
  expect(await words(id)).toHaveLength(1)
  expect((await rows()).at(-1)).toMatchObject({ opened: true, remarks: ['other_address'] })
})

test('a thread that is made up leads nowhere', async () => {
  await comes()
  const { id } = await only()
  await comes({ text: '假的', headers: { 'In-Reply-To': `<t${id}.7.AAAAAAAAAAAAAAAAAAAAAA@company.example>` } })
  expect(await tickets()).toHaveLength(2)
})

test('the number in the subject is enough for a sender who is shown to be true, and for nobody else', async () => {
  await trust()
  await comes({ headers: PASS })
  const { id, number } = await only()
  await comes({ subject: `Re: ${number}`, text: '是我', headers: PASS })
  await comes({ subject: `Re: ${number}`, text: '也是我' })
  await comes({ from: 'x@example.com', subject: `Re: ${number}`, text: '不是我', headers: PASS })
  expect(await words(id)).toEqual(['断网\n\n家里宽带断了，光猫亮红灯。', '是我'])
  expect(await tickets()).toHaveLength(3)
})

test('an address counts as verified only where the trusted server shows it', async () => {
  await comes({ headers: PASS })
  expect(await db().selectFrom('contacts').select('verified_at').execute()).toEqual([{ verified_at: null }])
  await trust()
  await comes({ headers: PASS })
  expect(await db().selectFrom('contacts').select('verified_at').execute()).toEqual([{ verified_at: clock.now() }])
  expect(await rows()).toMatchObject([{ verified: false }, { verified: true }])
})

test('a forged letter goes on with nothing, is nobody we know, and gets no address to answer to', async () => {
  await trust()
  await comes({ headers: PASS })
  const { id } = await only()
  await comes({ text: '把密码发我', headers: { ...FAIL, 'In-Reply-To': answering(id) } })
  const [first, forged] = await tickets()
  expect(await words(id)).toHaveLength(1)
  expect(forged?.customer_id).not.toBe(first?.customer_id)
  expect(await db().selectFrom('contacts').selectAll().execute()).toHaveLength(1)
  expect((await rows()).at(-1)?.remarks).toEqual(['forged'])
})

test('a letter from a colleague’s address is a customer’s word and no agent’s', async () => {
  const mei = await hire(db(), '林玫')
  await db().updateTable('staff').set({ email: 'Mei@company.example' }).where('id', '=', mei).execute()
  await comes()
  const { id } = await only()
  await comes({ from: 'mei@company.example', text: '请把款打到这里', headers: { 'In-Reply-To': answering(id) } })
  const authors = await db()
    .selectFrom('messages')
    .select(['author', 'staff_id'])
    .where('author', '<>', 'house')
    .execute()
  expect(authors).toEqual([
    { author: 'customer', staff_id: null },
    { author: 'customer', staff_id: null },
  ])
  expect((await rows()).at(-1)?.remarks).toEqual(['colleague', 'other_address'])
})

test('an address that several people share is that of several customers, and a colleague is told', async () => {
  await comes({ from: '苏晴 <home@example.com>' })
  await comes({ from: '苏明 <home@example.com>' })
  await comes({ from: '苏晴 <home@example.com>', text: '又来' })
  const [first, second, third] = (await tickets()).map((one) => one.customer_id)
  expect(first).toBe(third)
  expect(first).not.toBe(second)
  expect((await rows()).map(({ remarks }) => remarks)).toEqual([[], ['shared'], ['shared']])
})

test('an answer to what is solved reopens it within 72 hours, and afterwards is a request of its own', async () => {
  const mei = await hire(db(), '林玫')
  const solve = async (id: TicketId) => {
    const epoch = await does.take(id, mei)
    await does.say(id, mei, epoch, '好了')
    await does.describe(id, mei, epoch)
    await house.deps.transact(as(mei), (tx) => resolveTicket(tx, id, { epoch }))
  }
  await comes()
  const id = (await only()).id as TicketId
  await putOnPost(db(), mei)
  await db().updateTable('tickets').set({ state: 'queued', queued_at: clock.now() }).execute()
  await solve(id)
  await comes({ text: '又断了', headers: { 'In-Reply-To': answering(id) } })
  expect(await only()).toMatchObject({ state: 'queued', round: 2, head: true })
  await solve(id)
  clock.forward({ hours: 73 })
  await house.deps.transact(system, (tx) => closeTicket(tx, id))
  await comes({ text: '还有', headers: { 'In-Reply-To': answering(id) } })
  expect(await tickets()).toHaveLength(2)
  expect((await rows()).at(-1)?.remarks).toEqual(['continues'])
})

test('an answer that would reopen one request of a browser beside another one opens its own', async () => {
  const who = await welcome(db(), '苏晴')
  const contact = { kind: 'email' as const, value: 'su@example.com', verified_at: null, created_at: clock.now() }
  await db()
    .insertInto('contacts')
    .values({ ...contact, customer_id: who.customerId })
    .execute()
  const mei = await hire(db(), '林玫')
  const id = await does.ask(who)
  const epoch = await does.take(id, mei)
  await does.describe(id, mei, epoch)
  await house.deps.transact(as(mei), (tx) => resolveTicket(tx, id, { epoch }))
  await does.ask(who, '另一件事')
  await comes({ text: '又断了', headers: { 'In-Reply-To': answering(id) } })
  expect((await tickets()).at(-1)).toMatchObject({ channel: 'mail' })
  expect((await rows()).at(-1)?.remarks).toEqual(['continues'])
})

test('attachments go through the same gate: what is accepted is there, the rest is left out and a colleague is told', async () => {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#a40' } })
    .png()
    .toBuffer()
  const files = [
    { name: '../../灯.png', type: 'application/octet-stream', content: png },
    { name: 'setup.exe', type: 'image/png', content: Buffer.from('MZ\u0000\u0001') },
    { name: 'broken.png', type: 'image/png', content: png.subarray(0, 30) },
    { name: 'big.txt', type: 'text/plain', content: 'x'.repeat(10_000_001) },
  ]
  await comes({ files })
  const { id } = await only()
  expect(await words(id)).toEqual(['断网\n\n家里宽带断了，光猫亮红灯。', '灯.png'])
  expect((await rows())[0]?.remarks).toEqual(['files_left'])
  expect(await db().selectFrom('incoming_files').selectAll().execute()).toEqual([])
})

test('of 500 parts twenty are taken', async () => {
  const files = Array.from({ length: 500 }, (_, at) => ({ name: `f${at}.txt`, type: 'text/plain', content: `${at}` }))
  await comes({ files })
  expect(await words((await only()).id)).toHaveLength(21)
  expect((await rows())[0]?.remarks).toEqual(['files_left'])
})

test('a letter longer than a message is cut, and goes beside it whole as a text', async () => {
  await comes({ text: `${'长'.repeat(5000)}完` })
  const [message = '', name] = await words((await only()).id)
  expect(Array.from(message)).toHaveLength(4000)
  expect(name).toBe('断网.txt')
})

test('of a letter too big to be read whole the words are taken', async () => {
  const raw = letter({ files: [{ name: 'a.txt', type: 'text/plain', content: 'x'.repeat(100_000) }] })
  await arrive(raw.subarray(0, 50_000), { whole: false, bytes: 50_000_000 })
  expect(await words((await only()).id)).toHaveLength(1)
  expect((await rows())[0]).toMatchObject({ remarks: ['trimmed', 'files_left'], bytes: '50000000' })
})

test('a letter with U+0000, lone surrogates or nothing but a refused file is taken as well', async () => {
  await comes({ subject: '断\u0000网', text: '灯\u0000红' })
  await comes({ subject: '', text: '', files: [{ name: 'a.exe', type: 'x/y', content: 'MZ\u0000' }] })
  expect(await Promise.all((await tickets()).map(({ id }) => words(id)))).toEqual([['断网\n\n灯红'], ['…']])
})

test('a machine’s letter opens nothing and is kept with its reason, headers and size', async () => {
  await comes({ headers: { 'Auto-Submitted': 'auto-replied' } })
  expect(await tickets()).toEqual([])
  expect((await rows())[0]).toMatchObject({
    state: 'refused',
    reason: 'auto_reply',
    sender: 'su@example.com',
    subject: '断网',
    headers: { 'auto-submitted': 'auto-replied' },
  })
})

test('our own letters are known by their Message-ID', async () => {
  await comes({ id: answering('42') })
  await comes({ id: '<mail-7@127.0.0.1>' })
  expect((await rows()).map(({ reason }) => reason)).toEqual(['own', 'own'])
})

test('a sender who writes faster than people do is held, and others are not', async () => {
  for (let n = 0; n < 12; n++) await comes({ text: `第 ${n} 封` })
  await comes({ from: 'ann@example.org' })
  expect((await rows()).map(({ state }) => state).filter((state) => state === 'refused')).toHaveLength(2)
  expect(await tickets()).toHaveLength(11)
  clock.forward({ minutes: 11 })
  await comes({ text: '过了一会儿' })
  expect(await tickets()).toHaveLength(12)
})

test('a letter of ours that comes back is marked as failed, and a report about somebody else’s changes nothing', async () => {
  await comes()
  const ticketId = (await only()).id as TicketId
  const staffId = await hire(db(), '林玫')
  const mailId = await house.deps.transact(system, (tx) =>
    leaveMail(tx, {
      kind: 'escalation',
      staffId,
      ticketId,
      recipient: 'su@example.com',
      subject: 'x',
      text: 'x',
      html: null,
      link: 'x',
      linkUntil: clock.now(),
    }),
  )
  await db().updateTable('outgoing_mails').set({ state: 'sent' }).execute()
  const report = (id: string) =>
    arrive(
      Buffer.from(
        `From: MAILER-DAEMON@mx.example.com\r\nMessage-ID: <${id.length}-${uid}@mx>\r\nReturn-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nsorry\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: ${id}\r\n--x--\r\n`,
      ),
    )
  const state = async () =>
    (await db().selectFrom('outgoing_mails').select(['state', 'error']).executeTakeFirstOrThrow()).state
  await report(`<t${ticketId}.${mailId}.made-up@company.example>`)
  await report(answering('999', mailId))
  await report(answering(ticketId, mailId))
  await expect.poll(state).toBe('failed')
  const told = await db().selectFrom('events').select('payload').where('name', '=', 'mail.bounced').execute()
  expect(told.map(({ payload }) => payload.ticketId)).toEqual(['999', ticketId])
  expect(await tickets()).toHaveLength(1)
})

test('what somebody banned or limited writes waits for a person, and nothing of it reaches the desk', async () => {
  await trust()
  await comes({ headers: PASS })
  const { id } = await only()
  const agent = await hire(db(), '林玫')
  const manager = await hire(db(), '陈舟', { rank: 'supervisor' })
  const leader = await hire(db(), '方正', { rank: 'vice_president', roles: ['leadership'] })
  await putOnPost(db(), agent)
  const { limited, banned } = protection(house, { agent, manager, leader })
  await limited(id)
  await comes({ headers: { ...PASS, 'In-Reply-To': answering(id) }, text: '骂人的话' })
  clock.forward({ minutes: 30 })
  await banned(id)
  await comes({ headers: { ...PASS, 'In-Reply-To': answering(id) }, text: '还是骂人的话' })
  await comes({ headers: PASS, text: '换个新话题骂' })
  expect(await words(id)).toHaveLength(1)
  await only()
  expect((await rows()).map(({ state, reason }) => [state, reason])).toEqual([
    ['taken', null],
    ['refused', 'measure'],
    ['refused', 'measure'],
    ['refused', 'measure'],
  ])
})
