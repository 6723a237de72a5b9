import { beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { aLine, giveExtension, type TestLine } from '../support/calls.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire, putOnPost } from '../support/people.ts'
import { heard } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let line: TestLine
let meiId: StaffId
let chenId: StaffId
let wang: Browser

beforeEach(async () => {
  clock.set('2026-11-24T00:50:00+08:00')
  meiId = await hire(database.db, '林玫')
  chenId = await hire(database.db, '陈舟')
  const wangId = await hire(database.db, '王磊')
  for (const id of [meiId, chenId]) await putOnPost(database.db, id)
  await putOnPost(database.db, wangId, 'manager')
  wang = await signedIn(house, wangId)
  await giveExtension(house, '803', meiId)
  await giveExtension(house, '804', chenId)
  line = await aLine(house)
})

const of = (id: string, from: string) => ({ callId: id, from, to: '4006789000', direction: 'in' })
async function answers(id: string, user: string, seconds: number) {
  const who = of(id, `1380000${id.padStart(4, '0')}`)
  await line.says({ event: 'newCall', ...who })
  clock.forward({ seconds })
  await line.says({ event: 'answer', ...who, user })
  await line.says({ event: 'hangup', ...who, cause: 'normalClearing' })
}
async function isLost(id: string, cause: 'cancel' | 'noAnswer') {
  const who = of(id, `1380000${id.padStart(4, '0')}`)
  await line.says({ event: 'newCall', ...who })
  clock.forward({ seconds: 20 })
  await line.says({ event: 'hangup', ...who, cause })
  await heard(house)
}
const claims = async (staffId: StaffId, id: string) => {
  const { id: callback } = await database.db
    .selectFrom('callbacks')
    .select('id')
    .where('number', '=', `+861380000${id.padStart(4, '0')}`)
    .executeTakeFirstOrThrow()
  await (await signedIn(house, staffId)).post(`/calls/callbacks/${callback}/claim`)
}

/** The rows of a table of that name, cell by cell. */
function rowsOf(html: string, name: string): string[][] {
  const table = html.split(`<caption class="sr">${name}</caption>`)[1]?.split('</table>')[0] ?? ''
  const body = table.split('<tbody>')[1] ?? ''
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...String(row).matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => String(cell).trim()),
  )
}

/** One is still owed from the morning. Before one Mei answers after 10 s, one gives up; then Chen answers after 30 s, one is missed, and Mei claims it. */
async function aNight() {
  clock.set('2026-11-23T06:30:00+08:00')
  await isLost('90', 'noAnswer')
  clock.set('2026-11-24T00:50:00+08:00')
  await answers('1', '803', 10)
  await isLost('2', 'cancel')
  clock.set('2026-11-24T01:05:00+08:00')
  await answers('3', '804', 30)
  await isLost('4', 'noAnswer')
  await claims(meiId, '4')
  clock.set('2026-11-24T01:08:00+08:00')
}

test('the board says by hour what rang, answered %, median time to answer, given up, callbacks due and overdue, and what was carried over', async () => {
  await aNight()
  const { html } = await wang.get('/board')
  expect(rowsOf(html, '按小时')).toEqual([
    ['01:00', '2', '50%', '0:30', '0', '1', '0'],
    ['00:00', '2', '50%', '0:10', '1', '1', '1'],
    ['此前', '0', '–', '–', '0', '1', '1'],
  ])
})

test('the board says by agent what they answered and how fast and which callbacks they have; what is nobody’s stands last, so that columns add up', async () => {
  await aNight()
  expect(rowsOf((await wang.get('/board')).html, '按人')).toEqual([
    ['林玫', '1', '25%', '0:10', '0', '1', '0'],
    ['陈舟', '1', '25%', '0:30', '0', '0', '0'],
    ['无人名下', '0', '–', '–', '1', '2', '2'],
  ])
})

test('the figures on the board move with the calls: their part is asked for again when a call changes', async () => {
  await aNight()
  expect((await wang.get('/board')).html).toMatch(/id="board-phone"[^>]*hx-trigger="[^"]*calls from:body/)
  await answers('5', '804', 50)
  const part = await wang.get('/board/phone', { htmx: true })
  expect(rowsOf(part.html, '按小时')[0]).toEqual(['01:00', '3', '67%', '0:40', '0', '1', '0'])
  expect(rowsOf(part.html, '按人').find(([name]) => name === '陈舟')).toEqual([
    '陈舟',
    '2',
    '40%',
    '0:40',
    '0',
    '0',
    '0',
  ])
})

test('the log says the same figures; who only has callbacks has a row, and two of one name are two', async () => {
  const other = await hire(database.db, '林玫')
  await aNight()
  await putOnPost(database.db, other)
  await claims(other, '2')
  const { html } = await wang.get('/calls')
  expect(rowsOf(html, '按小时')).toEqual(rowsOf((await wang.get('/board')).html, '按小时'))
  const names = rowsOf(html, '按人').filter(([name]) => name === '林玫')
  expect(names.map((row) => [row[1], row[7], row[8]])).toEqual([
    ['1', '1', '0'],
    ['0', '1', '1'],
  ])
  const only = rowsOf((await wang.get(`/calls?agent=${meiId}`)).html, '按人')
  expect(only.map(([name]) => name)).toEqual(['林玫'])
})

test('where there is no phone the board speaks of none, and before the first call there are totals only', async () => {
  expect((await wang.get('/board')).html).not.toContain('phone-by')
  await database.db.updateTable('phone_lines').set({ removed_at: clock.now() }).execute()
  expect((await wang.get('/board')).html).not.toContain('phone-figures')
})
