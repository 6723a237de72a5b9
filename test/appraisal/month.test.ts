import { beforeEach, expect, test } from 'vitest'
import { addedTo } from '../../server/appraisal/counted/queries.ts'
import { count } from '../../server/appraisal/counting/rules.ts'
import {
  acknowledge,
  commentOn,
  decide,
  noteCase,
  objectTo,
  reopen,
  reviewAppraisal,
  scoreAppraisal,
  sendBack,
  signAppraisal,
} from '../../server/appraisal/deciding/actions.ts'
import { countMonth } from '../../server/appraisal/freezing/actions.ts'
import { endAnswering } from '../../server/appraisal/publishing/actions.ts'
import { resultsOf } from '../../server/appraisal/publishing/queries.ts'
import { inputsOf, listOfMonth } from '../../server/appraisal/queries.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { system } from '../../server/platform/actor.ts'
import { evidence } from '../../server/reactions.ts'
import { acts } from '../support/acts.ts'
import {
  countOctober,
  nextStage,
  night,
  october,
  octoberOf,
  openOctober,
  owed,
  rated,
  worked,
} from '../support/appraisal.ts'
import { handSetClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { as, hire } from '../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact, announced } = acts(database, clock)
let house: { db: typeof database.db; transact: typeof transact; clock: typeof clock }
let mei: StaffId
let chen: StaffId
let zhao: StaffId
let xu: StaffId
let he: StaffId
let song: StaffId

beforeEach(async () => {
  const { db } = database
  announced.length = 0
  house = { db, transact, clock }
  mei = await hire(db, '林玫', { posts: ['service'] })
  zhao = await hire(db, '赵一', { posts: ['service'] })
  chen = await hire(db, '陈舟', { rank: 'supervisor', posts: ['manager'] })
  xu = await hire(db, '许晴', { roles: ['hr'], posts: [] })
  he = await hire(db, '何总', { roles: ['leadership'], rank: 'vice_president', posts: [] })
  song = await hire(db, '宋理', { roles: ['leadership'], rank: 'manager', posts: [] })
  for (const one of [mei, zhao, chen])
    await worked(db, one, one === chen ? 'manager' : 'service', { night: '2026-09-20' })
  for (let day = 1; day <= 12; day++) {
    await worked(db, mei, 'service', {
      night: night(day),
      arrival: day === 12 ? 'late' : day === 11 ? 'late_for_handover' : 'ready',
      minutes: day === 12 ? 8 : 0,
    })
    await worked(db, chen, 'manager', { night: night(day) })
  }
  await owed(db, mei, { done: 44, of: 50 })
})

const hr = () => as(xu, null, ['hr'])
const group = (one = he) => as(one, null, ['leadership'])
const own = (one: StaffId) => as(one, null)
const of = (staffId: StaffId) => octoberOf(database.db, staffId)
/** Through the stages with nothing moved, until the month is published. */
async function published(upTo = 'published') {
  let month = await openOctober(house)
  while (month.state !== upTo) {
    if (month.state === 'review')
      for (const one of await listOfMonth(database.db, month.id))
        await transact(hr(), (tx) => reviewAppraisal(tx, one.id, { points: 0, why: '' }))
    month = await nextStage(house)
  }
}

test('the month opens, freezes what it is counted from, and every figure opens to its rows (row 66, row 67)', async () => {
  const month = await openOctober(house)
  expect(month).toMatchObject({ state: 'contests', month: '2026-10-01' })
  const one = await of(mei)
  expect(one).toMatchObject({ state: 'draft', post: 'service', trial: false })
  expect(one.result?.addends[0]?.score).toBeCloseTo(97.9, 1)
  const inputs = await inputsOf(database.db, one.id, 1)
  expect(inputs.get('attendance')).toHaveLength(12)
  expect(inputs.get('quality.answers')).toHaveLength(50)
  expect(inputs.get('attendance')?.at(-1)).toMatchObject({ code: 'late', minutes: 8, value: 0.8 })
})

test('the stages end on workdays: contests 3, comments 2, managers 3, review 2, signed and published on the 11th (row 67)', async () => {
  const { plan } = await openOctober(house)
  // 1 November 2026 is a Sunday: 4, 6, 11, 13 and 16 November.
  expect(plan).toEqual({
    contests: '2026-11-04T16:00:00.000Z',
    comments: '2026-11-06T16:00:00.000Z',
    managers: '2026-11-11T16:00:00.000Z',
    review: '2026-11-13T16:00:00.000Z',
    signing: '2026-11-16T10:00:00.000Z',
  })
})

test('counted again from what was frozen it is the same to a tenth, whatever the roster says since', async () => {
  await rated(database.db, mei, { service: 5 })
  const month = await openOctober(house)
  const one = await of(mei)
  await database.db.deleteFrom('obligations').execute()
  await database.db.updateTable('attendances').set({ arrival: 'late', minutes_late: 99 }).execute()
  const added = await addedTo(database.db, [one.id])
  const again = count(await inputsOf(database.db, one.id, 1), month, one, added(one))
  expect(again).toEqual(one.result)
})

test('a crash in the middle goes on with the next and counts nobody twice', async () => {
  for (let n = 0; n < 60; n++) {
    const someone = await hire(database.db, `员工${n}`)
    await worked(database.db, someone, 'guard', { night: night((n % 28) + 1) })
  }
  clock.set('2026-11-01T12:00:00+08:00')
  const { openMonth } = await import('../../server/appraisal/months/actions.ts')
  await transact(system, (tx) => openMonth(tx, '2026-10-01', 'Asia/Shanghai'))
  const { id } = await october(database.db)
  let transactions = 0
  const dying: typeof transact = (actor, act) => {
    if (++transactions > 2) throw new Error('the process died')
    return transact(actor, act)
  }
  await expect(countMonth({ db: database.db, transact: dying }, id, evidence)).rejects.toThrow('died')
  const frozen = () => announced.filter(({ name }) => name === 'appraisal.frozen').length
  expect(frozen()).toBe(20)
  await Promise.all([countOctober(house), countOctober(house)])
  expect(frozen()).toBe(62)
  expect((await october(database.db)).state).toBe('contests')
  await countOctober(house)
  expect(frozen()).toBe(62)
})

test('what was contested and excused meanwhile is counted when the contests are over; what comes later is not', async () => {
  await openOctober(house)
  const before = (await of(mei)).score ?? 0
  await database.db
    .updateTable('obligations')
    .set({ state: 'excused', excused_by: xu, excused_at: new Date(), excused_from: 'late', excuse_reason: '断电' })
    .where('state', '=', 'late')
    .execute()
  await nextStage(house)
  expect((await of(mei)).score).toBeGreaterThan(before)
  expect((await inputsOf(database.db, (await of(mei)).id, 1)).get('quality.answers')?.at(-1)).toMatchObject({
    value: null,
    why: 'excused',
  })
})

test('the whole month: commented, moved by the manager with a reason, reviewed, published, acknowledged, closed', async () => {
  await openOctober(house)
  const { id } = await of(mei)
  await nextStage(house)
  await transact(own(mei), (tx) => commentOn(tx, id, '12 日堵车'))
  await nextStage(house)
  const moved = { quality: { by: 2, why: '17 日独自安抚九位客户', link: '/incidents/1' } }
  await transact(own(chen), (tx) => scoreAppraisal(tx, id, moved))
  expect((await of(mei)).state).toBe('manager_scored')
  await nextStage(house)
  await transact(hr(), (tx) => reviewAppraisal(tx, id, { points: -1, why: '一处签名缺失' }))
  await nextStage(house)
  await nextStage(house)
  const out = await of(mei)
  expect(out).toMatchObject({ state: 'published', grade: 'competent' })
  await transact(own(mei), (tx) => acknowledge(tx, id))
  clock.set(out.answerDueAt as Date)
  await transact(system, (tx) => endAnswering(tx, id))
  expect((await of(mei)).state).toBe('closed')
  expect(await resultsOf(database.db, id)).toHaveLength(1)
})

test('no point is moved without a reason and a record, nor by more than ten (row 68)', async () => {
  await published('managers')
  const { id } = await of(mei)
  const score = (move: { by: number; why: string; link: string }) =>
    transact(own(chen), (tx) => scoreAppraisal(tx, id, { quality: move }))
  await expect(score({ by: 2, why: '', link: '/tickets/1' })).rejects.toMatchObject({ code: 'appraisal.move_reason' })
  await expect(score({ by: 2, why: '好', link: 'somewhere' })).rejects.toMatchObject({ code: 'appraisal.move_link' })
  await expect(score({ by: 11, why: '好', link: '/tickets/1' })).rejects.toMatchObject({ code: 'appraisal.moved_far' })
  const nothing = { satisfaction: { by: 2, why: '好', link: '/tickets/1' } }
  await expect(transact(own(chen), (tx) => scoreAppraisal(tx, id, nothing))).rejects.toMatchObject({
    code: 'appraisal.nothing_to_move',
  })
})

test('nobody scores, reviews, signs or decides on themselves, nor whoever had a part in it', async () => {
  await database.db
    .updateTable('staff')
    .set({ posts: ['service'] })
    .where('id', '=', xu)
    .execute()
  for (const day of [1, 2, 3]) await worked(database.db, xu, 'service', { night: night(day) })
  await published('managers')
  const manager = await of(chen)
  // Whoever led the night is scored by the group.
  await expect(transact(own(chen), (tx) => scoreAppraisal(tx, manager.id, {}))).rejects.toMatchObject({
    code: 'appraisal.own',
  })
  await transact(group(), (tx) => scoreAppraisal(tx, manager.id, {}))
  await nextStage(house)
  const hers = await of(xu)
  await expect(transact(hr(), (tx) => reviewAppraisal(tx, hers.id, { points: 0, why: '' }))).rejects.toMatchObject({
    code: 'appraisal.own',
  })
  await transact(hr(), (tx) => reviewAppraisal(tx, manager.id, { points: 0, why: '' }))
  await nextStage(house)
  await nextStage(house)
  await transact(own(chen), (tx) => objectTo(tx, manager.id, '评分过低'))
  const uphold = { outcome: 'upheld' as const, points: 0, why: '记录无误' }
  await expect(transact(group(), (tx) => decide(tx, manager.id, uphold))).rejects.toMatchObject({
    code: 'appraisal.had_part',
  })
  await expect(transact(hr(), (tx) => decide(tx, manager.id, uphold))).rejects.toMatchObject({
    code: 'appraisal.had_part',
  })
  await transact(group(song), (tx) => decide(tx, manager.id, uphold))
  expect((await of(chen)).state).toBe('upheld')
})

test('an extreme waits for the group’s signature, also after the day of publication (row 71)', async () => {
  await database.db.updateTable('obligations').set({ state: 'done' }).where('state', '=', 'late').execute()
  await owed(database.db, mei, { done: 300, of: 300, day: 9 })
  for (let n = 0; n < 30; n++) await rated(database.db, mei, { service: 5 })
  await published()
  const one = await of(mei)
  expect(one).toMatchObject({ grade: 'excellent', state: 'hr_reviewed' })
  expect(announced.findLast(({ name }) => name === 'appraisal.stage_late')?.payload).toMatchObject({
    stage: 'signing',
    to: 'chief',
  })
  await expect(transact(hr(), (tx) => signAppraisal(tx, one.id))).rejects.toMatchObject({ name: 'Denied' })
  await transact(group(), (tx) => signAppraisal(tx, one.id))
  await transact(group(), (tx) => signAppraisal(tx, one.id))
  expect(await of(mei)).toMatchObject({ state: 'published', signedBy: he })
})

test('a stage that is late goes one level up: the evidence stands, and the group may review', async () => {
  await published('managers')
  await nextStage(house)
  const late = () =>
    announced.filter(({ name }) => name === 'appraisal.stage_late').map(({ payload }) => payload as { to: string })
  expect(late()).toMatchObject([{ to: 'personnel' }])
  // While it is personnel's own stage it is theirs alone.
  await expect(
    transact(group(), async (tx) => reviewAppraisal(tx, (await of(mei)).id, { points: 0, why: '' })),
  ).rejects.toMatchObject({ code: 'appraisal.personnel_first' })
  await nextStage(house)
  expect(late()).toMatchObject([{ to: 'personnel' }, { to: 'group' }])
  const { id } = await of(chen)
  await transact(group(), (tx) => reviewAppraisal(tx, id, { points: 0, why: '' }))
  await nextStage(house)
  expect((await of(chen)).state).toBe('published')
})

test('whoever says nothing for five workdays has received it, which is not agreed; then it is closed', async () => {
  await published()
  const one = await of(mei)
  expect(one.answerDueAt?.toISOString()).toBe('2026-11-23T16:00:00.000Z')
  clock.set(one.answerDueAt as Date)
  await transact(system, (tx) => endAnswering(tx, one.id))
  expect((await of(mei)).state).toBe('closed')
  expect(announced.some(({ name }) => name === 'appraisal.deemed_received')).toBe(true)
  await expect(transact(own(mei), (tx) => objectTo(tx, one.id, '太晚了'))).rejects.toMatchObject({
    code: 'appraisal.not_now.object',
  })
})

test('an objection that is granted is a new version that says why; the first stays as it was published', async () => {
  await published()
  const one = await of(mei)
  await transact(own(mei), (tx) => objectTo(tx, one.id, '交班有记录'))
  await transact(group(), (tx) => decide(tx, one.id, { outcome: 'amended', points: 2, why: '交班记录属实' }))
  const after = await of(mei)
  expect(after.score).toBeCloseTo((one.score ?? 0) + 2, 1)
  expect(await resultsOf(database.db, one.id)).toMatchObject([
    { revision: 2, why: '交班记录属实' },
    { revision: 1, score: one.score, why: '' },
  ])
})

test('an objection that nobody decides in five workdays goes to whoever heads the group, once, and may be decided still', async () => {
  await published()
  const { id } = await of(mei)
  await transact(own(mei), (tx) => objectTo(tx, id, '交班有记录'))
  const due = (await of(mei)).answerDueAt as Date
  const late = () => announced.filter(({ name }) => name === 'appraisal.objection_late').length
  clock.set(new Date(due.getTime() - 1))
  await transact(system, (tx) => endAnswering(tx, id))
  expect(late()).toBe(0)
  clock.set(due)
  await transact(system, (tx) => endAnswering(tx, id))
  await transact(system, (tx) => endAnswering(tx, id))
  expect(late()).toBe(1)
  expect((await of(mei)).state).toBe('appealed')
  await transact(group(), (tx) => decide(tx, id, { outcome: 'upheld', points: 0, why: '记录无误' }))
  await transact(system, (tx) => endAnswering(tx, id))
  expect((await of(mei)).state).toBe('closed')
})

test('an objection is not granted into an extreme by personnel alone: that is the group’s to sign, and whoever of them decides has signed', async () => {
  await database.db.updateTable('obligations').set({ state: 'done' }).where('state', '=', 'late').execute()
  await owed(database.db, mei, { done: 160, of: 240, day: 9 })
  for (let n = 0; n < 30; n++) await rated(database.db, mei, { service: 5 })
  await published()
  const one = await of(mei)
  expect(one).toMatchObject({ grade: 'competent', state: 'published' })
  await transact(own(mei), (tx) => objectTo(tx, one.id, '断电那一夜也算了'))
  const granted = { outcome: 'amended' as const, points: 10, why: '断电属实' }
  const other = as(await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), null, ['hr'])
  await expect(transact(other, (tx) => decide(tx, one.id, granted))).rejects.toMatchObject({
    code: 'appraisal.amendment_signed',
  })
  expect(await of(mei)).toMatchObject({ state: 'appealed', revision: 1, score: one.score })
  await transact(group(), (tx) => decide(tx, one.id, granted))
  expect(await of(mei)).toMatchObject({ grade: 'excellent', state: 'amended', revision: 2, signedBy: he })
})

test('whoever had a part in an earlier version, or led the nights, does not decide about a later one', async () => {
  const leads = as(chen, null, ['leadership'])
  await published()
  const { id } = await of(mei)
  await transact(own(mei), (tx) => objectTo(tx, id, '交班有记录'))
  // He led her nights, and let the days for scoring pass.
  const uphold = { outcome: 'upheld' as const, points: 0, why: '记录无误' }
  await expect(transact(leads, (tx) => decide(tx, id, uphold))).rejects.toMatchObject({ code: 'appraisal.had_part' })
  await transact(group(song), (tx) => decide(tx, id, uphold))
  const other = as(await hire(database.db, '许诺', { roles: ['hr'], posts: [] }), null, ['hr'])
  await transact(other, (tx) => reopen(tx, id, { why: '新证据', link: '/obligations' }))
  await countOctober(house)
  clock.set((await of(mei)).reviewDueAt as Date)
  await transact(group(), (tx) => reviewAppraisal(tx, id, { points: 0, why: '' }))
  await transact(own(mei), (tx) => objectTo(tx, id, '还是不对'))
  // Personnel reviewed the first version, another opened it again, one leader decided before, the other reviewed this one.
  for (const by of [hr(), other, group(song), group()])
    await expect(transact(by, (tx) => decide(tx, id, uphold))).rejects.toMatchObject({ code: 'appraisal.had_part' })
  const third = await hire(database.db, '高岚', { roles: ['leadership'], rank: 'manager', posts: [] })
  await transact(group(third), (tx) => decide(tx, id, uphold))
  expect((await of(mei)).state).toBe('upheld')
})

test('new evidence after publication is counted as the next version; nothing that was published changes by itself', async () => {
  await published()
  const one = await of(mei)
  await database.db.updateTable('obligations').set({ state: 'done' }).where('state', '=', 'late').execute()
  await countOctober(house)
  expect((await of(mei)).score).toBe(one.score)
  await transact(hr(), (tx) => reopen(tx, one.id, { why: '补录核实', link: '/obligations' }))
  await countOctober(house)
  expect(await of(mei)).toMatchObject({ state: 'manager_scored', revision: 2 })
  await transact(hr(), (tx) => reviewAppraisal(tx, one.id, { points: 0, why: '' }))
  const after = await of(mei)
  expect(after.score).toBeGreaterThan(one.score ?? 0)
  expect((await resultsOf(database.db, one.id)).map(({ revision, why }) => [revision, why])).toEqual([
    [2, '补录核实'],
    [1, ''],
  ])
})

test('a rating that arrives after the month counts in the month it arrives in', async () => {
  for (let n = 0; n < 6; n++) await rated(database.db, mei, { service: 5, at: '2026-11-01T00:30:00+08:00' })
  await openOctober(house)
  expect((await of(mei)).result?.satisfaction).toBeNull()
})

test('one customer forty times counts twice; a reason of the product and an unspoken one are left out and shown', async () => {
  const first = await rated(database.db, mei, { service: 1 })
  const { customer_id: customerId } = await database.db
    .selectFrom('tickets')
    .select('customer_id')
    .where('id', '=', first.ticketId)
    .executeTakeFirstOrThrow()
  for (let n = 0; n < 39; n++) await rated(database.db, mei, { service: 1, customerId: customerId as never })
  await rated(database.db, mei, { service: 1, reasons: ['line'] })
  await openOctober(house)
  const one = await of(mei)
  expect(one.result?.satisfaction?.count).toBe(2)
  expect(one.result?.addends[2]?.weight).toBe(0)
  const facts = (await inputsOf(database.db, one.id, 1)).get('satisfaction') ?? []
  expect(facts.filter(({ why }) => why === 'duplicate')).toHaveLength(38)
  expect(facts.filter(({ why }) => why === 'outage')).toHaveLength(1)
})

test('all fives of everybody is the norm of that month, for everybody', async () => {
  for (let n = 0; n < 8; n++) await rated(database.db, mei, { service: 5 })
  for (let n = 0; n < 8; n++) await rated(database.db, zhao, { service: 5 })
  await openOctober(house)
  expect((await of(mei)).result?.satisfaction?.score).toBe(100)
})

test('three shifts are enough for a grade, two are not; the first month is a trial', async () => {
  for (const day of [1, 2]) await worked(database.db, zhao, 'service', { night: night(day) })
  const newcomer = await hire(database.db, '新人')
  for (const day of [1, 2, 3]) await worked(database.db, newcomer, 'service', { night: night(day) })
  await openOctober(house)
  expect((await of(zhao)).grade).toBe('none')
  expect(await of(newcomer)).toMatchObject({ trial: true })
  expect((await of(newcomer)).result?.notes).toContain('trial')
})

test('whoever was off the house before the end has their month counted, and no measure follows', async () => {
  await database.db.updateTable('staff').set({ active: false }).where('id', '=', mei).execute()
  await published()
  expect(await of(mei)).toMatchObject({ state: 'published', active: false })
  const measures = await database.db
    .selectFrom('appraisal_measures')
    .select('staff_id')
    .where('staff_id', '=', mei)
    .execute()
  expect(measures).toEqual([])
})

test('a customer who is erased in between changes nothing that was counted', async () => {
  const { ticketId } = await rated(database.db, mei, { service: 4 })
  const month = await openOctober(house)
  const one = await of(mei)
  await database.db
    .updateTable('tickets')
    .set({ subject: '', erased_at: new Date() })
    .where('id', '=', ticketId)
    .execute()
  const added = await addedTo(database.db, [one.id])
  expect(count(await inputsOf(database.db, one.id, 1), month, one, added(one)).score).toBe(one.score)
})

test('personnel sends it back to the managers with a word while they have it; what they said stays', async () => {
  await published('managers')
  const { id } = await of(mei)
  await transact(own(chen), (tx) => scoreAppraisal(tx, id, {}))
  await transact(hr(), (tx) => sendBack(tx, id, '请写明理由'))
  expect((await of(mei)).state).toBe('commented')
  await transact(own(chen), (tx) => scoreAppraisal(tx, id, {}))
  expect((await of(mei)).state).toBe('manager_scored')
})

test('a proven serious case has a record, and only personnel notes it', async () => {
  await published('review')
  const { id } = await of(mei)
  await expect(transact(own(chen), (tx) => noteCase(tx, id, { words: '伪造记录', link: '/x' }))).rejects.toMatchObject({
    name: 'Denied',
  })
  await expect(transact(hr(), (tx) => noteCase(tx, id, { words: '伪造记录', link: '' }))).rejects.toMatchObject({
    code: 'appraisal.case_link',
  })
  await transact(hr(), (tx) => noteCase(tx, id, { words: '伪造记录', link: '/incidents/1' }))
  expect((await of(mei)).caseWords).toBe('伪造记录')
})

test('a stranger’s appraisal is not there to comment on, acknowledge or object to', async () => {
  await openOctober(house)
  const { id } = await of(mei)
  for (const act of [commentOn, objectTo])
    await expect(transact(own(zhao), (tx) => act(tx, id, '…'))).rejects.toMatchObject({ name: 'NotFound' })
  await expect(transact(own(zhao), (tx) => acknowledge(tx, id))).rejects.toMatchObject({ name: 'NotFound' })
})
