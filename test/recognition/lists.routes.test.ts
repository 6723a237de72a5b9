import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { openOctober, rated, worked } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { sectionOf, throughList, wayOn } from '../support/lists.ts'
import { hire } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const quiet = testHouse(database, clock)
let mei: StaffId
let zhao: StaffId
let xu: StaffId
let he: StaffId

beforeEach(async () => {
  clock.set('2026-10-31T12:00:00+08:00')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  zhao = await hire(database.db, '赵一', { posts: ['service'] })
  xu = await hire(database.db, '许晴', { roles: ['hr'], posts: [] })
  he = await hire(database.db, '何总', { roles: ['leadership'], posts: [] })
})

const ROWS = /href="\/commendations\/(\d+)"/g

test('what one nominated and what was granted to one goes back to the first, each list by itself', async () => {
  await sql`
    insert into commendations (staff_id, source, state, nominated_by, nominated_at, words, links, decision, decided_by, decided_at)
    select ${mei}, 'colleague', (array['granted', 'executed', 'revoked', 'declined'])[n % 4 + 1], ${zhao}, ${clock.now()}, '第' || n, '{/x}', '好', ${he}, ${clock.now()}
    from generate_series(1, 160) n`.execute(database.db)
  const nominator = await signedIn(quiet, zhao)
  expect(new Set(await throughList(nominator, '/commendations', 'commendations-mine', ROWS)).size).toBe(160)
  const hers = await throughList(await signedIn(quiet, mei), '/commendations', 'commendations-granted', ROWS)
  expect(hers).toHaveLength(120)
  expect(new Set(hers).size).toBe(120)
  const judged = await throughList(await signedIn(quiet, xu), '/commendations', 'over', ROWS)
  expect(judged).toHaveLength(160)
})

test('every list of commendations and the wall lead back to where they begin', async () => {
  await sql`
    insert into commendations (staff_id, source, state, nominated_by, nominated_at, words, links, decision, decided_by, decided_at)
    select ${mei}, 'colleague', 'granted', ${zhao}, ${clock.now()}, '第' || n, '{/x}', '好', ${he}, ${clock.now()}
    from generate_series(1, 110) n`.execute(database.db)
  for (const [who, path, section] of [
    [zhao, '/commendations', 'commendations-mine'],
    [mei, '/commendations', 'commendations-granted'],
    [xu, '/commendations', 'over'],
    [zhao, '/wall', 'main'],
  ] as const) {
    const browser = await signedIn(quiet, who)
    const part = (html: string) => (path === '/wall' ? html : sectionOf(html, section))
    const first = part((await browser.get(path)).html)
    expect(wayOn(first, 'first')).toBeUndefined()
    const second = part((await browser.get(wayOn(first, 'next') ?? '')).html)
    expect(wayOn(second, 'first')).toBe(path)
    expect(second).toContain('回到开头')
  }
})

test('what customers said of one goes back further than half a year, and is never cut', async () => {
  const { ticketId } = await rated(database.db, mei, { service: 5 })
  await sql`
    insert into messages (ticket_id, seq, round, client_id, author, body, at)
    select ${ticketId}, 1000 + n, 1, gen_random_uuid(), 'customer', '谢谢你第' || n || '次', ${clock.now()}::timestamptz - n * interval '8 days'
    from generate_series(1, 70) n`.execute(database.db)
  await sql`
    insert into praises (message_id, staff_id, heard_at) select id, ${mei}, at from messages where seq > 1000 and ticket_id = ${ticketId}`.execute(
    database.db,
  )
  const read = await throughList(await signedIn(quiet, mei), '/commendations', 'commendations-said', /谢谢你第(\d+)次/g)
  expect(read.map(Number)).toEqual(Array.from({ length: 70 }, (_, n) => n + 1))
})

test('one’s own months and requests for training go back to the first', async () => {
  const { db } = database
  await worked(db, mei, 'service', { night: '2026-10-05' })
  const { id } = await openOctober({ db, transact: quiet.deps.transact, clock })
  await sql`
    with made as (
      insert into appraisal_months (month, state, zone, from_at, to_at, plan, weights_version, weights, limits, norm, raters, rates, opened_at)
      select (date '2026-10-01' - n * interval '1 month')::date, 'closed', zone, from_at, to_at, plan, weights_version, weights, limits, norm, raters, rates, opened_at
      from appraisal_months cross join generate_series(1, 59) n where id = ${id} returning id)
    insert into appraisals (month_id, staff_id, state, posts, post, trial) select id, ${mei}, 'closed', '{}', 'service', false from made`.execute(
    db,
  )
  await sql`
    insert into coaching_requests (staff_id, words, state, asked_at, due_at, answer)
    select ${mei}, '想学第' || n || '课', 'scheduled', ${clock.now()}, ${clock.now()}, '好' from generate_series(1, 90) n`.execute(
    db,
  )
  const own = await signedIn(quiet, mei)
  expect(new Set(await throughList(own, '/appraisal', 'own-months', /href="\/appraisal\/(\d+)"/g)).size).toBe(60)
  const courses = /想学第(\d+)课/g
  expect(new Set(await throughList(own, '/appraisal/coaching', 'coaching-mine', courses)).size).toBe(90)
  const hr = await signedIn(quiet, xu)
  expect(new Set(await throughList(hr, '/appraisal/coaching', 'coaching-others', courses)).size).toBe(90)
  const months = await throughList(
    hr,
    '/appraisal/months/2026-10?show=all',
    'appraisal-months',
    /href="\/appraisal\/months\/(\d{4}-\d\d)"/g,
  )
  expect(new Set(months).size).toBe(60)
  expect((await own.get('/appraisal?before=2026-13')).status).toBe(400)
})

test('whom customers praised is counted whole and read to the last, the most praised first; a nomination rests on what is quoted', async () => {
  const { ticketId } = await rated(database.db, mei, { service: 5 })
  // Of fifty-five people each has one praise more than the one before.
  await sql`
    with hired as (
      insert into staff (number, login, name, name_en, password_hash, department_id, rank, standing_roles, posts, skills, languages, created_at)
      select 'zz' || n, 'zz' || n, '人' || n, '', 'none', department_id, rank, '{}', posts, skills, languages, created_at
      from staff cross join generate_series(1, 55) n where id = ${mei} returning id, substring(number from 3)::integer as n),
    said as (
      insert into messages (ticket_id, seq, round, client_id, author, body, at)
      select ${ticketId}, 1000 + row_number() over (), 1, gen_random_uuid(), 'customer', '谢谢', ${clock.now()}::timestamptz from hired cross join lateral generate_series(1, n) k
      returning id, seq),
    owners as (select h.id, row_number() over (order by h.n, k) as place from hired h cross join lateral generate_series(1, h.n) k)
    insert into praises (message_id, staff_id, heard_at)
    select m.id, o.id, ${clock.now()} from (select id, row_number() over (order by seq) as place from said) m join owners o using (place)`.execute(
    database.db,
  )
  const hr = await signedIn(quiet, xu)
  const counts = (await throughList(hr, '/commendations', 'praises', /(\d+) 次</g)).map(Number)
  expect(counts).toEqual(Array.from({ length: 55 }, (_, n) => 55 - n))
  const { html } = await hr.get('/commendations')
  const [, form = ''] = /href="(\/commendations\/new\?person=[^"]+)"/.exec(html) ?? []
  const shown = await hr.get(form.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='))
  expect(shown.html.match(/谢谢/g)?.length).toBeGreaterThanOrEqual(12)
  expect((await hr.get('/commendations?praised=3')).status).toBe(400)
})
