import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { NoticeId, StaffId } from '../../server/kernel/ids.ts'
import { dropPendingOf } from '../../server/notifications/deliveries/queries.ts'
import { tell } from '../../server/notifications/notices/telling.ts'
import { system } from '../../server/platform/actor.ts'
import { LINK_MARK, leaveMail, linkMark } from '../../server/platform/outgoing.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import { answers, openReceiver } from '../support/receiver.ts'
import { type Browser, bytes, signedIn } from '../support/staff.ts'
import { leadAndAdministrator, openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let night: ReturnType<typeof openTelling>
let db: typeof database.db
let ji: StaffId
let lan: StaffId
let manager: Browser
let admin: Browser

beforeAll(() => {
  Object.assign(house.deps.config, { insideHooks: true })
})
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  db = database.db
  night = openTelling(house)
  ;({ ji, lan } = await leadAndAdministrator(db))
  manager = await signedIn(house, ji)
  admin = await signedIn(house, lan)
})

const path = async () => `/notices/${(await night.notices()).at(-1)?.id}`

test('row 2: the bell counts what was told, a press opens it, and the receipt is a press of its own', async () => {
  await night.alarm()
  expect((await manager.get('/duty')).html).toMatch(/id="bell"[\s\S]*?aria-hidden="true">1</)
  expect((await manager.get('/reminders')).html).toContain('有客户在等，没有人能接')
  expect((await manager.post(`${await path()}/opening`)).location).toBe(await path())
  const page = await manager.get(await path())
  expect(page.html).toContain('我已读')
  await manager.post(`${await path()}/receipt`)
  expect((await manager.get(await path())).html).not.toContain(`action="${await path()}/receipt"`)
  expect(await night.sent(ji)).toContain('page seen')
})

test('a page to duty rings on every page of whoever is on post, once for each time it is told', async () => {
  await night.alarm()
  expect((await manager.get('/duty')).html).toContain('data-notice-sound="duty" data-notice-round="1"')
  expect((await admin.get('/duty')).html).not.toContain('data-notice-sound')
  await manager.post(`${await path()}/receipt`)
  expect((await manager.get('/duty')).html).not.toContain('data-notice-sound')
})

test('what was told to somebody else is not there, as if it had never been', async () => {
  await night.alarm()
  const stranger = await signedIn(house, await hire(db, '林玫'))
  const [theirs, missing] = [await stranger.get(await path()), await stranger.get('/notices/999999')]
  expect(theirs.status).toBe(404)
  const plain = (page: typeof theirs) => bytes(page).replaceAll(/notices\/\d+/g, 'notices/·')
  expect(plain(theirs)).toBe(plain(missing))
  expect((await stranger.post(`${await path()}/receipt`)).status).toBe(404)
  expect((await stranger.get('/notices')).status).toBe(403)
})

test('rows 2 and 21: HR and leaders see who has read what; looking at it reads nothing for others', async () => {
  await night.alarm()
  const hr = await signedIn(house, await hire(db, '何静', { roles: ['hr'] }))
  expect((await hr.get('/notices?show=unread')).html).toContain('0/1')
  const page = await hr.get(await path())
  expect(page.html).toContain('季然')
  expect(page.html).toContain('未读')
  await manager.post(`${await path()}/receipt`)
  expect((await hr.get(await path())).html).toContain('已读')
  expect((await hr.get('/notices')).html).toContain('1/1')
})

test('a browser that only looks ahead has opened nothing', async () => {
  await night.alarm()
  await manager.get(await path(), { headers: { 'sec-purpose': 'prefetch' } })
  const { seen_at } = await db.selectFrom('notice_people').select('seen_at').executeTakeFirstOrThrow()
  expect(seen_at).toBe(null)
})

test('each chooses by what they are told of what; what is not chosen does not come', async () => {
  const sms = await openReceiver()
  await db.updateTable('staff').set({ phone: '13800000000' }).where('id', '=', ji).execute()
  await admin.post('/settings/channels', { channel: 'sms', department: '', address: sms.url, secret: 'a good secret' })
  const shown = await manager.get('/me/notices')
  expect(shown.html).toMatch(/name="alarm" value="sms" checked/)
  await manager.post('/me/notices', { alarm: ['mail'], roster: ['mail', 'push'] })
  expect((await manager.get('/me/notices')).html).not.toMatch(/name="alarm" value="sms" checked/)
  await night.alarm()
  await night.tick(['deliver-notices'])
  expect(sms.taken).toEqual([])
  expect((await night.sent(ji)).map((one) => one.split(' ')[0])).toEqual(['page', 'mail'])
  expect((await manager.post('/me/notices', { alarm: ['pigeon'] })).status).toBe(400)
  expect((await manager.post('/me/notices', { unknown: ['mail'] })).status).toBe(400)
})

test('what was over before it was sent is no longer needed on the Outgoing page, and no failure', async () => {
  await night.alarm()
  const { id } = await db.selectFrom('notices').select('id').executeTakeFirstOrThrow()
  const text = { notice_id: id, staff_id: ji, channel: 'sms' as const, state: 'pending' as const, made_at: clock.now() }
  await db
    .insertInto('deliveries')
    .values({ ...text, attempts: 0, page_id: crypto.randomUUID(), due_at: clock.now() })
    .execute()
  await house.deps.transact(system, (tx) => dropPendingOf(tx, [id as NoticeId]))
  expect((await admin.get('/outgoing?state=dropped')).html).toContain('还没发，事情就了结了')
  const { html } = await admin.get('/outgoing?state=failed')
  expect(html).not.toContain('还没发，事情就了结了')
  expect(html).not.toContain('/sending"')
})

test('the Outgoing page finds everything by state, channel, kind and text, and sends again what failed', async () => {
  const sms = await openReceiver(answers(400, 'no such template'))
  await db.updateTable('staff').set({ phone: '13800000000' }).where('id', '=', ji).execute()
  await admin.post('/settings/channels', { channel: 'sms', department: '', address: sms.url, secret: 'a good secret' })
  await night.alarm()
  await night.tick(['deliver-notices'])
  const all = await admin.get('/outgoing')
  expect(all.html).toContain('短信')
  const failed = await admin.get('/outgoing?channel=sms&state=failed&kind=alarm&q=季')
  expect(failed.html).toContain('HTTP 400')
  expect((await admin.get('/outgoing?channel=sms&q=nobody%25')).html).toContain('没有符合的')
  expect((await admin.get('/outgoing?channel=voice')).html).not.toContain('HTTP 400')
  sms.behave(answers(200))
  const id = /action="\/outgoing\/deliveries\/(\d+)\/sending"/.exec(failed.html)?.[1]
  await admin.post(`/outgoing/deliveries/${id}/sending`)
  await night.tick(['deliver-notices'])
  expect(await night.sent(ji)).toContain('sms sent')
  expect((await admin.post(`/outgoing/deliveries/${id}/sending`)).status).toBe(422)
  expect((await manager.get('/outgoing')).status).toBe(403)
})

test('a letter to a colleague stands under their name and is found by it', async () => {
  await house.deps.transact(system, (tx) =>
    tell(tx, { kind: 'roster', ref: `shifts:${ji}`, path: '/roster', to: [{ staffId: ji, part: 'own' }] }),
  )
  await night.tick(['deliver-notices'])
  await night.tick(['send-mail'])
  const { html } = await admin.get('/outgoing?channel=mail&q=季然')
  expect(html).toMatch(/邮件 · 季然 · 没有邮箱/)
  expect((await admin.get('/outgoing?channel=mail&q=兰芝')).html).toContain('没有符合的')
})

test('a letter with several private links shows none of them, and hands each over to whoever asks', async () => {
  const linkUntil = new Date(clock.now().getTime() + 3_600_000)
  const id = await house.deps.transact(system, (tx) =>
    leaveMail(tx, {
      kind: 'digest',
      staffId: ji,
      recipient: null,
      subject: '研发部',
      text: `接手：${linkMark(1)}\n\n不归我们：${linkMark(2)}#reason\n\n${LINK_MARK}`,
      html: null,
      link: 'https://house/e/one\nhttps://house/e/two',
      linkUntil,
    }),
  )
  await night.tick(['send-mail'])
  const shown = await admin.get('/outgoing')
  expect(shown.html).not.toContain('/e/one')
  expect(shown.html).not.toContain('[[link')
  const handed = await admin.post(`/outgoing/${id}/link`)
  expect(handed.html).toContain('value="https://house/e/one"')
  expect(handed.html).toContain('value="https://house/e/two"')
})

test('pages of the list follow each other without a gap or a double', async () => {
  for (let n = 0; n < 60; n++)
    await house.deps.transact(system, (tx) =>
      tell(tx, { kind: 'answer', ref: `asked:${n}`, path: '/desk/1', to: [{ staffId: ji, part: 'own' }] }),
    )
  const first = await admin.get('/outgoing')
  const next = /href="(\/outgoing\?before[^"]+)"/.exec(first.html)?.[1] ?? ''
  const second = await admin.get(next.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='))
  const rows = (html: string) => [...html.matchAll(/<details class="mail"/g)].length
  expect([rows(first.html), rows(second.html)]).toEqual([50, 10])
})

test('the same words to forty people are one line that names them, and each is found by their name', async () => {
  const many = await Promise.all(Array.from({ length: 40 }, (_, n) => hire(db, `员工${n}号`)))
  for (const staffId of many)
    await house.deps.transact(system, (tx) =>
      tell(tx, { kind: 'roster', ref: `shifts:${staffId}`, path: '/roster', to: [{ staffId, part: 'own' }] }),
    )
  await night.tick(['deliver-notices'])
  await night.tick(['send-mail'])
  const list = await admin.get('/outgoing?channel=mail')
  expect([...list.html.matchAll(/<details class="mail"/g)]).toHaveLength(1)
  expect(list.html).toMatch(/员工\d+号 和另外 39 人/)
  const one = await admin.get('/outgoing?channel=mail&q=员工7号')
  expect(one.html).toMatch(/邮件 · 员工7号 · 没有邮箱/)
})

test('a letter older than what the page shows stands first once somebody asks for its link', async () => {
  const linkUntil = new Date(clock.now().getTime() + 86_400_000)
  const letter = {
    subject: '旧邀请函',
    text: `你好\n\n${LINK_MARK}`,
    html: null,
    link: 'https://house/key/old',
    linkUntil,
  }
  const old = await house.deps.transact(system, (tx) =>
    leaveMail(tx, { kind: 'invitation', staffId: ji, recipient: 'ji@example.com', ...letter }),
  )
  await night.tick(['send-mail'])
  clock.forward({ minutes: 1 })
  for (let n = 0; n < 60; n++)
    await house.deps.transact(system, (tx) =>
      tell(tx, { kind: 'answer', ref: `asked:${n}`, path: '/desk/1', to: [{ staffId: ji, part: 'own' }] }),
    )
  expect((await admin.get('/outgoing')).html).not.toContain('旧邀请函')
  const handed = await admin.post(`/outgoing/${old}/link`)
  expect(handed.html).toContain('value="https://house/key/old"')
  expect([...handed.html.matchAll(/<details class="mail"/g)]).toHaveLength(51)
})

test('letters are previewed with what is really there, in both languages, and their links lead nowhere', async () => {
  for (const letter of ['digest', 'brief', 'request', 'reminder', 'notice', 'invitation', 'reset', 'report'])
    for (const language of ['en', 'zh-CN']) {
      const page = await admin.get(`/settings/letters?letter=${letter}&in=${language}`)
      expect([page.status, letter]).toEqual([200, letter])
      const frame = await admin.get(`/settings/letters/frame?letter=${letter}&in=${language}`)
      expect(frame.headers.get('content-security-policy')).toMatch(/style-src 'sha256-/)
      expect(frame.html).toContain(`lang="${language}"`)
      expect(frame.html).not.toMatch(/\[\[link|(notices|brief|escalations|reminders|mails|report)\.[a-z]/)
    }
})
