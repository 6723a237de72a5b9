import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { hearPraise } from '../../server/recognition/praises/actions.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { throughPages } from '../support/lists.ts'
import { hire } from '../support/people.ts'
import { rated } from '../support/ratings.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const quiet = testHouse(database, clock)
let mei: StaffId
let zhao: StaffId
let xu: StaffId
let he: StaffId

beforeEach(async () => {
  clock.set('2026-11-24T02:14:00+08:00')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  zhao = await hire(database.db, '赵一', { posts: ['guard'] })
  xu = await hire(database.db, '许晴', { roles: ['hr'], posts: [] })
  he = await hire(database.db, '何总', { roles: ['leadership'], posts: [] })
})

const sign = (one: StaffId, language = 'zh-CN'): Promise<Browser> => signedIn(quiet, one, language)
const nomination = () => ({ person: mei, words: '独自守住整夜', links: '/incidents/301', praise: '' })

test('from the nomination to the wall: each hand does its part on its page, in both languages (row 54)', async () => {
  const nominator = await sign(zhao)
  const made = await nominator.post('/commendations', nomination())
  expect(made.status).toBe(303)
  const one = made.location ?? ''
  expect((await nominator.get('/commendations')).html).toContain('独自守住整夜')
  // Whom it is about reads of it once it is granted.
  expect((await (await sign(mei)).get(one)).status).toBe(404)
  const personnel = await sign(xu, 'en')
  expect((await personnel.get(one)).html).toContain('Check the facts')
  expect((await personnel.post(`${one}/check`, { finding: 'holds', words: '' })).status).toBe(303)
  expect((await personnel.get(one)).html).not.toContain('Reason, in a sentence or two')
  const leader = await sign(he)
  const granted = { outcome: 'granted', why: '一夜之间帮了四十位客户', reward: '调休一天' }
  expect((await leader.post(`${one}/decision`, granted)).status).toBe(303)
  const everybody = await (await sign(zhao)).get('/wall')
  expect(everybody.html).toContain('一夜之间帮了四十位客户')
  expect(everybody.html).toContain('调休一天')
  const own = await sign(mei, 'en')
  expect((await own.get('/commendations')).html).toContain('Granted to you')
  expect((await own.post(`${one}/wall`, { shown: 'no' })).status).toBe(303)
  expect((await own.get('/wall')).html).toContain('Nobody stands here yet')
  expect((await personnel.post(`${one}/reward`)).status).toBe(303)
})

test('the wall and what was decided go back page by page, each once, also where many were granted in one instant', async () => {
  const granted = clock.now()
  await database.db
    .insertInto('commendations')
    .values(
      Array.from({ length: 125 }, (_, n) => ({
        staff_id: mei,
        source: 'colleague' as const,
        state: 'granted' as const,
        nominated_by: zhao,
        nominated_at: granted,
        words: '守住整夜',
        links: ['/incidents/301'],
        decision: `第 ${n} 次`,
        decided_by: he,
        decided_at: granted,
      })),
    )
    .execute()
  const personnel = await sign(xu)
  for (const [address, ids] of [
    ['/wall', /第 (\d+) 次/g],
    ['/commendations', /href="\/commendations\/(\d+)"/g],
  ] as const) {
    const seen = await throughPages(personnel, address, ids)
    expect(seen, address).toHaveLength(125)
    expect(new Set(seen).size, address).toBe(125)
  }
  expect((await personnel.get('/commendations?before=0')).status).toBe(400)
})

test('a nomination that is not whole comes back as it was typed', async () => {
  const nominator = await sign(zhao)
  const refused = await nominator.post('/commendations', { ...nomination(), links: 'nowhere' })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('独自守住整夜')
  expect(refused.html).toContain('nowhere')
  expect((await nominator.post('/commendations', { ...nomination(), person: '' })).status).toBe(422)
  expect((await nominator.post('/commendations', { ...nomination(), words: '' })).status).toBe(422)
  expect((await nominator.post('/commendations', { ...nomination(), praise: 'x' })).status).toBe(400)
  expect((await nominator.get('/commendations/new?person=x')).status).toBe(400)
})

test('customers’ praise is suggested to personnel without a name, and read by whom it is about', async () => {
  const { ratingId } = await rated(database.db, {
    staffId: mei,
    comment: '我是苏晴，客服很耐心',
    givenAt: '2026-11-23T02:00:00+08:00',
  })
  await quiet.deps.transact(system, (tx) => hearPraise(tx, ratingId))
  const personnel = await sign(xu)
  const list = await personnel.get('/commendations')
  expect(list.html).toContain('客服很耐心')
  expect(list.html).not.toContain('苏晴')
  const [, prefilled = ''] = /href="(\/commendations\/new\?person=[^"]+)"/.exec(list.html) ?? []
  const form = await personnel.get(prefilled.replaceAll('&amp;', '&'))
  expect(form.html).toContain('客服很耐心')
  expect((await (await sign(mei)).get('/commendations')).html).toContain('客服很耐心')
  expect((await (await sign(zhao)).get('/commendations')).html).not.toContain('客服很耐心')
})

test('nobody without the right checks or decides, and a made-up one is not there', async () => {
  const nominator = await sign(zhao)
  const { location } = await nominator.post('/commendations', nomination())
  expect((await nominator.post(`${location}/check`, { finding: 'holds', words: '' })).status).toBe(403)
  expect((await nominator.post(`${location}/decision`, { outcome: 'granted', why: 'x', reward: '' })).status).toBe(403)
  expect((await nominator.get('/commendations/999999')).status).toBe(404)
  expect((await nominator.get('/wall?before=yesterday')).status).toBe(400)
})

test('whoever answered an incident can be nominated from it, with the incident as what shows it (row 54)', async () => {
  const at = new Date('2026-11-23T02:00:00+08:00')
  const { id } = await database.db
    .insertInto('incidents')
    .values({
      kind: 'network',
      level: 'major',
      state: 'resolved',
      ticket_id: null,
      opened_at: at,
      acknowledged_at: at,
      acknowledged_by: mei,
      resolved_at: at,
      resolved_by: mei,
      measures: '切换备用链路',
      for_customer: null,
      closed_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const personnel = await sign(xu)
  const [, link = ''] =
    /href="(\/commendations\/new\?person=\d+&amp;incident=\d+)"/.exec((await personnel.get(`/incidents/${id}`)).html) ??
    []
  const form = await personnel.get(link.replaceAll('&amp;', '&'))
  expect(form.status).toBe(200)
  expect(form.html).toContain(`/incidents/${id}`)
  expect(form.html).toMatch(new RegExp(`value="${mei}" selected|value="${mei}"[^>]*checked`))
})
