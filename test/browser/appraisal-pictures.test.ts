import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { evidence } from '../../server/reactions.ts'
import { tellAppraisals } from '../../server/tools/demo/appraised.ts'
import { seedDemo } from '../../server/tools/demo/load.ts'
import { tellPast } from '../../server/tools/demo/past.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { FOUR_LOOKS, isKept, shadeOf, wrongOn } from '../support/looking.ts'
import { picture } from '../support/pages.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

const numbered = async (number: string): Promise<StaffId> =>
  (await database.db.selectFrom('staff').select('id').where('number', '=', number).executeTakeFirstOrThrow())
    .id as StaffId
/** The published appraisal of one person, the first of their two months. */
const appraisalOf = async (staffId: StaffId): Promise<string> =>
  (
    await database.db
      .selectFrom('appraisals')
      .select('id')
      .where('staff_id', '=', staffId)
      .orderBy('id')
      .executeTakeFirstOrThrow()
  ).id
/** A key that has no words. */
const UNTRANSLATED = /(?:appraisal|ratings|satisfaction|measures|recognition)\.[a-z_]+\.?[a-z_]*/g
/** Every branch of the tree, unfolded. */
const unfold = (page: Page): Promise<void> =>
  page.evaluate<void>(`document.querySelectorAll('.tree details').forEach((one) => { one.open = true })`)

/** Nobody scrolls sideways to read how far somebody's result is. */
async function allInSight(page: Page): Promise<void> {
  const hidden = await page.evaluate<number>(
    `(() => { const one = document.querySelector('.table-scroll'); return one.scrollWidth - one.clientWidth })()`,
  )
  expect(hidden).toBe(0)
}
/** Who leads the night of the clock. */
const MANAGER = 'it0211'
/** One shift unfolded: on a narrow screen each behaviour stands above its four anchors, never among them. */
async function noteOne(page: Page): Promise<void> {
  await page.locator('.appr-note > summary').first().click()
  const among = await page.evaluate<number>(`
    matchMedia('(max-width: 64rem)').matches
      ? [...document.querySelectorAll('.appr-note[open] .appr-marks')].filter((one) => {
          const under = one.querySelector('legend').getBoundingClientRect().bottom
          return [...one.querySelectorAll('.check')].some((each) => each.getBoundingClientRect().top < under - 1)
        }).length
      : 0`)
  expect(among).toBe(0)
}

test('card, tree, satisfaction, funnel, own page and wall stand on a wide screen and on a phone, in both languages and lights, with nothing untranslated', async () => {
  clock.set(TWO_FOURTEEN)
  const { transact, config } = house.deps
  await seedDemo({ transact, config })
  await tellPast({ transact, config })
  await tellAppraisals({ transact, config }, evidence)
  const [hr, leader, agent, objector, manager] = await Promise.all(
    ['hr0101', 'ld0001', 'cs0302', 'cs0308', MANAGER].map(numbered),
  )
  if (!hr || !leader || !agent || !objector || !manager) throw new Error('not the demo company')
  const card = `/appraisal/${await appraisalOf(agent)}`
  const { month } = await database.db
    .selectFrom('appraisal_months')
    .select('month')
    .orderBy('month')
    .executeTakeFirstOrThrow()
  const key = String(month).slice(0, 7)
  const year = '/satisfaction?from=2026-08-26&to=2026-11-24'
  const views = [
    { name: 'appraisal-card', who: hr, path: card },
    { name: 'appraisal-tree', who: hr, path: card, first: unfold },
    { name: 'appraisal-own', who: agent, path: '/appraisal' },
    { name: 'appraisal-objection', who: leader, path: `/appraisal/${await appraisalOf(objector)}` },
    { name: 'appraisal-facts', who: agent, path: `${card}/facts/satisfaction` },
    { name: 'appraisal-month', who: hr, path: `/appraisal/months/${key}`, first: allInSight },
    { name: 'appraisal-calibration', who: hr, path: `/appraisal/months/${key}/calibration` },
    { name: 'appraisal-measures', who: hr, path: '/measures' },
    { name: 'satisfaction-house', who: hr, path: year },
    {
      name: 'satisfaction-funnel',
      who: hr,
      path: year,
      first: (page: Page) => page.locator('.figures-whole').scrollIntoViewIfNeeded(),
    },
    { name: 'appraisal-weights', who: hr, path: '/appraisal/weights' },
    { name: 'appraisal-notes', who: manager, path: '/appraisal/notes', first: noteOne },
    { name: 'appraisal-wall', who: agent, path: '/wall' },
  ].map((view) => ({ ...view, there: '#main' }))
  const wrong = await wrongOn(house, FOUR_LOOKS, views, {
    axe: () => 'contrast',
    untranslated: UNTRANSLATED,
    draw: async (page, { name }, look) => {
      const fullPage = look.width === 1440 && name !== 'satisfaction-funnel'
      if (isKept(look)) await picture(page, `${name}.${shadeOf(look)}`, { fullPage })
    },
  })
  expect(wrong).toEqual([])
}, 180_000)
