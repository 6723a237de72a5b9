import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { tellUndecidedMeasures } from '../../../jobs/pass-appraisals.ts'
import {
  decide as decideObjection,
  objectTo,
  reopen,
  reviewAppraisal,
} from '../../../server/appraisal/deciding/actions.ts'
import {
  decideMeasure,
  executeMeasure,
  objectToMeasure,
  putForward,
  reviewMeasure,
  stateOwn,
  withdrawMeasure,
} from '../../../server/appraisal/measures/actions.ts'
import { listMeasures, listOfAppraisal } from '../../../server/appraisal/measures/queries.ts'
import { listOfMonth } from '../../../server/appraisal/queries.ts'
import type { MeasureId, StaffId } from '../../../server/kernel/ids.ts'
import type { Deps } from '../../../server/web/deps.ts'
import { acts } from '../../support/acts.ts'
import { countOctober, nextStage, night, openOctober, owed, worked, ZONE } from '../../support/appraisal.ts'
import { handSetClock } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { testHouse } from '../../support/house.ts'
import { wayOn } from '../../support/lists.ts'
import { as, hire } from '../../support/people.ts'
import { signedIn } from '../../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
const quiet = testHouse(database, clock)
let mei: StaffId
let xu: StaffId
let he: StaffId

beforeEach(async () => {
  const { db } = database
  announced.length = 0
  mei = await hire(db, '林玫', { posts: ['service'] })
  xu = await hire(db, '许晴', { roles: ['hr'], posts: [] })
  he = await hire(db, '何总', { roles: ['leadership'], rank: 'vice_president', posts: [] })
  await worked(db, mei, 'service', { night: '2026-09-20' })
  for (let day = 1; day <= 6; day++)
    await worked(db, mei, 'service', { night: night(day), arrival: 'late', minutes: 12 })
  await owed(db, mei, { done: 33, of: 50 })
  const house = { db, transact, clock }
  let month = await openOctober(house)
  while (month.state !== 'published') {
    if (month.state === 'review')
      for (const { id } of await listOfMonth(db, month.id))
        await transact(as(xu, null, ['hr']), (tx) => reviewAppraisal(tx, id, { points: 0, why: '' }))
    month = await nextStage(house)
  }
})

const hr = () => as(xu, null, ['hr'])
const group = () => as(he, null, ['leadership'])
const bonus = async () => {
  const found = (await listMeasures(database.db, { now: clock.now() })).find(({ kind }) => kind === 'bonus')
  if (!found) throw new Error('nothing was recommended')
  return found
}
const forward = (id: MeasureId) =>
  transact(hr(), (tx) => putForward(tx, id, { coefficient: 0.9, why: '十月基本称职', zone: ZONE }))
const decide = (id: MeasureId) =>
  transact(group(), (tx) => decideMeasure(tx, id, { outcome: 'decided', why: '同意', zone: ZONE }))

test('a recommendation is decided after the statement, carried out by people, and gone from every page of the file after twelve months (row 70)', async () => {
  const { id, appraisalId, state, coefficient } = await bonus()
  expect({ state, coefficient }).toEqual({ state: 'proposed', coefficient: 0.9 })
  await forward(id)
  await expect(decide(id)).rejects.toMatchObject({ code: 'measures.not_heard' })
  await transact(as(mei, null), (tx) => stateOwn(tx, id, '两次都是断网'))
  await decide(id)
  await transact(hr(), (tx) => executeMeasure(tx, id))
  const onFile = async () => [
    (await listMeasures(database.db, { now: clock.now(), staffId: mei })).some((one) => one.id === id),
    (await listOfAppraisal(database.db, appraisalId, clock.now())).some((one) => one.id === id),
  ]
  expect(await onFile()).toEqual([true, true])
  const { expiresAt, statement } = await bonus()
  expect(expiresAt).toEqual(new Date('2027-11-16T16:00:00Z'))
  expect(statement).toBe('两次都是断网')
  clock.set(new Date((expiresAt as Date).getTime() - 1))
  expect(await onFile()).toEqual([true, true])
  clock.set(expiresAt as Date)
  expect(await onFile()).toEqual([false, false])
})

test('nobody decides what they have put forward, nor about themselves', async () => {
  const { id } = await bonus()
  const both = as(xu, null, ['hr', 'leadership'])
  await transact(both, (tx) => putForward(tx, id, { coefficient: 0.9, why: '十月', zone: ZONE }))
  await transact(as(mei, null), (tx) => stateOwn(tx, id, '知道了'))
  const decision = { outcome: 'decided' as const, why: '同意', zone: ZONE }
  await expect(transact(both, (tx) => decideMeasure(tx, id, decision))).rejects.toMatchObject({
    code: 'measures.put_forward_by_you',
  })
  const herself = as(mei, null, ['leadership'])
  await expect(transact(herself, (tx) => decideMeasure(tx, id, decision))).rejects.toMatchObject({
    code: 'appraisal.own',
  })
  await decide(id)
})

test('the page of a leader who may not decide says why, and what to do where nobody else of the group can', async () => {
  const { id } = await bonus()
  await database.db
    .updateTable('staff')
    .set({ standing_roles: ['hr', 'leadership'] })
    .where('id', '=', xu)
    .execute()
  await transact(as(xu, null, ['hr', 'leadership']), (tx) =>
    putForward(tx, id, { coefficient: 0.9, why: '十月', zone: ZONE }),
  )
  const page = await signedIn(quiet, xu)
  const { html } = await page.get('/measures')
  expect(html).not.toContain(`action="/measures/${id}/decision"`)
  expect(html).toContain('这是你提出的，由别人决定。')
  expect(html).toContain('先等本人陈述，或到')
  expect(html).not.toContain('现在没有别人可以做')
  await database.db.updateTable('staff').set({ active: false }).where('id', '=', he).execute()
  expect((await page.get('/measures')).html).toContain('现在没有别人可以做')
})

test('what followed from a result falls with it: nobody decides or carries out what an amended month no longer recommends (row 72)', async () => {
  const { id, appraisalId } = await bonus()
  const coaching = (await listMeasures(database.db, { now: clock.now() })).find(({ kind }) => kind === 'coaching')
  await forward(id)
  await transact(as(mei, null), (tx) => stateOwn(tx, id, '两次都是断网'))
  await decide(id)
  await transact(hr(), (tx) => executeMeasure(tx, id))
  await transact(hr(), (tx) =>
    putForward(tx, coaching?.id as MeasureId, { coefficient: null, why: '辅导', zone: ZONE }),
  )
  await transact(as(mei, null), (tx) => objectTo(tx, appraisalId, '断网的证明在这里'))
  announced.length = 0
  await transact(group(), (tx) => decideObjection(tx, appraisalId, { outcome: 'amended', points: 15, why: '属实' }))
  const all = await database.db
    .selectFrom('appraisal_measures')
    .select(['kind', 'state', 'coefficient', 'withdrawn_by'])
    .where('appraisal_id', '=', appraisalId)
    .orderBy('id')
    .execute()
  expect(all).toEqual([
    { kind: 'bonus', state: 'executed', coefficient: '0.90', withdrawn_by: null },
    { kind: 'coaching', state: 'withdrawn', coefficient: null, withdrawn_by: null },
    { kind: 'bonus', state: 'proposed', coefficient: '1.00', withdrawn_by: null },
  ])
  expect(announced.filter(({ name }) => name === 'measure.withdrawn')).toHaveLength(2)
  // What was carried out is on nobody's file any more, and nobody does anything about it.
  expect((await listMeasures(database.db, { now: clock.now(), staffId: mei })).map(({ state }) => state)).toEqual([
    'withdrawn',
  ])
  await expect(transact(as(mei, null), (tx) => objectToMeasure(tx, id, '不服'))).rejects.toMatchObject({
    code: 'measures.off_file',
  })
  await expect(
    transact(group(), (tx) =>
      decideMeasure(tx, coaching?.id as MeasureId, { outcome: 'decided', why: '同意', zone: ZONE }),
    ),
  ).rejects.toMatchObject({ code: 'measures.not_now.decide' })
})

test('a further version with the same grade recommends nothing twice, and what people made of it stands', async () => {
  const { id, appraisalId } = await bonus()
  await forward(id)
  const kinds = async () =>
    (
      await database.db
        .selectFrom('appraisal_measures')
        .select(['kind', 'state'])
        .where('appraisal_id', '=', appraisalId)
        .orderBy('kind')
        .execute()
    ).map(({ kind, state }) => `${kind} ${state}`)
  await transact(hr(), (tx) => reopen(tx, appraisalId, { why: '补录', link: '/obligations' }))
  await countOctober({ db: database.db, transact, clock })
  await transact(hr(), (tx) => reviewAppraisal(tx, appraisalId, { points: 0, why: '' }))
  expect(await kinds()).toEqual(['bonus pending', 'coaching proposed'])
})

test('whoever takes a measure back says why, and what was decided stays to be read', async () => {
  const { id } = await bonus()
  await forward(id)
  await transact(as(mei, null), (tx) => stateOwn(tx, id, '知道了'))
  await decide(id)
  await expect(transact(hr(), (tx) => withdrawMeasure(tx, id, { why: ' ', zone: ZONE }))).rejects.toMatchObject({
    code: 'measures.reason_missing',
  })
  await transact(hr(), (tx) => withdrawMeasure(tx, id, { why: '重复发放', zone: ZONE }))
  await transact(hr(), (tx) => withdrawMeasure(tx, id, { why: '再按一次', zone: ZONE }))
  expect(await bonus()).toMatchObject({ state: 'withdrawn', decision: '同意', withdrawal: '重复发放' })
})

test('what was taken back before anybody decided leaves the file after twelve months too', async () => {
  const { id } = await bonus()
  await forward(id)
  await transact(hr(), (tx) => withdrawMeasure(tx, id, { why: '误提', zone: ZONE }))
  const { expiresAt } = await bonus()
  const mine = async () => (await listMeasures(database.db, { now: clock.now(), staffId: mei })).length
  expect(await mine()).toBe(1)
  clock.set(expiresAt as Date)
  expect(clock.now().toISOString().slice(0, 7)).toBe('2027-11')
  expect(await mine()).toBe(0)
})

test('one objects once, another leader looks at it, and twelve months later nobody does anything about it', async () => {
  const { id } = await bonus()
  await forward(id)
  await transact(as(mei, null), (tx) => stateOwn(tx, id, '知道了'))
  await decide(id)
  const own = as(mei, null)
  await transact(own, (tx) => objectToMeasure(tx, id, '断网不怪我'))
  await expect(
    transact(group(), (tx) => reviewMeasure(tx, id, { outcome: 'upheld', why: '维持' })),
  ).rejects.toMatchObject({ code: 'measures.decided_by_you' })
  const other = await hire(database.db, '宋理', { roles: ['leadership'], posts: [] })
  await transact(as(other, null, ['leadership']), (tx) => reviewMeasure(tx, id, { outcome: 'upheld', why: '维持' }))
  await transact(hr(), (tx) => executeMeasure(tx, id))
  await expect(transact(own, (tx) => objectToMeasure(tx, id, '再来一次'))).rejects.toMatchObject({
    code: 'measures.objected_once',
  })
  clock.set((await bonus()).expiresAt as Date)
  for (const act of [
    () => transact(hr(), (tx) => withdrawMeasure(tx, id, { why: '过期', zone: ZONE })),
    () => transact(own, (tx) => objectToMeasure(tx, id, '过期')),
  ])
    await expect(act()).rejects.toMatchObject({ code: 'measures.off_file' })
})

test('what is undecided for fourteen days is told to whoever heads the group, once (row 71)', async () => {
  const { id, proposedAt } = await bonus()
  const job = tellUndecidedMeasures({ db: database.db, transact, clock } as unknown as Deps)
  const due = async () => (await job.list(database.db, clock.now(), 10)).map((one) => one.id)
  clock.set(new Date(proposedAt.getTime() + 14 * 86_400_000 - 1))
  expect(await due()).toEqual([])
  clock.set(new Date(proposedAt.getTime() + 14 * 86_400_000))
  for (const one of await due()) await job.run(one)
  expect(await due()).toEqual([])
  expect(announced.filter(({ name }) => name === 'measure.undecided').map(({ payload }) => payload)).toContainEqual(
    expect.objectContaining({ measureId: id }),
  )
})

test('what is over goes back page by page, leads back to its start, and stays on its page when something changes', async () => {
  const { id } = await bonus()
  await sql`
    insert into appraisal_measures (appraisal_id, staff_id, kind, state, proposed_at, withdrawn_at, withdrawal)
    select appraisal_id, staff_id, 'award', 'withdrawn', proposed_at, ${clock.now()}, '第' || n
    from appraisal_measures, generate_series(1, 60) n where id = ${id}`.execute(database.db)
  const page = await signedIn(quiet, xu)
  const first = (await page.get('/measures')).html
  expect(wayOn(first, 'first')).toBeUndefined()
  const next = wayOn(first, 'next') ?? ''
  const second = (await page.get(next)).html
  expect(second).toContain('第1<')
  expect(second).toContain(`hx-get="${next}"`)
  expect(second).toMatch(/id="measures-over" open/)
  expect(wayOn(second, 'first')).toBe('/measures')
})
