import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { forgetSettings } from '../../server/settings/queries.ts'
import { DEFAULTS } from '../../server/settings/rules.ts'
import { aLine, giveExtension, type TestLine } from '../support/calls.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { hire, putOnPost } from '../support/people.ts'
import { heard, openHouse, type QuietHouse } from '../support/server.ts'
import { fieldsOn } from '../support/settings.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
let house: QuietHouse
let meiId: StaffId
let mei: Browser
let admin: Browser
let recorded: TestLine
let unrecorded: TestLine

const WORDS = { 'zh-CN': '本热线全程录音。', en: 'Every call here is recorded.' }
const COMES_WITH = DEFAULTS.callRecordingNotice

beforeAll(async () => {
  house = await openHouse(database, clock)
})
afterAll(async () => {
  await house.close()
  forgetSettings()
})
beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  forgetSettings()
  meiId = await hire(database.db, '林玫')
  await putOnPost(database.db, meiId)
  mei = await signedIn(house, meiId)
  admin = await signedIn(house, await hire(database.db, '管理员', { roles: ['administrator'], posts: [] }))
  await giveExtension(house, '803', meiId)
  recorded = await aLine(house, { hosts: ['pbx.example.com'] })
  unrecorded = await aLine(house)
})

const of = (id: string) => ({ callId: id, from: '13800138000', to: '4006789000', direction: 'in' })
async function talksOn(line: TestLine, id: string) {
  await line.says({ event: 'newCall', ...of(id) })
  await line.says({ event: 'answer', ...of(id), user: '803' })
}
const desk = async (by = mei) => (await by.get('/calls/desk', { htmx: true })).html
const isWorded = async (by: Browser, words: typeof WORDS) =>
  by.post('/settings/phone', {
    ...fieldsOn(await by.get('/settings/phone')),
    'callRecordingNotice.zh-CN': words['zh-CN'],
    'callRecordingNotice.en': words.en,
  })

test('whoever talks on a line that records is told what to tell the caller, until the talk is over', async () => {
  await recorded.says({ event: 'newCall', ...of('a') })
  expect(await desk()).not.toContain('data-notice')
  await recorded.says({ event: 'answer', ...of('a'), user: '803' })
  expect(await desk()).toContain(`请告知对方：“${COMES_WITH['zh-CN']}”`)
  await recorded.says({ event: 'hangup', ...of('a'), cause: 'normalClearing' })
  expect(await desk()).not.toContain('data-notice')
})

test('on a line that does not record nobody is told that it does', async () => {
  await talksOn(unrecorded, 'b')
  expect(await desk()).toContain('call-card')
  expect(await desk()).not.toContain('data-notice')
  const page = (await admin.get(`/settings/lines/${unrecorded.id}`)).html
  expect(page).not.toContain(COMES_WITH['zh-CN'])
})

test('the administrator words the notice, and at once agents say it, each in their language, and the page of the line tells the PBX’s administrator', async () => {
  await talksOn(recorded, 'c')
  expect((await isWorded(admin, WORDS)).status).toBe(303)
  expect(await desk()).toContain(WORDS['zh-CN'])
  expect(await desk()).not.toContain(COMES_WITH['zh-CN'])
  expect(await desk(await signedIn(house, meiId, 'en'))).toContain(`Tell them: “${WORDS.en}”`)
  expect((await admin.get(`/settings/lines/${recorded.id}`)).html).toContain(WORDS['zh-CN'])
})

test('whoever calls back over a line that records tells the customer too', async () => {
  for (const [line, notice] of [
    [recorded, true],
    [unrecorded, false],
  ] as const) {
    const from = { ...of(String(line.id)), from: `1380013800${notice ? 1 : 2}` }
    await line.says({ event: 'newCall', ...from })
    await line.says({ event: 'hangup', ...from, cause: 'noAnswer' })
    await heard(house)
    const { id } = await database.db
      .selectFrom('callbacks')
      .select('id')
      .where('line_id', '=', line.id)
      .executeTakeFirstOrThrow()
    expect((await mei.get(`/calls/callbacks?at=${id}`)).html).not.toContain('data-notice')
    await mei.post(`/calls/callbacks/${id}/claim`)
    expect((await mei.get(`/calls/callbacks?at=${id}`)).html.includes(COMES_WITH['zh-CN'])).toBe(notice)
  }
})

test('a notice without words in one language is refused, and a line still answers a PBX as the convention says', async () => {
  expect((await isWorded(admin, { ...WORDS, en: ' ' })).status).toBe(422)
  const answer = await recorded.says({ event: 'newCall', ...of('d') })
  expect(await answer.json()).toEqual({})
})
