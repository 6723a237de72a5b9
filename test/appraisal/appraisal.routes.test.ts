import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { reviewAppraisal } from '../../server/appraisal/deciding/actions.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { countOctober, nextStage, night, octoberOf, openOctober, owed, rated, worked } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { throughPages } from '../support/lists.ts'
import { as, hire } from '../support/people.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const quiet = testHouse(database, clock)
let mei: StaffId
let zhao: StaffId
let chen: StaffId
let xu: StaffId
let he: StaffId

beforeEach(async () => {
  const { db } = database
  clock.set('2026-10-31T12:00:00+08:00')
  mei = await hire(db, '林玫', { posts: ['service'] })
  zhao = await hire(db, '赵一', { posts: ['service'] })
  chen = await hire(db, '陈舟', { rank: 'supervisor', posts: ['manager'] })
  xu = await hire(db, '许晴', { roles: ['hr'], posts: [] })
  he = await hire(db, '何总', { roles: ['leadership'], rank: 'vice_president', posts: [] })
  for (const one of [mei, chen]) await worked(db, one, one === chen ? 'manager' : 'service', { night: '2026-09-20' })
  for (let day = 1; day <= 6; day++) {
    await worked(db, mei, 'service', { night: night(day) })
    await worked(db, chen, 'manager', { night: night(day) })
  }
  await owed(db, mei, { done: 44, of: 50 })
  await rated(db, mei, { service: 2, reasons: ['price'] })
})

const house = () => ({ db: database.db, transact: quiet.deps.transact, clock })
const sign = (one: StaffId, language = 'zh-CN'): Promise<Browser> => signedIn(quiet, one, language)
const of = (staffId: StaffId) => octoberOf(database.db, staffId)

test('each person reads what counts, what is left out and why, in both languages', async () => {
  await openOctober(house())
  for (const [language, words] of [
    ['zh-CN', ['出勤', '样本不足', '不计', '价格', '对评价提出争议']],
    ['en', ['Attendance', 'Too few', 'Left out', 'The price', 'Contest a rating']],
  ] as const) {
    const page = await (await sign(mei, language)).get('/appraisal')
    expect(page.status).toBe(200)
    for (const word of words) expect(page.html).toContain(word)
    expect(page.html).not.toMatch(/appraisal\.[a-z_]+\.?[a-z]*"?</)
  }
})

test('somebody without a month yet reads how it works', async () => {
  expect((await (await sign(zhao)).get('/appraisal')).html).toContain('你还没有考核')
})

test('each figure opens down to its rows, and no customer is named', async () => {
  await openOctober(house())
  const { id } = await of(mei)
  const page = await sign(mei)
  for (const item of ['attendance', 'quality.answers', 'satisfaction']) {
    const facts = await page.get(`/appraisal/${id}/facts/${item}`)
    expect(facts.status).toBe(200)
    expect(facts.html).not.toContain('苏晴')
  }
  expect((await page.get(`/appraisal/${id}/facts/satisfaction`)).html).toContain('/ratings/')
  expect((await page.get(`/appraisal/${id}/facts/nothing`)).status).toBe(404)
})

test('a colleague’s appraisal is not there, nor one that was never made', async () => {
  await openOctober(house())
  const { id } = await of(mei)
  const page = await sign(zhao)
  expect((await page.get(`/appraisal/${id}`)).status).toBe(404)
  expect((await page.get('/appraisal/999999')).status).toBe(404)
  expect((await page.get('/appraisal/none')).status).toBe(404)
  expect((await page.get('/appraisal/months/2026-10')).status).toBe(403)
  expect((await page.get('/appraisal/weights')).status).toBe(403)
  expect((await page.post(`/appraisal/${id}/comment`, { words: '…' })).status).toBe(404)
})

test('what a manager moved is read by its owner once it is published, and not before', async () => {
  await openOctober(house())
  await nextStage(house())
  await nextStage(house())
  const { id } = await of(mei)
  const manager = await sign(chen)
  expect((await manager.get('/appraisal/scoring')).html).toContain('林玫')
  const typed = {
    attendanceBy: '',
    attendanceWhy: '',
    attendanceLink: '',
    qualityBy: '2',
    qualityWhy: '',
    qualityLink: '',
  }
  const refused = await manager.post(`/appraisal/${id}/score`, typed)
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('写明理由')
  expect(refused.html).toContain('value="2"')
  const moved = { ...typed, qualityWhy: '独自安抚九位客户', qualityLink: '/incidents/1' }
  expect((await manager.post(`/appraisal/${id}/score`, moved)).status).toBe(303)
  const own = await sign(mei)
  expect((await own.get('/appraisal')).html).not.toContain('独自安抚九位客户')
  await nextStage(house())
  const hr = await sign(xu)
  expect((await hr.get(`/appraisal/${id}`)).html).toContain('独自安抚九位客户')
  expect((await hr.post(`/appraisal/${id}/review`, { points: '-1', why: '' })).status).toBe(422)
  expect((await hr.post(`/appraisal/${id}/review`, { points: '−1', why: '一处签名缺失' })).status).toBe(303)
  await nextStage(house())
  await nextStage(house())
  const late = await sign(mei)
  const published = (await late.get('/appraisal')).html
  expect(published).toContain('独自安抚九位客户')
  expect(published).toContain('一处签名缺失')
  expect((await late.post(`/appraisal/${id}/receipt`)).status).toBe(303)
  expect((await late.post(`/appraisal/${id}/objection`, { words: '签名有记录' })).status).toBe(303)
  expect((await (await sign(xu)).get(`/appraisal/${id}`)).html).toContain('你参与过这份考核')
  const leader = await sign(he)
  expect(
    (await leader.post(`/appraisal/${id}/decision`, { outcome: 'amended', points: '0', why: '属实' })).status,
  ).toBe(422)
  expect(
    (await leader.post(`/appraisal/${id}/decision`, { outcome: 'amended', points: '1', why: '属实' })).status,
  ).toBe(303)
  expect((await late.get('/appraisal')).html).toContain('属实')
})

test('personnel passes those the facts speak for, ticked by name, and sees how far the month has come', async () => {
  await openOctober(house())
  for (let n = 0; n < 3; n++) await nextStage(house())
  const hr = await sign(xu)
  const before = await hr.get('/appraisal/months/2026-10')
  expect(before.status).toBe(200)
  expect(before.html).toContain('name="people"')
  const ids = [(await of(mei)).id, (await of(chen)).id]
  expect((await hr.post('/appraisal/months/2026-10/reviews', { people: ids })).status).toBe(303)
  expect((await of(mei)).state).toBe('hr_reviewed')
  for (const path of [
    '/appraisal/months',
    '/appraisal/months/2026-10?show=mine',
    '/appraisal/months/2026-10/calibration',
  ])
    expect([200, 303]).toContain((await hr.get(path)).status)
  expect((await hr.get('/appraisal/months/2026-13')).status).toBe(404)
  expect((await hr.get('/appraisal/months/2026-10?show=secret')).status).toBe(400)
})

test('what the page of weights shows can be sent as it stands: it names the version that it was read from', async () => {
  const hr = await sign(xu)
  const { html } = await hr.get('/appraisal/weights')
  expect(html).toContain('第 1 版生效中')
  const form = html.split('action="/appraisal/weights"')[1]?.split('</form>')[0] ?? ''
  const fields = [...form.matchAll(/<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"/g)].map(([, name, value]) => [
    name,
    value,
  ])
  const { _token: _, ...shown } = Object.fromEntries(fields)
  expect(
    (await hr.post('/appraisal/weights', { ...shown, service_quality: '30', service_incidents: '20', why: '事件更重' }))
      .status,
  ).toBe(303)
  expect((await hr.get('/appraisal/weights')).html).toContain('第 2 版生效中')
})

test('weights that do not sum to 100 come back as they were typed; a new version needs a reason and holds from the next month on', async () => {
  const hr = await sign(xu)
  const typed: Record<string, string> = { seen: '1', why: '' }
  for (const post of ['service', 'technician', 'guard', 'manager'])
    Object.assign(typed, {
      [`${post}_attendance`]: '25',
      [`${post}_quality`]: '25',
      [`${post}_satisfaction`]: '25',
      [`${post}_incidents`]: post === 'guard' ? '26' : '25',
    })
  const refused = await hr.post('/appraisal/weights', typed)
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('四项加起来是 101')
  expect(refused.html).toContain('value="26"')
  const right = { ...typed, guard_incidents: '25' }
  expect((await hr.post('/appraisal/weights', right)).html).toContain('写明为什么')
  expect((await hr.post('/appraisal/weights', { ...right, why: '试行均等' })).status).toBe(303)
  expect(
    (await hr.post('/appraisal/weights', { ...right, guard_incidents: '24', guard_quality: '26', why: '再改' })).html,
  ).toContain('刚才有人改过')
  expect((await hr.post('/appraisal/weights', { ...right, guard_incidents: 'x' })).status).toBe(400)
  expect((await openOctober(house())).weightsVersion).toBe(2)
})

test('a duty manager notes a shift while it is fresh, and not after that (row 68)', async () => {
  const { db } = database
  const shift = await worked(db, mei, 'service', { night: night(30) })
  await worked(db, chen, 'manager', { night: night(30) })
  clock.set('2026-10-31T05:00:00+08:00')
  const manager = await sign(chen)
  const note = { reachable: '3', records: '2', courteous: '3', helpful: '0', words: '', link: '' }
  expect((await manager.get('/appraisal/notes')).html).toContain('林玫')
  const refused = await manager.post(`/appraisal/notes/${shift}`, note)
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('没有做到')
  expect((await manager.post(`/appraisal/notes/${shift}`, { ...note, words: '交接没说清' })).status).toBe(303)
  expect((await manager.post(`/appraisal/notes/${shift}`, { ...note, words: '交接没说清' })).status).toBe(303)
  expect((await (await sign(zhao)).post(`/appraisal/notes/${shift}`, { ...note, words: 'x' })).status).toBe(404)
  clock.set('2026-11-03T12:00:00+08:00')
  expect((await (await sign(chen)).post(`/appraisal/notes/${shift}`, { ...note, words: '改' })).html).toContain(
    '48 小时',
  )
  await openOctober(house())
  expect((await of(mei)).result?.quality.notes).toBe(1)
})

test('a measure is recommended, put forward, answered by whom it concerns, and only then decided (row 70, row 72)', async () => {
  await openOctober(house())
  for (let n = 0; n < 3; n++) await nextStage(house())
  for (const one of [mei, chen]) {
    const { id } = await of(one)
    await quiet.deps.transact(as(xu, null, ['hr']), (tx) => reviewAppraisal(tx, id, { points: 0, why: '' }))
  }
  await nextStage(house())
  await nextStage(house())
  const measure = await database.db
    .selectFrom('appraisal_measures')
    .select(['id', 'kind', 'state'])
    .where('staff_id', '=', mei)
    .where('kind', '=', 'bonus')
    .executeTakeFirstOrThrow()
  expect(measure.state).toBe('proposed')
  const [hr, leader, own] = [await sign(xu), await sign(he), await sign(mei)]
  expect((await own.get('/measures')).html).not.toContain('绩效系数')
  // Several at once, as the regulation recommends them: not without a reason, not by anybody.
  const picked = { measures: [measure.id], why: '' }
  expect((await own.post('/measures/putting-forward', { ...picked, why: '称职' })).status).toBe(403)
  const bare = await hr.post('/measures/putting-forward', picked)
  expect(bare.status).toBe(422)
  expect(bare.html).toContain('写明理由')
  const forward = `/measures/${measure.id}/putting-forward`
  expect((await own.post(forward, { coefficient: '1.2', why: '我' })).status).toBe(403)
  expect((await hr.post(forward, { coefficient: '9', why: '称职' })).html).toContain('系数在')
  expect((await hr.post(forward, { coefficient: '1.0', why: '称职' })).status).toBe(303)
  const decide = (outcome: string) => leader.post(`/measures/${measure.id}/decision`, { outcome, why: '同意' })
  expect((await decide('decided')).html).toContain('还没有听取本人陈述')
  expect((await own.post(`/measures/${measure.id}/statement`, { words: '没有意见' })).status).toBe(303)
  expect((await decide('decided')).status).toBe(303)
  expect((await hr.post(`/measures/${measure.id}/execution`)).status).toBe(303)
  expect((await own.get('/measures')).html).toContain('已执行')
  clock.set('2027-11-30T12:00:00+08:00')
  expect((await (await sign(mei)).get('/measures')).html).not.toContain('绩效系数')
})

test('of seven hundred recommendations two hundred stand on the page and the others are counted; what is done goes back page by page', async () => {
  const month = await openOctober(house())
  await sql`
    with hired as (
      insert into staff (number, login, name, name_en, password_hash, department_id, rank, standing_roles, posts, skills, languages, created_at)
      select 'zz' || n, 'zz' || n, '人' || n, '', 'none', department_id, rank, '{}', posts, skills, languages, created_at
      from staff cross join generate_series(1, 350) n where id = ${mei} returning id)
    insert into appraisals (month_id, staff_id, state, posts, post, trial)
    select ${month.id}, id, 'published', '{}', 'service', false from hired`.execute(database.db)
  await sql`
    insert into appraisal_measures (appraisal_id, staff_id, kind, state, proposed_at)
    select a.id, a.staff_id, k, case when k = 'award' then 'declined' else 'proposed' end, ${clock.now()}
    from appraisals a cross join unnest(array['talk', 'coaching', 'award']) k where a.state = 'published'`.execute(
    database.db,
  )
  const hr = await sign(xu)
  const { html } = await hr.get('/measures')
  expect(html.match(/name="measures"/g)).toHaveLength(200)
  expect(html).toContain('700 项')
  expect(html).toContain('提出这些后还有 500 项')
  const done = await throughPages(hr, '/measures', /<li id="measure-(\d+)"><a class="row"/g)
  expect(done).toHaveLength(350)
  expect(new Set(done).size).toBe(350)
})

test('anybody asks for training, personnel answers, and what is late shows as the company’s (row 52)', async () => {
  const own = await sign(mei)
  const wish = { words: '想学光路排障', indicator: 'quality', appraisal: '' }
  expect((await own.post('/appraisal/coaching', wish)).status).toBe(303)
  expect((await own.post('/appraisal/coaching', wish)).status).toBe(303)
  const { id } = await database.db.selectFrom('coaching_requests').select('id').executeTakeFirstOrThrow()
  const answer = { outcome: 'scheduled', answer: '周三 14 点，赵工' }
  expect((await own.post(`/appraisal/coaching/${id}/answer`, answer)).status).toBe(403)
  clock.set('2026-11-09T12:00:00+08:00')
  const hr = await sign(xu)
  expect((await hr.get('/appraisal/coaching')).html).toContain('公司欠答复')
  expect((await hr.post(`/appraisal/coaching/${id}/answer`, answer)).status).toBe(303)
  expect((await (await sign(mei)).get('/appraisal/coaching')).html).toContain('周三 14 点')
})

test('a form that is malformed is a 400 and changes nothing', async () => {
  await openOctober(house())
  const { id } = await of(mei)
  const own = await sign(mei)
  expect((await own.post(`/appraisal/${id}/comment`, {})).status).toBe(400)
  expect((await own.post(`/appraisal/${id}/comment`, { words: ' ' })).status).toBe(400)
  expect((await own.post(`/appraisal/${id}/comment`, { words: 'a', more: 'b' })).status).toBe(400)
  expect((await (await sign(xu)).post(`/appraisal/${id}/review`, { points: '1e9', why: '' })).status).toBe(400)
  await countOctober(house())
  expect((await of(mei)).state).toBe('draft')
})

test('a fact is shown to whoever may not open its record, without the link', async () => {
  const opened = new Date(`${night(5)}T23:00:00+08:00`)
  await database.db
    .insertInto('incidents')
    .values({
      kind: 'network',
      level: 'general',
      state: 'resolved',
      ticket_id: null,
      opened_at: opened,
      acknowledged_at: new Date(opened.getTime() + 60_000),
      acknowledged_by: chen,
      resolved_at: null,
      resolved_by: null,
      measures: null,
      for_customer: null,
      closed_at: null,
    })
    .execute()
  await openOctober(house())
  const { id } = await of(chen)
  const own = await (await sign(chen)).get(`/appraisal/${id}/facts/incidents`)
  expect(own.html).toContain('IN-')
  expect(own.html).not.toContain('href="/incidents/')
  expect((await (await sign(xu)).get(`/appraisal/${id}/facts/incidents`)).html).toContain('href="/incidents/')
  const led = await (await sign(chen)).get(`/appraisal/${(await of(mei)).id}/facts/quality.answers`)
  expect(led.html).not.toContain('href="/obligations/')
})

test('while a month is counted anew its owner reads the facts of what was published, and every version stays to be read', async () => {
  await openOctober(house())
  for (let n = 0; n < 3; n++) await nextStage(house())
  for (const one of [mei, chen]) {
    const { id } = await of(one)
    await quiet.deps.transact(as(xu, null, ['hr']), (tx) => reviewAppraisal(tx, id, { points: 0, why: '' }))
  }
  await nextStage(house())
  await nextStage(house())
  const { id } = await of(mei)
  const hr = await sign(xu)
  await database.db.updateTable('obligations').set({ state: 'done' }).where('state', '=', 'late').execute()
  expect((await hr.post(`/appraisal/${id}/reopening`, { why: '补录核实', link: '/obligations' })).status).toBe(303)
  await countOctober(house())
  const facts = `/appraisal/${id}/facts/quality.answers`
  const late = (page: { html: string }) => page.html.split('迟了').length - 1
  expect(late(await (await sign(mei)).get(facts))).toBe(6)
  expect(late(await hr.get(facts))).toBe(0)
  expect(late(await hr.get(`${facts}?revision=1`))).toBe(6)
  expect((await hr.get(`${facts}?revision=3`)).status).toBe(404)
  expect((await hr.get(`/appraisal/${id}?revision=1`)).html).toContain('当时公布的第 1 版')
  expect((await hr.get(`/appraisal/${id}?revision=2`)).status).toBe(404)
})
