import type { BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endAnswering } from '../../server/appraisal/publishing/actions.ts'
import { listUnanswered } from '../../server/appraisal/publishing/queries.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { nextStage, night, october, openOctober, owed, rated, worked } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowser, openPage } from '../support/pages.ts'
import { hire } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock('2026-10-31T12:00:00+08:00')
const house = testServer(database, clock)

type Watched = Page & { readonly wrongs: string[] }
type Seat = { readonly context: BrowserContext; readonly page: Watched }

/** A colleague's own browser; days pass between their visits, so that they sign in for each. */
const seat = async (phone = false): Promise<Seat> => {
  const context = await openBrowser(house.url, phone ? { width: 390, height: 844, phone } : {})
  return { context, page: await openPage(context) }
}
const visit = async ({ context, page }: Seat, who: StaffId, path: string): Promise<Watched> => {
  const { cookie } = await signedIn(house, who)
  const value = /nightdesk=([^;]+)/.exec(cookie)?.[1] ?? ''
  await context.addCookies([{ name: 'nightdesk', value, url: house.url, httpOnly: true, sameSite: 'Lax' }])
  await page.goto(`${house.url}${path}`)
  return page
}
const pass = () => nextStage({ db: database.db, transact: house.deps.transact, clock })

test('a whole month goes through all hands: contested, said, scored, reviewed, signed, published, received by one and objected to by another, decided, closed; and what follows is decided after a statement (rows 54, 66 to 72)', async () => {
  const { db } = database
  const mei = await hire(db, '林玫', { posts: ['service'] })
  const zhao = await hire(db, '赵一', { posts: ['service'] })
  const chen = await hire(db, '陈舟', { rank: 'supervisor', posts: ['manager'] })
  const xu = await hire(db, '许晴', { roles: ['hr'], posts: [] })
  const he = await hire(db, '何总', { roles: ['leadership'], rank: 'vice_president', posts: [] })
  const song = await hire(db, '宋理', { roles: ['leadership'], rank: 'manager', posts: [] })
  for (const one of [mei, zhao, chen]) {
    const post = one === chen ? 'manager' : 'service'
    await worked(db, one, post, { night: '2026-09-20' })
    for (let day = 1; day <= 6; day++) await worked(db, one, post, { night: night(day) })
  }
  await owed(db, mei, { done: 44, of: 50 })
  await owed(db, zhao, { done: 300, of: 300 })
  for (let n = 0; n < 30; n++) await rated(db, zhao, { service: 5 })
  for (let n = 0; n < 8; n++) await rated(db, mei, { service: 4 })
  await rated(db, mei, { service: 1 })

  await openOctober({ db, transact: house.deps.transact, clock })
  await heard(house)
  const [phone, desk, led, head] = [await seat(true), await seat(), await seat(), await seat()]

  // Contests: whoever it is credited to says why, a second person decides, whose page follows by itself.
  const office = await visit(desk, xu, '/ratings/contests')
  await office.getByText('没有申诉').waitFor()
  const own = await visit(phone, mei, '/ratings')
  await own.getByRole('link', { name: /^1\/5/ }).click()
  await own.locator('#ground').selectOption('outage')
  await own.locator('#words').fill('那晚整片断网，我按流程告知了')
  await own.getByRole('button', { name: '申诉' }).click()
  await own.getByText('申诉中').first().waitFor()
  await heard(house)
  await office.getByRole('link', { name: /林玫/ }).click()
  await office.getByRole('radio').nth(1).check()
  await office.locator('#why').fill('网络中断有记录')
  await office.locator('form[action$="/decision"] button').click()
  await office.getByText('网络中断有记录').first().waitFor()

  // Comments: the draft stands there for its person first, with what was left out.
  await pass()
  await visit(phone, mei, '/appraisal')
  await own.getByText('草稿').first().waitFor()
  await own.locator('table', { hasText: '客户评价' }).getByText('断网').waitFor()
  await own.locator('#comment-words').fill('12 日那晚断网，请看记录')
  await own.locator('form[action$="/comment"] button').click()
  await own.locator('p.words', { hasText: '请看记录' }).waitFor()

  // Duty managers: whoever led moves a figure with a reason and a record; whoever led the night is the group's.
  await pass()
  const manager = await visit(led, chen, '/appraisal/scoring')
  await manager.getByRole('link', { name: /林玫/ }).click()
  await manager.getByText('请看记录').waitFor()
  await manager.locator('#quality-by').fill('2')
  await manager.locator('form[action$="/score"] button').click()
  await manager.locator('#quality-e').waitFor()
  await manager.locator('#quality-why').fill('17 日独自安抚九位客户')
  await manager.locator('#quality-link').fill('/incidents/1')
  await manager.locator('form[action$="/score"] button').click()
  await manager.getByText('17 日独自安抚九位客户').first().waitFor()
  await visit(led, chen, '/appraisal/scoring')
  await manager.getByRole('link', { name: /赵一/ }).click()
  await manager.locator('form[action$="/score"] button').click()
  const chief = await visit(head, he, '/appraisal/scoring')
  await chief.getByRole('link', { name: /陈舟/ }).click()
  await chief.locator('form[action$="/score"] button').click()

  // Review: one with a reason, the others as the facts speak.
  await pass()
  await visit(desk, xu, '/appraisal/months/2026-10')
  await office.getByRole('link', { name: /林玫/ }).first().click()
  await office.locator('#review-points').fill('−1')
  await office.locator('#review-why').fill('一处签名缺失')
  await office.locator('form[action$="/review"] button').click()
  await office.getByText('一处签名缺失').first().waitFor()
  await office.goto(`${house.url}/appraisal/months/2026-10`)
  for (const box of await office.locator('input[name="people"]').all()) await box.check()
  await office.getByRole('button', { name: '通过勾选的' }).click()
  await office.locator('input[name="people"]').first().waitFor({ state: 'detached' })

  // The group signs the extreme.
  await pass()
  await visit(head, he, '/appraisal/months/2026-10?show=extremes')
  await chief.getByRole('link', { name: /赵一/ }).first().click()
  await chief.locator('form[action$="/signature"] button').click()
  await chief.getByText('何总 代表领导小组签批').waitFor()

  // Published: one receives, the other objects, somebody without a part in it decides.
  await pass()
  await heard(house)
  const best = await visit(led, zhao, '/appraisal')
  await best.locator('form[action$="/receipt"] button').click()
  await best.locator('form[action$="/receipt"]').waitFor({ state: 'detached' })
  await visit(phone, mei, '/appraisal')
  await own.getByText('17 日独自安抚九位客户').waitFor()
  // Unfolded while an answer for its part is on its way: it stays unfolded.
  const held = Promise.withResolvers<void>()
  await own.route(`${house.url}/appraisal`, (route) => held.promise.then(() => route.continue()))
  const asked = own.waitForRequest(`${house.url}/appraisal`)
  // It is held back for as long as what is written meanwhile takes.
  const answered = own.waitForResponse(`${house.url}/appraisal`, { timeout: 0 })
  await own.evaluate(`document.body.dispatchEvent(new CustomEvent('own'))`)
  await asked
  await own.locator('summary', { hasText: '申诉' }).click()
  held.resolve()
  await (await answered).finished()
  await own.unroute(`${house.url}/appraisal`)
  await own.locator('#objection-words').fill('签名有记录，在交接表里')
  await own.locator('form[action$="/objection"] button').click()
  await own.getByText('签名有记录，在交接表里').first().waitFor()
  await visit(head, song, '/appraisal/months/2026-10?show=mine')
  await chief.getByRole('link', { name: /林玫/ }).first().click()
  await chief.getByRole('radio').nth(1).check()
  await chief.locator('#decide-points').fill('1')
  await chief.locator('#decide-why').fill('交接表上有签名')
  await chief.locator('form[action$="/decision"] button').click()
  await chief.getByText('交接表上有签名').first().waitFor()
  await own.reload()
  await own.getByText('第 2 版').first().waitFor()
  await own.getByText('第 1 版').first().waitFor()

  // What follows is recommended, put forward, stated to, and only then decided; the award stands on the wall.
  await visit(desk, xu, '/measures')
  for (const box of await office.locator('#proposed input[name="measures"]').all()) await box.check()
  await office.locator('#forward-why').fill('十月考核')
  await office.getByRole('button', { name: '提出勾选的' }).click()
  await office.locator('#proposed').waitFor({ state: 'detached' })
  const { id: award } = await db
    .selectFrom('appraisal_measures')
    .select('id')
    .where('staff_id', '=', zhao)
    .where('kind', '=', 'award')
    .executeTakeFirstOrThrow()
  await visit(head, song, '/measures')
  await chief.locator(`#measure-${award}`).getByText('先等本人陈述').waitFor()
  await visit(led, zhao, '/measures')
  await best.locator(`#statement-${award}`).fill('谢谢，这是全组的功劳')
  await best.locator(`#measure-${award} form[action$="/statement"] button`).click()
  await heard(house)
  await chief.locator(`#measure-${award}`).getByText('谢谢，这是全组的功劳').waitFor()
  await chief.locator(`#decide-${award}`).fill('一整月无可挑剔')
  await chief.locator(`#measure-${award} button[value="decided"]`).click()
  await chief.locator(`#measure-${award} form[action$="/decision"]`).waitFor({ state: 'detached' })
  await heard(house)
  await visit(phone, mei, '/wall')
  await own.getByText('赵一').first().waitFor()

  // Five workdays later everything is closed.
  const { answer_due_at: due } = await db
    .selectFrom('appraisals')
    .select('answer_due_at')
    .where('staff_id', '=', chen)
    .executeTakeFirstOrThrow()
  clock.set(due as Date)
  for (const { id } of await listUnanswered(db, clock.now(), 100))
    await house.deps.transact(system, (tx) => endAnswering(tx, id))
  expect((await october(db)).state).toBe('closed')
  await visit(phone, mei, '/appraisal')
  await own.getByText('本月已结束').waitFor()
  expect([own, office, manager, chief].flatMap(({ wrongs }) => wrongs)).toEqual([])
}, 120_000)
