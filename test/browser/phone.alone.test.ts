import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { hasPhone, openPhoneRig } from '../phone/rig.ts'
import { aLine, giveExtension } from '../support/calls.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowserOf, openPage, picture, violations } from '../support/pages.ts'
import { hire, putOnPost, welcome } from '../support/people.ts'
import { heard } from '../support/server.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testServer(database, clock)

beforeEach(() => clock.set(TWO_FOURTEEN))
if (!hasPhone) console.warn('\n*** kamailio and sipp are not installed: no real telephone was tried ***\n')

/** A colleague on post at their desk, in a browser. */
async function atDesk(name: string) {
  const staffId = await hire(database.db, name)
  await putOnPost(database.db, staffId)
  const context = await openBrowserOf(house, staffId)
  const page = await openPage(context)
  await page.goto(`${house.url}/desk`)
  const seen = () =>
    database.db
      .selectFrom('presence')
      .select('process')
      .where('staff_id', '=', staffId)
      .where('process', '<>', 'x')
      .execute()
  await expect.poll(seen).not.toEqual([])
  return { staffId, page }
}
/** Somebody who left this number before. */
async function known(name: string, number: string): Promise<void> {
  const { customerId } = await welcome(database.db, name)
  await database.db
    .insertInto('contacts')
    .values({ customer_id: customerId, kind: 'phone', value: number, verified_at: null, created_at: clock.now() })
    .execute()
}
const callbacks = () => database.db.selectFrom('callbacks').select(['number', 'state', 'times']).execute()

test.skipIf(!hasPhone)(
  'row 14: a real call rings at both desks, one lifts and the other card closes within a second, it is written down and is a ticket; nobody lifts and one callback is owed',
  async () => {
    const line = await aLine(house, { adapter: 'kamailio' })
    const mei = await atDesk('林玫')
    const chen = await atDesk('陈舟')
    await giveExtension(house, '803', mei.staffId as StaffId)
    await known('王小明', '+8613800138000')
    const rig = await openPhoneRig(`${house.url}${line.path}`, '803')

    const first = rig.call('talks', '13800138000')
    await mei.page.getByRole('heading', { name: '王**' }).waitFor()
    await expect.poll(() => rig.phone.rang()).toBe(1)
    expect(await violations(mei.page)).toEqual([])
    await picture(mei.page, 'phone-ring.zh-dark-1440')
    await chen.page.locator('#desk-calls .call-card').waitFor()
    rig.phone.lift()
    await mei.page.getByText('通话中').waitFor()
    await expect.poll(() => chen.page.locator('#desk-calls .call-card').count(), { timeout: 1000 }).toBe(0)
    await mei.page.getByRole('heading', { name: '王小明' }).waitFor()
    await expect.poll(() => rig.phone.talks()).toBe(true)
    await mei.page.locator('[data-call-note]').fill('光猫红灯，重启过')
    await mei.page.locator('[data-call-note][data-kept="yes"]').waitFor()
    rig.phone.hangUp()
    expect(await first).toBe(0)
    await mei.page.locator('[name=question]').focus()
    await mei.page.locator('[name=question]').fill('宽带断了')
    await picture(mei.page, 'phone-wrap.zh-dark-1440')
    const state = () => database.db.selectFrom('calls').select('state').execute()
    await expect.poll(state).toEqual([{ state: 'ended' }])
    await mei.page.getByRole('button', { name: '登记', exact: true }).click()
    await mei.page.waitForURL(/\/desk\/\d+$/)
    await mei.page.getByText('宽带断了').first().waitFor()
    const tickets = await database.db.selectFrom('tickets').select(['channel', 'state', 'last_handler_id']).execute()
    expect(tickets).toEqual([{ channel: 'phone', state: 'open', last_handler_id: mei.staffId }])
    const notes = await database.db.selectFrom('notes').select('body').execute()
    expect(notes).toEqual([{ body: '光猫红灯，重启过' }])

    expect(await rig.call('gives_up', '13900139000')).toBe(0)
    await expect
      .poll(async () => {
        await heard(house)
        return callbacks()
      })
      .toEqual([{ number: '+8613900139000', state: 'due', times: 1 }])
    expect(await rig.call('gives_up', '13900139000')).toBe(0)
    await expect
      .poll(async () => {
        await heard(house)
        return callbacks()
      })
      .toEqual([{ number: '+8613900139000', state: 'due', times: 2 }])
    expect([...mei.page.wrongs, ...chen.page.wrongs]).toEqual([])
  },
  90_000,
)

test('the first answer wins: both desks ring, one takes it and the other card is gone within a second', async () => {
  const line = await aLine(house)
  const mei = await atDesk('林玫')
  const chen = await atDesk('陈舟')
  await line.says({ event: 'newCall', callId: 'a', from: '13800138000', to: '4006789000' })
  const cards = (page: typeof mei.page) => page.locator('#desk-calls .call-card')
  for (const { page } of [mei, chen]) await cards(page).waitFor()
  await mei.page.getByRole('button', { name: '我来接' }).click()
  await expect.poll(() => cards(chen.page).count(), { timeout: 1000, interval: 50 }).toBe(0)
  await mei.page.getByText('请拿起电话').waitFor()
  expect([...mei.page.wrongs, ...chen.page.wrongs]).toEqual([])
}, 60_000)

test('on a phone a call that waits to be logged is whole above the conversation, and leaves it its half of the screen', async () => {
  const line = await aLine(house)
  const mei = await atDesk('林玫')
  const ticketId = await conversations(house).ask(await welcome(database.db, '苏晴'), '断网了')
  await conversations(house).take(ticketId, mei.staffId as StaffId)
  await line.says({ event: 'newCall', callId: 'a', from: '13800138000', to: '4006789000' })
  await mei.page.getByRole('button', { name: '我来接' }).click()
  await mei.page.getByText('请拿起电话').waitFor()
  await mei.page.setViewportSize({ width: 390, height: 844 })
  await mei.page.goto(`${house.url}/desk/${ticketId}`)
  const card = mei.page.locator('#desk-calls .call-card')
  await card.waitFor()
  const heights = () =>
    mei.page.evaluate<number[]>(
      '[document.querySelector("#desk-calls").clientHeight, document.querySelector("#desk-calls").scrollHeight, document.querySelector(".desk-talk").getBoundingClientRect().height]',
    )
  const [room, all, talk] = await heights()
  expect(room).toBe(Math.min(all ?? 0, Math.round(844 * 0.45)))
  expect(talk).toBeGreaterThan(200)
  expect(mei.page.wrongs).toEqual([])
}, 60_000)
