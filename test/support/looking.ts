import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { StaffId } from '../../server/kernel/ids.ts'
import { type Look, openBrowser, openBrowserOf, openPage, violations, widthBeyond } from './pages.ts'
import type { House } from './server.ts'

/** Both languages and both lights, on a wide screen and on a phone. Of the four that are looked at, the first two are kept as pictures. */
export const FOUR_LOOKS = [
  { width: 1440, height: 900, language: 'zh-CN', theme: 'dark' },
  { width: 390, height: 844, phone: true, language: 'en', theme: 'light' },
  { width: 1440, height: 900, language: 'en', theme: 'light' },
  { width: 390, height: 844, phone: true, language: 'zh-CN', theme: 'dark' },
] as const
export const isKept = (look: (typeof FOUR_LOOKS)[number]): boolean => FOUR_LOOKS.indexOf(look) < 2

/** A page to look at, as `who` sees it (`null`: a customer). */
export type View = {
  readonly name: string
  readonly who: StaffId | null
  readonly path: string
  /** Its answer; 200 where nothing is said. */
  readonly status?: number
  /** What must be there before it is looked at. */
  readonly there?: string
  /** A hand on the page before it is looked at. */
  readonly first?: (page: Page, look: Look) => Promise<unknown>
}
type How<L extends Look> = {
  /** What else a browser of this look is. */
  readonly browser?: (look: L) => BrowserContextOptions
  /** Which looks a page is looked at in; all where nothing is said. */
  readonly looks?: (at: number) => readonly L[]
  /** What axe looks for; everything where nothing is said. */
  readonly axe?: (look: L, view: View) => 'everything' | 'contrast'
  /** Keys of a dictionary that have no words, where they would stand in `main`. */
  readonly untranslated?: RegExp
  /** The page as it stands, for a picture of it. */
  readonly draw?: (page: Page, view: View, look: L) => Promise<unknown>
}

/**
 * What is wrong with these pages, one line each: an answer that is none, something wider than the screen, what axe finds, errors
 * of scripts and refusals of the policy. Each person has one browser a look and goes from page to page in it.
 */
export async function wrongOn<L extends Look>(
  house: House,
  looks: readonly L[],
  views: readonly View[],
  { browser, looks: looksOf = () => looks, axe = () => 'everything', untranslated, draw }: How<L> = {},
): Promise<string[]> {
  const wrong: string[] = []
  for (const look of looks) {
    const pages = new Map<StaffId | null, Awaited<ReturnType<typeof openPage>>>()
    for (const [at, view] of views.entries()) {
      if (!looksOf(at).includes(look)) continue
      const page = pages.get(view.who) ?? (await openPage(await browserOf(house, view.who, look, browser?.(look))))
      pages.set(view.who, page)
      const answer = await page.goto(house.url + view.path)
      if (view.there) await page.waitForSelector(view.there, { state: 'attached' })
      await view.first?.(page, look)
      const beyond = await widthBeyond(page)
      const words = untranslated ? ((await page.locator('main').textContent()) ?? '') : ''
      await draw?.(page, view, look)
      const found = [
        ...(answer?.status() === (view.status ?? 200) ? [] : [`answers ${answer?.status()}`]),
        ...(beyond > 0 ? [`${beyond} px beyond the side`] : []),
        ...(await violations(page, axe(look, view))),
        ...((untranslated && words.match(untranslated)) || []),
        ...page.wrongs.splice(0),
      ]
      wrong.push(...found.map((one) => `${view.name} ${shadeOf(look)}: ${one}`))
    }
    await Promise.all([...pages.values()].map((page) => page.context().close()))
  }
  return wrong
}

/** Language, light and width of a look, for the name of a picture. */
export const shadeOf = ({ language = 'zh-CN', theme = 'dark', width = 1440 }: Look): string =>
  `${language === 'en' ? 'en' : 'zh'}-${theme}-${width}`

const browserOf = (
  house: House,
  who: StaffId | null,
  look: Look,
  more: BrowserContextOptions = {},
): Promise<BrowserContext> => {
  // What fades in late is pale for a moment, whenever one looks.
  const options = { reducedMotion: 'reduce', ...more } as const
  return who === null ? openBrowser(house.url, look, options) : openBrowserOf(house, who, look, options)
}
