import { sql } from 'kysely'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { keysOf } from '../../server/settings/definitions.ts'
import { currentSettings, forgetSettings, listCategories } from '../../server/settings/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire } from '../support/people.ts'
import { openHouse, type QuietHouse } from '../support/server.ts'
import { type Browser, hidden, type Page, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let lan: StaffId
let admin: Browser

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
  lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
  admin = await signedIn(house, lan, 'en')
})

/** The fields of a page's form as they stand on it. */
function fieldsOn({ html }: Page): Record<string, string> {
  const form = /<form class="panel settings-form"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  return Object.fromEntries(
    [...form.matchAll(/<input[^>]*name="([^"]+)" value="([^"]*)"/g)]
      .map(([, name = '', value = '']) => [name, value] as const)
      .filter(([name]) => name !== '_token'),
  )
}
async function change(group: string, changed: Record<string, string>, by = admin): Promise<Page> {
  return by.post(`/settings/${group}`, { ...fieldsOn(await by.get(`/settings/${group}`)), ...changed })
}
/** The row of one setting on its page. */
const rowOf = ({ html }: Page, key: string): string =>
  new RegExp(`<li class="setting" id="${key}">[\\s\\S]*?\\n</li>`).exec(html)?.[0] ?? ''
const said = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const bodyOf = async <Body>(answer: Response | Promise<Response>): Promise<Body> =>
  (await (await answer).json()) as Body
const changes = () => database.db.selectFrom('setting_changes').selectAll().orderBy('id').execute()
const events = (name: string) =>
  database.db.selectFrom('events').selectAll().where('name', '=', name).orderBy('id').execute()

describe('a page of settings', () => {
  test('only who may set things sees it', async () => {
    const mei = await signedIn(house, await hire(database.db, '林玫'), 'en')
    for (const path of ['desk', 'categories', 'sites', 'terms', 'history'])
      expect((await mei.get(`/settings/${path}`)).status, path).toBe(403)
    expect((await mei.get('/settings')).status).toBe(403)
    expect((await mei.post('/settings/desk', { offerSeconds: 30 })).status).toBe(403)
    expect((await mei.get('/duty')).html).not.toContain('href="/settings"')
  })

  test('the rail leads to a list of all pages, and each to the others', async () => {
    expect((await admin.get('/duty')).html).toContain('href="/settings"')
    const index = await admin.get('/settings')
    const pages = [...index.html.matchAll(/class="panel" href="(\/settings\/[a-z]+)"/g)].map(([, path = '']) => path)
    expect(pages.length).toBeGreaterThanOrEqual(10)
    const beside = await admin.get('/settings/history')
    for (const path of pages) expect(beside.html).toContain(`<a href="${path}"`)
    expect((await admin.get('/settings/nothing')).status).toBe(404)
  })

  test('every setting stands on a page with value, default, bounds, unit, meaning and source, in both languages', async () => {
    const row = said(rowOf(await admin.get('/settings/desk'), 'offerSeconds'))
    for (const words of [
      'An offer waits',
      'So long one colleague',
      'Product default',
      '5 to 120',
      'Default 20',
      ' s ',
      'Never changed',
    ])
      expect(row).toContain(words)
    const chinese = await signedIn(house, lan, 'zh-CN')
    const zh = said(rowOf(await chinese.get('/settings/shifts'), 'earlyMinutes'))
    for (const words of ['提前到岗', '制度四、2', '0 到 60', '默认 15', '分钟', '没改过']) expect(zh).toContain(words)
    for (const group of ['desk', 'clocks', 'shifts', 'customers', 'conduct', 'people', 'brand'] as const) {
      const page = await chinese.get(`/settings/${group}`)
      for (const key of keysOf(group)) expect(page.html, key).toContain(`"${key}"`)
      expect(page.html).not.toMatch(/settings\.[a-z]/)
    }
  })

  test('a change is in force at once, kept with who and when, and announced in numbers', async () => {
    const answer = await change('desk', { offerSeconds: '35', capacity: '4' })
    expect(answer.location).toBe('/settings/desk?saved=2')
    expect(await currentSettings(database.db)).toMatchObject({ offerSeconds: 35, capacity: 4, undoSeconds: 60 })
    expect(await changes()).toMatchObject([
      { subject: 'offerSeconds', old: 20, new: 35, changed_by: lan, changed_at: clock.now() },
      { subject: 'capacity', old: 5, new: 4, changed_by: lan },
    ])
    const [first] = await changes()
    expect((await events('setting.changed')).map(({ payload, actor }) => ({ payload, actor }))[0]).toEqual({
      payload: { by: lan, changeId: first?.id, from: 20, to: 35 },
      actor: `staff:${lan}`,
    })
    const page = await admin.get('/settings/desk?saved=2')
    expect(said(page.html)).toContain('2 changes kept.')
    expect(said(rowOf(page, 'offerSeconds'))).toMatch(/兰芝, 02:14 .*20 → 35.*Back to 20/)
  })

  test('what is out of bounds or no number is refused under its field, and what was typed stays', async () => {
    const answer = await change('desk', { offerSeconds: '4', capacity: '<many>', undoSeconds: '90' })
    expect(answer.status).toBe(422)
    expect(said(rowOf(answer, 'offerSeconds'))).toContain('From 5 to 120.')
    expect(rowOf(answer, 'offerSeconds')).toContain('value="4"')
    expect(rowOf(answer, 'offerSeconds')).toContain('aria-invalid="true"')
    expect(said(rowOf(answer, 'offerSeconds'))).toContain('In force: 20')
    expect(said(rowOf(answer, 'capacity'))).toContain('That is not a number.')
    expect(rowOf(answer, 'capacity')).toContain('value="&lt;many&gt;"')
    expect(rowOf(answer, 'undoSeconds')).toContain('value="90"')
    expect(await changes()).toEqual([])
    const again = await admin.post('/settings/desk', { ...fieldsOn(answer), offerSeconds: '6', capacity: '6' })
    expect(again.location).toBe('/settings/desk?saved=3')
  })

  test('what must hold between two settings is refused where the eye is', async () => {
    const answer = await change('desk', { quietSeconds: '90' })
    expect(answer.status).toBe(422)
    expect(said(rowOf(answer, 'lostSeconds'))).toContain('Longer than the 90 s after which offers stop')
    const night = await change('shifts', { nightStart: '6:00' })
    expect(said(rowOf(night, 'nightEnd'))).toContain('begins and ends at the same time')
    expect(await changes()).toEqual([])
  })

  test('a form filled before a colleague’s change is not taken for a wish to undo it', async () => {
    const old = fieldsOn(await admin.get('/settings/desk'))
    const wei = await signedIn(house, await hire(database.db, '魏然', { roles: ['administrator'] }), 'en')
    await change('desk', { capacity: '7' }, wei)
    const answer = await admin.post('/settings/desk', { ...old, offerSeconds: '30' })
    expect(answer.status).toBe(422)
    expect(said(answer.html)).toContain('A colleague has changed something on this page meanwhile.')
    expect(said(rowOf(answer, 'capacity'))).toContain('In force: 7')
    expect(await currentSettings(database.db)).toMatchObject({ capacity: 7, offerSeconds: 20 })
    // Another page is another matter.
    const clocks = fieldsOn(await admin.get('/settings/clocks'))
    expect((await admin.post('/settings/clocks', { ...clocks, answerSeconds: '45' })).status).toBe(303)
    const again = await admin.post('/settings/desk', { ...fieldsOn(answer), capacity: '7' })
    expect(again.location).toBe('/settings/desk?saved=1')
  })

  test('one press goes back to the default, which a later version may then move', async () => {
    await change('desk', { offerSeconds: '35' })
    const page = await admin.get('/settings/desk')
    expect(page.html).toContain('action="/settings/each/offerSeconds/default"')
    expect(page.html).not.toContain('action="/settings/each/capacity/default"')
    expect((await admin.post('/settings/each/offerSeconds/default')).location).toBe('/settings/desk?saved=1')
    expect((await currentSettings(database.db)).offerSeconds).toBe(20)
    expect(await database.db.selectFrom('settings').selectAll().execute()).toEqual([])
    expect((await changes()).map(({ old, new: now }) => [old, now])).toEqual([
      [20, 35],
      [35, 20],
    ])
    expect((await admin.post('/settings/each/nothing/default')).status).toBe(404)
  })

  test('a default that would break what holds between two settings is refused as well', async () => {
    await change('desk', { lostSeconds: '300', quietSeconds: '100' })
    const answer = await admin.post('/settings/each/lostSeconds/default')
    expect(answer.status).toBe(422)
    expect(said(answer.html)).toContain('Longer than the 100 s after which offers stop')
    expect((await currentSettings(database.db)).lostSeconds).toBe(300)
  })

  test('a field too many, a field too few and a form without its token change nothing', async () => {
    const fields = fieldsOn(await admin.get('/settings/desk'))
    expect((await admin.post('/settings/desk', { ...fields, more: '1' })).status).toBe(400)
    const { capacity: _, ...less } = fields
    expect((await admin.post('/settings/desk', less)).status).toBe(400)
    expect((await admin.post('/settings/desk', fields, { token: '' })).status).toBe(403)
    expect((await admin.post('/settings/desk', fields)).location).toBe('/settings/desk?saved=0')
    expect(await changes()).toEqual([])
  })

  test('the history cannot be edited, emptied or removed, by nobody', async () => {
    await change('desk', { offerSeconds: '35' })
    for (const attempt of [
      sql`update setting_changes set new = '99'`,
      sql`delete from setting_changes`,
      sql`truncate setting_changes`,
    ])
      await expect(attempt.execute(database.db)).rejects.toThrow('setting_changes are insert-only')
    const history = said((await admin.get('/settings/history')).html)
    expect(history).toMatch(/An offer waits 20 35 兰芝 02:14/)
  })

  test('a long history is read page by page', async () => {
    for (let n = 0; n < 52; n++)
      await database.db
        .insertInto('setting_changes')
        .values({
          subject: 'capacity',
          old: JSON.stringify(n),
          new: JSON.stringify(n + 1),
          changed_by: lan,
          changed_at: clock.now(),
        })
        .execute()
    const first = await admin.get('/settings/history')
    expect(first.html.match(/<tr>/g)).toHaveLength(51)
    const older = /href="(\/settings\/history\?before=\d+)"/.exec(first.html)?.[1] ?? ''
    const second = await admin.get(older)
    expect(second.html.match(/<tr>/g)).toHaveLength(3)
    expect(second.html).not.toContain('before=')
  })
})

describe('the brand', () => {
  /** Sends a picture as the page's form does. */
  const send = async (bytes: Uint8Array | null, name = 'logo.png'): Promise<Response> => {
    const body = new FormData()
    body.append('_token', admin.token)
    if (bytes) body.append('logo', new Blob([Buffer.from(bytes)]), name)
    return house.app.request('/settings/brand/logo', {
      method: 'POST',
      body,
      headers: { cookie: admin.cookie, 'sec-fetch-site': 'same-origin' },
    })
  }
  const stored = async (): Promise<number> => {
    let count = 0
    for await (const _ of house.deps.files.list()) count++
    return count
  }
  const drawing = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 4, background: { r: 20, g: 90, b: 200, alpha: 0.5 } } })

  test('the name is kept in both languages and stands on the customers’ pages at once', async () => {
    await change('brand', {
      'companyName.zh-CN': '澄川网络',
      'companyName.en': 'Clearbrook <b>',
    })
    expect(await currentSettings(database.db)).toMatchObject({
      companyName: { 'zh-CN': '澄川网络', en: 'Clearbrook <b>' },
    })
    const terms = await house.app.request('/terms', { headers: { 'accept-language': 'en' } })
    expect(await terms.text()).toContain('Clearbrook &lt;b&gt;')
    expect((await events('setting.changed')).map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ from: null, to: null }),
    ])
  })

  test('customers’ pages wear the company’s colour and show its logo, pages of staff keep their own', async () => {
    const terms = async (): Promise<string> => (await house.app.request('/terms')).text()
    expect(await terms()).not.toContain('/brand.css')
    await change('brand', { accent: '#1d4ed8' })
    await send(await drawing(80, 40).png().toBuffer())
    const page = await terms()
    expect(page).toContain('<link rel="stylesheet" href="/brand.css">')
    expect(page).toMatch(/<img class="logo" src="\/brand\/logo\/[0-9a-f]{32}" width="80" height="40" alt="">/)
    expect((await admin.get('/duty')).html).not.toContain('/brand.css')
  })

  test('a site that is shut out may not frame the widget any more', async () => {
    const ancestors = async (): Promise<string> =>
      /frame-ancestors ([^;]+)/.exec(
        (await house.app.request('/widget')).headers.get('content-security-policy') ?? '',
      )?.[1] ?? ''
    expect(await ancestors()).toBe("'none'")
    await admin.post('/settings/sites', { origin: 'https://shop.example.com' })
    expect(await ancestors()).toBe('https://shop.example.com')
    const id = /\/settings\/sites\/(\d+)\/removal/.exec((await admin.get('/settings/sites')).html)?.[1]
    await admin.post(`/settings/sites/${id}/removal`)
    expect(await ancestors()).toBe("'none'")
  })

  test('an accent becomes a tiny style sheet of its own, asked for again by its mark', async () => {
    const before = await house.app.request('/brand.css')
    expect([before.status, await before.text()]).toEqual([200, ''])
    await change('brand', { accent: '#1d4ed8' })
    const after = await house.app.request('/brand.css')
    expect(after.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(await after.text()).toContain('--key: light-dark(#1d4ed8,')
    const etag = after.headers.get('etag') ?? ''
    expect(etag).not.toBe(before.headers.get('etag'))
    expect((await house.app.request('/brand.css', { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect(said((await admin.get('/settings/brand')).html)).toMatch(/By day #1d4ed8 [\d.]+ : 1/)
    const refused = await change('brand', { accent: '#ffd400' })
    expect(said(rowOf(refused, 'accent'))).toContain('Too light to be read by day')
  })

  test('a logo is drawn anew within its bounds, shown by its own address, and can be taken away', async () => {
    const photo = await drawing(3000, 600)
      .jpeg()
      .withMetadata({ exif: { IFD0: { Artist: 'somebody' } } })
      .toBuffer()
    expect((await send(photo, 'logo.jpg')).headers.get('location')).toBe('/settings/brand?saved=1')
    const { logo } = await currentSettings(database.db)
    expect(logo).toEqual({ file: expect.stringMatching(/^[0-9a-f]{32}$/), width: 640, height: 128 })
    const address = `/brand/logo/${logo?.file}`
    expect((await admin.get('/settings/brand')).html).toContain(`src="${address}"`)
    const shown = await house.app.request(address)
    expect(shown.headers.get('content-type')).toBe('image/png')
    expect(shown.headers.get('content-security-policy')).toContain('sandbox')
    const drawn = sharp(Buffer.from(await shown.arrayBuffer()))
    expect(await drawn.metadata()).toMatchObject({ format: 'png', width: 640, height: 128 })
    expect((await drawn.metadata()).exif).toBeUndefined()
    expect(await house.deps.files.exists(logo?.file ?? '')).toBe(true)
    expect((await house.app.request('/brand/logo/0123456789abcdef0123456789abcdef')).status).toBe(404)
    expect((await house.app.request('/brand/logo/..%2f..%2fsecret')).status).toBe(404)

    expect((await admin.post('/settings/brand/logo/removal')).status).toBe(303)
    expect((await currentSettings(database.db)).logo).toBeNull()
    expect((await house.app.request(address)).status).toBe(404)
    expect((await changes()).map(({ subject }) => subject)).toEqual(['logo', 'logo'])
  })

  test('a small logo is not blown up, and a WebP is a picture too', async () => {
    await send(await drawing(80, 40).webp().toBuffer(), 'logo.webp')
    expect((await currentSettings(database.db)).logo).toMatchObject({ width: 80, height: 40 })
  })

  test.each<[string, () => Uint8Array | null | Promise<Uint8Array>, string]>([
    [
      'an SVG, whatever it is called',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'not a PNG, JPEG or WebP',
    ],
    ['a page', () => Buffer.from('<!doctype html>'), 'not a PNG, JPEG or WebP'],
    ['half a picture', async () => (await drawing(400, 400).jpeg().toBuffer()).subarray(0, 900), 'cannot be read'],
    ['what begins like a picture', () => Buffer.from('89504e470d0a1a0a00000000', 'hex'), 'cannot be read'],
    ['no file at all', () => null, 'Choose a picture first.'],
    [
      'more than 2 MB',
      () => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(2_000_000)]),
      'Larger than 2 MB',
    ],
  ])('refused in words: %s', async (_what, bytes, words) => {
    const before = await stored()
    const answer = await send(await bytes())
    expect(answer.status).toBe(422)
    expect(said(await answer.text())).toContain(words)
    expect((await currentSettings(database.db)).logo).toBeNull()
    expect(await stored()).toBe(before)
  })

  test('who may not set things cannot make the house hold a picture', async () => {
    const mei = await signedIn(house, await hire(database.db, '林玫'), 'en')
    const body = new FormData()
    body.append('_token', mei.token)
    body.append('logo', new Blob([Buffer.from(await drawing(40, 40).png().toBuffer())]), 'logo.png')
    const headers = { cookie: mei.cookie, 'sec-fetch-site': 'same-origin' }
    expect((await house.app.request('/settings/brand/logo', { method: 'POST', body, headers })).status).toBe(403)
  })
})

describe('topics', () => {
  const tree = async () => (await listCategories(database.db)).map(({ name, parentId }) => [name.en, parentId !== null])
  const add = (zh: string, en: string, more: Record<string, string> = {}) =>
    admin.post('/settings/categories', { zh, en, skill: '', above: '', ...more })
  const idOf = async (en: string): Promise<string> =>
    (
      await database.db
        .selectFrom('categories')
        .select('id')
        .where(sql<boolean>`name ->> 'en' = ${en}`)
        .executeTakeFirstOrThrow()
    ).id

  beforeEach(async () => {
    await add('宽带', 'Broadband', { skill: 'Broadband' })
    await add('账单', 'Billing')
    await add('断网', 'Outage', { above: await idOf('Broadband') })
    await add('网速慢', 'Slow', { above: await idOf('Broadband') })
  })

  test('they are added under one another, and customers choose from them at once, in their order', async () => {
    expect(await tree()).toEqual([
      ['Broadband', false],
      ['Outage', true],
      ['Slow', true],
      ['Billing', false],
    ])
    const { topics } = await bodyOf<{ topics: { name: { en: string } }[] }>(house.app.request('/api/v1/desk'))
    expect(topics.map(({ name }) => name.en)).toEqual(['Broadband', 'Outage', 'Slow', 'Billing'])
    expect((await events('category.changed')).map(({ payload }) => payload.what)).toEqual([
      'added',
      'added',
      'added',
      'added',
    ])
  })

  test('they move up and down among their own, with those under them', async () => {
    await admin.post(`/settings/categories/${await idOf('Billing')}/up`)
    await admin.post(`/settings/categories/${await idOf('Slow')}/up`)
    expect((await tree()).map(([name]) => name)).toEqual(['Billing', 'Broadband', 'Slow', 'Outage'])
    await admin.post(`/settings/categories/${await idOf('Billing')}/up`)
    expect((await tree()).map(([name]) => name)).toEqual(['Billing', 'Broadband', 'Slow', 'Outage'])
    await admin.post(`/settings/categories/${await idOf('Billing')}/down`)
    expect((await tree()).map(([name]) => name)).toEqual(['Broadband', 'Slow', 'Outage', 'Billing'])
  })

  test('a new name, skill or place is kept with the old one in the history', async () => {
    const id = await idOf('Slow')
    const answer = await admin.post(`/settings/categories/${id}`, {
      zh: '网速',
      en: 'Speed',
      skill: 'lines',
      above: '',
    })
    expect(answer.location).toBe('/settings/categories')
    expect((await listCategories(database.db)).find((one) => one.id === id)).toMatchObject({
      name: { 'zh-CN': '网速', en: 'Speed' },
      skill: 'lines',
      parentId: null,
    })
    const history = said((await admin.get('/settings/history')).html)
    expect(history).toContain('Topic Slow Speed · lines')
  })

  test('a form that is refused comes back open, with what was typed and why', async () => {
    const id = await idOf('Slow')
    const answer = await admin.post(`/settings/categories/${id}`, {
      zh: '断网',
      en: 'Slow "line"',
      skill: 'a,b',
      above: '',
    })
    expect(answer.status).toBe(422)
    expect(answer.html).toContain('value="Slow &quot;line&quot;"')
    expect(answer.html).toMatch(new RegExp(`id="topic-${id}-line"[^>]*>\\s*<details open>`))
    expect(said(answer.html)).toContain('One skill, of at most 40 letters.')
    const twice = await add('账单', 'Bills')
    expect(said(twice.html)).toContain('There is a topic of this name at the same place.')
  })

  test('one that is in use cannot vanish: it is switched off, keeps what it has, and can come back', async () => {
    const [outage, broadband] = [await idOf('Outage'), await idOf('Broadband')]
    const asked = await database.db
      .insertInto('customers')
      .values({ name: '苏晴', language: 'en', created_at: clock.now() })
      .returning('id')
      .executeTakeFirstOrThrow()
    await database.db
      .insertInto('tickets')
      .values({
        state: 'closed',
        customer_id: asked.id,
        channel: 'web',
        language: 'en',
        category_id: outage,
        subject: 's',
        place_at: clock.now(),
        created_at: clock.now(),
        last_message_at: clock.now(),
      })
      .execute()
    const kept = await admin.post(`/settings/categories/${outage}/removal`)
    expect([kept.status, said(kept.html).includes('It is in use. Switch it off instead')]).toEqual([422, true])
    const parent = await admin.post(`/settings/categories/${broadband}/removal`)
    expect(said(parent.html)).toContain('There are topics under it.')

    await admin.post(`/settings/categories/${outage}/off`)
    expect((await tree()).map(([name]) => name)).toEqual(['Broadband', 'Slow', 'Billing'])
    await admin.post(`/settings/categories/${broadband}/off`)
    expect((await tree()).map(([name]) => name)).toEqual(['Billing'])
    await admin.post(`/settings/categories/${broadband}/on`)
    await admin.post(`/settings/categories/${outage}/on`)
    expect((await tree()).map(([name]) => name)).toEqual(['Broadband', 'Outage', 'Slow', 'Billing'])

    expect((await admin.post(`/settings/categories/${await idOf('Billing')}/removal`)).status).toBe(303)
    expect((await tree()).map(([name]) => name)).toEqual(['Broadband', 'Outage', 'Slow'])
    expect((await events('category.changed')).map(({ payload }) => payload.what).slice(4)).toEqual([
      'switched_off',
      'switched_off',
      'switched_on',
      'switched_on',
      'removed',
    ])
  })
})

describe('allowed sites', () => {
  const asked = (origin: string) => house.app.request('/api/v1/desk', { headers: { origin } })
  const shop = 'https://shop.example.com'

  test('a site is let in and shut out again at once', async () => {
    expect((await asked(shop)).status).toBe(403)
    expect((await admin.post('/settings/sites', { origin: ' https://Shop.example.com/ ' })).location).toBe(
      '/settings/sites',
    )
    const open = await asked(shop)
    expect([open.status, open.headers.get('access-control-allow-origin')]).toEqual([200, shop])
    const page = await admin.get('/settings/sites')
    expect(said(page.html)).toContain(`${shop} allowed by 兰芝, 02:14`)
    const id = /\/settings\/sites\/(\d+)\/removal/.exec(page.html)?.[1]
    expect((await admin.post(`/settings/sites/${id}/removal`)).status).toBe(303)
    expect((await admin.post(`/settings/sites/${id}/removal`)).status).toBe(303)
    expect((await asked(shop)).status).toBe(403)
    expect((await changes()).map(({ subject, old, new: now }) => [subject, old, now])).toEqual([
      [`site:${id}`, null, { origin: shop }],
      [`site:${id}`, { origin: shop }, null],
    ])
    expect((await events('site.allowed')).map(({ payload }) => payload.siteId)).toEqual([id])
    expect(said((await admin.get('/settings/history')).html)).toContain(`Allowed site none ${shop} 兰芝`)
  })

  test.each([
    ['http://shop.example.com', 'An address that begins with https://'],
    ['https://shop.example.com/help', 'without what follows the name: https://shop.example.com'],
  ])('%s is refused under the field, and stays in it', async (origin, words) => {
    const answer = await admin.post('/settings/sites', { origin })
    expect([answer.status, answer.html.includes(`value="${origin}"`)]).toEqual([422, true])
    expect(said(answer.html)).toContain(words)
  })

  test('one that is allowed already is said to be', async () => {
    await admin.post('/settings/sites', { origin: shop })
    expect(said((await admin.post('/settings/sites', { origin: shop })).html)).toContain(
      'This site is allowed already.',
    )
  })
})

describe('customers’ terms', () => {
  const publish = async (zh: string, en: string, seen?: string): Promise<Page> => {
    const page = await admin.get('/settings/terms')
    const body = new FormData()
    for (const [name, value] of Object.entries({ _token: admin.token, zh, en, seen: seen ?? hidden(page, 'seen') }))
      body.append(name, value)
    const answer = await house.app.request('/settings/terms', {
      method: 'POST',
      body,
      headers: { cookie: admin.cookie, 'sec-fetch-site': 'same-origin' },
    })
    return {
      status: answer.status,
      location: answer.headers.get('location'),
      headers: answer.headers,
      html: await answer.text(),
    }
  }

  test('a new version needs both languages, is in force from now on, and the old ones are kept', async () => {
    expect((await publish('第一版', 'First version')).location).toBe('/settings/terms?published=1')
    clock.forward({ hours: 3 })
    expect((await publish('第二版\r\n第二段', 'Second version\r\nSecond paragraph')).location).toBe(
      '/settings/terms?published=2',
    )
    const terms = await (await house.app.request('/terms', { headers: { 'accept-language': 'en' } })).text()
    expect(said(terms)).toContain('Version 2')
    expect(terms).toContain('<p>Second paragraph</p>')
    const page = said((await admin.get('/settings/terms')).html)
    expect(page).toMatch(/Version 2 in force .*兰芝, .*Version 1 兰芝, /)
    expect(page).toContain('First version')
    expect((await events('terms.published')).map(({ payload }) => payload.version)).toEqual([1, 2])
    expect(said((await admin.get('/settings/history')).html)).toContain('Customers’ terms version 1 version 2')
  })

  test('half a version, the same again, and one written on an older one are refused with the words kept', async () => {
    await publish('第一版', 'First version')
    const half = await publish('第二版', ' ')
    expect([half.status, half.html.includes('第二版</textarea>')]).toEqual([422, true])
    expect(said(half.html)).toContain('Both languages are needed.')
    expect(said((await publish('第一版 ', 'First version\n')).html)).toContain(
      'Nothing is different from the version in force.',
    )
    await publish('第二版', 'Second version')
    const late = await publish('我的', 'Mine', '1')
    expect(said(late.html)).toContain('A colleague published version 2 meanwhile.')
    expect(late.html).toContain('Mine</textarea>')
    expect(hidden(late, 'seen')).toBe('2')
  })

  test('thousands of letters in both languages fit, and who accepted an older version is asked again', async () => {
    await publish('第一版', 'First version')
    const visitor = await bodyOf<{ token: string }>(
      house.app.request('/api/v1/visitors', {
        method: 'POST',
        body: JSON.stringify({ language: 'en' }),
        headers: { 'content-type': 'application/json' },
      }),
    )
    const ask = (termsVersion: number) =>
      house.app.request('/api/v1/tickets', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${visitor.token}` },
        body: JSON.stringify({
          clientId: crypto.randomUUID(),
          termsVersion,
          language: 'en',
          name: 'Chen Wei',
          contact: '+86 138 0013 8000',
          topicId: null,
          question: 'The line is down.',
        }),
      })
    const long = '夜里有人值守。'.repeat(2500)
    expect((await publish(long, 'Someone is on duty. '.repeat(900))).status).toBe(303)
    const old = await ask(1)
    const { error } = await bodyOf<{ error: { code: string } }>(old)
    expect([old.status, error.code]).toEqual([409, 'terms_changed'])
    expect((await ask(2)).status).toBe(201)
    const accepted = await database.db.selectFrom('visitors').select('terms_version').executeTakeFirstOrThrow()
    expect(accepted.terms_version).toBe(2)
    expect(said((await publish('x'.repeat(20_001), 'y')).html)).toContain('At most 20000 letters; these are 20001.')
  })
})
