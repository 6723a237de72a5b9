import { beforeEach, expect, test } from 'vitest'
import { listPolicies } from '../../../server/tickets/sla/queries.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { hire } from '../../support/people.ts'
import { signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
beforeEach(() => clock.set(TWO_FOURTEEN))

const policy = (words: Record<string, string> = {}) => ({
  channel: 'chat',
  category: '',
  priority: 'urgent',
  firstSeconds: '30',
  nextSeconds: '60',
  resolutionMinutes: '90',
  hours: 'night',
  ...words,
})
const administrator = async () => signedIn(house, await hire(database.db, '管理员', { roles: ['administrator'] }), 'en')

test('an agreed time is added, shown and removed', async () => {
  const me = await administrator()
  expect((await me.post('/settings/sla', policy())).status).toBe(303)
  expect(await listPolicies(database.db)).toMatchObject([
    { channel: 'chat', priority: 'urgent', resolutionSeconds: 5400 },
  ])
  expect((await me.get('/settings/sla')).html).toContain('first answer 30 s, next 60 s, solved 90 min')
  const [{ id } = { id: '' }] = await listPolicies(database.db)
  await me.post(`/settings/sla/${id}/removal`)
  expect(await listPolicies(database.db)).toEqual([])
})

test('the page says what holds where none fits, channel by channel, as the clocks page sets it', async () => {
  const me = await administrator()
  const { html } = await me.get('/settings/sla')
  const lines = [...html.matchAll(/<strong>(Chat|Phone|Mail|Left as a form)<\/strong><small>([^<]*) ·/g)]
  expect(lines.map(([, channel, line]) => [channel, line])).toEqual([
    ['Chat', 'first answer 60 s, next 60 s, solved 240 min'],
    ['Phone', 'first answer 20 s, next 60 s, solved 240 min'],
    ['Mail', 'first answer 1800 s, next 1800 s, solved 240 min'],
    ['Left as a form', 'first answer 1800 s, next 60 s, solved 240 min'],
  ])
  expect((await me.post('/settings/sla', policy({ channel: 'mail' }))).status).toBe(303)
  expect((await me.get('/settings/sla')).html).toContain('Any topic · Mail · Urgent')
})

test('a solution before its answer is refused in words, and a time that is no number is a 400', async () => {
  const me = await administrator()
  const refused = await me.post('/settings/sla', policy({ firstSeconds: '7200', resolutionMinutes: '1' }))
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('A solution takes longer than an answer')
  expect((await me.post('/settings/sla', policy({ nextSeconds: 'soon' }))).status).toBe(400)
})

test('only whoever may change settings reaches them', async () => {
  const agent = await signedIn(house, await hire(database.db, '林玫'), 'en')
  expect((await agent.get('/settings/sla')).status).toBe(403)
  expect((await agent.post('/settings/sla', policy())).status).toBe(403)
})
