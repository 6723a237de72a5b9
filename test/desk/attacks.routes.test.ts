import { beforeEach, describe, expect, test } from 'vitest'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { findOpenAssignment } from '../../server/tickets/assignments/queries.ts'
import { listMessages, listNotes } from '../../server/tickets/messages/queries.ts'
import { getTicket } from '../../server/tickets/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost, type Visitor, welcome } from '../support/people.ts'
import { type Browser, bytes, type Page, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
let mei: StaffId
let zhou: StaffId
let suQing: Visitor
let desk: Browser
let boss: Browser
let id: TicketId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟', { rank: 'supervisor', roles: ['administrator', 'hr'] })
  await putOnPost(database.db, mei)
  await putOnPost(database.db, zhou, 'manager')
  suQing = await welcome(database.db, '苏晴')
  desk = await signedIn(house, mei)
  boss = await signedIn(house, zhou)
  id = await does.ask(suQing)
})

const statuses = (pages: readonly Page[]) => pages.map(({ status }) => status).sort()
const times = <T>(count: number, act: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => act(n)))
const assignments = () =>
  database.db
    .selectFrom('assignments')
    .select(['staff_id', 'epoch', 'ended_at', 'end_reason'])
    .where('ticket_id', '=', id)
    .orderBy('epoch')
    .execute()
const events = async (name: string) =>
  (await database.db.selectFrom('events').select('id').where('name', '=', name).execute()).length
const holder = async () => (await findOpenAssignment(database.db, id))?.staffId

describe('what is pressed many times at once happens once', () => {
  test('an offer', async () => {
    await expect.poll(() => database.db.selectFrom('offers').select('id').execute()).toHaveLength(1)
    const [offer] = await database.db.selectFrom('offers').select(['id', 'staff_id']).execute()
    const theirs = offer?.staff_id === mei ? desk : boss
    const answers = await times(8, () => theirs.post(`/desk/offers/${offer?.id}/acceptance`))
    expect(new Set(answers.map(({ location }) => location))).toEqual(new Set([`/desk/${id}`]))
    expect(await assignments()).toHaveLength(1)
    expect(await events('ticket.assigned')).toBe(1)
  })

  test('a reply and a note under one id', async () => {
    const epoch = await does.take(id, mei)
    const clientId = crypto.randomUUID()
    const replies = await times(8, () =>
      desk.post(`/tickets/${id}/messages`, { clientId, epoch, body: '您好', seen: 3 }),
    )
    const notes = await times(8, () => desk.post(`/tickets/${id}/notes`, { clientId, body: '第三次了' }))
    expect(new Set([...statuses(replies), ...statuses(notes)])).toEqual(new Set([303]))
    const said = await listMessages(database.db, id, 0)
    expect(said.filter(({ author }) => author === 'staff')).toHaveLength(1)
    expect(await listNotes(database.db, id)).toHaveLength(1)
    expect(await events('note.added')).toBe(1)
  })

  test.each(['return', 'transfer', 'spam', 'resolution', 'complaint'])('%s', async (act) => {
    const epoch = await does.take(id, mei)
    await does.describe(id, mei, epoch)
    const { category_id, need, result } = await getTicket(database.db, id)
    const fields = {
      epoch,
      ...(act === 'transfer' ? { to: zhou } : {}),
      ...(act === 'resolution' ? { categoryId: category_id ?? '', need: need ?? '', result: result ?? '' } : {}),
    }
    const before = { rating: await events('rating.asked'), queued: await events('ticket.queued') }
    const answers = await times(6, () => desk.post(`/tickets/${id}/${act}`, fields))
    expect(statuses(answers)).toEqual(Array(6).fill(303))
    expect((await assignments()).filter(({ staff_id, ended_at }) => staff_id === mei && ended_at).length).toBe(
      act === 'complaint' ? 0 : 1,
    )
    expect((await events('rating.asked')) - before.rating).toBeLessThanOrEqual(1)
    expect((await events('ticket.queued')) - before.queued).toBe(act === 'return' ? 1 : 0)
    expect(await events('ticket.complained')).toBe(act === 'complaint' ? 1 : 0)
  })

  test('a promise', async () => {
    const epoch = await does.take(id, mei)
    const answers = await times(5, () =>
      desk.post(`/tickets/${id}/promises`, { epoch, kind: 'call', due: '2026-11-24T03:30' }),
    )
    expect(statuses(answers)).toEqual(Array(5).fill(303))
    expect(await database.db.selectFrom('promises').select('id').execute()).toHaveLength(1)
  })

  test('going on post, on a break and back', async () => {
    const wei = await hire(database.db, '韦一')
    const { shiftId } = await putOnPost(database.db, wei)
    await database.db.deleteFrom('attendances').where('staff_id', '=', wei).execute()
    const theirs = await signedIn(house, wei)
    for (const [path, fields, event] of [
      ['/duty/check-in', { shift: shiftId }, 'attendance.checked_in'],
      ['/duty/break', {}, 'break.started'],
      ['/duty/return', {}, 'break.ended'],
      ['/duty/check-out', {}, 'attendance.checked_out'],
    ] as const) {
      const answers = await times(5, () => theirs.post(path, fields))
      expect(
        statuses(answers).every((status) => status === 303 || status === 422),
        path,
      ).toBe(true)
      expect(await events(event), path).toBe(1)
    }
  })
})

describe('of two who act at once on one conversation one succeeds, and the other is told', () => {
  test('the agent answers the offer while the duty manager takes it', async () => {
    await expect.poll(() => database.db.selectFrom('offers').select('id').execute()).toHaveLength(1)
    const [offer] = await database.db.selectFrom('offers').select(['id', 'staff_id']).execute()
    const asked = offer?.staff_id === mei ? desk : boss
    const [accepted, taken] = await Promise.all([
      asked.post(`/desk/offers/${offer?.id}/acceptance`),
      boss.post(`/tickets/${id}/assignment`),
    ])
    const open = (await assignments()).filter(({ ended_at }) => ended_at === null)
    expect(open).toHaveLength(1)
    expect([303, 422]).toContain(accepted.status)
    expect([303, 409, 422]).toContain(taken.status)
    expect(await holder()).toBe(open[0]?.staff_id)
  })

  test('an agent hands it over, gives it back and resolves it in one moment while the duty manager takes it: one of the three has happened at most, and one person has it', async () => {
    const epoch = await does.take(id, mei)
    await does.describe(id, mei, epoch)
    const { category_id, need, result } = await getTicket(database.db, id)
    const answers = await Promise.all([
      desk.post(`/tickets/${id}/transfer`, { epoch, to: zhou }),
      desk.post(`/tickets/${id}/return`, { epoch }),
      desk.post(`/tickets/${id}/resolution`, {
        epoch,
        categoryId: category_id ?? '',
        need: need ?? '',
        result: result ?? '',
      }),
      boss.post(`/tickets/${id}/assignment`, { epoch }),
    ])
    // What the duty manager takes may have been given back, or handed to them, a moment before: then both are right.
    const [transfer, back, resolution, take] = answers.map(({ status }) => status === 303)
    expect([transfer, back, resolution].filter(Boolean).length).toBeLessThanOrEqual(1)
    expect(transfer || back || resolution || take).toBe(true)
    if (resolution) expect(take).toBe(false)
    // 503: a machine that is very busy says so, and nothing has happened.
    expect(statuses(answers).filter((status) => ![303, 409, 422, 503].includes(status))).toEqual([])
    const [first, ...later] = await assignments()
    expect(first?.ended_at).not.toBeNull()
    expect(later.filter(({ ended_at }) => ended_at === null).length).toBeLessThanOrEqual(1)
    expect(await holder()).toBe(transfer || take ? zhou : undefined)
  })

  test('a reply that was on its way when the conversation went is refused with its words, and nobody reads it', async () => {
    const epoch = await does.take(id, mei)
    const [reply] = await Promise.all([
      desk.post(`/tickets/${id}/messages`, { clientId: crypto.randomUUID(), epoch, body: '我马上看 <b>', seen: 3 }),
      boss.post(`/tickets/${id}/assignment`, { epoch }),
    ])
    const said = (await listMessages(database.db, id, 0)).filter(({ author }) => author === 'staff')
    if (reply.status === 303) expect(said).toHaveLength(1)
    else {
      expect(reply.status).toBe(409)
      expect(said).toEqual([])
      expect(reply.html).toContain('我马上看 &lt;b&gt;')
    }
    expect(await holder()).toBe(zhou)
  })
})

/** Every address that the house answers to, with what it takes in its path. */
const addresses = (method: 'GET' | 'POST') => [
  ...new Set(
    house.app.routes
      .filter((route) => route.method === method && !route.path.includes('*') && !route.path.startsWith('/api/'))
      .map(({ path }) => path),
  ),
]
const PATHLESS = /:[a-z]+(\{[^}]*\})?/gi

describe('every act of staff', { timeout: 60_000 }, () => {
  /** Before a session there is none to be forged. */
  const open = new Set(['/sign-in', '/language', '/theme', '/setup', '/forgotten', '/'])
  const acts = () => addresses('POST').filter((path) => !open.has(path) && !/^\/(requests|embed|faq|help)\b/.test(path))

  test('needs the token of its session and a page of ours, whatever else it brings', async () => {
    expect(acts().length).toBeGreaterThan(60)
    const other = await signedIn(house, mei)
    for (const path of acts()) {
      const at = path.replace(PATHLESS, id)
      for (const how of [
        { token: '' },
        { token: 'x'.repeat(43) },
        { token: other.token },
        { headers: { 'sec-fetch-site': 'cross-site' } },
        { headers: { origin: 'https://evil.example' } },
        { headers: { origin: 'null', 'sec-fetch-site': 'cross-site' } },
      ])
        expect((await boss.post(at, {}, how)).status, `${at} ${JSON.stringify(how)}`).toBe(403)
    }
    expect(await events('ticket.assigned')).toBe(0)
  })

  test('takes no number that no row can have, and breaks on none', async () => {
    const wrong: string[] = []
    for (const path of acts().filter((one) => one.includes(':')))
      for (const number of ['0', '-1', '9223372036854775807', '99999999999999999999999', '1e3', '%00', '１', "1'--"]) {
        const { status } = await boss.post(path.replace(PATHLESS, number))
        if (status < 400 || status >= 500) wrong.push(`${status} ${path} ${number}`)
      }
    expect(wrong).toEqual([])
  })

  test('answers words that are too long, cannot be stored or come twice with a 4xx, and never with a fault', async () => {
    const epoch = await does.take(id, mei)
    const wrong: string[] = []
    for (const path of acts())
      for (const words of ['长'.repeat(20_000), 'a\u0000b', ' ']) {
        const at = path.replace(PATHLESS, id)
        const fields = {
          epoch: words,
          body: words,
          clientId: words,
          name: words,
          value: words,
          to: words,
          reason: words,
        }
        const { status } = await boss.post(at, fields)
        if (status >= 500 || status < 300) wrong.push(`${status} ${at}`)
      }
    for (const body of ['长'.repeat(4001), 'a\u0000b', '\ud800', '']) {
      const clientId = crypto.randomUUID()
      for (const [path, fields] of [
        ['messages', { clientId, epoch, body, seen: 3 }],
        ['notes', { clientId, body }],
      ] as const) {
        // A lone half becomes a letter of its own on the way through a form.
        if (body === '\ud800') continue
        const { status } = await desk.post(`/tickets/${id}/${path}`, fields)
        if (status !== 400) wrong.push(`${status} ${path} ${body.slice(0, 3)}`)
      }
    }
    expect(wrong).toEqual([])
    expect((await listMessages(database.db, id, 3)).length).toBe(0)
  })
})

describe('every page of staff', { timeout: 60_000 }, () => {
  test('has an answer below 500 for a number that no row can have, and for a query that nobody sends', async () => {
    const pages = addresses('GET').filter((path) => !/^\/(requests|embed|lib|metrics)\b/.test(path))
    expect(pages.length).toBeGreaterThan(40)
    const wrong: string[] = []
    for (const path of pages)
      for (const number of ['0', '9223372036854775807', '99999999999999999999999', "1'--"]) {
        const at = path.replace(PATHLESS, number)
        for (const query of ['', '?after=99999999999999999999&from=-1', '?q=%00', '?q=a&q=b']) {
          const { status } = await boss.get(at + query)
          if (status >= 500) wrong.push(`${status} ${at}${query}`)
        }
        if (!path.includes(':')) break
      }
    expect(wrong).toEqual([])
  })

  test('of a conversation that is not theirs to read is, byte for byte, one that does not exist', async () => {
    await does.take(id, mei)
    const off = await signedIn(house, await hire(database.db, '韦一'))
    for (const part of ['', '/head', '/timeline', '/side', '/beside', '/messages?after=0', '/files/1']) {
      const theirs = await off.get(`/tickets/${id}${part}`)
      expect(theirs.status, part).toBe(403)
      expect(bytes(theirs), part).toBe(bytes(await off.get(`/tickets/999999${part}`)))
    }
    expect((await off.get(`/desk/${id}`)).status).toBe(403)
    for (const act of ['messages', 'transfer', 'return', 'resolution', 'spam', 'complaint', 'reopening', 'notes'])
      expect((await off.post(`/tickets/${id}/${act}`, { epoch: 1 })).status, act).toBe(403)
  })
})

test('nasty words in a note and a reply are shown as they are, with nothing of them alive', async () => {
  const epoch = await does.take(id, mei)
  const nasty = `<img src=x onerror=alert(1)>{{constructor}}\u202e\u{1f468}\u200d\u{1f469}${'长'.repeat(500)}`
  await desk.post(`/tickets/${id}/notes`, { clientId: crypto.randomUUID(), body: nasty })
  await desk.post(`/tickets/${id}/messages`, { clientId: crypto.randomUUID(), epoch, body: nasty, seen: 3 })
  const { html } = await desk.get(`/desk/${id}`)
  expect(html).not.toContain('<img src=x')
  expect(html.split('&lt;img src&#x3D;x onerror&#x3D;alert(1)&gt;{{constructor}}').length).toBeGreaterThan(2)
  expect((await listNotes(database.db, id))[0]?.body).toBe(nasty)
  expect((await listMessages(database.db, id, 0)).at(-1)?.body).toBe(nasty)
})

describe('what no calendar has and what nobody made is refused, and is no fault of ours', () => {
  test('a promise for a day that does not exist', async () => {
    const epoch = await does.take(id, mei)
    for (const due of [
      '2026-02-30T10:00',
      '2026-13-45T10:00',
      '0000-00-00T00:00',
      '2026-11-24T25:00',
      '9999-12-31T10:00',
    ])
      expect((await desk.post(`/tickets/${id}/promises`, { epoch, kind: 'call', due })).status, due).toBe(400)
  })

  test('a category that was never made', async () => {
    const epoch = await does.take(id, mei)
    const solved = { epoch, categoryId: '999999', need: '断网', result: '已恢复' }
    expect((await desk.post(`/tickets/${id}/resolution`, solved)).status).toBe(400)
    expect((await desk.post(`/tickets/${id}/description`, { ...solved })).status).toBe(400)
  })

  test('a night beyond all rosters', async () => {
    for (const night of ['9999-12-31', '0000-01-01', '2026-02-30'])
      expect((await boss.get(`/roster?night=${night}`)).status, night).toBe(400)
  })
})
