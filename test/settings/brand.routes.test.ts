import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { currentSettings } from '../../server/settings/queries.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import { administratorSignedIn, changeSettings, changesIn, eventsIn, said, settingOn } from '../support/settings.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const here = administratorSignedIn({ database, house, clock })

describe('the brand', () => {
  /** Sends a picture as the page's form does. */
  const send = async (bytes: Uint8Array | null, name = 'logo.png'): Promise<Response> => {
    const body = new FormData()
    body.append('_token', here.admin.token)
    if (bytes) body.append('logo', new Blob([Buffer.from(bytes)]), name)
    return house.app.request('/settings/brand/logo', {
      method: 'POST',
      body,
      headers: { cookie: here.admin.cookie, 'sec-fetch-site': 'same-origin' },
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
    await changeSettings(here.admin, 'brand', {
      'companyName.zh-CN': '澄川网络',
      'companyName.en': 'Clearbrook <b>',
    })
    expect(await currentSettings(database.db)).toMatchObject({
      companyName: { 'zh-CN': '澄川网络', en: 'Clearbrook <b>' },
    })
    const terms = await house.app.request('/terms', { headers: { 'accept-language': 'en' } })
    expect(await terms.text()).toContain('Clearbrook &lt;b&gt;')
    expect((await eventsIn(database.db, 'setting.changed')).map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ from: null, to: null }),
    ])
  })

  test('customers’ pages wear the company’s colour and show its logo, pages of staff keep their own', async () => {
    const terms = async (): Promise<string> => (await house.app.request('/terms')).text()
    expect(await terms()).not.toContain('/brand.css')
    await changeSettings(here.admin, 'brand', { accent: '#1d4ed8' })
    await send(await drawing(80, 40).png().toBuffer())
    const page = await terms()
    expect(page).toContain('<link rel="stylesheet" href="/brand.css">')
    expect(page).toMatch(/<img class="logo" src="\/brand\/logo\/[0-9a-f]{32}" width="80" height="40" alt="">/)
    expect((await here.admin.get('/duty')).html).not.toContain('/brand.css')
  })

  test('a site that is shut out may not frame the widget any more', async () => {
    const ancestors = async (): Promise<string> =>
      /frame-ancestors ([^;]+)/.exec(
        (await house.app.request('/widget')).headers.get('content-security-policy') ?? '',
      )?.[1] ?? ''
    expect(await ancestors()).toBe("'none'")
    await here.admin.post('/settings/sites', { origin: 'https://shop.example.com' })
    expect(await ancestors()).toBe('https://shop.example.com')
    const id = /\/settings\/sites\/(\d+)\/removal/.exec((await here.admin.get('/settings/sites')).html)?.[1]
    await here.admin.post(`/settings/sites/${id}/removal`)
    expect(await ancestors()).toBe("'none'")
  })

  test('an accent becomes a tiny style sheet of its own, asked for again by its mark', async () => {
    const before = await house.app.request('/brand.css')
    expect([before.status, await before.text()]).toEqual([200, ''])
    await changeSettings(here.admin, 'brand', { accent: '#1d4ed8' })
    const after = await house.app.request('/brand.css')
    expect(after.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(await after.text()).toContain('--key: light-dark(#1d4ed8,')
    const etag = after.headers.get('etag') ?? ''
    expect(etag).not.toBe(before.headers.get('etag'))
    expect((await house.app.request('/brand.css', { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect(said((await here.admin.get('/settings/brand')).html)).toMatch(/By day #1d4ed8 [\d.]+ : 1/)
    const refused = await changeSettings(here.admin, 'brand', { accent: '#ffd400' })
    expect(said(settingOn(refused, 'accent'))).toContain('Too light to be read by day')
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
    expect((await here.admin.get('/settings/brand')).html).toContain(`src="${address}"`)
    const shown = await house.app.request(address)
    expect(shown.headers.get('content-type')).toBe('image/png')
    expect(shown.headers.get('content-security-policy')).toContain('sandbox')
    const drawn = sharp(Buffer.from(await shown.arrayBuffer()))
    expect(await drawn.metadata()).toMatchObject({ format: 'png', width: 640, height: 128 })
    expect((await drawn.metadata()).exif).toBeUndefined()
    expect(await house.deps.files.exists(logo?.file ?? '')).toBe(true)
    expect((await house.app.request('/brand/logo/0123456789abcdef0123456789abcdef')).status).toBe(404)
    expect((await house.app.request('/brand/logo/..%2f..%2fsecret')).status).toBe(404)

    expect((await here.admin.post('/settings/brand/logo/removal')).status).toBe(303)
    expect((await currentSettings(database.db)).logo).toBeNull()
    expect((await house.app.request(address)).status).toBe(404)
    expect((await changesIn(database.db)).map(({ subject }) => subject)).toEqual(['logo', 'logo'])
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
