import { beforeEach, expect, test } from 'vitest'
import { listOfMonth } from '../../server/appraisal/queries.ts'
import type { DocumentRequestId, FalseRecordId, StaffId } from '../../server/kernel/ids.ts'
import { lapse } from '../../server/obligations/actions.ts'
import { listLapsing } from '../../server/obligations/queries.ts'
import { system } from '../../server/platform/actor.ts'
import { acceptAnswer, answerRequest, askBack, askForDocuments, withdrawRequest } from '../../server/records/actions.ts'
import {
  decideFalseRecord,
  objectToCase,
  openFalseRecord,
  reviewCase,
  stateRecord,
  withdrawCase,
} from '../../server/records/cases/actions.ts'
import { getCase } from '../../server/records/cases/queries.ts'
import { answersTo, getRequest } from '../../server/records/queries.ts'
import { acts } from '../support/acts.ts'
import { night, october, openOctober, worked, ZONE } from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
let zhao: StaffId
let xu: StaffId
let he: StaffId
let song: StaffId

beforeEach(async () => {
  announced.length = 0
  // A Wednesday: two workdays later is Friday.
  clock.set('2026-10-21T15:00:00+08:00')
  zhao = await hire(database.db, '赵一', { posts: ['guard'] })
  xu = await hire(database.db, '许晴', { roles: ['hr'], posts: [] })
  he = await hire(database.db, '何总', { roles: ['leadership'], posts: [] })
  song = await hire(database.db, '宋理', { roles: ['leadership'], posts: [] })
})

const own = (one: StaffId) => as(one, null)
const hr = () => as(xu, null, ['hr'])
const group = (one = he) => as(one, null, ['leadership'])
const asked = (): Promise<DocumentRequestId> =>
  transact(hr(), (tx) =>
    askForDocuments(
      tx,
      { staffId: zhao, purpose: 'check', words: '17 日夜间巡逻的登记', link: '/obligations/12' },
      ZONE,
    ),
  )
const answer = (id: DocumentRequestId, words: string, links: string[] = []) =>
  transact(own(zhao), (tx) => answerRequest(tx, id, { words, links, file: null }))
const owed = async () =>
  (
    await database.db
      .selectFrom('obligations')
      .select(['kind', 'state', 'part'])
      .where('staff_id', '=', zhao)
      .orderBy('id')
      .execute()
  ).map(({ kind, state, part }) => [kind, state, part].join(' ').trim())

test('whoever is asked for documents has two workdays, as an obligation; pressed twice is once (row 58)', async () => {
  const id = await asked()
  expect(await asked()).toBe(id)
  expect((await getRequest(database.db, id)).dueAt.toISOString()).toBe('2026-10-23T16:00:00.000Z')
  expect(await owed()).toEqual(['document due 1'])
  await answer(id, '登记在册', ['/obligations/12'])
  expect(await owed()).toEqual(['document done 1'])
  await transact(hr(), (tx) => acceptAnswer(tx, id))
  expect((await getRequest(database.db, id)).state).toBe('accepted')
})

test('what is overdue is late and told; it may still be answered, and stays late', async () => {
  const id = await asked()
  clock.set('2026-10-24T00:00:00+08:00')
  for (const one of await listLapsing(database.db, clock.now(), 10)) await transact(system, (tx) => lapse(tx, one.id))
  expect(announced.at(-1)).toMatchObject({ name: 'obligation.late', payload: { kind: 'document', clause: 58 } })
  clock.set('2026-10-24T09:00:00+08:00')
  await answer(id, '补交')
  expect(await owed()).toEqual(['document late 1'])
})

test('what was said stands: a correction is an addition with its reason, and no program may change a word', async () => {
  const id = await asked()
  await answer(id, '两点整巡逻')
  await expect(answer(id, '', ['/obligations/12'])).rejects.toMatchObject({ code: 'records.addition_reason' })
  await answer(id, '更正：应为两点一刻，看错了表')
  expect((await answersTo(database.db, id)).map(({ kind, words }) => [kind, words])).toEqual([
    ['answer', '两点整巡逻'],
    ['addition', '更正：应为两点一刻，看错了表'],
  ])
  await expect(database.db.updateTable('document_answers').set({ words: '…' }).execute()).rejects.toThrow('stands')
  await expect(database.db.deleteFrom('document_answers').execute()).rejects.toThrow('stands')
})

test('what is not enough is asked for once more, with its own two workdays; what nobody needs is dropped', async () => {
  const id = await asked()
  await answer(id, '在册')
  await transact(hr(), (tx) => askBack(tx, id, '缺第二轮', ZONE))
  expect(await owed()).toEqual(['document done 1', 'document due 2'])
  await transact(hr(), (tx) => withdrawRequest(tx, id))
  expect(await owed()).toEqual(['document done 1'])
  await expect(answer(id, '…')).rejects.toMatchObject({ code: 'records.not_now.add' })
})

test('nobody asks themselves, nobody answers for another, and an empty answer is none', async () => {
  await expect(
    transact(hr(), (tx) => askForDocuments(tx, { staffId: xu, purpose: 'check', words: '…', link: '' }, ZONE)),
  ).rejects.toMatchObject({ code: 'records.oneself' })
  const id = await asked()
  await expect(
    transact(own(song), (tx) => answerRequest(tx, id, { words: '…', links: [], file: null })),
  ).rejects.toMatchObject({ name: 'NotFound' })
  await expect(answer(id, ' ')).rejects.toMatchObject({ code: 'records.nothing_said' })
  await expect(answer(id, '', ['somewhere'])).rejects.toMatchObject({ code: 'records.not_a_link' })
  await expect(
    transact(own(zhao), (tx) => askForDocuments(tx, { staffId: xu, purpose: 'check', words: '…', link: '' }, ZONE)),
  ).rejects.toMatchObject({ name: 'Denied' })
})

const opened = (links = ['/obligations/12']): Promise<FalseRecordId> =>
  transact(hr(), (tx) =>
    openFalseRecord(tx, { staffId: zhao, words: '巡逻时间与门禁不符', links, requestId: null }, ZONE),
  )
const prove = (id: FalseRecordId, by = he, weight: 'serious' | 'general' | null = 'serious') =>
  transact(group(by), (tx) => decideFalseRecord(tx, id, { outcome: 'proven', weight, why: '门禁记录相反' }, ZONE))

test('a false record is a case: opened with what shows it, heard, decided by a leader with its weight and reason (row 58)', async () => {
  await expect(opened([])).rejects.toMatchObject({ code: 'records.link_missing' })
  const id = await opened()
  await expect(prove(id)).rejects.toMatchObject({ code: 'records.not_heard' })
  await transact(own(zhao), (tx) => stateRecord(tx, id, '当时在处理漏水', ZONE))
  await expect(prove(id, he, null)).rejects.toMatchObject({ code: 'records.weight_missing' })
  await prove(id)
  await prove(id)
  expect(await getCase(database.db, id)).toMatchObject({ state: 'proven', weight: 'serious', decidedBy: he })
  expect(await owed()).toEqual(['record_statement done'])
})

test('whoever says nothing in their time has been heard; that it is nothing can be said at once', async () => {
  const id = await opened()
  clock.set((await getCase(database.db, id)).statementDueAt)
  await prove(id, he, 'general')
  const other = await transact(hr(), (tx) =>
    openFalseRecord(tx, { staffId: zhao, words: '另一处', links: ['/x'], requestId: null }, ZONE),
  )
  await transact(group(), (tx) =>
    decideFalseRecord(tx, other, { outcome: 'dismissed', weight: null, why: '看错了' }, ZONE),
  )
  expect((await getCase(database.db, other)).state).toBe('dismissed')
})

test('whoever reported it does not decide, and an objection is looked at by somebody without a part in it', async () => {
  await database.db
    .updateTable('staff')
    .set({ standing_roles: ['hr', 'leadership'] })
    .where('id', '=', xu)
    .execute()
  const both = as(xu, null, ['hr', 'leadership'])
  const id = await opened()
  await transact(own(zhao), (tx) => stateRecord(tx, id, '当时在处理漏水', ZONE))
  await expect(
    transact(both, (tx) => decideFalseRecord(tx, id, { outcome: 'proven', weight: 'minor', why: '…' }, ZONE)),
  ).rejects.toMatchObject({ code: 'records.opened_by_you' })
  await prove(id)
  await transact(own(zhao), (tx) => objectToCase(tx, id, '有照片', ZONE))
  const lift = { outcome: 'lifted' as const, why: '照片属实' }
  for (const by of [both, group(he)])
    await expect(transact(by, (tx) => reviewCase(tx, id, lift))).rejects.toMatchObject({ code: 'records.had_part' })
  await transact(group(song), (tx) => reviewCase(tx, id, lift))
  expect(await getCase(database.db, id)).toMatchObject({ state: 'dismissed', review: '照片属实' })
})

test('a case that was a mistake is taken back, with a word', async () => {
  const id = await opened()
  await transact(hr(), (tx) => withdrawCase(tx, id, '系统时间有误'))
  expect(await owed()).toEqual([])
  await expect(prove(id)).rejects.toMatchObject({ code: 'records.case_not_now.prove' })
})

test('a proven serious case costs six points of its month and stands for the second low indicator (row 58, row 69)', async () => {
  const { db } = database
  for (let day = 1; day <= 4; day++) await worked(db, zhao, 'guard', { night: night(day), arrival: null })
  const id = await opened()
  await transact(own(zhao), (tx) => stateRecord(tx, id, '…', ZONE))
  await prove(id)
  await openOctober({ db, transact, clock })
  const [one] = (await listOfMonth(db, (await october(db)).id)).filter(({ staffId }) => staffId === zhao)
  expect(one?.result).toMatchObject({ points: -6, grade: 'poor' })
})
