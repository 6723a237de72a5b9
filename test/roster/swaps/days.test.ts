import { expect, test } from 'vitest'
import type { ShiftId, StaffId } from '../../../server/kernel/ids.ts'
import { getShift } from '../../../server/roster/queries.ts'
import { listCandidates } from '../../../server/roster/swaps/eligibility/queries.ts'
import { judgeSwap, listCovers, listTrades } from '../../../server/roster/swaps/judging.ts'
import { listGivable } from '../../../server/roster/swaps/lists/queries.ts'
import { getSwap } from '../../../server/roster/swaps/queries.ts'
import { reverseSwap } from '../../../server/roster/swaps/reversing/actions.ts'
import { handSetClock } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { as, roster, train } from '../../support/people.ts'
import { night, twoWhoMaySwap, ZONE } from '../../support/swapping.ts'

const database = testDatabase()
const clock = handSetClock()
const here = twoWhoMaySwap(database, clock)
const { transact, ask, accept, approve, state, publish } = here

test('row 24: a shift by day is covered only by whoever may by every rule: leave, training, rest and the post', async () => {
  const day = { from: '2026-12-10T06:00:00+08:00', to: '2026-12-10T14:00:00+08:00', night: '2026-12-10' }
  const desk = await roster(database.db, here.mei, 'service', {
    ...day,
    from: '2026-12-09T06:00:00+08:00',
    to: '2026-12-09T14:00:00+08:00',
    night: '2026-12-09',
  })
  await database.db.updateTable('shifts').set({ kind: 'day' }).where('id', '=', desk).execute()
  const at = { now: clock.now(), zone: ZONE }
  const codes = async () =>
    (
      await judgeSwap(database.db, { shift: await getShift(database.db, desk), substituteId: here.an, back: null }, at)
    ).map(({ code }) => code)
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
  expect(await offered()).toEqual([here.an, here.chen])
  await database.db
    .insertInto('staff_leaves')
    .values({
      staff_id: here.an,
      first_day: '2026-12-09',
      last_day: '2026-12-09',
      made_by: here.nuo,
      made_at: clock.now(),
    })
    .execute()
  expect(await codes()).toEqual(['roster.findings.leave'])
  expect(await offered()).toEqual([here.chen])
  await database.db.deleteFrom('staff_leaves').execute()
  await database.db
    .updateTable('staff_planning')
    .set({ trained_until: '2026-12-08' })
    .where('staff_id', '=', here.an)
    .execute()
  expect(await codes()).toEqual(['roster.findings.training'])
  await train(database.db)
  await database.db
    .updateTable('staff_planning')
    .set({ trained_until: '2029-01-01' })
    .where('staff_id', '=', here.an)
    .execute()
  await roster(database.db, here.an, 'service', night(8))
  expect(await codes()).toContain('roster.findings.overlap_early')
  expect(await offered()).toEqual([here.chen])
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
  const monday = await daily(here.mei, byDay(17))
  const tuesday = await daily(here.chen, byDay(18))
  // She may have the day, or the night, and he hers; Zhou's nights are of another post.
  expect(await tradesFor(monday)).toEqual([here.theirs, tuesday])
  const days = await ask({ shiftId: monday, backShiftId: tuesday })
  await accept(days)
  expect(await holderOf(monday)).toBe(here.mei)
  await approve(days)
  expect(await state(days)).toBe('applied')
  expect([await holderOf(monday), await holderOf(tuesday)]).toEqual([here.chen, here.mei])
  const mixed = await ask({ shiftId: tuesday, backShiftId: here.theirs })
  await accept(mixed)
  await approve(mixed)
  expect([await holderOf(tuesday), await holderOf(here.theirs)]).toEqual([here.chen, here.mei])
  for (const by of [here.mei, here.chen]) await transact(as(by), (tx) => reverseSwap(tx, mixed, ZONE))
  expect([await holderOf(tuesday), await holderOf(here.theirs)]).toEqual([here.mei, here.chen])
})

test('row 24: what may be traded is listed by load, with the hours of its owner now and after', async () => {
  const monday = await daily(here.mei, byDay(17))
  await database.db
    .updateTable('shifts')
    .set({ during: '[2026-12-17T08:00:00+08:00,2026-12-17T14:00:00+08:00)' })
    .where('id', '=', monday)
    .execute()
  const tuesday = await daily(here.chen, byDay(18))
  const wednesday = await daily(here.an, byDay(19))
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
    [here.theirs, 16.5, 14.5],
    [tuesday, 16.5, 14.5],
  ])
})

test('row 24: a trade of days is barred by leave, training, rest beside a night and by what is not given away, and the form does not offer it', async () => {
  const monday = await daily(here.mei, byDay(17))
  const tuesday = await daily(here.chen, byDay(18))
  const wanted = () => ask({ shiftId: monday, backShiftId: tuesday })
  const barred = async () => {
    expect(await tradesFor(monday)).not.toContain(tuesday)
    await expect(wanted()).rejects.toMatchObject({ code: 'swaps.not_eligible' })
  }
  await database.db
    .insertInto('staff_leaves')
    .values({
      staff_id: here.chen,
      first_day: '2026-12-17',
      last_day: '2026-12-17',
      made_by: here.nuo,
      made_at: clock.now(),
    })
    .execute()
  await barred()
  await database.db.deleteFrom('staff_leaves').execute()
  // The way back is judged as well: she stands in a night whose morning is his day.
  const before = await roster(database.db, here.mei, 'service', night(17))
  await barred()
  await database.db.deleteFrom('shifts').where('id', '=', before).execute()
  const until = (day: string) =>
    database.db.updateTable('staff_planning').set({ trained_until: day }).where('staff_id', '=', here.mei).execute()
  await until('2026-12-17')
  await barred()
  await until('2029-01-01')
  // A second day of his at the same hours is not what he gives.
  const second = await daily(here.chen, byDay(17, 12))
  await barred()
  await database.db.deleteFrom('shifts').where('id', '=', second).execute()
  expect(await tradesFor(monday)).toContain(tuesday)
  expect(await state(await wanted())).toBe('awaiting_substitute')
})

test('all rules are asked again when a trade of days is approved: a night that came meanwhile leaves everybody where they were', async () => {
  const monday = await daily(here.mei, byDay(17))
  const tuesday = await daily(here.chen, byDay(18))
  const id = await ask({ shiftId: monday, backShiftId: tuesday })
  await accept(id)
  await roster(database.db, here.mei, 'service', night(17))
  await approve(id)
  expect(await state(id)).toBe('rules_failed')
  expect((await getSwap(database.db, id)).findings.map(({ code }) => code)).toContain('roster.findings.rest_short')
  expect([await holderOf(monday), await holderOf(tuesday)]).toEqual([here.mei, here.chen])
})

test('two trade a day over the end of a month, and the rules see both sides', async () => {
  await publish('2026-12', '2027-01')
  const december = await daily(here.mei, byDay(31))
  const at = { from: '2027-01-01T08:00:00+08:00', to: '2027-01-01T16:00:00+08:00', night: '2027-01-01' }
  const january = await daily(here.chen, at)
  const id = await ask({ shiftId: december, backShiftId: january })
  await accept(id)
  await roster(database.db, here.mei, 'service', { ...night(30), night: '2026-12-30' })
  await roster(database.db, here.chen, 'service', {
    from: '2026-12-30T22:00:00+08:00',
    to: '2026-12-31T06:00:00+08:00',
    night: '2026-12-30',
  })
  await approve(id)
  // Chen comes from the night to her day; that she comes from one to it counts no more.
  expect(await state(id)).toBe('rules_failed')
})
