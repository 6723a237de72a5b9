import { beforeEach, expect, test } from 'vitest'
import { openComplaint } from '../../server/incidents/actions.ts'
import { openIncidentsOf } from '../../server/incidents/queries.ts'
import type { StaffId, TicketId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost, welcome } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let mei: StaffId
let zhou: StaffId
let id: TicketId
let incident: string

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  zhou = await hire(database.db, '陈舟', { rank: 'supervisor' })
  await putOnPost(database.db, mei)
  await putOnPost(database.db, zhou, 'manager')
  const does = conversations(house)
  id = await does.ask(await welcome(database.db, '苏晴'))
  await does.take(id, mei)
  await house.deps.transact(system, (tx) => openComplaint(tx, id))
  incident = (await openIncidentsOf(database.db, id))[0]?.id ?? ''
})

const writes = (writing: 'customer' | 'colleagues' | null, staffId = mei) =>
  database.db
    .insertInto('looks')
    .values({ ticket_id: id, staff_id: staffId, process: 'test', writing, seen_at: clock.now() })
    .execute()
const words = (html: string) =>
  /<p class="banner"[^>]*id="writers-\d+"[^>]*>(.*?)<\/p>/.exec(html)?.[1]?.replaceAll(/<[^>]+>/g, '')
const hidden = (html: string) => /id="writers-\d+"[^>]* hidden>/.test(html)

test('whoever answers a complaint is told that a colleague writes to the same customer just now', async () => {
  const boss = await signedIn(house, zhou)
  const calm = await boss.get(`/incidents/${incident}`)
  expect([words(calm.html), hidden(calm.html)]).toEqual(['', true])
  await writes('customer')
  const { html } = await boss.get(`/incidents/${incident}/writers`, { htmx: true })
  expect([words(html), hidden(html)]).toEqual(['林玫正在写给客户', false])
  expect(words((await boss.get(`/incidents/${incident}`)).html)).toBe('林玫正在写给客户')
})

test('a colleague who looks, or notes, or oneself, is no warning; and who leads no incident is told nothing', async () => {
  await writes('colleagues')
  await writes('customer', zhou)
  const boss = await signedIn(house, zhou)
  expect(hidden((await boss.get(`/incidents/${incident}`)).html)).toBe(true)
  const agent = await signedIn(house, mei)
  expect((await agent.get(`/incidents/${incident}/writers`)).status).toBe(403)
  expect((await boss.get('/incidents/999999/writers', { htmx: true })).status).toBe(404)
})
