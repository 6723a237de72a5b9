import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { placeIn, placeOf } from '../../server/records/rules.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { sectionOf, throughList, wayOn } from '../support/lists.ts'
import { hire } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const quiet = testHouse(database, clock)
let zhao: StaffId
let mei: StaffId
let xu: StaffId

beforeEach(async () => {
  clock.set('2026-11-25T15:00:00+08:00')
  zhao = await hire(database.db, '赵一', { posts: ['guard'] })
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  xu = await hire(database.db, '许晴', { roles: ['hr'], posts: [] })
})

/** So many requests and cases about somebody, every third still open, of several due at the same instant. */
async function filed(staffId: StaffId, count: number): Promise<void> {
  await sql`
    insert into document_requests (staff_id, asked_by, asked_at, purpose, words, state, due_at)
    select ${staffId}, ${xu}, ${clock.now()}, 'check', '第' || n || '件', case when n % 3 = 0 then 'asked' else 'accepted' end,
      ${clock.now()}::timestamptz + (n % 7) * interval '1 day' from generate_series(1, ${count}::integer) n`.execute(
    database.db,
  )
  await sql`
    insert into false_records (staff_id, opened_by, opened_at, words, links, state, statement_due_at)
    select ${staffId}, ${xu}, ${clock.now()}, '第' || n || '案', '{}', case when n % 3 = 0 then 'opened' else 'dismissed' end,
      ${clock.now()}::timestamptz + (n % 7) * interval '1 day' from generate_series(1, ${count}::integer) n`.execute(
    database.db,
  )
}
const REQUESTS = /href="\/records\/(\d+)"/g
const CASES = /href="\/records\/cases\/(\d+)"/g

test('one’s own requests and cases go back to the first, each once: open ones first, the next due on top', async () => {
  await filed(zhao, 130)
  await filed(mei, 5)
  const page = await signedIn(quiet, zhao)
  for (const [section, ids, table] of [
    ['records-mine', REQUESTS, 'document_requests'],
    ['records-about', CASES, 'false_records'],
  ] as const) {
    const read = await throughList(page, '/records', section, ids)
    expect(new Set(read).size).toBe(130)
    expect(read).toHaveLength(130)
    const due = table === 'document_requests' ? 'due_at' : 'statement_due_at'
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table)} where staff_id = ${zhao} order by state in ('asked', 'opened') desc,
        case when state in ('asked', 'opened') then ${sql.ref(due)} end, id desc`.execute(database.db)
    expect(read).toEqual(rows.map(({ id }) => id))
  }
})

test('whoever checks reads those of all page by page, and a filter for a person and for what is open stays in the address', async () => {
  await filed(zhao, 130)
  await filed(mei, 120)
  const hr = await signedIn(quiet, xu)
  expect(new Set(await throughList(hr, '/records', 'records-all', REQUESTS)).size).toBe(250)
  expect(new Set(await throughList(hr, '/records', 'records-cases', CASES)).size).toBe(250)
  const asked = `/records?person=${mei}&show=over`
  const over = await throughList(hr, asked, 'records-all', REQUESTS)
  expect(over).toHaveLength(80)
  const of = await database.db.selectFrom('document_requests').select(['id', 'staff_id', 'state']).execute()
  expect(
    of.filter(({ id }) => over.includes(id)).every((one) => one.staff_id === mei && one.state === 'accepted'),
  ).toBe(true)
  expect(await throughList(hr, `/records?person=${mei}&show=open`, 'records-cases', CASES)).toHaveLength(40)
  const { html } = await hr.get(asked)
  expect(html).toContain(`<option value="${mei}" selected>`)
  const [, next = ''] = /href="([^"]+)" rel="next"/.exec(html) ?? []
  expect(next).toMatch(new RegExp(`person(=|&#x3D;)${mei}`))
  expect(next).toMatch(/show(=|&#x3D;)over/)
})

test('one list goes on and the other stays where it is', async () => {
  await filed(zhao, 130)
  const page = await signedIn(quiet, zhao)
  const { html } = await page.get('/records')
  const [, next = ''] = /href="([^"]+)#records-about" rel="next"/.exec(html) ?? []
  const after = (await page.get(next.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='))).html
  const mineOf = (whole: string) => whole.split('id="records-mine"')[1]?.split('<footer')[0]
  expect(mineOf(after)).toBe(mineOf(html))
  expect(after).toMatch(/about(=|&#x3D;)o?\d/)
})

test('from any further page of a list there is a way back to its start, in both languages; filters and the other lists stay', async () => {
  await filed(zhao, 130)
  await filed(mei, 130)
  for (const [language, words] of [
    ['zh-CN', '回到开头'],
    ['en', 'Back to the start'],
  ] as const) {
    const hr = await signedIn(quiet, xu, language)
    const first = (await hr.get(`/records?person=${mei}&show=over`)).html
    expect(first).not.toContain('rel="first"')
    const cases = wayOn(sectionOf(first, 'records-cases'), 'next') ?? ''
    const second = wayOn(sectionOf((await hr.get(cases)).html, 'records-all'), 'next') ?? ''
    const third = (await hr.get(second)).html
    expect(sectionOf(third, 'records-all')).toContain(words)
    const back = new URL(wayOn(sectionOf(third, 'records-all'), 'first') ?? '', 'http://nightdesk')
    expect(back.searchParams.get('person')).toBe(mei)
    expect(back.searchParams.get('show')).toBe('over')
    const { html } = await hr.get(`${back.pathname}${back.search}`)
    expect(idsIn(html, 'records-all')).toEqual(idsIn(first, 'records-all'))
    expect(idsIn(html, 'records-cases')).toEqual(idsIn(third, 'records-cases'))
  }
})
const idsIn = (html: string, section: string) =>
  [...sectionOf(html, section).matchAll(/href="(\/records[^"?]+)"/g)].map(([, id]) => id)

test('a place behind the last one says that nothing is older, and leads back to the start', async () => {
  await filed(zhao, 3)
  const { html } = await (await signedIn(quiet, zhao, 'en')).get('/records?mine=1')
  expect(sectionOf(html, 'records-mine')).toContain('Nothing older.')
  expect(wayOn(sectionOf(html, 'records-mine'), 'first')).toBe('/records')
})

test('what was decided between two pages hides no other', async () => {
  await filed(zhao, 130)
  const page = await signedIn(quiet, zhao)
  const { html } = await page.get('/records')
  const first = [...(html.split('id="records-mine"')[1]?.split('</section>')[0] ?? '').matchAll(REQUESTS)].map(
    ([, id]) => id,
  )
  // The last one of the page is accepted meanwhile: its place in the list of open ones is where it was.
  await database.db
    .updateTable('document_requests')
    .set({ state: 'accepted' })
    .where('id', '=', first.at(-1) ?? '')
    .execute()
  const [, next = ''] = /href="([^"]+)#records-mine" rel="next"/.exec(html) ?? []
  const address = next.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=')
  const rest = await throughList(page, address, 'records-mine', REQUESTS)
  expect(new Set([...first, ...rest]).size).toBe(130)
})

test('an address that is no place is a 400, and a colleague reads nothing of others by filters', async () => {
  await filed(zhao, 3)
  const page = await signedIn(quiet, mei)
  for (const wrong of ['mine=x', 'mine=o-5', 'all=0', 'show=some', 'person=x', 'mine=1&mine=2', 'else=1'])
    expect((await page.get(`/records?${wrong}`)).status).toBe(400)
  expect((await page.get(`/records?person=${zhao}&show=open`)).html).not.toContain('第3件')
})

test('a place survives its way through an address', () => {
  const dueAt = new Date('2026-11-27T16:00:00Z')
  expect(placeIn(placeOf({ id: '42', dueAt, open: true }))).toEqual({ due: dueAt, id: '42' })
  expect(placeIn(placeOf({ id: '42', dueAt, open: false }))).toEqual({ due: null, id: '42' })
  expect(placeIn(undefined)).toBeNull()
})
