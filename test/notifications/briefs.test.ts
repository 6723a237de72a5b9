import { expect, test } from 'vitest'
import { hasContent, linesOf, toneOf } from '../../server/notifications/briefs/rules.ts'
import { handSetClock } from '../support/clock.ts'
import { conversations } from '../support/conversations.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { mailServer, readMail } from '../support/mail-server.ts'
import { MORNINGS, nightBeforeMorning } from '../support/mornings.ts'
import { welcome } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'
import { openTelling } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
const does = conversations(house)
const here = nightBeforeMorning({ database, house, does, clock })
const { letters, request } = here

test('row 11: a night in ten lines is drawn up in the morning, gets a word of its duty manager, and goes by half past eight', async () => {
  const server = await mailServer()
  const mailed = openTelling(house, { smtpUrl: server.url })
  await request('Su')
  await mailed.tick(MORNINGS)
  clock.set('2026-11-24T06:00:00+08:00')
  await mailed.tick(MORNINGS)
  expect((await mailed.notices()).filter(({ kind }) => kind === 'brief')).toHaveLength(1)
  const manager = await signedIn(house, here.ji)
  const draft = await manager.get('/brief/2026-11-23')
  expect(draft.html).toContain('name="words"')
  const version = /name="version" value="(\d+)"/.exec(draft.html)?.[1] ?? ''
  expect((await manager.post('/brief/2026-11-23/words', { words: '机房断电 20 分钟', version })).status).toBe(303)
  const stale = await manager.post('/brief/2026-11-23/words', { words: '又改', version })
  expect([stale.status, stale.html.includes('又改')]).toEqual([422, true])
  clock.set('2026-11-24T08:29:59+08:00')
  await mailed.tick(MORNINGS)
  expect(await letters('brief')).toHaveLength(0)
  clock.set('2026-11-24T08:30:00+08:00')
  await mailed.tick(MORNINGS)
  await mailed.tick(MORNINGS)
  await mailed.tick(['send-mail'])
  const letter = server.taken.map(readMail).filter(({ headers }) => headers.get('to') === 'gao@example.com')
  expect(letter).toHaveLength(1)
  expect(letter[0]?.text).toMatch(/机房断电 20 分钟[\s\S]*客户来找：1（前一夜 0，常态 –）/)
  const leader = await signedIn(house, here.chief)
  expect((await leader.get('/brief/2026-11-23')).html).toContain('机房断电')
})

test('row 11: its duty manager may send it at once, and nobody else adds a word or sees that it is there', async () => {
  await request('Su')
  await here.night.tick(MORNINGS)
  clock.set('2026-11-24T06:00:00+08:00')
  await here.night.tick(MORNINGS)
  const agent = await signedIn(house, here.mei)
  expect((await agent.get('/brief/2026-11-23')).status).toBe(404)
  expect((await agent.post('/brief/2026-11-23/words', { words: 'x', version: '2' })).status).toBe(404)
  const leader = await signedIn(house, here.chief)
  expect((await leader.post('/brief/2026-11-23/sending')).status).toBe(404)
  const manager = await signedIn(house, here.ji)
  await manager.post('/brief/2026-11-23/sending')
  expect(await letters('brief')).toHaveLength(1)
  clock.set('2026-11-24T08:30:00+08:00')
  await here.night.tick(MORNINGS)
  expect(await letters('brief')).toHaveLength(1)
})

test('row 11: a night stands against the night before and against the mean of four weeks, and no further back', async () => {
  const asked = async (daysAgo: number, count: number): Promise<void> => {
    clock.set(new Date(new Date('2026-11-23T23:00:00+08:00').getTime() - daysAgo * 86_400_000))
    for (let n = 0; n < count; n++) await does.ask(await welcome(database.db, `客户 ${daysAgo}-${n}`))
  }
  await asked(29, 20)
  for (let daysAgo = 28; daysAgo >= 2; daysAgo--) await asked(daysAgo, 2)
  await asked(1, 4)
  await asked(0, 1)
  clock.set('2026-11-24T06:00:00+08:00')
  await here.night.tick(MORNINGS)
  clock.set('2026-11-24T08:30:00+08:00')
  await here.night.tick(MORNINGS)
  const [letter] = await letters('brief')
  // 27 nights of two and one of four.
  expect(letter?.text).toContain('客户来找：1（前一夜 4，常态 2.1）')
  expect(letter?.html).toContain('2.1')
})

test('a night in which nothing happened sends nothing', async () => {
  await here.night.tick(MORNINGS)
  clock.set('2026-11-24T08:30:00+08:00')
  await here.night.tick(MORNINGS)
  expect(await letters('brief')).toEqual([])
  expect(await database.db.selectFrom('night_briefs').select('state').execute()).toEqual([{ state: 'empty' }])
})

test('a line is measured against the nights that had anything in them, and said to be bad only where it clearly is', () => {
  const none = {
    asked: 0,
    first_answer: null,
    longest_wait: null,
    solved: 0,
    not_taken: 0,
    escalated: 0,
    promises_broken: 0,
    complaints: 0,
    alarms: 0,
    missing: 0,
  }
  const lived = (first: number) => ({ ...none, asked: 10, first_answer: first })
  expect(hasContent(none)).toBe(false)
  const lines = linesOf(lived(300), [none, lived(40), lived(60), lived(50)])
  const answer = lines.find(({ key }) => key === 'first_answer')
  expect(answer).toEqual({ key: 'first_answer', tonight: 300, before: null, norm: 50 })
  expect(answer && toneOf(answer)).toBe('bad')
  expect(linesOf(lived(1), [lived(2)])[0]?.norm).toBe(null)
  expect(toneOf({ key: 'asked', tonight: 100, before: 1, norm: 1 })).toBe('quiet')
})
