import { sql } from 'kysely'
import type { BrowserContext } from 'playwright-core'
import sharp from 'sharp'
import { beforeEach, expect, test } from 'vitest'
import { takeTicket } from '../../server/desk/offers/actions.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { postMessage } from '../../server/tickets/messages/actions.ts'
import { handSetClock } from '../support/clock.ts'
import { type Asked, aQuestion, call, newVisitor } from '../support/customer.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowser, openBrowserOf, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { as, hire, publishTerms, putOnPost, see } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

beforeEach(async () => {
  clock.set('2026-11-24T02:12:00+08:00')
  await publishTerms(database.db, clock.now())
})

const LOOKS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true },
]
const visit = (staffId: StaffId, look: Parameters<typeof openBrowser>[1]): Promise<BrowserContext> =>
  openBrowserOf(house, staffId, look)

/** A modem on a shelf, its third lamp red. */
const MODEM = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="860">
  <defs><linearGradient id="w" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#6d6257"/><stop offset="1" stop-color="#3c352f"/></linearGradient></defs>
  <rect width="1280" height="860" fill="url(#w)"/><rect y="610" width="1280" height="250" fill="#2a231d"/>
  <rect x="250" y="300" width="780" height="320" rx="36" fill="#e9e7e2"/><rect x="250" y="540" width="780" height="80" rx="30" fill="#d2cfc8"/>
  ${['#3fae5a', '#3fae5a', '#e23b2e', '#8d8a84', '#3fae5a', '#8d8a84']
    .map((colour, n) => `<circle cx="${340 + n * 118}" cy="420" r="17" fill="${colour}"/>`)
    .join('')}
  <circle cx="576" cy="420" r="44" fill="#e23b2e" opacity="0.22"/></svg>`)

/** A customer who has sent a picture and a log, and whom Mei has answered with a manual. */
async function conversation(mei: StaffId): Promise<{ id: TicketId; requestUrl: string }> {
  const token = await newVisitor(house.url)
  const asked = await call<Asked & { requestUrl: string }>(house.url, 'POST', '/tickets', {
    token,
    body: aQuestion({ name: '苏晴', question: '光猫第三个灯变红了，网上不去。', language: 'zh-CN', termsVersion: 1 }),
  })
  const id = asked.body.ticket.id as TicketId
  const send = async (path: string, more: Record<string, string>, bytes: Uint8Array<ArrayBuffer>, name: string) => {
    const form = new FormData()
    form.set('clientId', crypto.randomUUID())
    form.set('file', new File([bytes], name))
    const { status } = await fetch(`${house.url}${path}`, { method: 'POST', headers: more, body: form })
    expect(status).toBe(201)
  }
  const files = `/api/v1/tickets/${id}/files`
  const bearer = { authorization: `Bearer ${token}` }
  await send(files, bearer, await sharp(MODEM).jpeg({ quality: 88 }).toBuffer(), '光猫.jpg')
  await send(files, bearer, Buffer.from('2026-11-24 01:38:07 LOS\n'.repeat(90)), '路由器日志.txt')
  const { epoch } = await house.deps.transact(as(mei, 'manager'), (tx) => takeTicket(tx, id))
  clock.forward({ minutes: 1 })
  const by = { kind: 'staff', staffId: mei, epoch } as const
  const body = '看到了，第三个灯是 LOS，光信号没有进来。说明书第 4 页有接头的图，请按它把光纤重新插一次。'
  await house.deps.transact(as(mei), (tx) => postMessage(tx, { ticketId: id, by, clientId: crypto.randomUUID(), body }))
  return { id, requestUrl: asked.body.requestUrl }
}

/** Asked from outside: a page whose policy forbids to evaluate cannot wait for it by itself. */
const ALL_DRAWN = '[...document.images].every((one) => one.complete && one.naturalWidth > 0)'

test('files of both sides stand in the conversation at the desk and on the private page, wide and on a phone', async () => {
  const mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  await see(database.db, mei, clock.now())
  const { id, requestUrl } = await conversation(mei)
  for (const look of LOOKS) {
    const desk = await openPage(await visit(mei, look))
    await desk.goto(`${house.url}/desk/${id}`)
    await desk.waitForSelector('.reply-form')
    if (look.width === 1440) {
      await desk.setInputFiles('[data-attach]', {
        name: '光猫说明书.pdf',
        mimeType: 'application/pdf',
        buffer: Buffer.from(`%PDF-1.7 ${'.'.repeat(420_000)}`),
      })
    }
    await desk.locator('.msg:not([data-unsent]) a.file', { hasText: '光猫说明书.pdf' }).waitFor()
    await expect.poll(() => desk.evaluate(ALL_DRAWN)).toBe(true)
    expect(await widthBeyond(desk)).toBe(0)
    expect(await violations(desk, 'contrast')).toEqual([])
    await picture(desk, `files-desk-${look.width}`)
    for (const how of [{ theme: 'light' }, { language: 'en' }] as const) {
      const page = await openPage(await openBrowser(house.url, { ...look, ...how }))
      await page.goto(`${house.url}${new URL(requestUrl).pathname}`)
      await page.locator('a.file', { hasText: '光猫说明书.pdf' }).waitFor()
      // The live page draws the conversation anew as soon as its script is there.
      const inView = () => page.locator('a.file img').evaluate('(one) => one.scrollIntoView({ block: "center" })')
      await expect.poll(() => inView().then(() => 'there', String)).toBe('there')
      await expect.poll(() => page.evaluate(ALL_DRAWN)).toBe(true)
      expect(await widthBeyond(page)).toBe(0)
      expect(await violations(page)).toEqual([])
      if ('theme' in how) await picture(page, `files-request-${look.width}`)
      expect(page.wrongs).toEqual([])
    }
    expect(desk.wrongs).toEqual([])
  }
}, 120_000)

test('the operator’s page tells of processes, queues and what failed, wide and on a phone', async () => {
  const lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
  for (const [name, role] of [
    ['web-1', 'web'],
    ['web-2', 'web'],
    ['worker-1', 'worker'],
  ])
    await sql`insert into processes (name, role, version, runtime, started_at, seen_at, facts)
      values (${name}, ${role}, '0.1.0', 'v24.0.0', ${clock.now()}, ${clock.now()},
        ${JSON.stringify({
          sockets: role === 'web' ? { chat: 41, desk: 7 } : { chat: 0, desk: 0 },
          connections: { busy: 3, open: 20, waiting: 0 },
          redis: 'there',
          memoryMegabytes: 180,
          loopMilliseconds: 21,
          ticker: { lookedAt: clock.now().toISOString(), late: [] },
        })}::jsonb)`.execute(database.db)
  for (const look of LOOKS)
    for (const how of [{}, { theme: 'light', language: 'en' }] as const) {
      const page = await openPage(await visit(lan, { ...look, ...how }))
      await page.goto(`${house.url}/operation`)
      await page.waitForSelector('h1')
      expect(await widthBeyond(page)).toBe(0)
      expect(await violations(page, 'theme' in how ? 'everything' : 'contrast')).toEqual([])
      if (!('theme' in how)) await picture(page, `operation-${look.width}`)
      expect(page.wrongs).toEqual([])
    }
}, 120_000)
