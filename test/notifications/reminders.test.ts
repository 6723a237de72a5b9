import { beforeEach, expect, test } from 'vitest'
import { appealBan } from '../../server/customers/abuse/appeals/actions.ts'
import * as escalations from '../../server/escalations/actions.ts'
import type { DepartmentId, StaffId, TicketId } from '../../server/kernel/ids.ts'
import { linkActor } from '../../server/platform/actor.ts'
import { openTicker } from '../../server/platform/ticker.ts'
import { returnTicket } from '../../server/tickets/assignments/actions.ts'
import { makePromise } from '../../server/tickets/promises/actions.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { jobs } from '../../server/timetable.ts'
import { protection } from '../support/abuse.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { as, hire, putOnPost, see, welcome } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let db: typeof database.db
let mei: StaffId
let ji: StaffId
let wu: StaffId
let gao: StaffId
let research: DepartmentId
let ticketId: TicketId
let epoch: number

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  db = database.db
  mei = await hire(db, '林玫')
  await putOnPost(db, mei)
  ji = await hire(db, '季然')
  await putOnPost(db, ji, 'manager')
  wu = await hire(db, '吴凯', { roles: ['handler'] })
  gao = await hire(db, '高岚', { roles: ['head'] })
  research = (
    await db
      .insertInto('departments')
      .values({ code: 'research', name: JSON.stringify({ 'zh-CN': '研发部', en: 'Engineering' }), head_id: gao })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id as DepartmentId
  await db.updateTable('staff').set({ department_id: research }).where('id', 'in', [wu, gao]).execute()
  await db.updateTable('staff').set({ email: 'wu@example.com', language: 'en' }).where('id', '=', wu).execute()
  const suQing = await welcome(db, '苏晴')
  ticketId = await does.ask(suQing, 'SSH is down', { language: 'en', cameFrom: null })
  epoch = await does.take(ticketId, mei)
})

const inMinutes = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000)
const ask = (promisedAt: Date) => does.sendTo(ticketId, { staffId: mei, epoch }, { departmentId: research, promisedAt })
/** With those on post at their pages: every deadline that has come, whatever follows from it, and the deadlines that follow from that. */
const tick = async () => {
  for (const one of [mei, ji]) await see(db, one, clock.now())
  const kinds = jobs({ wellFor: () => true }, house.react).map((job) => job(house.deps))
  const ticker = openTicker({ db, clock, queues: house.deps.queues, log: house.deps.log, kinds })
  await ticker.stop()
  for (const _ of [1, 2]) {
    await ticker.pass()
    await heard(house)
  }
}
const reminded = async () =>
  (await db.selectFrom('reminders').select(['staff_id', 'kind', 'part']).orderBy('id').execute()).map(
    ({ staff_id, kind, part }) => [staff_id, kind, part],
  )
const letters = async () =>
  db
    .selectFrom('outgoing_mails')
    .select(['about', 'recipient', 'subject', 'text', 'link'])
    .where('kind', '=', 'reminder')
    .orderBy('id')
    .execute()

test('before a promise is due its owner is reminded once, on the page and by mail; when it is broken once more', async () => {
  await house.deps.transact(as(mei), (tx) => makePromise(tx, ticketId, { epoch, kind: 'call', dueAt: inMinutes(30) }))
  clock.forward({ minutes: 19 })
  await tick()
  expect(await reminded()).toEqual([])
  clock.forward({ minutes: 1 })
  await tick()
  await tick()
  expect(await reminded()).toEqual([[mei, 'promise_soon', 'owner']])
  clock.forward({ minutes: 10 })
  await tick()
  await tick()
  expect(await reminded()).toEqual([
    [mei, 'promise_soon', 'owner'],
    [mei, 'promise_broken', 'owner'],
  ])
  const [soon, late, ...more] = await letters()
  expect(more).toEqual([])
  expect(soon).toMatchObject({ about: `staff:${mei}`, link: `http://127.0.0.1:3000/desk/${ticketId}` })
  expect(soon?.subject).toContain('时间快到了')
  expect(late?.subject).toContain('已经过了')
})

test('an hour without a word is said on the page and by no mail, each hour once; an answer that is late a minute is not', async () => {
  await heard(house)
  for (let minute = 1; minute <= 59; minute += 2) {
    clock.set(new Date(new Date(TWO_FOURTEEN).getTime() + minute * 60_000))
    await tick()
  }
  expect(await reminded()).toEqual([])
  const follow = async (...waits: number[]) => {
    for (const minutes of waits) {
      clock.forward({ minutes })
      await tick()
    }
    return (await reminded()).filter(([, kind]) => kind === 'follow_up')
  }
  const one = [mei, 'follow_up', 'owner']
  expect(await follow(2, 5, 5, 45)).toEqual([one])
  expect(await follow(5)).toEqual([one, one])
  expect(await letters()).toEqual([])
}, 60_000)

test('whoever accepted a request is reminded with its owner, and its head when the time has passed', async () => {
  const id = await ask(inMinutes(60))
  await house.deps.transact(as(wu, null, ['handler']), (tx) => escalations.acceptEscalation(tx, id))
  clock.forward({ minutes: 50 })
  await tick()
  const soon = new Set(['owner', 'handler'])
  expect(new Set((await reminded()).map(([, , part]) => part))).toEqual(soon)
  clock.forward({ minutes: 10 })
  await tick()
  const broken = (await reminded()).filter(([, kind]) => kind === 'promise_broken')
  expect(broken.toSorted()).toEqual(
    [
      [mei, 'promise_broken', 'owner'],
      [wu, 'promise_broken', 'handler'],
      [gao, 'promise_broken', 'head'],
    ].toSorted(),
  )
  const toWu = (await letters()).filter(({ about }) => about === `staff:${wu}`)
  expect(toWu.map(({ recipient }) => recipient)).toEqual(['wu@example.com', 'wu@example.com'])
  expect(toWu[0]?.text).toContain('The night desk needs your answer')
  const link = new URL(toWu[0]?.link ?? '').pathname
  expect(link).toMatch(/^\/e\//)
  const opened = await house.app.request(link)
  expect(await opened.text()).toContain('SSH back')
})

test('what is answered needs no handler any more: only its owner is reminded', async () => {
  const id = await ask(inMinutes(60))
  const words = { result: 'Restarted', forCustomer: 'It works again' }
  await house.deps.transact(as(wu, null, ['handler']), (tx) => escalations.answerEscalation(tx, id, words))
  clock.forward({ minutes: 50 })
  await tick()
  expect((await reminded()).filter(([, kind]) => kind === 'promise_soon')).toEqual([[mei, 'promise_soon', 'owner']])
})

test('a request that nobody accepts reminds who was asked after half an hour and the head after an hour, each once', async () => {
  await ask(inMinutes(600))
  clock.forward({ minutes: 30 })
  await tick()
  expect((await reminded()).filter(([, kind]) => kind === 'unaccepted').toSorted()).toEqual(
    [
      [mei, 'unaccepted', 'owner'],
      [wu, 'unaccepted', 'handler'],
    ].toSorted(),
  )
  clock.forward({ minutes: 30 })
  await tick()
  await tick()
  const all = (await reminded()).filter(([, kind]) => kind === 'unaccepted')
  expect(all.filter(([who]) => who === gao)).toEqual([[gao, 'unaccepted', 'head']])
  expect(all).toHaveLength(4)
  // Each has text and HTML with the same link, readable in dark mail programs.
  const letters = await db.selectFrom('outgoing_mails').select(['kind', 'text', 'html']).execute()
  expect(letters.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['escalation', 'reminder']))
  for (const { text, html } of letters) {
    expect([text.includes('[[link]]'), html?.includes('href="[[link]]"')]).toEqual([true, true])
    expect(html).toContain('prefers-color-scheme:dark')
  }
  const toHead = await db.selectFrom('outgoing_mails').select('kind').where('about', '=', `staff:${gao}`).execute()
  expect(toHead).toEqual([{ kind: 'escalation' }])
})

test('with the ticket in nobody’s hands the duty manager is reminded', async () => {
  await house.deps.transact(as(mei), (tx) => makePromise(tx, ticketId, { epoch, kind: 'call', dueAt: inMinutes(30) }))
  await house.deps.transact(as(mei), (tx) => returnTicket(tx, ticketId, 'returned', epoch))
  clock.forward({ minutes: 20 })
  await tick()
  expect(await reminded()).toEqual([[ji, 'promise_soon', 'owner']])
})

test('the bell counts what is unread; opening one reads it and leads there, and nobody reads another’s', async () => {
  await house.deps.transact(as(mei), (tx) => makePromise(tx, ticketId, { epoch, kind: 'call', dueAt: inMinutes(30) }))
  for (const minutes of [20, 11]) {
    clock.forward({ minutes })
    await tick()
  }
  const agent = await signedIn(house, mei, 'en')
  expect((await agent.get('/duty')).html).toContain('2 unread reminders')
  const page = (await agent.get('/reminders')).html
  expect(page.match(/unread:/g)).toHaveLength(2)
  const { id } = await db.selectFrom('reminders').select('id').orderBy('id').limit(1).executeTakeFirstOrThrow()
  const stranger = await signedIn(house, wu, 'en')
  expect((await stranger.post(`/reminders/${id}/reading`)).status).toBe(404)
  expect((await agent.post(`/reminders/${id}/reading`)).location).toBe(`/desk/${ticketId}`)
  expect((await agent.get('/duty')).html).toContain('1 unread reminder')
  await agent.post('/reminders/reading')
  expect((await agent.get('/duty')).html).not.toContain('unread reminder')
})

test('a reminder whose process died between page and letter has its letter written by the next, once', async () => {
  await house.deps.transact(as(mei), (tx) => makePromise(tx, ticketId, { epoch, kind: 'call', dueAt: inMinutes(30) }))
  clock.forward({ minutes: 31 })
  await see(db, mei, clock.now())
  const dying = jobs({ wellFor: () => true }, house.react)
    .map((job) => job(house.deps))
    .map((kind) =>
      kind.kind === 'write-reminders' ? { ...kind, run: () => Promise.reject(new Error('killed')) } : kind,
    )
  const ticker = openTicker({ db, clock, queues: house.deps.queues, log: house.deps.log, kinds: dying })
  await ticker.stop()
  await ticker.pass()
  await heard(house)
  await ticker.pass()
  expect(await letters()).toEqual([])
  await tick()
  await tick()
  expect(await letters()).toHaveLength((await reminded()).length)
})

test('a ban that waits, and an appeal, are told to whoever may be the second person, by letter as well; to nobody who had a part in it', async () => {
  const fang = await hire(db, '方正', { roles: ['leadership'] })
  const wen = await hire(db, '温岭', { roles: ['leadership'] })
  const acts = protection(house, { agent: mei, manager: ji, leader: fang })
  const caseId = await acts.proposed(ticketId)
  await tick()
  const told = async () => (await reminded()).filter(([, , part]) => part === 'second')
  expect((await told()).map(([who]) => who).sort()).toEqual([fang, wen].sort())
  expect((await letters()).at(-1)?.link).toMatch(new RegExp(`/abuse/${caseId}$`))
  await acts.banned(ticketId)
  const { customer_id: customerId } = await getTicket(db, ticketId)
  await house.deps.transact(linkActor(ticketId), (tx) => appealBan(tx, customerId, 'I was upset'))
  await tick()
  expect((await told()).slice(2)).toEqual([[wen, 'ban_appealed', 'second']])
  const page = await signedIn(house, wen)
  expect((await page.get('/reminders')).html).toContain('客户对停用提出申诉')
})
