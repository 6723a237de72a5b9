import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testServer } from '../support/house.ts'
import { openBrowserOf, openPage } from '../support/pages.ts'
import { hire, putOnPost } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock('2026-11-24T02:14:00+08:00')
const house = testServer(database, clock)
let mei: StaffId
let zhou: StaffId

beforeEach(async () => {
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  zhou = await hire(database.db, '陈舟', { posts: ['manager'], rank: 'supervisor' })
  await putOnPost(database.db, mei)
  await putOnPost(database.db, zhou, 'manager')
})

const visit = async (staffId: StaffId): Promise<Page & { wrongs: string[] }> => {
  const page = await openPage(await openBrowserOf(house, staffId, { language: 'en' }))
  await page.goto(`${house.url}/duty`)
  return page
}
const asks = async (page: Page, why: string): Promise<void> => {
  const form = page.locator('#leave')
  if ((await form.getAttribute('open')) === null) await form.locator('summary').click()
  await page.getByLabel('Why').fill(why)
  await page.getByRole('button', { name: 'Ask for cover' }).click()
  await page.getByText('is asked to cover').waitFor()
}

test('row 55: whoever asked for cover sees on their open page what the colleague says, and the colleague that they are asked', async () => {
  const [agent, cover] = [await visit(mei), await visit(zhou)]
  await asks(agent, 'Fetch medicine')
  await cover.getByText('林玫 asks you to cover: Fetch medicine').waitFor()
  await cover.getByRole('button', { name: 'I cannot' }).click()
  await agent.getByText('is asked to cover').waitFor({ state: 'detached' })
  expect(await agent.getByLabel('Why').isVisible(), 'the form stays unfolded for another').toBe(true)
  await asks(agent, 'Fetch medicine')
  await cover.getByRole('button', { name: 'I cover' }).click()
  await agent.getByRole('heading', { name: 'You are on a break' }).waitFor()
  await agent.getByText('陈舟 covers: Fetch medicine').waitFor()
  expect(await agent.locator('#leave').count()).toBe(0)
  await agent.getByRole('button', { name: 'Back on post' }).first().click()
  await agent.getByText('Leave the post for a while').waitFor()
  expect(await agent.getByText('陈舟 covers: Fetch medicine').count()).toBe(0)
  expect([...agent.wrongs, ...cover.wrongs]).toEqual([])
})

test('row 55: what somebody has unfolded and begun to write stays when the rest of their page is drawn anew', async () => {
  const [agent, other] = [await visit(mei), await visit(zhou)]
  await agent.locator('#leave summary').click()
  await asks(other, 'Look at the door')
  await agent.getByText('陈舟 asks you to cover: Look at the door').waitFor()
  expect(await agent.getByLabel('Why').isVisible()).toBe(true)
  await other.getByRole('button', { name: 'Take it back' }).click()
  await agent.getByText('陈舟 asks you to cover: Look at the door').waitFor({ state: 'detached' })
  await agent.getByLabel('Why').fill('Half a sen')
  await asks(other, 'Look at the gate')
  await agent.getByText('陈舟 asks you to cover: Look at the gate').waitFor()
  expect(await agent.getByLabel('Why').inputValue()).toBe('Half a sen')
  expect([...agent.wrongs, ...other.wrongs]).toEqual([])
})
