import { hash } from '@node-rs/argon2'
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowser, openPage, violations, widthBeyond } from '../support/pages.ts'
import { hire } from '../support/people.ts'
import { signIn } from '../support/sign-in.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
const OLD = 'the lamp in the window'
const NEW = 'a window with a lamp'
let passwordHash: string
let mei: StaffId

beforeAll(async () => {
  passwordHash = await hash(OLD, { memoryCost: 4096, timeCost: 1 })
})
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫', { passwordHash })
})

async function signsIn(page: Page, password = OLD, next = '/me') {
  await signIn(page, house, mei, next, password)
}

test('without a script one changes the password, sees both places and ends the other, and it is over there', async () => {
  const context = await openBrowser(house.url, {}, { javaScriptEnabled: false })
  const page = await openPage(context)
  await signsIn(page)
  await page.fill('#old', OLD)
  await page.fill('#password', NEW)
  await page.fill('#again', NEW)
  await page.click('form[action="/me/password"] button')
  await page.waitForURL((url) => url.search === '?done=password')
  expect(await page.textContent('[role="status"].banner[data-tone="ok"]')).toContain('密码已修改')

  const other = await openPage(await openBrowser(house.url, { language: 'en' }))
  await signsIn(other, NEW)
  await page.goto(`${house.url}/me`)
  expect(await page.locator('.session-row').count()).toBe(2)
  await page.click('form[action$="/ending"] button')
  await page.waitForURL((url) => url.pathname === '/me')
  expect(await page.locator('.session-row').count()).toBe(1)
  // The other page finds out by its own live line.
  await other.waitForURL((url) => url.pathname === '/sign-in')
})

test('language and light are chosen here, kept with the person and the browser', async () => {
  const page = await openPage(await openBrowser(house.url))
  await signsIn(page)
  await page.click('form[action="/me/language"] button[value="en"] >> visible=true')
  await expect.poll(() => page.getAttribute('html', 'lang')).toBe('en')
  await page.click('button[name="theme"][value="light"] >> visible=true')
  await expect.poll(() => page.getAttribute('html', 'data-theme')).toBe('light')
  const elsewhere = await openPage(await openBrowser(house.url))
  await signsIn(elsewhere)
  expect(await elsewhere.getAttribute('html', 'lang')).toBe('en')
})

test.each([
  ['zh-CN', 'dark', 1440],
  ['en', 'light', 1440],
  ['zh-CN', 'light', 390],
  ['en', 'dark', 390],
] as const)(
  'the account in %s, %s, %i wide: nothing is cut off and nobody is shut out',
  async (language, theme, width) => {
    const look = { language, theme, width, height: 900, phone: width === 390 }
    const page = await openPage(await openBrowser(house.url, look))
    await signsIn(page)
    await signsIn(await openPage(await openBrowser(house.url)))
    await page.reload()
    await page.fill('#old', 'not this one at all')
    await page.fill('#password', NEW)
    await page.fill('#again', NEW)
    await page.click('form[action="/me/password"] button')
    await page.waitForSelector('#old-error')
    expect(await violations(page)).toEqual([])
    expect(await widthBeyond(page)).toBe(0)
    expect(page.wrongs).toEqual([])
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/account-${language}-${width}.png`, fullPage: true })
  },
)
