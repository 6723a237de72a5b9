import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'
import { toldAbout } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const quiet = testHouse(database, clock)
let zhao: StaffId
let mei: StaffId
let xu: StaffId
let he: StaffId

beforeEach(async () => {
  clock.set('2026-11-25T15:00:00+08:00')
  zhao = await hire(database.db, '赵一', { posts: ['guard'] })
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  xu = await hire(database.db, '许晴', { roles: ['hr'], posts: [] })
  he = await hire(database.db, '何总', { roles: ['leadership'], posts: [] })
})

const sign = (one: StaffId, language = 'zh-CN'): Promise<Browser> => signedIn(quiet, one, language)
const wish = () => ({ person: zhao, purpose: 'check', words: '17 日巡逻登记', link: '/obligations/12' })
/** Sentences about documents that somebody has been told. */
const told = (staffId: StaffId) => toldAbout(quiet, staffId, 'document')

test('asked, answered with a paper, and enough: each on its page, each is told (row 58)', async () => {
  const personnel = await sign(xu)
  const { location } = await personnel.post('/records', wish())
  const one = location ?? ''
  expect(await told(zhao)).toEqual(['asked'])
  const guard = await sign(zhao, 'en')
  expect((await guard.get('/records')).html).toContain('17 日巡逻登记')
  expect((await guard.get('/duty')).html).toContain('Answer the request for documents')
  expect((await guard.post(`${one}/answer`, { words: '', links: '' })).status).toBe(422)
  const paper = new File(['22:10 东门 正常\n'], '登记.txt', { type: 'text/plain' })
  expect((await guard.upload(`${one}/answer`, { words: '见附件', links: '' }, { proof: paper })).status).toBe(303)
  expect(await told(xu)).toEqual(['answered'])
  expect(await told(zhao)).toEqual([])
  const [, link = ''] = /href="(\/records\/\d+\/papers\/\d+)"/.exec((await personnel.get(one)).html) ?? []
  expect((await personnel.get(link)).html).toContain('东门')
  expect((await (await sign(mei)).get(link)).status).toBe(404)
  expect((await personnel.post(`${one}/return`, { words: '缺第二轮' })).status).toBe(303)
  expect(await told(zhao)).toEqual(['back'])
  expect((await guard.post(`${one}/answer`, { words: '第二轮 0 点', links: '' })).status).toBe(303)
  expect((await personnel.post(`${one}/acceptance`)).status).toBe(303)
})

test('a case from its opening over the statement to the decision and the objection, each hand on its page', async () => {
  const personnel = await sign(xu)
  const facts = { person: zhao, words: '巡逻时间与门禁不符', links: '/obligations/12', request: '' }
  expect((await personnel.post('/records/cases', { ...facts, links: '' })).status).toBe(422)
  const { location } = await personnel.post('/records/cases', facts)
  const one = location ?? ''
  expect(await told(zhao)).toEqual(['case_opened'])
  const [guard, leader] = [await sign(zhao), await sign(he)]
  expect((await leader.get(one)).html).toContain('还没有听取陈述')
  expect((await guard.post(`${one}/statement`, { words: '当时在处理漏水' })).status).toBe(303)
  expect(await told(he)).toEqual(['case_decide'])
  const decision = { outcome: 'proven', weight: 'general', why: '门禁记录相反' }
  expect((await personnel.post(`${one}/decision`, decision)).status).toBe(403)
  expect((await leader.post(`${one}/decision`, { ...decision, weight: '' })).status).toBe(422)
  expect((await leader.post(`${one}/decision`, decision)).status).toBe(303)
  expect(await told(zhao)).toEqual(['case_decided'])
  expect((await leader.get(one)).html).toContain('本人可在 12月2日 24:00 前提出异议')
  expect((await guard.post(`${one}/objection`, { words: '有照片' })).status).toBe(303)
  expect((await leader.get(one)).html).not.toContain('前提出异议')
  expect((await leader.post(`${one}/review`, { outcome: 'lifted', why: '…' })).status).toBe(422)
  expect((await (await sign(mei)).get(one)).status).toBe(404)
  expect((await guard.get(one)).html).toContain('门禁记录相反')
})

test('a deadline at the end of a workday names that day: nobody takes the midnight for the next one', async () => {
  const { location } = await (await sign(xu)).post('/records', wish())
  const one = location ?? ''
  expect((await (await sign(zhao)).get(one)).html).toContain('11月27日 24:00')
  expect((await (await sign(zhao, 'en')).get(one)).html).toContain('by 27 Nov 24:00')
  clock.set('2026-11-27T17:00:00+08:00')
  expect((await (await sign(zhao, 'en')).get('/records')).html).toContain('by 27 Nov 24:00')
})

test('what is malformed is a 400, what one may not is a 403, what is not there a 404', async () => {
  const guard = await sign(zhao)
  expect((await guard.get('/records/new')).status).toBe(403)
  expect((await guard.post('/records', wish())).status).toBe(403)
  const personnel = await sign(xu)
  expect((await personnel.post('/records', { ...wish(), person: '' })).status).toBe(422)
  expect((await personnel.post('/records', { ...wish(), purpose: 'curiosity' })).status).toBe(400)
  expect((await personnel.get('/records/999999')).status).toBe(404)
  expect((await personnel.get('/records/cases/none')).status).toBe(404)
})
