import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import sharp from 'sharp'
import { onTestFinished } from 'vitest'
import type { Language } from '../../server/kernel/language.ts'
import { launchChromium } from './chromium.ts'

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SETTLED = `Promise.all(document.getAnimations()
  .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
  .map((one) => one.finished.catch(() => undefined)))`
const PICTURES = path.resolve(import.meta.dirname, '../browser/pictures')

type Look = { language?: Language; theme?: 'dark' | 'light'; width?: number; height?: number; phone?: boolean }

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
  // What rises is pale for a moment, and no colour of ours.
  await page.evaluate(SETTLED)
  await page.evaluate(AXE)
  const options = what === 'contrast' ? { runOnly: { type: 'rule', values: ['color-contrast'] } } : {}
  const { violations: found } = await page.evaluate<Found>(`axe.run(document, ${JSON.stringify(options)})`)
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
  )
}
type Found = { violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }

/** Nothing reaches beyond the side of the screen. */
export const widthBeyond = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

/** A picture for README and release notes, drawn anew where `PICTURES=on`. */
export async function picture(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  if (process.env.PICTURES !== 'on') return
  const shot = await page.screenshot({ fullPage })
  await sharp(shot)
    .webp({ quality: 82 })
    .toFile(path.join(PICTURES, `${name}.webp`))
}
