import { beforeEach, expect, test } from 'vitest'
import type { ShiftId, StaffId, SwapId } from '../../../server/kernel/ids.ts'
import { system } from '../../../server/platform/actor.ts'
import { changeShift } from '../../../server/roster/actions.ts'
import { askConfirmations } from '../../../server/roster/confirmations/actions.ts'
import { getShift } from '../../../server/roster/queries.ts'
import * as swaps from '../../../server/roster/swaps/actions.ts'
import { approveSwap, rejectSwap } from '../../../server/roster/swaps/deciding/actions.ts'
import { listCandidates } from '../../../server/roster/swaps/eligibility/queries.ts'
import { judgeSwap, listCovers, listTrades } from '../../../server/roster/swaps/judging.ts'
import { listGivable } from '../../../server/roster/swaps/lists/queries.ts'
import { getSwap, listLapsing } from '../../../server/roster/swaps/queries.ts'
import { keepSwap, reverseSwap } from '../../../server/roster/swaps/reversing/actions.ts'
import { acts } from '../../support/acts.ts'
import { handSetClock } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { UNSIGNED } from '../../support/month.ts'
import { appointChief, as, hire, roster, train } from '../../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const ZONE = 'Asia/Shanghai'
const { transact, announced } = acts(database, clock)
let mei: StaffId
let chen: StaffId
let an: StaffId
let zhou: StaffId
let nuo: StaffId
let mine: ShiftId
let theirs: ShiftId

const night = (day: number) => {
  const two = (n: number) => String(n).padStart(2, '0')
  return {
    from: `2026-12-${two(day)}T22:00:00+08:00`,
    to: `2026-12-${two(day + 1)}T06:00:00+08:00`,
    night: `2026-12-${two(day)}`,
  }
}

beforeEach(async () => {
  clock.set('2026-12-01T12:00:00+08:00')
  await appointChief(database.db, clock.now())
  announced.length = 0
  mei = await hire(database.db, '林玫', { posts: ['service'] })
  chen = await hire(database.db, '陈舟', { posts: ['service', 'guard'] })
  an = await hire(database.db, '安然', { posts: ['service'] })
  zhou = await hire(database.db, '周启明', { rank: 'supervisor', posts: ['manager'] })
  nuo = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  await train(database.db)
  for (const day of [10, 14]) await roster(database.db, zhou, 'manager', night(day))
  mine = await roster(database.db, mei, 'service', night(10))
  theirs = await roster(database.db, chen, 'service', night(14))
})

const hr = () => as(nuo, null, ['hr'])
const manager = () => as(zhou, 'manager')
const PROOF = { file: '0'.repeat(32), type: 'image/png', name: 'proof.png' }
const ask = (more: Partial<swaps.Asking> = {}, by = mei): Promise<SwapId> =>
  transact(as(by), (tx) =>
    swaps.askSwap(
      tx,
      { shiftId: mine, substituteId: chen, backShiftId: null, reason: '家长会', proof: null, ...more },
      ZONE,
    ),
  )
const accept = (id: SwapId, by = chen) => transact(as(by), (tx) => swaps.acceptSwap(tx, id, ZONE))
const approve = (id: SwapId) => transact(hr(), (tx) => approveSwap(tx, id, 'hr', ZONE))
const state = async (id: SwapId) => (await getSwap(database.db, id)).state
const holders = async () =>
  Object.fromEntries(
    (await database.db.selectFrom('shifts').select(['id', 'staff_id']).where('id', 'in', [mine, theirs]).execute()).map(
      ({ id, staff_id }) => [id === mine ? 'mine' : 'theirs', staff_id],
    ),
  )
/** As HR has published them, with what stands in them now. */
const publish = async (...months: string[]): Promise<void> => {
  for (const month of months) {
    await database.db
      .insertInto('roster_months')
      .values({ month, state: 'published', version: 1, opened_by: nuo, opened_at: clock.now() })
      .execute()
    const rows = await database.db.selectFrom('shifts').selectAll().where('night', '>=', `${month}-01`).execute()
    const cells = rows
      .filter((row) => row.night.startsWith(month))
      .map((row) => ({ night: row.night, post: row.post, staffId: row.staff_id, backup: false, locked: false }))
    await database.db
      .insertInto('roster_versions')
      .values({
        month,
        version: 1,
        at: clock.now(),
        by: nuo,
        why: 'published',
        late: false,
        cells: JSON.stringify(cells),
        findings: '[]',
      })
      .execute()
  }
}
const lapse = async () => {
  for (const { id } of await listLapsing(database.db, clock.now(), 50))
    await transact(system, (tx) => swaps.expireSwap(tx, id))
}

test('rows 23 and 24: one covers for another through all hands; until HR approves the shift stays where it was', async () => {
  const id = await ask()
  expect(await state(id)).toBe('awaiting_substitute')
  await accept(id)
  expect(await state(id)).toBe('hr_review')
  expect(await holders()).toEqual({ mine: mei, theirs: chen })
  await approve(id)
  await approve(id)
  expect(await state(id)).toBe('applied')
  expect(await holders()).toEqual({ mine: chen, theirs: chen })
  const changed = announced.filter(({ name }) => name === 'shift.changed')
  expect(changed.map(({ payload }) => payload)).toMatchObject([{ shiftId: mine, from: mei, staffId: chen }])
})

test('two trade, also the same night at two posts, and whoever took a published shift has confirmed it', async () => {
  const guard = await roster(database.db, an, 'guard', night(10))
  await database.db
    .updateTable('staff')
    .set({ posts: ['service', 'guard'] })
    .where('id', 'in', [mei, an])
    .execute()
  await transact(system, (tx) => askConfirmations(tx, [mine, guard]))
  const id = await ask({ substituteId: an, backShiftId: guard })
  await accept(id, an)
  await approve(id)
  const rows = await database.db
    .selectFrom('shifts')
    .select(['id', 'staff_id'])
    .where('id', 'in', [mine, guard])
    .execute()
  expect(new Map(rows.map((row) => [row.id, row.staff_id]))).toEqual(
    new Map([
      [mine, an],
      [guard, mei],
    ]),
  )
  const asked = await database.db
    .selectFrom('shift_confirmations')
    .select(['staff_id', 'state'])
    .orderBy('shift_id')
    .execute()
  expect(asked).toEqual([
    { staff_id: an, state: 'confirmed' },
    { staff_id: mei, state: 'confirmed' },
  ])
})

test('two trade over the end of a month where both months are published, and both get a new version', async () => {
  const january = await roster(database.db, chen, 'service', {
    from: '2027-01-04T22:00:00+08:00',
    to: '2027-01-05T06:00:00+08:00',
    night: '2027-01-04',
  })
  const trade = () => ask({ substituteId: chen, backShiftId: january })
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
  const last = await roster(database.db, mei, 'service', {
    from: '2026-12-31T22:00:00+08:00',
    to: '2027-01-01T06:00:00+08:00',
    night: '2026-12-31',
  })
  const first = await roster(database.db, chen, 'service', {
    from: '2027-01-01T22:00:00+08:00',
    to: '2027-01-02T06:00:00+08:00',
    night: '2027-01-01',
  })
  for (const [who, day] of [
    [chen, 28],
    [chen, 29],
  ] as const)
    await roster(database.db, who, 'service', night(day))
  const at = { now: clock.now(), zone: ZONE }
  const [shift, back] = [await getShift(database.db, last), await getShift(database.db, first)]
  // Chen has stood two nights of the four before: with the 31st it is three, whatever he gives in January.
  expect((await judgeSwap(database.db, { shift, substituteId: chen, back }, at)).map(({ code }) => code)).toEqual([
    'roster.findings.nights_in_four',
  ])
  await database.db.deleteFrom('shifts').where('night', '=', '2026-12-28').execute()
  expect(await judgeSwap(database.db, { shift, substituteId: chen, back }, at)).toEqual([])
  const people = await listCandidates(database.db, shift.night)
  const givable = await listGivable(database.db, { around: '2026-12' }, { now: clock.now(), limit: 100 })
  const trades = await listTrades(database.db, shift, { people, givable, most: 60, at })
  expect(trades.map(({ theirs }) => theirs.id)).toContain(first)
})

test('row 24: a shift by day is covered only by whoever may by every rule: leave, training, rest and the post', async () => {
  const day = { from: '2026-12-10T06:00:00+08:00', to: '2026-12-10T14:00:00+08:00', night: '2026-12-10' }
  const desk = await roster(database.db, mei, 'service', {
    ...day,
    from: '2026-12-09T06:00:00+08:00',
    to: '2026-12-09T14:00:00+08:00',
    night: '2026-12-09',
  })
  await database.db.updateTable('shifts').set({ kind: 'day' }).where('id', '=', desk).execute()
  const at = { now: clock.now(), zone: ZONE }
  const codes = async () =>
    (await judgeSwap(database.db, { shift: await getShift(database.db, desk), substituteId: an, back: null }, at)).map(
      ({ code }) => code,
    )
  const offered = async () =>
    (
      await listCovers(
        database.db,
        await getShift(database.db, desk),
        await listCandidates(database.db, '2026-12-09'),
        at,
      )
    ).map(({ id }) => id)
  expect(await codes()).toEqual([])
  expect(await offered()).toEqual([an, chen])
  await database.db
    .insertInto('staff_leaves')
    .values({ staff_id: an, first_day: '2026-12-09', last_day: '2026-12-09', made_by: nuo, made_at: clock.now() })
    .execute()
  expect(await codes()).toEqual(['roster.findings.leave'])
  expect(await offered()).toEqual([chen])
  await database.db.deleteFrom('staff_leaves').execute()
  await database.db
    .updateTable('staff_planning')
    .set({ trained_until: '2026-12-08' })
    .where('staff_id', '=', an)
    .execute()
  expect(await codes()).toEqual(['roster.findings.training'])
  await train(database.db)
  await database.db
    .updateTable('staff_planning')
    .set({ trained_until: '2029-01-01' })
    .where('staff_id', '=', an)
    .execute()
  await roster(database.db, an, 'service', night(8))
  expect(await codes()).toContain('roster.findings.overlap_early')
  expect(await offered()).toEqual([chen])
})

const byDay = (day: number, hour = 8) => ({
  from: `2026-12-${day}T${String(hour).padStart(2, '0')}:00:00+08:00`,
  to: `2026-12-${day}T${hour + 8}:00:00+08:00`,
  night: `2026-12-${day}`,
})
const daily = async (who: StaffId, at: ReturnType<typeof byDay>): Promise<ShiftId> => {
  const id = await roster(database.db, who, 'service', at)
  await database.db.updateTable('shifts').set({ kind: 'day' }).where('id', '=', id).execute()
  return id
}
const tradesFor = async (id: ShiftId) => {
  const shift = await getShift(database.db, id)
  const people = await listCandidates(database.db, shift.night)
  const givable = await listGivable(database.db, { around: '2026-12' }, { now: clock.now(), limit: 100 })
  const at = { now: clock.now(), zone: ZONE }
  return (await listTrades(database.db, shift, { people, givable, most: 60, at })).map(({ theirs: one }) => one.id)
}
const holderOf = async (id: ShiftId) => (await getShift(database.db, id)).staffId

test('row 24: two trade a day for a day and a day for a night, through all hands, and both may undo it', async () => {
  const monday = await daily(mei, byDay(17))
  const tuesday = await daily(chen, byDay(18))
  // She may have the day, or the night, and he hers; Zhou's nights are of another post.
  expect(await tradesFor(monday)).toEqual([theirs, tuesday])
  const days = await ask({ shiftId: monday, backShiftId: tuesday })
  await accept(days)
  expect(await holderOf(monday)).toBe(mei)
  await approve(days)
  expect(await state(days)).toBe('applied')
  expect([await holderOf(monday), await holderOf(tuesday)]).toEqual([chen, mei])
  const mixed = await ask({ shiftId: tuesday, backShiftId: theirs })
  await accept(mixed)
  await approve(mixed)
  expect([await holderOf(tuesday), await holderOf(theirs)]).toEqual([chen, mei])
  for (const by of [mei, chen]) await transact(as(by), (tx) => reverseSwap(tx, mixed, ZONE))
  expect([await holderOf(tuesday), await holderOf(theirs)]).toEqual([mei, chen])
})

test('row 24: what may be traded is listed by load, with the hours of its owner now and after', async () => {
  const monday = await daily(mei, byDay(17))
  await database.db
    .updateTable('shifts')
    .set({ during: '[2026-12-17T08:00:00+08:00,2026-12-17T14:00:00+08:00)' })
    .where('id', '=', monday)
    .execute()
  const tuesday = await daily(chen, byDay(18))
  const wednesday = await daily(an, byDay(19))
  const shift = await getShift(database.db, monday)
  const people = await listCandidates(database.db, shift.night)
  const givable = await listGivable(database.db, { around: '2026-12' }, { now: clock.now(), limit: 100 })
  const trades = await listTrades(database.db, shift, {
    people,
    givable,
    most: 60,
    at: { now: clock.now(), zone: ZONE },
  })
  // An has no night yet, Chen one of 8.25 hours and his day: six hours and the early quarter come for eight.
  expect(trades.map((one) => [one.theirs.id, one.hoursNow, one.hoursAfter])).toEqual([
    [wednesday, 8.3, 6.3],
    [theirs, 16.5, 14.5],
    [tuesday, 16.5, 14.5],
  ])
})

test('row 24: a trade of days is barred by leave, training, rest beside a night and by what is not given away, and the form does not offer it', async () => {
  const monday = await daily(mei, byDay(17))
  const tuesday = await daily(chen, byDay(18))
  const wanted = () => ask({ shiftId: monday, backShiftId: tuesday })
  const barred = async () => {
    expect(await tradesFor(monday)).not.toContain(tuesday)
    await expect(wanted()).rejects.toMatchObject({ code: 'swaps.not_eligible' })
  }
  await database.db
    .insertInto('staff_leaves')
    .values({ staff_id: chen, first_day: '2026-12-17', last_day: '2026-12-17', made_by: nuo, made_at: clock.now() })
    .execute()
  await barred()
  await database.db.deleteFrom('staff_leaves').execute()
  // The way back is judged as well: she stands in a night whose morning is his day.
  const before = await roster(database.db, mei, 'service', night(17))
  await barred()
  await database.db.deleteFrom('shifts').where('id', '=', before).execute()
  const until = (day: string) =>
    database.db.updateTable('staff_planning').set({ trained_until: day }).where('staff_id', '=', mei).execute()
  await until('2026-12-17')
  await barred()
  await until('2029-01-01')
  // A second day of his at the same hours is not what he gives.
  const second = await daily(chen, byDay(17, 12))
  await barred()
  await database.db.deleteFrom('shifts').where('id', '=', second).execute()
  expect(await tradesFor(monday)).toContain(tuesday)
  expect(await state(await wanted())).toBe('awaiting_substitute')
})

test('all rules are asked again when a trade of days is approved: a night that came meanwhile leaves everybody where they were', async () => {
  const monday = await daily(mei, byDay(17))
  const tuesday = await daily(chen, byDay(18))
  const id = await ask({ shiftId: monday, backShiftId: tuesday })
  await accept(id)
  await roster(database.db, mei, 'service', night(17))
  await approve(id)
  expect(await state(id)).toBe('rules_failed')
  expect((await getSwap(database.db, id)).findings.map(({ code }) => code)).toContain('roster.findings.rest_short')
  expect([await holderOf(monday), await holderOf(tuesday)]).toEqual([mei, chen])
})

test('two trade a day over the end of a month, and the rules see both sides', async () => {
  await publish('2026-12', '2027-01')
  const december = await daily(mei, byDay(31))
  const at = { from: '2027-01-01T08:00:00+08:00', to: '2027-01-01T16:00:00+08:00', night: '2027-01-01' }
  const january = await daily(chen, at)
  const id = await ask({ shiftId: december, backShiftId: january })
  await accept(id)
  await roster(database.db, mei, 'service', { ...night(30), night: '2026-12-30' })
  await roster(database.db, chen, 'service', {
    from: '2026-12-30T22:00:00+08:00',
    to: '2026-12-31T06:00:00+08:00',
    night: '2026-12-30',
  })
  await approve(id)
  // Chen comes from the night to her day; that she comes from one to it counts no more.
  expect(await state(id)).toBe('rules_failed')
})

test('row 23: inside 48 hours only with proof, and HR and the duty manager both say yes', async () => {
  clock.set('2026-12-09T12:00:00+08:00')
  await expect(ask()).rejects.toMatchObject({ code: 'swaps.proof_missing', field: 'proof' })
  const id = await ask({ proof: PROOF })
  await accept(id)
  await approve(id)
  expect(await state(id)).toBe('hr_review')
  await expect(transact(as(chen, 'manager'), (tx) => approveSwap(tx, id, 'manager', ZONE))).rejects.toMatchObject({
    code: 'swaps.own',
  })
  await transact(manager(), (tx) => approveSwap(tx, id, 'manager', ZONE))
  expect(await state(id)).toBe('applied')
})

test('row 23: a trade for a shift that begins sooner than 48 hours is an emergency, with proof and both of them deciding', async () => {
  clock.set('2026-12-13T12:00:00+08:00')
  const later = await roster(database.db, mei, 'service', night(20))
  const trade = { shiftId: later, backShiftId: theirs }
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
  await transact(system, (tx) => askConfirmations(tx, [mine]))
  const id = await ask()
  await accept(id)
  await approve(id)
  expect(await state(id)).toBe('applied')
})

test('every way out: declined, withdrawn, rejected with a reason, lapsed 24 hours before', async () => {
  const declined = await ask()
  await transact(as(chen), (tx) => swaps.declineSwap(tx, declined, '那天不在'))
  expect(await state(declined)).toBe('substitute_declined')
  const withdrawn = await ask()
  await transact(as(mei), (tx) => swaps.withdrawSwap(tx, withdrawn))
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
  expect(await holders()).toEqual({ mine: mei, theirs: chen })
})

test('both may undo it before the start: one asks, the other agrees; afterwards nobody can', async () => {
  const id = await ask({ backShiftId: theirs })
  await accept(id)
  await approve(id)
  expect(await holders()).toEqual({ mine: chen, theirs: mei })
  const reverse = (by: StaffId) => transact(as(by), (tx) => reverseSwap(tx, id, ZONE))
  await reverse(mei)
  await reverse(mei)
  expect(await state(id)).toBe('applied')
  await transact(as(chen), (tx) => keepSwap(tx, id))
  await reverse(chen)
  await reverse(mei)
  expect(await state(id)).toBe('reversed')
  expect(await holders()).toEqual({ mine: mei, theirs: chen })
  const again = await ask()
  await accept(again)
  await approve(again)
  clock.set('2026-12-10T22:00:00+08:00')
  await expect(transact(as(mei), (tx) => reverseSwap(tx, again, ZONE))).rejects.toMatchObject({ code: 'swaps.running' })
})

test('all rules are asked again at approval: who was put elsewhere meanwhile, or has left, does not get it', async () => {
  const busy = await ask()
  await accept(busy)
  await roster(database.db, chen, 'guard', night(11))
  await roster(database.db, chen, 'guard', night(8))
  await approve(busy)
  expect(await getSwap(database.db, busy)).toMatchObject({
    state: 'rules_failed',
    findings: expect.arrayContaining([expect.objectContaining({ code: 'roster.findings.nights_in_four' })]),
  })
  const gone = await ask({ substituteId: an })
  await accept(gone, an)
  await database.db.updateTable('staff').set({ active: false }).where('id', '=', an).execute()
  await approve(gone)
  expect(await getSwap(database.db, gone)).toMatchObject({
    state: 'rules_failed',
    findings: expect.arrayContaining([expect.objectContaining({ code: 'roster.findings.gone' })]),
  })
  expect(await holders()).toEqual({ mine: mei, theirs: chen })
})

test('row 24: whoever falls ill between acceptance and approval does not get it, and the page says why', async () => {
  const id = await ask()
  await accept(id)
  await database.db
    .insertInto('staff_leaves')
    .values({ staff_id: chen, first_day: '2026-12-10', last_day: '2026-12-12', made_by: nuo, made_at: clock.now() })
    .execute()
  await approve(id)
  expect(await getSwap(database.db, id)).toMatchObject({
    state: 'rules_failed',
    findings: expect.arrayContaining([expect.objectContaining({ code: 'roster.findings.leave' })]),
  })
  expect(await holders()).toEqual({ mine: mei, theirs: chen })
})

test('row 19: an approved change is the next version of a published month', async () => {
  await database.db
    .insertInto('roster_months')
    .values({ month: '2026-12', state: 'published', version: 1, opened_by: nuo, opened_at: clock.now() })
    .execute()
  const id = await ask()
  await accept(id)
  await approve(id)
  const versions = await database.db.selectFrom('roster_versions').select(['version', 'why', 'cells']).execute()
  expect(versions).toMatchObject([{ version: 2, why: 'swap' }])
  expect(versions[0]?.cells).toContainEqual(
    expect.objectContaining({ night: '2026-12-10', post: 'service', staffId: chen }),
  )
})

test('a shift that HR gave to another meanwhile ends its swap', async () => {
  const id = await ask()
  await accept(id)
  await transact(hr(), (tx) => changeShift(tx, mine, { staffId: an, post: 'service' }, UNSIGNED))
  await transact(system, (tx) => swaps.endOfShift(tx, mine))
  expect(await state(id)).toBe('rules_failed')
})

test('two swaps that cross at the same second: one of them goes through, the other is told', async () => {
  const first = await ask({ backShiftId: theirs })
  await expect(ask({ shiftId: theirs, substituteId: mei, backShiftId: null }, chen)).rejects.toMatchObject({
    code: 'swaps.in_another',
  })
  await transact(as(mei), (tx) => swaps.withdrawSwap(tx, first))
  const both = await Promise.allSettled([
    ask({ backShiftId: theirs }),
    ask({ shiftId: theirs, substituteId: mei, backShiftId: mine, reason: '出差' }, chen),
  ])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('only who was asked accepts, only who asked withdraws, and others find nothing there', async () => {
  const id = await ask()
  await expect(accept(id, an)).rejects.toMatchObject({ name: 'NotFound' })
  await expect(transact(as(an), (tx) => swaps.withdrawSwap(tx, id))).rejects.toMatchObject({ name: 'NotFound' })
  await expect(transact(as(mei), (tx) => approveSwap(tx, id, 'hr', ZONE))).rejects.toMatchObject({ name: 'Denied' })
  await expect(ask({ shiftId: theirs })).rejects.toMatchObject({ name: 'NotFound' })
  await expect(approve(id)).rejects.toMatchObject({ code: 'swaps.not_now.approve' })
  await expect(ask({ substituteId: zhou })).rejects.toMatchObject({ code: 'swaps.open_already' })
})

test('row 5: without a 组长 a swap is asked for, accepted, approved and undone by nobody; whoever cannot come in an emergency is replaced, and the version names it', async () => {
  await publish('2026-12')
  const [asked, done] = [await ask(), await ask({ shiftId: theirs, substituteId: an }, chen)]
  await accept(done, an)
  await approve(done)
  const head = () => database.db.updateTable('leadership_members').set({ during: '[2026-01-01,2026-12-01)' })
  await head().execute()
  const refused = { code: 'roster.headless' }
  await expect(accept(asked)).rejects.toMatchObject(refused)
  for (const by of [chen, an]) {
    const back = transact(as(by), (tx) => reverseSwap(tx, done, ZONE))
    await (by === an ? expect(back).rejects.toMatchObject(refused) : back)
  }
  await transact(as(mei), (tx) => swaps.withdrawSwap(tx, asked))
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
  expect(await holders()).toEqual({ mine: mei, theirs: an })
  await transact(as(mei), (tx) => swaps.withdrawSwap(tx, again))
  clock.set('2026-12-09T12:00:00+08:00')
  const urgent = await ask({ proof: PROOF })
  await accept(urgent)
  await approve(urgent)
  await transact(manager(), (tx) => approveSwap(tx, urgent, 'manager', ZONE))
  expect(await holders()).toEqual({ mine: chen, theirs: an })
  const { findings } = await database.db
    .selectFrom('roster_versions')
    .select('findings')
    .orderBy('version', 'desc')
    .executeTakeFirstOrThrow()
  expect(findings).toContainEqual(expect.objectContaining({ code: 'head_missing', night: '2026-12-10' }))
})
