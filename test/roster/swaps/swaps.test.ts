import { expect, test } from 'vitest'
import type { StaffId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import { changeShift } from '../../../server/roster/actions.ts'
import { askConfirmations } from '../../../server/roster/confirmations/actions.ts'
import { getShift } from '../../../server/roster/queries.ts'
import * as swaps from '../../../server/roster/swaps/actions.ts'
import { approveSwap, rejectSwap } from '../../../server/roster/swaps/deciding/actions.ts'
import { listCandidates } from '../../../server/roster/swaps/eligibility/queries.ts'
import { judgeSwap, listTrades } from '../../../server/roster/swaps/judging.ts'
import { listGivable } from '../../../server/roster/swaps/lists/queries.ts'
import { getSwap } from '../../../server/roster/swaps/queries.ts'
import { keepSwap, reverseSwap } from '../../../server/roster/swaps/reversing/actions.ts'
import { handSetClock } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { UNSIGNED } from '../../support/month.ts'
import { as, roster } from '../../support/people.ts'
import { night, PROOF, twoWhoMaySwap, ZONE } from '../../support/swapping.ts'

const database = testDatabase()
const clock = handSetClock()
const here = twoWhoMaySwap(database, clock)
const { transact, announced, hr, manager, ask, accept, approve, state, holders, publish, lapse } = here

test('rows 23 and 24: one covers for another through all hands; until HR approves the shift stays where it was', async () => {
  const id = await ask()
  expect(await state(id)).toBe('awaiting_substitute')
  await accept(id)
  expect(await state(id)).toBe('hr_review')
  expect(await holders()).toEqual({ mine: here.mei, theirs: here.chen })
  await approve(id)
  await approve(id)
  expect(await state(id)).toBe('applied')
  expect(await holders()).toEqual({ mine: here.chen, theirs: here.chen })
  const changed = announced.filter(({ name }) => name === 'shift.changed')
  expect(changed.map(({ payload }) => payload)).toMatchObject([
    { shiftId: here.mine, from: here.mei, staffId: here.chen },
  ])
})

test('two trade, also the same night at two posts, and whoever took a published shift has confirmed it', async () => {
  const guard = await roster(database.db, here.an, 'guard', night(10))
  await database.db
    .updateTable('staff')
    .set({ posts: ['service', 'guard'] })
    .where('id', 'in', [here.mei, here.an])
    .execute()
  await transact(system, (tx) => askConfirmations(tx, [here.mine, guard]))
  const id = await ask({ substituteId: here.an, backShiftId: guard })
  await accept(id, here.an)
  await approve(id)
  const rows = await database.db
    .selectFrom('shifts')
    .select(['id', 'staff_id'])
    .where('id', 'in', [here.mine, guard])
    .execute()
  expect(new Map(rows.map((row) => [row.id, row.staff_id]))).toEqual(
    new Map([
      [here.mine, here.an],
      [guard, here.mei],
    ]),
  )
  const asked = await database.db
    .selectFrom('shift_confirmations')
    .select(['staff_id', 'state'])
    .orderBy('shift_id')
    .execute()
  expect(asked).toEqual([
    { staff_id: here.an, state: 'confirmed' },
    { staff_id: here.mei, state: 'confirmed' },
  ])
})

test('two trade over the end of a month where both months are published, and both get a new version', async () => {
  const january = await roster(database.db, here.chen, 'service', {
    from: '2027-01-04T22:00:00+08:00',
    to: '2027-01-05T06:00:00+08:00',
    night: '2027-01-04',
  })
  const trade = () => ask({ substituteId: here.chen, backShiftId: january })
  await expect(trade()).rejects.toMatchObject({ code: 'swaps.not_published', field: 'back' })
  await publish('2026-12', '2027-01')
  const id = await trade()
  await accept(id)
  await approve(id)
  expect(await state(id)).toBe('applied')
  const versions = await database.db
    .selectFrom('roster_versions')
    .select(['month', 'version', 'why'])
    .where('version', '>', 1)
    .orderBy('month')
    .execute()
  expect(versions).toEqual([
    { month: '2026-12', version: 2, why: 'swap' },
    { month: '2027-01', version: 2, why: 'swap' },
  ])
})

test('over the end of a month the rules see both sides: what is given away bars nobody, and what is taken does', async () => {
  await publish('2026-12', '2027-01')
  const last = await roster(database.db, here.mei, 'service', {
    from: '2026-12-31T22:00:00+08:00',
    to: '2027-01-01T06:00:00+08:00',
    night: '2026-12-31',
  })
  const first = await roster(database.db, here.chen, 'service', {
    from: '2027-01-01T22:00:00+08:00',
    to: '2027-01-02T06:00:00+08:00',
    night: '2027-01-01',
  })
  for (const [who, day] of [
    [here.chen, 28],
    [here.chen, 29],
  ] as const)
    await roster(database.db, who, 'service', night(day))
  const at = { now: clock.now(), zone: ZONE }
  const [shift, back] = [await getShift(database.db, last), await getShift(database.db, first)]
  // Chen has stood two nights of the four before: with the 31st it is three, whatever he gives in January.
  expect((await judgeSwap(database.db, { shift, substituteId: here.chen, back }, at)).map(({ code }) => code)).toEqual([
    'roster.findings.nights_in_four',
  ])
  await database.db.deleteFrom('shifts').where('night', '=', '2026-12-28').execute()
  expect(await judgeSwap(database.db, { shift, substituteId: here.chen, back }, at)).toEqual([])
  const people = await listCandidates(database.db, shift.night)
  const givable = await listGivable(database.db, { around: '2026-12' }, { now: clock.now(), limit: 100 })
  const trades = await listTrades(database.db, shift, { people, givable, most: 60, at })
  expect(trades.map(({ theirs }) => theirs.id)).toContain(first)
})

test('row 23: inside 48 hours only with proof, and HR and the duty manager both say yes', async () => {
  clock.set('2026-12-09T12:00:00+08:00')
  await expect(ask()).rejects.toMatchObject({ code: 'swaps.proof_missing', field: 'proof' })
  const id = await ask({ proof: PROOF })
  await accept(id)
  await approve(id)
  expect(await state(id)).toBe('hr_review')
  await expect(transact(as(here.chen, 'manager'), (tx) => approveSwap(tx, id, 'manager', ZONE))).rejects.toMatchObject({
    code: 'swaps.own',
  })
  await transact(manager(), (tx) => approveSwap(tx, id, 'manager', ZONE))
  expect(await state(id)).toBe('applied')
})

test('row 23: a trade for a shift that begins sooner than 48 hours is an emergency, with proof and both of them deciding', async () => {
  clock.set('2026-12-13T12:00:00+08:00')
  const later = await roster(database.db, here.mei, 'service', night(20))
  const trade = { shiftId: later, backShiftId: here.theirs }
  await expect(ask(trade)).rejects.toMatchObject({ code: 'swaps.proof_missing' })
  const id = await ask({ ...trade, proof: PROOF })
  expect((await getSwap(database.db, id)).emergency).toBe(true)
  await accept(id)
  await approve(id)
  expect(await state(id)).toBe('hr_review')
  await transact(manager(), (tx) => approveSwap(tx, id, 'manager', ZONE))
  expect(await state(id)).toBe('applied')
})

test('a night that was published late has no 48 hours', async () => {
  clock.set('2026-12-09T12:00:00+08:00')
  await transact(system, (tx) => askConfirmations(tx, [here.mine]))
  const id = await ask()
  await accept(id)
  await approve(id)
  expect(await state(id)).toBe('applied')
})

test('every way out: declined, withdrawn, rejected with a reason, lapsed 24 hours before', async () => {
  const declined = await ask()
  await transact(as(here.chen), (tx) => swaps.declineSwap(tx, declined, '那天不在'))
  expect(await state(declined)).toBe('substitute_declined')
  const withdrawn = await ask()
  await transact(as(here.mei), (tx) => swaps.withdrawSwap(tx, withdrawn))
  await expect(accept(withdrawn)).rejects.toMatchObject({ code: 'swaps.not_now.accept' })
  const rejected = await ask()
  await accept(rejected)
  await expect(transact(hr(), (tx) => rejectSwap(tx, rejected, 'hr', ' '))).rejects.toMatchObject({ field: 'answer' })
  await transact(hr(), (tx) => rejectSwap(tx, rejected, 'hr', '当晚人手不够'))
  expect(await getSwap(database.db, rejected)).toMatchObject({ state: 'hr_rejected', answer: '当晚人手不够' })
  const late = await ask()
  await accept(late)
  clock.set('2026-12-09T21:59:59+08:00')
  await lapse()
  expect(await state(late)).toBe('hr_review')
  clock.set('2026-12-09T22:00:00+08:00')
  await lapse()
  await lapse()
  expect(await state(late)).toBe('expired')
  await expect(approve(late)).rejects.toMatchObject({ code: 'swaps.not_now.approve' })
  expect(await holders()).toEqual({ mine: here.mei, theirs: here.chen })
})

test('both may undo it before the start: one asks, the other agrees; afterwards nobody can', async () => {
  const id = await ask({ backShiftId: here.theirs })
  await accept(id)
  await approve(id)
  expect(await holders()).toEqual({ mine: here.chen, theirs: here.mei })
  const reverse = (by: StaffId) => transact(as(by), (tx) => reverseSwap(tx, id, ZONE))
  await reverse(here.mei)
  await reverse(here.mei)
  expect(await state(id)).toBe('applied')
  await transact(as(here.chen), (tx) => keepSwap(tx, id))
  await reverse(here.chen)
  await reverse(here.mei)
  expect(await state(id)).toBe('reversed')
  expect(await holders()).toEqual({ mine: here.mei, theirs: here.chen })
  const again = await ask()
  await accept(again)
  await approve(again)
  clock.set('2026-12-10T22:00:00+08:00')
  await expect(transact(as(here.mei), (tx) => reverseSwap(tx, again, ZONE))).rejects.toMatchObject({
    code: 'swaps.running',
  })
})

test('all rules are asked again at approval: who was put elsewhere meanwhile, or has left, does not get it', async () => {
  const busy = await ask()
  await accept(busy)
  await roster(database.db, here.chen, 'guard', night(11))
  await roster(database.db, here.chen, 'guard', night(8))
  await approve(busy)
  expect(await getSwap(database.db, busy)).toMatchObject({
    state: 'rules_failed',
    findings: expect.arrayContaining([expect.objectContaining({ code: 'roster.findings.nights_in_four' })]),
  })
  const gone = await ask({ substituteId: here.an })
  await accept(gone, here.an)
  await database.db.updateTable('staff').set({ active: false }).where('id', '=', here.an).execute()
  await approve(gone)
  expect(await getSwap(database.db, gone)).toMatchObject({
    state: 'rules_failed',
    findings: expect.arrayContaining([expect.objectContaining({ code: 'roster.findings.gone' })]),
  })
  expect(await holders()).toEqual({ mine: here.mei, theirs: here.chen })
})

test('row 24: whoever falls ill between acceptance and approval does not get it, and the page says why', async () => {
  const id = await ask()
  await accept(id)
  await database.db
    .insertInto('staff_leaves')
    .values({
      staff_id: here.chen,
      first_day: '2026-12-10',
      last_day: '2026-12-12',
      made_by: here.nuo,
      made_at: clock.now(),
    })
    .execute()
  await approve(id)
  expect(await getSwap(database.db, id)).toMatchObject({
    state: 'rules_failed',
    findings: expect.arrayContaining([expect.objectContaining({ code: 'roster.findings.leave' })]),
  })
  expect(await holders()).toEqual({ mine: here.mei, theirs: here.chen })
})

test('row 19: an approved change is the next version of a published month', async () => {
  await database.db
    .insertInto('roster_months')
    .values({ month: '2026-12', state: 'published', version: 1, opened_by: here.nuo, opened_at: clock.now() })
    .execute()
  const id = await ask()
  await accept(id)
  await approve(id)
  const versions = await database.db.selectFrom('roster_versions').select(['version', 'why', 'cells']).execute()
  expect(versions).toMatchObject([{ version: 2, why: 'swap' }])
  expect(versions[0]?.cells).toContainEqual(
    expect.objectContaining({ night: '2026-12-10', post: 'service', staffId: here.chen }),
  )
})

test('a shift that HR gave to another meanwhile ends its swap', async () => {
  const id = await ask()
  await accept(id)
  await transact(hr(), (tx) => changeShift(tx, here.mine, { staffId: here.an, post: 'service' }, UNSIGNED))
  await transact(system, (tx) => swaps.endOfShift(tx, here.mine))
  expect(await state(id)).toBe('rules_failed')
})

test('two swaps that cross at the same second: one of them goes through, the other is told', async () => {
  const first = await ask({ backShiftId: here.theirs })
  await expect(
    ask({ shiftId: here.theirs, substituteId: here.mei, backShiftId: null }, here.chen),
  ).rejects.toMatchObject({
    code: 'swaps.in_another',
  })
  await transact(as(here.mei), (tx) => swaps.withdrawSwap(tx, first))
  const both = await Promise.allSettled([
    ask({ backShiftId: here.theirs }),
    ask({ shiftId: here.theirs, substituteId: here.mei, backShiftId: here.mine, reason: '出差' }, here.chen),
  ])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('only who was asked accepts, only who asked withdraws, and others find nothing there', async () => {
  const id = await ask()
  await expect(accept(id, here.an)).rejects.toMatchObject({ name: 'NotFound' })
  await expect(transact(as(here.an), (tx) => swaps.withdrawSwap(tx, id))).rejects.toMatchObject({ name: 'NotFound' })
  await expect(transact(as(here.mei), (tx) => approveSwap(tx, id, 'hr', ZONE))).rejects.toMatchObject({
    name: 'Denied',
  })
  await expect(ask({ shiftId: here.theirs })).rejects.toMatchObject({ name: 'NotFound' })
  await expect(approve(id)).rejects.toMatchObject({ code: 'swaps.not_now.approve' })
  await expect(ask({ substituteId: here.zhou })).rejects.toMatchObject({ code: 'swaps.open_already' })
})

test('row 5: without a 组长 a swap is asked for, accepted, approved and undone by nobody; whoever cannot come in an emergency is replaced, and the version names it', async () => {
  await publish('2026-12')
  const [asked, done] = [await ask(), await ask({ shiftId: here.theirs, substituteId: here.an }, here.chen)]
  await accept(done, here.an)
  await approve(done)
  const head = () => database.db.updateTable('leadership_members').set({ during: '[2026-01-01,2026-12-01)' })
  await head().execute()
  const refused = { code: 'roster.headless' }
  await expect(accept(asked)).rejects.toMatchObject(refused)
  for (const by of [here.chen, here.an]) {
    const back = transact(as(by), (tx) => reverseSwap(tx, done, ZONE))
    await (by === here.an ? expect(back).rejects.toMatchObject(refused) : back)
  }
  await transact(as(here.mei), (tx) => swaps.withdrawSwap(tx, asked))
  await expect(ask()).rejects.toMatchObject(refused)
  // A 组长 whose term ends before the night does not head it.
  await database.db.updateTable('leadership_members').set({ during: '[2026-01-01,2026-12-10)' }).execute()
  await expect(ask()).rejects.toMatchObject(refused)
  await database.db.updateTable('leadership_members').set({ during: '[2026-01-01,2027-01-01)' }).execute()
  const again = await ask()
  await accept(again)
  await head().execute()
  await expect(approve(again)).rejects.toMatchObject(refused)
  expect(await state(again)).toBe('hr_review')
  expect(await holders()).toEqual({ mine: here.mei, theirs: here.an })
  await transact(as(here.mei), (tx) => swaps.withdrawSwap(tx, again))
  clock.set('2026-12-09T12:00:00+08:00')
  const urgent = await ask({ proof: PROOF })
  await accept(urgent)
  await approve(urgent)
  await transact(manager(), (tx) => approveSwap(tx, urgent, 'manager', ZONE))
  expect(await holders()).toEqual({ mine: here.chen, theirs: here.an })
  const { findings } = await database.db
    .selectFrom('roster_versions')
    .select('findings')
    .orderBy('version', 'desc')
    .executeTakeFirstOrThrow()
  expect(findings).toContainEqual(expect.objectContaining({ code: 'head_missing', night: '2026-12-10' }))
})
