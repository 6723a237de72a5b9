import { beforeEach, expect, test } from 'vitest'
import { lapseObligations } from '../../jobs/lapse-obligations.ts'
import { passLateCases } from '../../jobs/pass-late-cases.ts'
import type { FalseRecordId, StaffId } from '../../server/kernel/ids.ts'
import {
  decideFalseRecord,
  objectToCase,
  openFalseRecord,
  reviewCase,
  stateRecord,
  withdrawCase,
} from '../../server/records/cases/actions.ts'
import { getCase } from '../../server/records/cases/queries.ts'
import type { Deps } from '../../server/web/deps.ts'
import { acts } from '../support/acts.ts'
import { ZONE } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { appointChief, as, hire } from '../support/people.ts'
import { signedIn } from '../support/staff.ts'
import { toldAbout } from '../support/telling.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
const quiet = testHouse(database, clock)
let zhao: StaffId
let xu: StaffId
let song: StaffId
let he: StaffId

/** 何总 heads the group; 宋理 is of it and has the lower number. */
beforeEach(async () => {
  const { db } = database
  announced.length = 0
  // A Wednesday.
  clock.set('2026-11-25T15:00:00+08:00')
  zhao = await hire(db, '赵一', { posts: ['guard'] })
  xu = await hire(db, '许晴', { roles: ['hr'], posts: [] })
  song = await hire(db, '宋理', { roles: ['leadership'], posts: [] })
  he = await appointChief(db, clock.now(), '何总')
})

const opened = (by = as(xu, null, ['hr'])): Promise<FalseRecordId> =>
  transact(by, (tx) =>
    openFalseRecord(tx, { staffId: zhao, words: '巡逻时间与门禁不符', links: ['/x'], requestId: null }, ZONE),
  )
const stated = (id: FalseRecordId) => transact(as(zhao, null), (tx) => stateRecord(tx, id, '当时在处理漏水', ZONE))
const decide = (id: FalseRecordId, by: StaffId) =>
  transact(as(by, null, ['leadership']), (tx) =>
    decideFalseRecord(tx, id, { outcome: 'proven', weight: 'general', why: '门禁记录相反' }, ZONE),
  )
const dueOf = async (id: FalseRecordId) => (await getCase(database.db, id)).decideDueAt as Date
async function pass(): Promise<number> {
  const job = passLateCases({ db: database.db, transact, clock, config: { timeZone: ZONE } } as unknown as Deps)
  const due = await job.list(database.db, clock.now(), 10)
  for (const { id } of due) await job.run(id)
  return due.length
}
const told = (staffId: StaffId) => toldAbout(quiet, staffId, 'document')
const late = () => announced.filter(({ name }) => name === 'false_record.late').map(({ payload }) => payload)
const owed = async (staffId: StaffId) =>
  (
    await database.db
      .selectFrom('obligations')
      .select(['state', 'path'])
      .where('kind', '=', 'record_decision')
      .where('staff_id', '=', staffId)
      .orderBy('id')
      .execute()
  ).map(({ state, path }) => `${state} ${path}`)

test('a case is decided within three workdays of the person’s word, or of the end of the days for it (row 58)', async () => {
  const id = await opened()
  // Heard until the end of Monday 30 November, decided until the end of Thursday.
  expect((await dueOf(id)).toISOString()).toBe('2026-12-03T16:00:00.000Z')
  await stated(id)
  expect((await dueOf(id)).toISOString()).toBe('2026-11-30T16:00:00.000Z')
  clock.set('2026-11-27T15:00:00+08:00')
  await transact(as(zhao, null), (tx) => stateRecord(tx, id, '说得更清楚一些', ZONE))
  expect((await dueOf(id)).toISOString()).toBe('2026-11-30T16:00:00.000Z')
})

test('a case that nobody decided in time goes up to whoever heads the group, once, and is not decided by that', async () => {
  const id = await opened()
  await stated(id)
  const end = await dueOf(id)
  clock.set(new Date(end.getTime() - 1))
  expect(await pass()).toBe(0)
  clock.set(end)
  expect(await pass()).toBe(1)
  expect(await pass()).toBe(0)
  expect(late()).toEqual([{ caseId: id, staffId: zhao, to: he, objected: false }])
  expect(await owed(he)).toEqual([`due /records/cases/${id}`])
  expect(await told(he)).toContain('case_late')
  expect(await getCase(database.db, id)).toMatchObject({ state: 'opened', decidedBy: null })
  await decide(id, song)
  expect(await told(he)).toEqual([])
  expect(await owed(he)).toEqual([`done /records/cases/${id}`])
})

test('whoever says nothing in their days is decided about without: the group is told that it can, whoever is of it by their term too', async () => {
  const id = await opened()
  expect(await told(he)).toEqual([])
  clock.set((await getCase(database.db, id)).statementDueAt)
  clock.forward({ seconds: 1 })
  const lapse = lapseObligations({ ...quiet.deps, transact, clock })
  for (const due of await lapse.list(database.db, clock.now(), 10)) await lapse.run(due.id)
  expect(await told(he)).toEqual(['case_decide'])
  expect(await told(song)).toEqual(['case_decide'])
  await transact(as(xu, null, ['hr']), (tx) => withdrawCase(tx, id, '系统时间有误'))
  expect(await told(he)).toEqual([])
})

test('an objection has its own days, and goes up past whoever decided before', async () => {
  const id = await opened()
  await stated(id)
  clock.set(await dueOf(id))
  await pass()
  await decide(id, he)
  clock.set('2026-12-02T10:00:00+08:00')
  await transact(as(zhao, null), (tx) => objectToCase(tx, id, '有照片', ZONE))
  expect((await dueOf(id)).toISOString()).toBe('2026-12-07T16:00:00.000Z')
  clock.set(await dueOf(id))
  expect(await pass()).toBe(1)
  expect(await pass()).toBe(0)
  expect(late().at(-1)).toEqual({ caseId: id, staffId: zhao, to: song, objected: true })
  expect(await told(song)).toContain('case_objection_late')
  await transact(as(song, null, ['leadership']), (tx) => reviewCase(tx, id, { outcome: 'lifted', why: '照片属实' }))
  expect(await owed(song)).toEqual([`done /records/cases/${id}`])
})

test('a late case that is taken back is owed by nobody, and what is decided is never late', async () => {
  const id = await opened()
  await stated(id)
  clock.set(await dueOf(id))
  await pass()
  await transact(as(xu, null, ['hr']), (tx) => withdrawCase(tx, id, '系统时间有误'))
  expect(await owed(he)).toEqual([])
  const other = await opened()
  await stated(other)
  await decide(other, song)
  clock.set('2026-12-20T10:00:00+08:00')
  expect(await pass()).toBe(0)
})

test('where nobody of the group is free of a part in it, it is said late and is due from nobody', async () => {
  await database.db.updateTable('staff').set({ active: false }).where('id', '=', song).execute()
  const id = await opened(as(he, null, ['hr', 'leadership']))
  await stated(id)
  clock.set(await dueOf(id))
  await pass()
  expect(late()).toEqual([{ caseId: id, staffId: zhao, to: null, objected: false }])
})

test('the page says until when it is decided, then that it is late and who sees to it; the head finds it among what is due', async () => {
  const id = await opened()
  const guard = await signedIn(quiet, zhao, 'en')
  const one = `/records/cases/${id}`
  expect((await guard.get(one)).html).toContain('A member of the leadership group decides by')
  await stated(id)
  clock.set(await dueOf(id))
  await pass()
  expect((await (await signedIn(quiet, zhao, 'en')).get(one)).html).toContain('whoever heads the group sees to it now')
  const chief = await signedIn(quiet, he)
  expect((await chief.get(one)).html).toContain('已上移给组长处理')
  const records = (await chief.get('/records')).html.split('id="records-cases"')[1] ?? ''
  expect(records).toContain('逾期')
  expect((await chief.get('/duty')).html).toContain(`href="${one}"`)
})
