import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let mei: StaffId
let desk: Browser
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  mei = await hire(database.db, '林玫')
  await putOnPost(database.db, mei)
  desk = await signedIn(house, mei, 'en')
})
const called = () => ({
  name: 'Su Qing',
  contact: '138 0013 8000',
  question: 'The line is down.',
  language: 'en',
  clientId: crypto.randomUUID(),
})
const tickets = () => database.db.selectFrom('tickets').select(['id', 'channel', 'subject']).execute()

test('a call written down is theirs at once; sent twice, or both at the same moment, it is one ticket', async () => {
  const entry = called()
  const both = await Promise.all([desk.post('/tickets/entry', entry), desk.post('/tickets/entry', entry)])
  const again = await desk.post('/tickets/entry', entry)
  const [only, ...more] = await tickets()
  expect(more).toEqual([])
  expect(only).toMatchObject({ channel: 'phone', subject: 'The line is down.' })
  for (const { status, location } of [...both, again]) expect([status, location]).toEqual([303, `/desk/${only?.id}`])
  expect((await desk.post('/tickets/entry', { ...entry, question: 'Another matter.' })).status).toBe(409)
  expect(await tickets()).toHaveLength(1)
})

test('what cannot be taken comes back in its field with everything that was typed', async () => {
  for (const [field, value] of [
    ['question', '   '],
    ['question', `x${'长'.repeat(4000)}`],
    ['question', 'down\u0000'],
    ['name', 'x'.repeat(81)],
  ] as const) {
    const { status, html } = await desk.post('/tickets/entry', { ...called(), [field]: value })
    expect(status).toBe(400)
    expect(html).toContain(`aria-describedby="${field}-why"`)
    expect(html).toContain('value="138 0013 8000"')
    expect(html).toContain(field === 'question' ? 'value="Su Qing"' : 'The line is down.</textarea>')
  }
  const unclear = await desk.post('/tickets/entry', { ...called(), contact: 'by pigeon' })
  expect([unclear.status, unclear.html.includes('The line is down.</textarea>')]).toEqual([422, true])
  expect(await tickets()).toEqual([])
})

test('whatever else fails shows what was typed, to be copied', async () => {
  const { status, html } = await desk.post('/tickets/entry', { ...called(), extra: 'yes' })
  expect(status).toBe(400)
  expect(html).toContain('The line is down.</textarea>')
})
