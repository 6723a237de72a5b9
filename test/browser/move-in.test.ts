import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { zoneInTheMorning } from '../drills/program-under-fire.ts'
import { openBrowser, openPage, picture, violations, widthBeyond } from '../support/pages.ts'
import { runProgram, untilReady } from '../support/program.ts'

const PASSWORD = 'a lamp in the night'
const DRAWN = new Set(['setup', 'first-steps', 'settings'])
const PHONE = { width: 390, height: 844 }
const WIDE = { width: 1440, height: 900 }

test('an empty company moves in with what the terminal says, and its agent answers the first customer', async () => {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-move-in-'))
  onTestFinished(() => fs.rmSync(dataDir, { recursive: true, force: true }))
  const zone = zoneInTheMorning()
  const program = await runProgram({ DATA_DIR: dataDir, COMPANY_TIME_ZONE: zone })
  await untilReady(program)
  await expect.poll(() => program.output()).toMatch(/Move in at \S+\/setup\?code=\S+ /)
  const [, address = ''] = /Move in at (\S+\/setup\?code=\S+) /.exec(program.output()) ?? []

  const house = await openBrowser(program.url, WIDE)
  const page = await openPage(house)
  await page.goto(program.url)
  expect(await page.textContent('h1'), 'a customer who comes too early').toBe('这里还没有人。')

  await page.goto(address)
  await stands(page, 'setup')
  await page.fill('[name=company]', '云帆网络')
  await page.fill('[name=companyEn]', 'Cloudsail')
  await page.fill('[name=name]', '韦一')
  await page.fill('[name=number]', 'ad1')
  await page.selectOption('[name=rank]', 'supervisor')
  await page.fill('[name=password]', PASSWORD)
  await page.fill('[name=again]', 'a lamp by day')
  await press(page)
  expect(await page.inputValue('[name=company]'), 'what was typed is kept').toBe('云帆网络')
  await page.fill('[name=password]', PASSWORD)
  await page.fill('[name=again]', PASSWORD)
  await press(page)

  await stands(page, 'leadership')
  await page.fill('#chief-name', '方正')
  await page.fill('#chief-number', 'ld1')
  await press(page)
  expect(await page.locator('.link-row').count(), 'the link of whoever has no mail is shown once').toBe(1)
  await page.click('main a[data-kind="key"]')

  await stands(page, 'night')
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date())
  await page.fill('[name=night]', today)
  await page.fill('[name=start]', '07:00')
  await page.fill('[name=end]', '15:00')
  await page.fill('#agent0-name', '林玫')
  await page.fill('#agent0-number', 'cs1')
  await press(page)
  const link = await page.inputValue('.link-row input')
  await page.click('main a[data-kind="key"]')
  await page.waitForURL('**/duty')
  expect(await page.locator('.first-steps').count(), 'the first question is still to come').toBe(1)
  await stands(page, 'first-steps')
  for (const [name, address] of [
    ['brand', '/settings/brand'],
    ['settings', '/settings/desk'],
    ['people', '/people'],
  ] as const) {
    await page.goto(`${program.url}${address}`)
    await stands(page, name)
  }
  await page.goto(`${program.url}/duty`)

  const desk = await openPage(await openBrowser(program.url, WIDE))
  await desk.goto(link)
  await desk.fill('[name=password]', PASSWORD)
  await desk.fill('[name=again]', PASSWORD)
  await press(desk)
  if (new URL(desk.url()).pathname.startsWith('/sign-in')) await signIn(desk, 'cs1')
  await desk.goto(`${program.url}/duty`)
  await Promise.all([desk.waitForURL('**/desk'), desk.click('form[action="/duty/check-in"] button')])

  const customer = await openPage(
    await openBrowser(program.url, { ...PHONE, phone: true, language: 'en', theme: 'light' }),
  )
  await customer.goto(program.url)
  await customer.fill('[name=question]', 'Is anybody awake? My line is down.')
  await customer.fill('[name=name]', 'Su Qing')
  await customer.fill('[name=contact]', 'su@example.com')
  await customer.check('[name=terms]', { force: true })
  await customer.locator('[name=terms]').press('Enter')
  await desk.locator('form[action*="/acceptance"] button').first().click()
  const say = desk.locator('form[action$="/messages"] textarea')
  await say.fill('您好，我在。')
  await say.press('Control+Enter')
  await customer.getByText('您好，我在。').waitFor()

  await page.reload()
  expect(await page.locator('.first-steps').count(), 'the list of first steps is done').toBe(0)
  for (const one of [page, desk, customer]) expect(one.wrongs).toEqual([])
}, 120_000)

const press = async (page: Page): Promise<void> => {
  await Promise.all([page.waitForNavigation(), page.locator('main form button[data-kind="key"]').first().click()])
}

async function signIn(page: Page, login: string): Promise<void> {
  await page.fill('[name=login]', login)
  await page.fill('[name=password]', PASSWORD)
  await Promise.all([page.waitForNavigation(), page.press('[name=password]', 'Enter')])
}

/** On a wide screen and on a phone: nothing is cut off and nobody is shut out. */
async function stands(page: Page, name: string): Promise<void> {
  for (const size of [PHONE, WIDE]) {
    await page.setViewportSize(size)
    expect(await widthBeyond(page)).toBe(0)
    expect(await violations(page)).toEqual([])
    if (DRAWN.has(name)) await picture(page, `${name}-${size.width}`)
  }
}
