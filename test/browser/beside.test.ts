import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import type { Post } from '../../server/kernel/capabilities.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { findOpenAssignment } from '../../server/tickets/assignments/queries.ts'
import { listMessages } from '../../server/tickets/messages/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowser, openPage, violations, widthBeyond } from '../support/pages.ts'
import { hire, putOnPost, welcome } from '../support/people.ts'
import { passwordHash, signIn } from '../support/sign-in.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)
let id: TicketId
let mei: StaffId
let zhou: StaffId

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫', { passwordHash: await passwordHash() })
  zhou = await hire(database.db, '陈舟', { passwordHash: await passwordHash(), rank: 'supervisor' })
  const does = conversations(house)
  const suQing = await welcome(database.db, '苏晴')
  id = await does.ask(suQing)
  await onPost(mei, 'service')
  await onPost(zhou, 'manager')
  await does.take(id, mei)
})
const onPost = (staffId: StaffId, post: Post) => putOnPost(database.db, staffId, post, { seen: null })

type Look = Parameters<typeof openBrowser>[1]
/** Somebody at the conversation, with a line of their own. */
async function at(staffId: StaffId, look: Look = {}) {
  const page = await openPage(await openBrowser(house.url, look))
  await signIn(page, house, staffId, `/desk/${id}`)
  await expect.poll(looks, { timeout: 20_000 }).toContain(staffId)
  return page
}
const looks = async () =>
  (await database.db.selectFrom('looks').select('staff_id').execute()).map(({ staff_id }) => staff_id)
const beside = (page: Page) => async () => (await page.textContent(`#beside-${id}`))?.trim()
const shows = (page: Page, words: string) => expect.poll(beside(page), { timeout: 20_000 }).toBe(words)
const saidTo = async () =>
  (await listMessages(database.db, id, 0)).filter(({ author }) => author === 'staff').map(({ body }) => body)
/** Another process sees this person write, for as long as the test wants. */
async function writesElsewhere(staffId: StaffId) {
  await database.db
    .insertInto('looks')
    .values({ ticket_id: id, staff_id: staffId, process: 'elsewhere', writing: 'customer', seen_at: clock.now() })
    .execute()
  house.deps.live.tell([`beside:${id}`], 'staff')
}

test('two at one conversation see each other come, write and go', async () => {
  const [hers, his] = [await at(mei), await at(zhou, { language: 'en' })]
  await shows(hers, '陈舟也在看')
  await shows(his, '')
  await hers.fill(`#reply-${id}`, '您好，我看一下')
  await shows(his, '林玫 is writing to the customer')
  await shows(his, '')
  await his.click('.note-fold summary')
  await his.fill(`#note-of-${id}`, 'I know this customer')
  await shows(hers, '陈舟正在写备注')
  await his.close()
  await shows(hers, '')
  expect([...hers.wrongs, ...his.wrongs]).toEqual([])
}, 120_000)

test('whoever takes a conversation over in the middle of a colleague’s sentence is told so first; a second press goes on', async () => {
  const his = await at(zhou)
  await writesElsewhere(mei)
  await shows(his, '林玫正在写给客户')
  const take = his.locator('[data-take-over] button')
  await take.click()
  await his.waitForSelector('[data-other-writes]:not([hidden])')
  expect(await his.textContent('[data-other-writes]')).toContain('林玫正在写给这位客户')
  expect((await findOpenAssignment(database.db, id))?.staffId).toBe(mei)
  await take.click()
  await expect.poll(async () => (await findOpenAssignment(database.db, id))?.staffId).toBe(zhou)
})

test('an answer that a colleague writes at the same time is held back once, and is free to go when they have stopped', async () => {
  const hers = await at(mei)
  await writesElsewhere(zhou)
  await shows(hers, '陈舟正在写给客户')
  const send = async (words: string) => {
    await hers.fill(`#reply-${id}`, words)
    await hers.click('.reply-form button[data-kind="key"]')
  }
  await send('您好')
  await hers.waitForSelector('.reply-form [data-other-writes]:not([hidden])')
  expect(await saidTo()).toEqual([])
  expect(await hers.inputValue(`#reply-${id}`)).toBe('您好')
  await hers.click('.reply-form button[data-kind="key"]')
  await expect.poll(saidTo).toEqual(['您好'])

  await database.db.deleteFrom('looks').where('process', '=', 'elsewhere').execute()
  house.deps.live.tell([`beside:${id}`], 'staff')
  await shows(hers, '')
  expect(await hers.isHidden('.reply-form [data-other-writes]')).toBe(true)
  await send('在看了')
  await expect.poll(saidTo).toEqual(['您好', '在看了'])
})

test.each([
  ['zh-CN', 'dark', 1440],
  ['en', 'light', 1440],
  ['zh-CN', 'light', 390],
  ['en', 'dark', 390],
] as const)('who else is here fits its line in %s, %s, %i wide', async (language, theme, width) => {
  const hers = await at(mei, { language, theme, width, phone: width === 390 })
  const [wei, he, song] = await Promise.all(['韦一', '何大川', '宋雨'].map((name) => hire(database.db, name)))
  for (const [staffId, writing] of [
    [zhou, 'customer'],
    [wei, null],
    [he, null],
    [song, null],
  ] as const)
    await database.db
      .insertInto('looks')
      .values({ ticket_id: id, staff_id: staffId ?? '0', process: 'elsewhere', writing, seen_at: clock.now() })
      .execute()
  house.deps.live.tell([`beside:${id}`], 'staff')
  await expect.poll(beside(hers), { timeout: 20_000 }).toContain('陈舟')
  await hers.fill(`#reply-${id}`, '您好')
  await hers.click('.reply-form button[data-kind="key"]')
  await hers.waitForSelector('.reply-form [data-other-writes]:not([hidden])')
  expect(await violations(hers)).toEqual([])
  expect(await widthBeyond(hers)).toBe(0)
  expect(hers.wrongs).toEqual([])
  if (process.env.SHOTS) await hers.screenshot({ path: `${process.env.SHOTS}/beside-${language}-${width}.png` })
})
