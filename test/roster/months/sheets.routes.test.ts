import { strToU8, unzipSync, zipSync } from 'fflate'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import write from 'write-excel-file/node'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { handSetClock, TWO_FOURTEEN } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { hire } from '../../support/people.ts'
import { openHouse, type QuietHouse } from '../../support/server.ts'
import { type Browser, signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let hr: Browser
let mei: StaffId
let numbers: { mei: string; zhou: string }

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(() => house.close())
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  hr = await signedIn(house, await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), 'en')
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  const zhou = await hire(database.db, '周启明', { posts: ['manager'], rank: 'supervisor' })
  numbers = { mei: await numberOf(mei), zhou: await numberOf(zhou) }
  await hr.post('/roster/plan/2026-12/opening')
  await hr.post('/roster/plan/2026-12/cells', { changes: `2026-12-03 ${mei} service;2026-12-03 ${zhou} manager` })
})

const numberOf = async (id: StaffId): Promise<string> =>
  (await database.db.selectFrom('staff').select('number').where('id', '=', id).executeTakeFirstOrThrow()).number
const cells = () =>
  database.db
    .selectFrom('roster_cells')
    .select(['night', 'post', 'staff_id', 'backup', 'locked'])
    .orderBy('night')
    .orderBy('staff_id')
    .execute()
const HEAD = ['night', 'post', 'number', 'name', 'backup']
const csv = (rows: string[][]) =>
  new File([strToU8([HEAD, ...rows].map((row) => row.join(',')).join('\n'))], 'plan.csv')
const bring = (file: File) => hr.upload('/roster/sheets/2026-12', {}, { file })
const workbook = async (rows: string[][]): Promise<Uint8Array> =>
  new Uint8Array(await write([HEAD, ...rows].map((row) => row.map((value) => ({ value })))).toBuffer())

test('a plan that is taken away and brought back is the same plan, and a changed one can be taken back', async () => {
  const before = await cells()
  for (const format of ['csv', 'xlsx']) {
    const answer = await house.app.request(`/roster/sheets/2026-12/plan.${format}`, { headers: { cookie: hr.cookie } })
    const taken = new File([new Uint8Array(await answer.arrayBuffer())], `plan.${format}`)
    expect((await bring(taken)).status).toBe(303)
    expect(await cells()).toEqual(before)
  }
  expect((await bring(csv([['2026-12-05', 'service', numbers.mei, '', '']]))).status).toBe(303)
  expect(await cells()).toMatchObject([{ night: '2026-12-05', post: 'service', staff_id: mei }])
  await hr.post('/roster/plan/2026-12/undo')
  expect(await cells()).toEqual(before)
})

test('what no roster can be is refused in words, line by line, and the roster stays as it was', async () => {
  const before = await cells()
  const line = (more: Partial<Record<'night' | 'post' | 'number' | 'backup', string>>) => {
    const { night = '2026-12-05', post = 'service', number = numbers.mei, backup = '' } = more
    return [night, post, number, '', backup]
  }
  const bad: readonly (readonly [string[][], string])[] = [
    [[line({}), line({ post: 'guard' })], 'stands on that night in an earlier line'],
    [[line({ night: '2026-12-32' })], 'No night of this month'],
    [[line({ night: '2026-11-30' })], 'No night of this month'],
    [[line({ post: 'cook' })], 'No post of the night'],
    [[line({ backup: 'yes' })], 'only a duty manager has a backup'],
    [[line({ post: 'manager', number: numbers.zhou, backup: 'perhaps' })], 'says yes or nothing'],
    [[], 'The table has headings only'],
    [[line({ number: 'nobody' })], 'Nobody on the posts has this number'],
  ]
  for (const [rows, words] of bad) {
    const refused = await bring(csv(rows))
    expect(refused.status).toBe(422)
    expect(refused.html).toContain(words)
    expect(await cells()).toEqual(before)
  }
})

test('a table as a spreadsheet program saves it is read: its own dates, semicolons, and the posts in words of either language', async () => {
  const rows = [
    ['2026/12/5', '客服', numbers.mei, '', ''],
    ['2026/12/6', 'Duty manager', numbers.zhou, '', '是'],
  ]
  const file = new File([strToU8([HEAD, ...rows].map((row) => row.join(';')).join('\r\n'))], 'plan.csv')
  expect((await bring(file)).status).toBe(303)
  expect(await cells()).toMatchObject([
    { night: '2026-12-05', post: 'service', staff_id: mei, backup: false },
    { night: '2026-12-06', post: 'manager', backup: true },
  ])
})

test('formulas, merged cells, wrong columns, a hundred thousand rows and no file at all are refused in words', async () => {
  const before = await cells()
  const packed = unzipSync(await workbook([['2026-12-05', 'service', numbers.mei, '', '']]))
  const sheet = 'xl/worksheets/sheet1.xml'
  const changed = (act: (xml: string) => string): File =>
    new File([zipSync({ ...packed, [sheet]: strToU8(act(new TextDecoder().decode(packed[sheet]))) })], 'plan.xlsx')
  const merged = '</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
  const row = ['2026-12-05', 'service', numbers.mei, '', '']
  const bad: readonly (readonly [File, string])[] = [
    [changed((xml) => xml.replace(/<c ([^>]*)>/, '<c $1><f>1+1</f>')), 'formula'],
    [changed((xml) => xml.replace('</sheetData>', merged)), 'merged'],
    [new File(['a,b,c\n1,2,3'], 'x.csv'), 'columns'],
    [csv(Array.from({ length: 100_000 }, () => row)), 'far more than a month'],
    [new File([new Uint8Array([0x50, 0x4b, 3, 4, 9])], 'x.xlsx'), 'no .csv in utf-8'],
    [new File([], 'x.csv'), 'choose a file'],
  ]
  for (const [file, words] of bad) {
    const refused = await bring(file)
    expect(refused.status, words).toBe(422)
    expect(refused.html.toLowerCase()).toContain(words)
    expect(await cells()).toEqual(before)
  }
})

test('a table may break rules, as any plan may: the checker names them, and it cannot be published as it is', async () => {
  await database.db
    .insertInto('staff_leaves')
    .values({ staff_id: mei, first_day: '2026-12-05', last_day: '2026-12-06', made_by: mei, made_at: clock.now() })
    .execute()
  const rows = ['05', '06', '07'].map((day) => [`2026-12-${day}`, 'service', numbers.mei, '', ''])
  await bring(csv([...rows, ['2026-12-05', 'guard', numbers.zhou, '', '']]))
  const { html } = await hr.get('/roster/plan/2026-12')
  for (const words of [
    'approved leave',
    'Too many nights within four',
    'Is not named for this post',
    'Nobody leads this night',
  ])
    expect(html).toContain(words)
  const refused = await hr.post('/roster/plan/2026-12/publication', { reason: 'x', leader: '' })
  expect(refused.status).toBe(422)
})

test('a locked cell stays whatever is brought, and a table that says otherwise is refused', async () => {
  await hr.post('/roster/plan/2026-12/locks', { night: '2026-12-03', staff: mei, locked: 'yes' })
  const refused = await bring(csv([['2026-12-03', 'guard', numbers.mei, '', '']]))
  expect(refused.html).toContain('This cell is locked')
  expect((await bring(csv([['2026-12-05', 'service', numbers.mei, '', '']]))).status).toBe(303)
  expect(await cells()).toMatchObject([
    { night: '2026-12-03', staff_id: mei, locked: true },
    { night: '2026-12-05', staff_id: mei },
  ])
})
