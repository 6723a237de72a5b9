import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { endBreak, startBreak } from '../../server/attendance/actions.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { hashOf } from '../../server/platform/tokens.ts'
import * as tickets from '../../server/tickets/actions.ts'
import { assignTicket, returnTicket, transferTicket, undoTransfer } from '../../server/tickets/assignments/actions.ts'
import { closeTicket, resolveTicket, undoResolve } from '../../server/tickets/endings/actions.ts'
import { findTicketByLink } from '../../server/tickets/links/queries.ts'
import { addNote, mark, postMessage } from '../../server/tickets/messages/actions.ts'
import { listMessages, listNotes, marksOf } from '../../server/tickets/messages/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { queuePlace } from '../../server/tickets/queue/queries.ts'
import { giveRating } from '../../server/tickets/ratings/actions.ts'
import { ratingOf } from '../../server/tickets/ratings/queries.ts'
import { acts } from '../support/acts.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire, putOnPost, topic, type Visitor, welcome } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced, spoken } = acts(database, clock)
let mei: StaffId
let suQing: Visitor

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  announced.length = 0
  spoken.length = 0
  mei = await hire(database.db, '林玫')
  suQing = await welcome(database.db, '苏晴')
})

const uuid = () => crypto.randomUUID()
const question = '家里宽带断了，光猫红灯\n重启了两次都不行'

const ask = (who: Visitor = suQing, live = true) =>
  transact(who.actor, (tx) =>
    tickets.openTicket(tx, {
      customerId: who.customerId,
      visitorId: who.visitorId,
      channel: 'web',
      language: 'zh-CN',
      categoryId: null,
      question,
      clientId: uuid(),
      cameFrom: '/help/outage',
      live,
      promisedAt: live ? null : new Date('2026-11-24T08:30:00+08:00'),
    }),
  )
const take = (id: TicketId, staffId = mei) =>
  transact(as(staffId), (tx) => assignTicket(tx, id, { staffId, shiftId: null, how: 'offer' }))
const say = (id: TicketId, epoch: number, body: string, staffId = mei) =>
  transact(as(staffId), (tx) =>
    postMessage(tx, { ticketId: id, by: { kind: 'staff', staffId, epoch }, clientId: uuid(), body }),
  )
const write = (id: TicketId, body: string, clientId = uuid()) =>
  transact(suQing.actor, (tx) => tickets.writeAsCustomer(tx, id, { clientId, body }))
const describe = async (id: TicketId, epoch: number) => {
  const categoryId = await topic(database.db, `topic-${uuid()}`)
  await transact(as(mei), (tx) =>
    tickets.describeTicket(tx, id, { epoch, categoryId, need: '恢复宽带', result: '已恢复' }),
  )
}
const resolved = async () => {
  const { ticketId } = await ask()
  const { epoch } = await take(ticketId)
  await say(ticketId, epoch, '查到了，是交换机断电')
  await describe(ticketId, epoch)
  await transact(as(mei), (tx) => resolveTicket(tx, ticketId, { epoch }))
  return { ticketId, epoch }
}

test('a question becomes message 1 of a ticket that waits in the queue', async () => {
  const { ticketId, number, linkToken } = await ask()
  const ticket = await getTicket(database.db, ticketId)
  expect(ticket).toMatchObject({ state: 'queued', subject: '家里宽带断了，光猫红灯', customerName: '苏晴' })
  expect(number).toMatch(/^NT-\d+$/)
  expect((await listMessages(database.db, ticketId, 0))[0]).toMatchObject({
    seq: 1,
    author: 'customer',
    body: question,
  })
  expect(await queuePlace(database.db, ticketId)).toEqual({ place: 1, ahead: 0 })
  expect(await findTicketByLink(database.db, hashOf(linkToken), clock.now())).toBe(ticketId)
})

test('a question left while nobody is on post waits outside the queue, with a promised time in the conversation', async () => {
  const { ticketId } = await ask(suQing, false)
  expect((await getTicket(database.db, ticketId)).state).toBe('new')
  expect(await queuePlace(database.db, ticketId)).toBeNull()
  expect(await listMessages(database.db, ticketId, 1)).toMatchObject([{ author: 'house', code: 'promised' }])
})

test('one visitor has one open chat', async () => {
  await ask()
  await expect(ask()).rejects.toMatchObject({ constraint: 'tickets_one_open_a_visitor' })
})

test('a ticket is taken once: the second hand is refused in words', async () => {
  const { ticketId } = await ask()
  await take(ticketId)
  await expect(take(ticketId, await hire(database.db, '陈舟'))).rejects.toMatchObject({
    code: 'tickets.not_now.assign',
  })
})

test('two hands at the same instant leave one owner', async () => {
  const zhou = await hire(database.db, '陈舟')
  const { ticketId } = await ask()
  const results = await Promise.allSettled([take(ticketId, mei), take(ticketId, zhou)])
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  const open = await database.db.selectFrom('assignments').select('id').where('ended_at', 'is', null).execute()
  expect(open).toHaveLength(1)
})

test('the same message sent ten times at once is stored once and always answered with its number', async () => {
  const { ticketId } = await ask()
  const clientId = uuid()
  const answers = await Promise.all(Array.from({ length: 10 }, () => write(ticketId, '在吗', clientId)))
  expect(new Set(answers.map(({ seq }) => seq)).size).toBe(1)
  expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1)
  const { last_seq } = await getTicket(database.db, ticketId)
  const seqs = (await listMessages(database.db, ticketId, 0)).map(({ seq }) => seq)
  expect(seqs).toEqual(Array.from({ length: last_seq }, (_, n) => n + 1))
})

test('another text under the same id is refused and changes nothing', async () => {
  const { ticketId } = await ask()
  const clientId = uuid()
  await write(ticketId, '在吗', clientId)
  await expect(write(ticketId, '不在', clientId)).rejects.toMatchObject({ code: 'client_id_reused' })
  expect((await listMessages(database.db, ticketId, 0)).filter(({ clientId: id }) => id === clientId)).toHaveLength(1)
})

test('the function and announce write the same kind of event and outbox rows', async () => {
  const { ticketId } = await ask()
  const { rows } = await sql<{ name: string; actor: string; keys: string[]; about: string[]; same: boolean }>`
    select e.name, e.actor, array(select jsonb_object_keys(e.payload) order by 1) as keys, o.about, e.at = o.at as same
    from events e join outbox o on o.event_id = e.id where e.name in ('message.posted', 'ticket.created') order by e.id`.execute(
    database.db,
  )
  const posted = rows.find(({ name }) => name === 'message.posted')
  const created = rows.find(({ name }) => name === 'ticket.created')
  expect(posted).toMatchObject({ actor: created?.actor, same: created?.same, about: [`ticket:${ticketId}`] })
  expect(posted?.keys).toEqual(['by', 'messageId', 'seq', 'ticketId'])
  expect(announced.find(({ name }) => name === 'message.posted')?.payload).toMatchObject({ seq: 1, by: 'customer' })
})

test('whoever lost the ticket cannot write into it: the epoch is old', async () => {
  const { ticketId } = await ask()
  const { epoch } = await take(ticketId)
  await transact(as(mei), (tx) => returnTicket(tx, ticketId, 'lease_lost'))
  await take(ticketId, await hire(database.db, '陈舟'))
  await expect(say(ticketId, epoch, '我来了')).rejects.toMatchObject({ code: 'stale_assignment' })
})

test('a second question does not reset a running clock, an answer stops it', async () => {
  const { ticketId } = await ask()
  const { epoch } = await take(ticketId)
  const due = (await getTicket(database.db, ticketId)).answer_due_at
  clock.forward({ seconds: 30 })
  await write(ticketId, '还在吗')
  expect((await getTicket(database.db, ticketId)).answer_due_at).toEqual(due)
  await say(ticketId, epoch, '在')
  expect(await getTicket(database.db, ticketId)).toMatchObject({ answer_due_at: null, waiting_on: 'customer' })
})

test('a ticket given back keeps its place; one left over from a shift goes to the head', async () => {
  const first = await ask()
  clock.forward({ minutes: 1 })
  const second = await ask(await welcome(database.db, '白露'))
  await take(first.ticketId)
  await transact(as(mei), (tx) => returnTicket(tx, first.ticketId, 'returned'))
  expect(await queuePlace(database.db, first.ticketId)).toMatchObject({ place: 1 })
  await take(second.ticketId)
  await transact(as(mei), (tx) => returnTicket(tx, second.ticketId, 'shift_over'))
  expect(await queuePlace(database.db, second.ticketId)).toMatchObject({ place: 1 })
})

test('a transfer goes only to a colleague on post who is not on a break, and can be taken back until they have written', async () => {
  const zhou = await hire(database.db, '陈舟')
  const { ticketId } = await ask()
  const { epoch } = await take(ticketId)
  const transfer = () => transact(as(mei), (tx) => transferTicket(tx, ticketId, { epoch, to: zhou }))
  await expect(transfer()).rejects.toMatchObject({ code: 'tickets.transfer_not_on_post' })
  await putOnPost(database.db, zhou)
  await transact(as(zhou), startBreak)
  await expect(transfer()).rejects.toMatchObject({ code: 'tickets.transfer_on_break', field: 'to' })
  await transact(as(zhou), endBreak)
  await transfer()
  expect((await getTicket(database.db, ticketId)).assignment).toMatchObject({ staffId: zhou, epoch: epoch + 1 })
  await transact(as(mei), (tx) => undoTransfer(tx, ticketId))
  expect((await getTicket(database.db, ticketId)).assignment).toMatchObject({ staffId: mei, epoch: epoch + 2 })
})

test('row 15: nothing is resolved without category, need and result', async () => {
  const { ticketId } = await ask()
  const { epoch } = await take(ticketId)
  const resolve = () => transact(as(mei), (tx) => resolveTicket(tx, ticketId, { epoch }))
  await expect(resolve()).rejects.toMatchObject({ code: 'tickets.category_missing' })
  await describe(ticketId, epoch)
  await resolve()
  expect((await getTicket(database.db, ticketId)).state).toBe('resolved')
})

test('a hold of another feature keeps a ticket from being resolved', async () => {
  const { ticketId } = await ask()
  const { epoch } = await take(ticketId)
  await describe(ticketId, epoch)
  await database.db
    .insertInto('ticket_holds')
    .values({ ticket_id: ticketId, kind: 'escalation', ref: '1', set_at: clock.now() })
    .execute()
  await expect(transact(as(mei), (tx) => resolveTicket(tx, ticketId, { epoch }))).rejects.toMatchObject({
    code: 'tickets.held.escalation',
  })
})

test('who handled it is frozen when the rating is asked for', async () => {
  const zhou = await hire(database.db, '陈舟')
  const { shiftId } = await putOnPost(database.db, zhou)
  const { ticketId } = await ask()
  const { epoch } = await take(ticketId)
  for (const words of ['您好', '查一下', '查到了']) await say(ticketId, epoch, words)
  await transact(as(mei), (tx) => transferTicket(tx, ticketId, { epoch, to: zhou }))
  await say(ticketId, epoch + 1, '我接着处理', zhou)
  const categoryId = await topic(database.db, 'outage')
  await transact(as(zhou), async (tx) => {
    await tickets.describeTicket(tx, ticketId, { epoch: epoch + 1, categoryId, need: '恢复', result: '恢复了' })
    await resolveTicket(tx, ticketId, { epoch: epoch + 1 })
  })
  const { handlers } = await database.db.selectFrom('ratings').select('handlers').executeTakeFirstOrThrow()
  expect(handlers).toEqual([
    { staffId: mei, shiftId: null, messages: 3, share: 0.75 },
    { staffId: zhou, shiftId, messages: 1, share: 0.25 },
  ])
})

test('a rating is given once a round, by this customer only', async () => {
  const { ticketId } = await resolved()
  const rate = (who: Visitor) =>
    transact(who.actor, (tx) =>
      giveRating(tx, ticketId, {
        service: 5,
        product: 2,
        reasons: ['line'],
        comment: '人很好，线路不行',
        source: 'chat',
      }),
    )
  await expect(rate(await welcome(database.db, '路人'))).rejects.toMatchObject({ name: 'NotFound' })
  await rate(suQing)
  await expect(rate(suQing)).rejects.toMatchObject({ code: 'ratings.given_already' })
  expect(await ratingOf(database.db, ticketId)).toMatchObject({ state: 'given', service: 5, product: 2 })
})

test('a word within 72 hours reopens at the head of the queue in a new round; after that the ticket is closed', async () => {
  const { ticketId } = await resolved()
  clock.forward({ hours: 71 })
  await write(ticketId, '又断了')
  expect(await getTicket(database.db, ticketId)).toMatchObject({ state: 'queued', round: 2, head: true })
  expect((await ratingOf(database.db, ticketId))?.state).toBeUndefined()
  const other = await welcome(database.db, '白露')
  suQing = other
  const again = await resolved()
  clock.forward({ hours: 72 })
  await transact(suQing.actor, (tx) => closeTicket(tx, again.ticketId))
  expect((await getTicket(database.db, again.ticketId)).state).toBe('closed')
  await expect(write(again.ticketId, '在吗')).rejects.toMatchObject({ code: 'conversation_closed' })
})

test('a word sent before the resolve and repeated after it does not reopen', async () => {
  const { ticketId } = await ask()
  const { epoch } = await take(ticketId)
  const clientId = uuid()
  await write(ticketId, '好了', clientId)
  await say(ticketId, epoch, '那我先关了')
  await describe(ticketId, epoch)
  await transact(as(mei), (tx) => resolveTicket(tx, ticketId, { epoch }))
  expect(await write(ticketId, '好了', clientId)).toMatchObject({ repeated: true })
  expect((await getTicket(database.db, ticketId)).state).toBe('resolved')
})

test('a wrong resolve is taken back within a minute and the rating is not asked for', async () => {
  const { ticketId, epoch } = await resolved()
  await transact(as(mei), (tx) => undoResolve(tx, ticketId))
  expect(await getTicket(database.db, ticketId)).toMatchObject({
    state: 'open',
    assignment: { staffId: mei, epoch: epoch + 1 },
  })
  expect((await ratingOf(database.db, ticketId))?.state).toBe('withdrawn')
})

test('a complaint marks the ticket, moves it to the head and is told to the house', async () => {
  const first = await ask(await welcome(database.db, '白露'))
  clock.forward({ minutes: 1 })
  const { ticketId } = await ask()
  await transact(suQing.actor, (tx) => tickets.complain(tx, ticketId))
  expect(await queuePlace(database.db, ticketId)).toMatchObject({ place: 1 })
  expect(await queuePlace(database.db, first.ticketId)).toMatchObject({ place: 2 })
  expect(announced.filter(({ name }) => name === 'ticket.complained')).toHaveLength(1)
})

test("a customer's bytes never contain a note", async () => {
  const { ticketId } = await ask()
  await take(ticketId)
  spoken.length = 0
  await transact(as(mei), (tx) => addNote(tx, { ticketId, body: '客户脾气急，先安抚', clientId: uuid() }))
  expect(await listNotes(database.db, ticketId)).toMatchObject([{ body: '客户脾气急，先安抚' }])
  expect(JSON.stringify([spoken, await listMessages(database.db, ticketId, 0)])).not.toContain('安抚')
})

test("somebody else's ticket and a missing one are the same to a customer", async () => {
  const { ticketId } = await ask()
  const stranger = await welcome(database.db, '路人')
  const write = (id: TicketId) =>
    transact(stranger.actor, (tx) => tickets.writeAsCustomer(tx, id, { clientId: uuid(), body: '看看' }))
  await expect(write(ticketId)).rejects.toMatchObject({ name: 'NotFound' })
  await expect(write('999999' as TicketId)).rejects.toMatchObject({ name: 'NotFound' })
})

test('read marks move forward only, and never beyond the last message', async () => {
  const { ticketId } = await ask()
  await transact(suQing.actor, (tx) => mark(tx, ticketId, 'customer', { delivered: 99, read: 1 }))
  await transact(suQing.actor, (tx) => mark(tx, ticketId, 'customer', { delivered: 1, read: 0 }))
  expect((await marksOf(database.db, ticketId)).customer).toEqual({ delivered: 2, read: 1 })
})

test('nasty but valid text is stored exactly', async () => {
  const { ticketId } = await ask()
  const nasty = [
    '😀👨‍👩‍👧',
    '\u202Eevil\u202C',
    '<script>alert(1)</script>',
    '{{customer}} {{{x}}}',
    'a'.repeat(4000),
    ' \n\t ok ',
  ]
  for (const body of nasty) await write(ticketId, body)
  const bodies = (await listMessages(database.db, ticketId, 2)).map(({ body }) => body)
  expect(bodies).toEqual(nasty)
})

test('the log of events refuses to be changed', async () => {
  await ask()
  await expect(sql`update events set name = 'x'`.execute(database.db)).rejects.toThrow('insert-only')
  await expect(sql`delete from events`.execute(database.db)).rejects.toThrow('insert-only')
})
