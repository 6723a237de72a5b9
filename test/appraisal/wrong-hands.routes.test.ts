import { readdirSync, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { nextStage, night, octoberOf, openOctober, owed, rated, worked } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { signedIn } from '../support/staff.ts'
import { ANSWERS, type Row, type Subject } from './wrong-hands.ts'

const database = testDatabase()
const clock = handSetClock()
const quiet = testHouse(database, clock)
type Ids = Record<Subject, string>
let zhao: StaffId
let mei: StaffId
let wu: StaffId
let xu: StaffId
let he: StaffId
let both: StaffId
/** What there is about each of those concerned. */
let about: Map<StaffId, Ids>

/** October is being reviewed. 林玫, 许晴 of personnel and 何总 of the group stood at the desk; 陈舟 led their nights, 吴宁 another one. */
beforeEach(async () => {
  const { db } = database
  clock.set('2026-10-31T12:00:00+08:00')
  zhao = await hire(db, '赵一', { posts: ['service'] })
  mei = await hire(db, '林玫', { posts: ['service'] })
  xu = await hire(db, '许晴', { roles: ['hr'], posts: ['service'] })
  he = await hire(db, '何总', { roles: ['leadership'], rank: 'vice_president', posts: ['service'] })
  both = await hire(db, '宋理', { roles: ['hr', 'leadership'], posts: [] })
  const chen = await hire(db, '陈舟', { rank: 'supervisor', posts: ['manager'] })
  wu = await hire(db, '吴宁', { rank: 'supervisor', posts: ['manager'] })
  await worked(db, wu, 'manager', { night: night(20) })
  const shifts = new Map<StaffId, string>()
  for (let day = 1; day <= 4; day++) {
    await worked(db, chen, 'manager', { night: night(day) })
    for (const one of [mei, xu, he]) shifts.set(one, await worked(db, one, 'service', { night: night(day) }))
  }
  await owed(db, mei, { done: 44, of: 50 })
  const house = { db, transact: quiet.deps.transact, clock }
  let month = await openOctober(house)
  while (month.state !== 'review') month = await nextStage(house)
  about = new Map()
  for (const one of [mei, xu, he]) about.set(one, await filed(one, shifts.get(one) ?? ''))
})

async function filed(staffId: StaffId, shift: string): Promise<Ids> {
  const { id: appraisal } = await octoberOf(database.db, staffId)
  const now = clock.now()
  const { ratingId } = await rated(database.db, staffId, { service: 5 })
  const { id: file } = await quiet.deps.files.put(Readable.from(['22:10 东门 正常']))
  const made = async (insert: ReturnType<typeof sql<{ id: string }>>) =>
    (await insert.execute(database.db)).rows[0]?.id ?? ''
  return {
    appraisal,
    shift,
    measure: await made(sql`
      insert into appraisal_measures (appraisal_id, staff_id, kind, state, proposed_at)
      values (${appraisal}, ${staffId}, 'talk', 'proposed', ${now}) returning id`),
    coaching: await made(sql`
      insert into coaching_requests (staff_id, words, state, asked_at, due_at)
      values (${staffId}, '想学排障', 'requested', ${now}, ${now}) returning id`),
    commendation: await made(sql`
      insert into commendations (staff_id, source, state, nominated_by, nominated_at, words, links)
      values (${staffId}, 'colleague', 'nominated', ${both}, ${now}, '守了一夜', '{/tickets/1}') returning id`),
    request: await made(sql`
      insert into document_requests (staff_id, asked_by, asked_at, purpose, words, state, due_at)
      values (${staffId}, ${both}, ${now}, 'check', '巡检单', 'answered', ${now}) returning id`),
    paper: await made(sql`
      insert into document_answers (request_id, kind, staff_id, said_at, words, links, file, file_type, file_name)
      select max(id), 'answer', ${staffId}, ${now}, '见附件', '{}', ${file}, 'text/plain', '单.txt' from document_requests returning id`),
    case: await made(sql`
      insert into false_records (staff_id, opened_by, opened_at, words, links, state, statement_due_at)
      values (${staffId}, ${both}, ${now}, '时间不符', '{/obligations/1}', 'dismissed', ${now}) returning id`),
    praise: await made(sql`
      insert into praises (rating_id, staff_id, heard_at) values (${ratingId}, ${staffId}, ${now}) returning id`),
    granted: await made(sql`
      insert into commendations (staff_id, source, state, nominated_at, words, links, decided_by, decided_at, decision, reward)
      values (${staffId}, 'colleague', 'granted', ${now}, '守了一夜', '{/tickets/1}', ${both}, ${now}, '好', '证书') returning id`),
    none: '',
  }
}

/** Everything that these folders keep, and what was ever announced. */
async function stored(): Promise<unknown> {
  // What was said before is heard first.
  await heard(quiet)
  const counted = TABLES.map(
    (table) =>
      sql`select ${table}::text as kept, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from ${sql.table(table)} t`,
  )
  return (await sql`${sql.join(counted, sql` union all `)}`.execute(database.db)).rows
}
const TABLES = [
  'appraisals',
  'appraisal_months',
  'appraisal_weights',
  'appraisal_words',
  'appraisal_scores',
  'appraisal_objections',
  'appraisal_results',
  'appraisal_inputs',
  'appraisal_measures',
  'shift_notes',
  'coaching_requests',
  'commendations',
  'praises',
  'wall_choices',
  'document_requests',
  'document_answers',
  'false_records',
  'obligations',
  'notices',
  'events',
]

const BASES = ['/appraisal', '/measures', '/commendations', '/wall', '/records']
const FOLDERS = ['appraisal', 'recognition', 'records']

/** `POST /appraisal/:id/comment`, for everything that the house answers to under these addresses. */
const mounted = (): string[] =>
  [
    ...new Set(
      quiet.app.routes
        .filter(
          ({ method, path }) =>
            method !== 'ALL' &&
            !path.includes('*') &&
            BASES.some((base) => path === base || path.startsWith(`${base}/`)),
        )
        .map(({ method, path }) => `${method} ${path}`),
    ),
  ].toSorted()

test('every address of these folders is in the table, and none is there that is not mounted', () => {
  expect(mounted()).toEqual(ANSWERS.map(({ route }) => route).toSorted())
  // Nor is one mounted elsewhere: as many are written in the folders as are under these addresses.
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(new URL(`../../server/${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(`../../server/${folder}/${name}`, import.meta.url), 'utf8')),
  )
  const written = sources.flatMap((source) => [
    ...source.matchAll(/^\s+\.(?:get|post|put|patch|delete|on|all)\(\s*'/gm),
  ])
  expect(written).toHaveLength(mounted().length)
})

const fill = (path: string, subject: Subject, ids: Ids): string =>
  path
    .replace(/:(id|shift)\b/, ids[subject])
    .replace(':answer', ids.paper)
    .replace(':item', 'attendance')
    .replace(':month', '2026-10')

/** Each wrong person at this address, about whom; in the order of the table’s columns. */
async function answersOf({ route, of, fields = {} }: Row): Promise<number[]> {
  const [method = '', path = ''] = route.split(' ')
  const ids = (one: StaffId): Ids => about.get(one) as Ids
  const ask = async (by: StaffId, at: Ids) => {
    const browser = await signedIn(quiet, by)
    const address = fill(path, of, at)
    const typed = Object.entries(fields).map(([name, value]) => [name, { SELF: by, ID: at[of] }[value] ?? value])
    return (method === 'GET' ? await browser.get(address) : await browser.post(address, Object.fromEntries(typed)))
      .status
  }
  // A page that was left open over the end of its session: its token is right, and nobody is signed in.
  const left = await signedIn(quiet, mei)
  await database.db.updateTable('sessions').set({ ended_at: clock.now() }).where('ended_at', 'is', null).execute()
  const nobody = await (method === 'GET'
    ? left.get(fill(path, of, ids(mei)))
    : left.post(fill(path, of, ids(mei)), fields))
  const gone = { ...ids(mei), [of]: '99999999' }
  return [
    nobody.status,
    await ask(zhao, ids(mei)),
    await ask(mei, ids(mei)),
    await ask(wu, ids(mei)),
    await ask(xu, ids(xu)),
    await ask(he, ids(he)),
    await ask(both, gone),
    await ask(both, { ...gone, [of]: '99999999999999999999' }),
    // What is there and what is not are the same to a stranger.
    await ask(zhao, gone),
  ]
}

test.each(ANSWERS)('$route answers wrong hands as written, and changes nothing', async (row) => {
  const before = row.route.startsWith('POST') ? await stored() : null
  const got = await answersOf(row)
  const stranger = got.pop()
  expect(got).toEqual(row.answers)
  expect(stranger).toBe(row.answers[1])
  if (before) expect(await stored()).toEqual(before)
})

test('what no form of ours sends is a 400 from whoever may, at every address, and changes nothing', async () => {
  const before = await stored()
  const browser = await signedIn(quiet, both)
  for (const { route, of, fields = {} } of ANSWERS.filter((row) => row.route.startsWith('POST'))) {
    const address = fill(route.split(' ')[1] ?? '', of, about.get(mei) as Ids)
    const [first = 'words'] = Object.keys(fields)
    for (const typed of [{ ...fields, nonsense: '1' }, { [first]: ['1', '2', '\u0000'] }])
      expect((await browser.post(address, typed)).status, `${route} ${Object.keys(typed)}`).toBe(400)
  }
  expect(await stored()).toEqual(before)
})
