import { beforeEach, describe, expect, test } from 'vitest'
import { checkOut } from '../../../server/attendance/actions.ts'
import { raiseAlarm } from '../../../server/desk/alarms/actions.ts'
import { leaveLetters } from '../../../server/escalations/letters.ts'
import * as sending from '../../../server/escalations/sending/actions.ts'
import { openComplaint } from '../../../server/incidents/actions.ts'
import type { DepartmentId, EscalationId, StaffId, TicketId } from '../../../server/kernel/ids.ts'
import { writeReminder } from '../../../server/notifications/reminders/letters.ts'
import { insertReminder } from '../../../server/notifications/reminders/queries.ts'
import { system } from '../../../server/platform/actor.ts'
import { addNote } from '../../../server/tickets/messages/actions.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { conversations } from '../../support/conversations.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { as, hire, putOnPost, roster, type Visitor, welcome } from '../../support/people.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const JSON_ASKED = { accept: 'application/json' }
const NUMBER = '+8613812340041'
/** However somebody writes it. */
const SECRETS = ['13812340041', '138 1234 0041', '12340041', 'su.qing@example.com', '苏晴儿']
let mei: StaffId
let zhou: StaffId
let ji: StaffId
let suQing: Visitor
let id: TicketId
let epoch: number
let mine: Browser
let colleague: Browser
let manager: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟')
  ji = await hire(database.db, '季然', { rank: 'supervisor' })
  await putOnPost(database.db, mei)
  await putOnPost(database.db, zhou)
  await putOnPost(database.db, ji, 'manager')
  suQing = await welcome(database.db, '苏晴儿')
  const contact = { customer_id: suQing.customerId, verified_at: null, created_at: clock.now() }
  await database.db
    .insertInto('contacts')
    .values([
      { ...contact, kind: 'phone', value: NUMBER },
      { ...contact, kind: 'email', value: 'su.qing@example.com' },
    ])
    .execute()
  id = await does.ask(suQing, '我是苏晴儿，电话 138 1234 0041，家里断网')
  epoch = await does.take(id, mei)
  await does.write(suQing, id, '也可以写到 su.qing@example.com')
  await house.deps.transact(as(mei), (tx) =>
    addNote(tx, { ticketId: id, clientId: crypto.randomUUID(), body: '回拨 13812340041 苏晴儿' }),
  )
  ;[mine, colleague, manager] = (await Promise.all([mei, zhou, ji].map((who) => signedIn(house, who)))) as [
    Browser,
    Browser,
    Browser,
  ]
})

const leaks = (html: string): string[] => SECRETS.filter((secret) => html.includes(secret))
const seen = async (who: Browser, path: string, how: Parameters<Browser['get']>[1] = {}) => {
  const { status, html } = await who.get(path, how)
  expect([path, status]).toEqual([path, 200])
  return html
}
const PARTS = ['', '/head', '/timeline', '/side', '/beside']

describe('one conversation', () => {
  test('whoever has it and whoever leads the night see the customer in full', async () => {
    for (const who of [mine, manager]) {
      const html = await seen(who, `/tickets/${id}`)
      for (const secret of ['苏晴儿', NUMBER, 'su.qing@example.com', '138 1234 0041']) expect(html).toContain(secret)
      expect(html).toContain(`href="tel:${NUMBER}"`)
      expect(html).not.toContain(`action="/tickets/${id}/reveals"`)
    }
  })

  test('a colleague reads it without name, number and address, on the page, in each of its parts, and as data', async () => {
    for (const part of PARTS)
      expect(leaks(await seen(colleague, `/tickets/${id}${part}`, { htmx: true })), part).toEqual([])
    expect(leaks(await seen(colleague, `/desk/${id}`))).toEqual([])
    const html = await seen(colleague, `/tickets/${id}`)
    for (const masked of ['苏**', '138****0041', 's***@example.com', '家里断网']) expect(html).toContain(masked)
    expect(html).not.toContain('href="tel:')
    for (const path of ['', '/messages?after=0', '/notes', '/beside'])
      expect(leaks(await seen(colleague, `/tickets/${id}${path}`, { headers: JSON_ASKED })), path).toEqual([])
  })

  test('with the conversation goes the sight: who hands it on sees masked, who gets it sees in full', async () => {
    await mine.post(`/tickets/${id}/transfer`, { epoch, to: zhou })
    expect(leaks(await seen(mine, `/tickets/${id}`))).toEqual([])
    expect(await seen(colleague, `/tickets/${id}`)).toContain(NUMBER)
  })

  test('the leadership reads masked at any hour', async () => {
    const gao = await signedIn(house, await hire(database.db, '高岚', { roles: ['leadership'], posts: [] }))
    expect(leaks(await seen(gao, `/tickets/${id}`))).toEqual([])
  })
})

describe('lists', () => {
  test('whoever is called by signs stops no page of those who read the name masked', async () => {
    const brien = await welcome(database.db, "Sean O'Brien; #1")
    const asked = await does.ask(brien, "it is Sean O'Brien; #1, all is dark")
    for (const path of [`/tickets/${asked}`, '/desk']) expect(await seen(colleague, path)).not.toContain('Brien')
    const hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'] }))
    expect(await seen(hr, '/board')).not.toContain('Brien')
    for (const path of [`/tickets/${asked}`, '/desk'])
      expect(await seen(colleague, path, { headers: JSON_ASKED })).not.toContain('Brien')
  })

  test('the queue is masked until it is one’s own, on the page and as data', async () => {
    const waiting = await welcome(database.db, '王小芳')
    await does.ask(waiting, '王小芳的电话是 13900001111')
    for (const how of [{}, { htmx: true }]) {
      const html = await seen(colleague, how.htmx ? '/desk/queue' : '/desk', how)
      expect(html).toContain('王**')
      expect(html).not.toMatch(/王小芳|13900001111/)
    }
    const desk = JSON.parse(await seen(colleague, '/desk', { headers: JSON_ASKED }))
    expect(desk.queue[0]).toMatchObject({ customerName: '王**', lastWords: '王**的电话是 139****1111' })
    expect(JSON.parse(await seen(mine, '/desk', { headers: JSON_ASKED })).mine[0]).toMatchObject({
      customerName: '苏晴儿',
    })
    expect(await seen(manager, '/desk')).toContain('王小芳')
  })

  test('what one had tonight and has no more is masked', async () => {
    expect(await seen(mine, '/desk/tonight')).toContain('苏晴儿')
    await mine.post(`/tickets/${id}/return`, { epoch })
    const html = await seen(mine, '/desk/tonight')
    expect(html).toContain('苏**')
    expect(leaks(html.replaceAll(/<input[^>]*>/g, ''))).toEqual([])
  })

  test('an exact number, an address or a name typed finds, and what is found is masked', async () => {
    for (const q of ['13812340041', '0041', 'su.qing@example.com', '苏晴儿', '断网', 'NT-'])
      for (const kind of ['all', 'messages', 'customers', 'notes']) {
        const html = await seen(colleague, `/tickets/search?q=${encodeURIComponent(q)}&kind=${kind}`)
        // What was typed stands in the field and in addresses of other searches.
        const found = html.replaceAll(/(href|value|hx-get|action)="[^"]*"/g, '')
        expect(leaks(found), `${q} ${kind}`).toEqual([])
        if (q !== 'NT-' && kind === 'all') expect(html, q).toContain(`/desk/${id}`)
      }
    const html = await seen(colleague, '/tickets/search?q=13812340041&kind=customers')
    expect(html).toContain('138****0041')
    expect(await seen(mine, '/tickets/search?q=340041&kind=customers')).toContain('138 1234 0041')
  })

  test('the board says who waits masked to everybody but the duty manager', async () => {
    await house.deps.transact(system, (tx) => raiseAlarm(tx, 'complaint', id))
    await house.deps.transact(system, (tx) => openComplaint(tx, id))
    for (const roles of [['hr'], ['administration'], ['administrator'], ['leadership'], ['head']] as const) {
      const who = await signedIn(house, await hire(database.db, '某人', { roles: [...roles], posts: [] }))
      const html = await seen(who, '/board')
      expect(html, roles[0]).toContain('苏**')
      expect(leaks(html), roles[0]).toEqual([])
    }
    expect(await seen(manager, '/board')).toContain('苏晴儿')
  })

  test('incidents are read masked by HR and in full by whoever leads the night', async () => {
    await house.deps.transact(system, (tx) => openComplaint(tx, id))
    const { id: incident } = await database.db.selectFrom('incidents').select('id').executeTakeFirstOrThrow()
    await database.db
      .updateTable('incidents')
      .set({ measures: '打 13812340041 给苏晴儿', state: 'resolved', resolved_at: clock.now(), resolved_by: ji })
      .execute()
    const hr = await signedIn(house, await hire(database.db, '人事', { roles: ['hr'], posts: [] }))
    for (const path of ['/incidents', `/incidents/${incident}`]) {
      expect(leaks(await seen(hr, path)), path).toEqual([])
      expect(await seen(manager, path), path).toContain('苏晴儿')
    }
  })
})

describe('what a department is asked', () => {
  let wu: StaffId
  let request: EscalationId
  beforeEach(async () => {
    wu = await hire(database.db, '吴凯', { roles: ['handler'], posts: [] })
    const research = (
      await database.db
        .insertInto('departments')
        .values({
          code: `research-${crypto.randomUUID()}`,
          name: JSON.stringify({ 'zh-CN': '研发部', en: 'Engineering' }),
        })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id as DepartmentId
    await database.db
      .updateTable('staff')
      .set({ department_id: research, email: 'wu@example.com' })
      .where('id', '=', wu)
      .execute()
    const { transact } = house.deps
    request = await transact(as(mei), (tx) => sending.decideEscalation(tx, id, { epoch }))
    await transact(as(mei), (tx) =>
      sending.sendEscalation(tx, request, {
        epoch,
        target: { kind: 'department', departmentId: research, personId: null },
        need: '苏晴儿断网',
        tried: '重启过',
        contact: '苏晴儿 13812340041',
        promisedAt: new Date(clock.now().getTime() + 7_200_000),
      }),
    )
  })

  test('its handlers see whom it is about at any time, colleagues of the agent do not', async () => {
    clock.set('2026-11-25T15:00:00+08:00')
    const handler = await signedIn(house, wu)
    for (const path of ['/escalations', `/escalations/${request}`])
      expect(await seen(handler, path)).toContain('苏晴儿')
    expect(await seen(handler, `/escalations/${request}`)).toContain('13812340041')
    clock.set(TWO_FOURTEEN)
    expect(leaks(await seen(colleague, `/escalations/${request}`))).toEqual([])
    expect(await seen(mine, `/escalations/${request}`)).toContain('13812340041')
  })

  test('the letter says it to whoever was asked; the list of letters says it to nobody', async () => {
    await house.deps.transact(system, (tx) =>
      leaveLetters(tx, request, { publicUrl: 'http://x.example', zone: 'Asia/Shanghai' }),
    )
    expect((await database.db.selectFrom('outgoing_mails').select('text').executeTakeFirstOrThrow()).text).toContain(
      '13812340041',
    )
    const admin = await signedIn(house, await hire(database.db, '兰芝', { roles: ['administrator'], posts: [] }))
    const html = await seen(admin, '/outgoing')
    expect(html).toContain('wu@example.com')
    expect(html).toContain('NT-')
    expect(leaks(html)).toEqual([])
  })
})

describe('off post', () => {
  const goOff = () => house.deps.transact(as(mei), checkOut)

  test('whoever works in rotation and is off post reads why, and when they are on post next', async () => {
    await roster(database.db, mei, 'service', {
      from: '2026-11-24T22:00:00+08:00',
      to: '2026-11-25T06:00:00+08:00',
      night: '2026-11-24',
    })
    await goOff()
    clock.set('2026-11-24T15:00:00+08:00')
    const off = await signedIn(house, mei)
    for (const path of [
      `/desk/${id}`,
      '/desk/999999',
      `/tickets/${id}`,
      `/tickets/${id}/side`,
      '/tickets/search?q=0041',
      '/desk/tonight',
      `/tickets/${id}/messages?after=0`,
      `/tickets/${id}/files/1`,
      `/tickets/${id}/notes`,
      '/tickets/entry',
    ]) {
      const { status, html } = await off.get(path)
      expect([path, status]).toEqual([path, 403])
      expect(leaks(html), path).toEqual([])
      expect(html, path).toContain('在岗时才能看客户的资料')
      expect(html, path).toContain('22:00')
    }
    const english = await (await signedIn(house, mei, 'en')).get(`/desk/${id}`)
    expect(english.html).toContain('You are on post next on 24 Nov at 22:00')
    expect(JSON.parse((await off.get(`/tickets/${id}`, { headers: JSON_ASKED })).html).error.code).toBe('off_post')
    expect((await off.post(`/tickets/${id}/reveals`, { reason: 'call_back', words: '' })).status).toBe(403)
  })

  test('whoever left during the shift is told to go on post, and whoever is not planned that as well', async () => {
    await goOff()
    expect((await mine.get(`/desk/${id}`)).html).toContain('你的班到 06:00')
    clock.set('2026-11-24T07:00:00+08:00')
    expect((await mine.get(`/desk/${id}`)).html).toContain('还没有给你排班')
  })

  test('technicians and guards off post are told the same; on post it is not theirs', async () => {
    for (const post of ['technician', 'guard'] as const) {
      const one = await hire(database.db, '某人', { posts: [post] })
      const who = await signedIn(house, one)
      expect((await who.get(`/desk/${id}`)).status).toBe(403)
      await putOnPost(database.db, one, post)
      expect((await who.get(`/desk/${id}`)).status).toBe(404)
    }
  })

  test('one’s own matters stay open', async () => {
    await goOff()
    for (const path of ['/duty', '/roster', '/me', '/roles', '/reminders', '/knowledge']) await seen(mine, path)
  })

  test('a reminder says the number and no name while one is off post, and leads to the words why', async () => {
    const about = { ticketId: id, promiseId: null, escalationId: null }
    const reminder = await house.deps.transact(system, async (tx) => {
      const made = await insertReminder(tx, { ...about, kind: 'follow_up', staffId: mei, part: 'owner', mail: 'due' })
      await writeReminder(tx, made, { publicUrl: 'http://x.example', zone: 'Asia/Shanghai' })
      return made
    })
    const { number } = await database.db
      .selectFrom('tickets')
      .select('number')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const { text } = await database.db.selectFrom('outgoing_mails').select('text').executeTakeFirstOrThrow()
    expect(text).toContain(number)
    expect(leaks(text)).toEqual([])
    expect(await seen(mine, '/reminders')).toContain('苏晴儿')
    await goOff()
    const html = await seen(mine, '/reminders')
    expect(html).toContain('苏**')
    expect(leaks(html)).toEqual([])
    const { location } = await mine.post(`/reminders/${reminder}/reading`)
    expect((await mine.get(location ?? '')).html).toContain('在岗时才能看客户的资料')
  })

  test('what one still has in hand beyond the end is seen until it is handed over', async () => {
    clock.set('2026-11-24T06:10:00+08:00')
    expect(await seen(mine, `/tickets/${id}`)).toContain(NUMBER)
    clock.set('2026-11-24T06:31:00+08:00')
    expect((await mine.get(`/tickets/${id}`)).status).toBe(403)
  })

  test('customers’ own pages stay as they are', async () => {
    const answer = await house.app.request(`/api/v1/tickets/${id}/messages?after=0`, {
      headers: { authorization: `Bearer ${suQing.token}` },
    })
    expect(await answer.text()).toContain('138 1234 0041')
  })
})
