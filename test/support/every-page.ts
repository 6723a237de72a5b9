import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { until } from '../drills/night.ts'
import { zoneInTheMorning } from '../drills/program-under-fire.ts'
import { type Look, openBrowser, openPage, violations, widthBeyond } from './pages.ts'
import { type Program, runProgram, stopProgram, untilReady } from './program.ts'

let program: Program
let dataDir: string

/** Starts the program with its demo company for the tests of this file. */
export function moveIn(): void {
  beforeAll(async () => {
    dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-every-page-'))
    program = await runProgram(
      { DATA_DIR: dataDir, DEMO: 'on', COMPANY_TIME_ZONE: zoneInTheMorning() },
      () => undefined,
    )
    await untilReady(program)
    await until('the company has moved in', async () => /On shift now/.test(program.output()))
  })
  afterAll(async () => {
    await stopProgram(program)
    fs.rmSync(dataDir, { recursive: true, force: true })
  })
}

/** Pages that differ by their number, key or filter alone are one. */
const kindOf = (address: string): string =>
  address
    .replaceAll(/\/\d+/g, '/N')
    .replaceAll(/[\w-]{43}/g, 'KEY')
    .replaceAll(/=[^&]*/g, '=')
/** Links that act, or give a file instead of a page. */
const NO_PAGE = /sign-out|\.(?:js|csv|webp|png|svg)\b|\/files\/|\/export/
/** A key of a dictionary that nobody has translated. */
const UNTRANSLATED = /\b[a-z_]+\.[a-z_]+\.[a-z_.]+[a-z_]\b/g

/** What is wrong with the pages that a link leads to, as the customer and each role on shift find them, and how many they are. */
export async function lookAtEveryPage(look: Look & { theme: 'light' | 'dark' }) {
  // What fades in is read when it is there.
  const still = { reducedMotion: 'reduce' } as const
  const known = new Set<string>()
  const wrong: string[] = []
  let seen = 0
  for (const row of [undefined, ...(await rolesOnShift())]) {
    const context = await openBrowser(program.url, look, still)
    const page = await openPage(context)
    if (row !== undefined) await signIn(page, row)
    const start = row === undefined ? '/' : '/duty'
    const ahead = [start]
    // Each role finds its own pages from its first one; what another role has seen in this look is not looked at again.
    for (let address = ahead.shift(); address !== undefined; address = ahead.shift()) {
      if (NO_PAGE.test(address) || (known.has(kindOf(address)) && address !== start)) continue
      known.add(kindOf(address))
      const answer = await page.goto(program.url + address).catch(() => null)
      if (!answer?.headers()['content-type']?.includes('html')) continue
      seen += 1
      const said = (what: string) => wrong.push(`${row ?? 'customer'} ${address}: ${what}`)
      if (answer.status() >= 400) said(`leads nowhere, ${answer.status()}`)
      if ((await widthBeyond(page)) > 0) said('is wider than the screen')
      for (const one of await violations(page, look.theme === 'light' ? 'everything' : 'contrast')) said(one)
      for (const key of (await page.evaluate<string>('document.body.innerText')).match(UNTRANSLATED) ?? [])
        if (!/example|127\.0/.test(key)) said(`says ${key}`)
      for (const link of await linksOn(page)) if (link !== start) ahead.push(link)
    }
    wrong.push(...page.wrongs)
    await context.close()
  }
  return { wrong, seen }
}

async function rolesOnShift(): Promise<string[]> {
  const page = await openPage(await openBrowser(program.url))
  await page.goto(`${program.url}/sign-in`)
  return page.$$eval('.demo-row', (rows) =>
    rows.map((row) => row.querySelector('[name=login]')?.getAttribute('value') ?? ''),
  )
}

async function signIn(page: Page, login: string): Promise<void> {
  await page.goto(`${program.url}/sign-in`)
  await page.fill('[name=login]', login)
  await page.fill('[name=password]', 'nightdesk')
  await Promise.all([page.waitForNavigation(), page.press('[name=password]', 'Enter')])
  await page.goto(`${program.url}/duty`)
  const onPost = page.locator('form[action="/duty/check-in"] button').first()
  if (await onPost.count()) await Promise.all([page.waitForNavigation(), onPost.click()])
}

const linksOn = (page: Page): Promise<string[]> =>
  page.$$eval('a[href^="/"]', (links) => links.map((link) => (link.getAttribute('href') ?? '').split('#')[0] ?? ''))
