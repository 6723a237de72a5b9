import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import sharp from 'sharp'
import { onTestFinished } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import type { Language } from '../../server/kernel/language.ts'
import { launchChromium } from './chromium.ts'
import type { House } from './server.ts'
import { signedIn } from './staff.ts'

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** What rises or fades once is at its end at once, as it would be a moment later. */
const SETTLED = `Promise.all(document.getAnimations()
  .filter((one) => one.timeline === document.timeline && one.effect?.getComputedTiming().iterations !== Infinity)
  .map((one) => (one.finish(), one.finished.catch(() => undefined))))`
/** Only what is wrong is listed node by node; the frames of letters have no axe in them that could be asked for half a second. */
const AXE_OPTIONS = { resultTypes: ['violations'], iframes: false }
const PICTURES = path.resolve(import.meta.dirname, '../browser/pictures')

/** How somebody looks at a page. */
export type Look = { language?: Language; theme?: 'dark' | 'light'; width?: number; height?: number; phone?: boolean }

/** A browser of one person at this house, with a language, a theme and a size; closed when the test ends. */
export async function openBrowser(
  url: string,
  { language = 'zh-CN', theme = 'dark', width = 1440, height = 900, phone = false }: Look = {},
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const browser = await launchChromium()
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language,
    ...(phone ? { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } : {}),
    ...options,
  })
  onTestFinished(() => context.close())
  await context.addCookies([
    { name: 'nightdesk-language', value: language, url },
    { name: 'nightdesk-theme', value: theme, url },
  ])
  return context
}

/** The same, of somebody who is signed in. */
export async function openBrowserOf(
  house: House,
  staffId: StaffId,
  look: Look = {},
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await openBrowser(house.url, look, options)
  const { cookie } = await signedIn(house, staffId, look.language)
  const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
  await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
  return context
}

/** A page that notes what went wrong on it: errors of scripts, and whatever the policy refused. */
export async function openPage(context: BrowserContext): Promise<Page & { readonly wrongs: string[] }> {
  const page = await context.newPage()
  const wrongs: string[] = []
  page.on('pageerror', (error) => wrongs.push(error.message))
  page.on('console', (said) => {
    if (/htmx: \[hx-csp\]|Trusted|Refused to|violates the following/i.test(said.text())) wrongs.push(said.text())
  })
  return Object.assign(page, { wrongs })
}

/** What axe finds on the page as it stands: everything, or contrast alone. */
export async function violations(page: Page, what: 'everything' | 'contrast' = 'everything'): Promise<string[]> {
  await page.evaluate(AXE)
  const options =
    what === 'contrast' ? { ...AXE_OPTIONS, runOnly: { type: 'rule', values: ['color-contrast'] } } : AXE_OPTIONS
  // What rises is pale for a moment, and no colour of ours.
  const found = await page.evaluate<Found>(
    `${SETTLED}.then(() => axe.run(document, ${JSON.stringify(options)})).then(({ violations }) => violations)`,
  )
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
  )
}
type Found = { id: string; nodes: { target: string[]; failureSummary: string }[] }[]

/** Nothing reaches beyond the side of the screen. */
export const widthBeyond = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

/** A picture for README and release notes, drawn anew where `PICTURES=on`. */
export async function picture(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  if (process.env.PICTURES !== 'on') return
  await page.evaluate(SETTLED)
  const shot = await page.screenshot({ fullPage })
  await sharp(shot)
    .webp({ quality: 82 })
    .toFile(path.join(PICTURES, `${name}.webp`))
}
