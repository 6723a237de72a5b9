import type { Browser } from './staff.ts'

/** Ids behind a list that goes back page by page, in their order, from its first page to its last. */
export async function throughPages(browser: Browser, first: string, ids: RegExp): Promise<string[]> {
  const found: string[] = []
  let next: string | undefined = first
  for (let pages = 0; next && pages < 20; pages++) {
    const { html, status } = await browser.get(next)
    if (status !== 200) throw new Error(`${next} answers ${status}`)
    found.push(...[...html.matchAll(ids)].map(([, id = '']) => id))
    next = wayOn(html, 'next')
  }
  return found
}

/** Every id in one section of a page, from the first page of its list to the last; the other lists of the page are left alone. */
export async function throughList(browser: Browser, first: string, section: string, ids: RegExp): Promise<string[]> {
  const found: string[] = []
  let next: string | undefined = first
  for (let pages = 0; next && pages < 20; pages++) {
    const { html, status } = await browser.get(next)
    if (status !== 200) throw new Error(`${next} answers ${status}`)
    const part = sectionOf(html, section)
    if (part === '') throw new Error(`${next} has no ${section}`)
    found.push(...[...part.matchAll(ids)].map(([, id = '']) => id))
    next = wayOn(part, 'next')
  }
  return found
}

/** One section of a page. */
export const sectionOf = (html: string, section: string): string =>
  html.split(`id="${section}"`)[1]?.split('</section>')[0] ?? ''

/** Where a list's link leads, `next` or `first`, without its place on the page; undefined where there is none. */
export function wayOn(html: string, rel: 'next' | 'first'): string | undefined {
  const [, address] = new RegExp(`href="([^"]+)" rel="${rel}"`).exec(html) ?? []
  return address?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=').split('#')[0]
}
