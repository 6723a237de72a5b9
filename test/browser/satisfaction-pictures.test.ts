import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { RatingId, StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { keepNight } from '../../server/reports/periods/actions.ts'
import { listUncounted } from '../../server/reports/periods/queries.ts'
import { contestRating } from '../../server/tickets/ratings/standing/actions.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { tellPast } from '../../server/tools/demo/past.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { wrongOn } from '../support/looking.ts'
import { openBrowserOf, openPage, picture } from '../support/pages.ts'
import { as } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

const LOOKS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844, phone: true, language: 'en', theme: 'light' },
] as const
const numbered = async (number: string): Promise<StaffId> =>
  (await database.db.selectFrom('staff').select('id').where('number', '=', number).executeTakeFirstOrThrow())
    .id as StaffId
const withRole = async (role: string): Promise<StaffId> =>
  (await database.db.selectFrom('staff').select(['id', 'standing_roles']).execute()).find(({ standing_roles }) =>
    (standing_roles as string[]).includes(role),
  )?.id as StaffId

test('satisfaction, people against the norm, a contested rating and my own ratings stand on a wide screen and on a phone, in both languages and lights', async () => {
  clock.set(TWO_FOURTEEN)
  const { transact, config } = house.deps
  await seedDemo({ transact, config })
  await tellPast({ transact, config })
  const mei = await numbered('cs0301')
  const hr = await withRole('hr')
  const { rows } = await sql<{ id: RatingId }>`
    select id from ratings where state = 'given' and service <= 3 and not reasons && array['line', 'price']
      and given_at > '2026-11-01' and handlers->0->>'staffId' = ${mei} order by given_at desc limit 1`.execute(
    database.db,
  )
  const id = rows[0]?.id as RatingId
  await transact(as(mei, null), (tx) =>
    contestRating(tx, id, { ground: 'outage', words: '那晚整片断网，我按流程告知了' }, config.timeZone),
  )
  for (const { id: night } of await listUncounted(database.db, clock.now(), 200, config.timeZone))
    await transact(system, (tx) => keepNight(tx, night, config.timeZone))
  const pages = [
    { name: 'satisfaction', who: hr, path: '/satisfaction?from=2026-08-26&to=2026-11-24', there: '#main' },
    { name: 'report', who: hr, path: '/reports?from=2026-10-12&to=2026-11-24', there: '#main' },
    { name: 'satisfaction-words', who: hr, path: '/satisfaction/words?from=2026-08-26&to=2026-11-24', there: '#main' },
    { name: 'satisfaction-excluded', who: hr, path: '/satisfaction/excluded', there: '#main' },
    { name: 'rating', who: hr, path: `/ratings/${id}`, there: '#main' },
    { name: 'contests', who: hr, path: '/ratings/contests', there: '#main' },
    { name: 'ratings', who: mei, path: '/ratings', there: '#main' },
  ]
  const wrong = await wrongOn(house, LOOKS, pages, {
    axe: () => 'contrast',
    draw: async (page, { name }, { width }) => {
      if (width === 390 && name.startsWith('satisfaction')) expect(await page.evaluate(SLIDING), name).toEqual([])
      await picture(page, `${name}-${width}`, { fullPage: width === 1440 && !/-(words|excluded)$/.test(name) })
    },
  })
  expect(wrong).toEqual([])
  for (const width of [390, 1024])
    for (const { path } of pages.slice(0, 2)) {
      const phone = width === 390
      const page = await openPage(await openBrowserOf(house, hr, { width, height: 844, phone, language: 'en' }))
      await page.goto(house.url + path)
      const charts = await page.evaluate<Chart[]>(CHARTS)
      expect(charts.map(({ label }) => label).toSorted()).toEqual(
        [...new Set(charts.map(({ label }) => label))].toSorted(),
      )
      expect(charts.length).toBe(4)
      expect(charts.filter(({ right, letters, slides }) => right > width || letters < 11 || slides)).toEqual([])
      if (path.startsWith('/satisfaction') && phone) {
        await page.locator('.figures-funnel').scrollIntoViewIfNeeded()
        await picture(page, 'satisfaction-funnel-390')
      }
    }
  for (const { name, path } of pages.slice(0, 2))
    for (const language of ['zh-CN', 'en'] as const) {
      const page = await openPage(await openBrowserOf(house, hr, { ...SHEET, language, theme: 'dark' }))
      await page.emulateMedia({ media: 'print' })
      await page.goto(house.url + path)
      expect(await page.evaluate(CUT), `${name} ${language}`).toEqual([])
      expect(await page.locator('.topbar-title h1').isVisible()).toBe(true)
      for (const pressed of [
        '.rail',
        '.skip',
        '.nightline',
        '.bell',
        'main button',
        'main summary',
        'main .tabs',
        '.topbar .menu',
      ])
        expect(await page.locator(`${pressed}:visible`).count(), `${pressed} of ${name}`).toBe(0)
      await picture(page, `${name}-print-${language}`, { fullPage: true })
    }
}, 180_000)

type Chart = { label: string; right: number; letters: number; slides: boolean }
/** The charts that are seen: how far each reaches, how high its smallest letters are, and whether it stands in what slides sideways. */
const CHARTS = `[...document.querySelectorAll('main svg.chart')].filter((one) => one.checkVisibility()).map((one) => ({
  label: one.getAttribute('aria-label'),
  right: one.getBoundingClientRect().right,
  letters: Math.min(...[...one.querySelectorAll('text')].map((text) => Number(text.getAttribute('font-size') ?? 12) * one.getScreenCTM().a)),
  slides: Boolean(one.closest('.table-scroll')),
}))`
/** What slides sideways on this page. */
const SLIDING = `[...document.querySelectorAll('main *')].filter((one) =>
  one.scrollWidth > one.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(one).overflowX) && !one.matches('.tabs'),
).map((one) => one.className + ' ' + one.textContent.trim().slice(0, 40))`

/** A4 across, 12 mm of margin. */
const SHEET = { width: 1032, height: 703 }
/** What stands beyond the sheet, or is cut by what it stands in. */
const CUT = `[...document.querySelectorAll('main *')].filter((one) => {
  const box = one.getBoundingClientRect()
  if (box.width === 0 || one.closest('svg') || getComputedStyle(one).position === 'absolute') return false
  const hides = getComputedStyle(one).overflowX !== 'visible' || getComputedStyle(one).overflowY !== 'visible'
  return box.right > innerWidth + 1 || (hides && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
}).map((one) => one.tagName + '.' + one.className + ' ' + one.textContent.trim().slice(0, 40))`
