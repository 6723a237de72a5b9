import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import type { ShiftId, StaffId, SwapId } from '../../../server/kernel/ids.ts'
import { Refusal } from '../../../server/kernel/refusal.ts'
import { type Actor, system } from '../../../server/platform/actor.ts'
import * as swaps from '../../../server/roster/swaps/actions.ts'
import { approveSwap, rejectSwap } from '../../../server/roster/swaps/deciding/actions.ts'
import { reverseSwap } from '../../../server/roster/swaps/reversing/actions.ts'
import { isOpen } from '../../../server/roster/swaps/rules.ts'
import type { Tx } from '../../../server/schema.ts'
import { acts } from '../../support/acts.ts'
import { handSetClock } from '../../support/clock.ts'
import { testDatabase } from '../../support/database.ts'
import { appointChief, as, hire, roster, train } from '../../support/people.ts'

const database = testDatabase()
const clock = handSetClock()
const { transact } = acts(database, clock)
const ZONE = 'Asia/Shanghai'
const NIGHTS = [10, 14, 18]
let people: StaffId[]
let hr: StaffId
let shifts: ShiftId[]

const night = (day: number) => ({
  from: `2026-12-${day}T22:00:00+08:00`,
  to: `2026-12-${day + 1}T06:00:00+08:00`,
  night: `2026-12-${day}`,
})

beforeEach(async () => {
  clock.set('2026-12-01T12:00:00+08:00')
  await appointChief(database.db, clock.now())
  const manager = await hire(database.db, '周启明', { rank: 'supervisor', posts: ['manager'] })
  people = []
  for (const name of ['林玫', '陈舟', '安然']) people.push(await hire(database.db, name, { posts: ['service'] }))
  hr = await hire(database.db, '许诺', { roles: ['hr'], posts: [] })
  await train(database.db)
  shifts = []
  for (const [n, day] of NIGHTS.entries()) {
    await roster(database.db, manager, 'manager', night(day))
    shifts.push(await roster(database.db, people[n] as StaffId, 'service', night(day)))
  }
  // The last of them stands by day: covers and trades are the same there.
  const desk = { from: '2026-12-18T08:00:00+08:00', to: '2026-12-18T16:00:00+08:00', night: '2026-12-18' }
  const during = `[${desk.from},${desk.to})`
  await database.db
    .updateTable('shifts')
    .set({ kind: 'day', during })
    .where('id', '=', shifts[2] as ShiftId)
    .execute()
})

/** One press of one person, on whatever swap that number means by then; mostly by whoever it is asked of, else by anybody. */
type Press = {
  act: 'ask' | 'accept' | 'decline' | 'withdraw' | 'approve' | 'reject' | 'reverse' | 'expire'
  a: number
  b: number
  back: boolean
  anybody: boolean
}
const press = fc.record({
  act: fc.constantFrom(
    ...([
      'ask',
      'ask',
      'ask',
      'accept',
      'accept',
      'accept',
      'accept',
      'approve',
      'approve',
      'approve',
      'approve',
    ] as const),
    ...(['decline', 'withdraw', 'reject', 'reverse', 'reverse', 'expire'] as const),
  ),
  a: fc.nat(2),
  b: fc.nat(2),
  back: fc.boolean(),
  anybody: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
}) as fc.Arbitrary<Press>

/** What is refused in words, or is not there for whoever presses, changes nothing; anything else would be a fault. */
const quietly = async (actor: Actor, act: (tx: Tx) => Promise<unknown>): Promise<void> => {
  await transact(actor, act).catch((error: unknown) => {
    if (!(error instanceof Refusal) && (error as Error).name !== 'NotFound') throw error
  })
}
const newest = async (n: number): Promise<{ id: SwapId; asks: StaffId; covers: StaffId } | undefined> => {
  const row = await database.db
    .selectFrom('swaps')
    .select(['id', 'requester_id', 'substitute_id'])
    .orderBy('id', 'desc')
    .offset(n)
    .limit(1)
    .executeTakeFirst()
  return row && { id: row.id as SwapId, asks: row.requester_id as StaffId, covers: row.substitute_id as StaffId }
}

async function doPress({ act, a, b, back, anybody }: Press): Promise<void> {
  const partner = anybody ? b : (a + 1 + (b % 2)) % people.length
  const [one, other] = [people[a] as StaffId, people[partner] as StaffId]
  const office = as(hr, null, ['hr'])
  if (act === 'ask') {
    const asking = {
      shiftId: shifts[a] as ShiftId,
      substituteId: other,
      backShiftId: back ? (shifts[partner] as ShiftId) : null,
      reason: '有事',
      proof: null,
    }
    return quietly(as(one), (tx) => swaps.askSwap(tx, asking, ZONE))
  }
  const found = await newest(anybody ? a : a % 2)
  if (!found) return
  const { id } = found
  const covers = anybody ? other : found.covers
  const asks = anybody ? other : found.asks
  if (act === 'accept') return quietly(as(covers), (tx) => swaps.acceptSwap(tx, id, ZONE))
  if (act === 'decline') return quietly(as(covers), (tx) => swaps.declineSwap(tx, id, ''))
  if (act === 'withdraw') return quietly(as(asks), (tx) => swaps.withdrawSwap(tx, id))
  if (act === 'approve') return quietly(office, (tx) => approveSwap(tx, id, 'hr', ZONE))
  if (act === 'reject') return quietly(office, (tx) => rejectSwap(tx, id, 'hr', '人手不够'))
  if (act === 'reverse') return quietly(as(back ? asks : covers), (tx) => reverseSwap(tx, id, ZONE))
  return quietly(system, (tx) => swaps.expireSwap(tx, id))
}

/** Who stands where follows from the swaps that are in force, and from nothing else. */
async function expectConsistentSince(since: string): Promise<void> {
  const all = await database.db.selectFrom('swaps').selectAll().orderBy('applied_at').orderBy('id').execute()
  const stands = await database.db
    .selectFrom('shifts')
    .select(['id', 'staff_id'])
    .where('post', '=', 'service')
    .execute()
  const open = all.filter(({ state }) => isOpen(state)).flatMap((one) => [one.shift_id, one.back_shift_id])
  const inOpen = open.filter((id) => id !== null)
  expect(new Set(inOpen).size, 'a shift is in one open swap').toBe(inOpen.length)
  expect(all.filter(({ state }) => state === 'submitted' || state === 'approved')).toEqual([])
  for (const one of all) {
    if (one.state === 'applied') expect(one.hr_by).toBe(hr)
    if (isOpen(one.state))
      expect(stands.find(({ id }) => id === one.shift_id)?.staff_id, 'the requester stays responsible').toBe(
        one.requester_id,
      )
    else if (one.state !== 'applied') expect(one.ended_at).not.toBeNull()
  }
  const events = await database.db
    .selectFrom('events')
    .select(['name', 'payload'])
    .where('id', '>', since)
    .orderBy('id')
    .execute()
  const holder = new Map(shifts.map((id, n) => [id as string, people[n] as string]))
  for (const { name, payload } of events)
    if (name === 'shift.changed') {
      const { shiftId, staffId, from } = payload as { shiftId: string; staffId: string; from: string }
      expect(holder.get(shiftId), 'each change leaves where the one before arrived').toBe(from)
      holder.set(shiftId, staffId)
    }
  for (const { id, staff_id } of stands) expect(staff_id).toBe(holder.get(id))
}

test('any order of presses on swaps, several at the same second, ends with every shift in one pair of hands that its swaps account for', async () => {
  let inForce = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(press, { minLength: 1, maxLength: 5 }), { minLength: 3, maxLength: 10 }),
      async (rounds) => {
        await database.db.deleteFrom('swaps').execute()
        const all = await database.db.selectFrom('shifts').select(['id', 'staff_id']).execute()
        for (const { id } of all) {
          const n = shifts.indexOf(id as ShiftId)
          if (n >= 0)
            await database.db
              .updateTable('shifts')
              .set({ staff_id: people[n] as StaffId })
              .where('id', '=', id)
              .execute()
        }
        const since = (
          await database.db
            .selectFrom('events')
            .select((s) => s.fn.max('id').as('last'))
            .executeTakeFirst()
        )?.last
        for (const together of rounds) await Promise.all(together.map(doPress))
        await expectConsistentSince(String(since ?? '0'))
        inForce += (await database.db.selectFrom('swaps').select('id').where('applied_at', 'is not', null).execute())
          .length
      },
    ),
    { numRuns: 25, seed: 20261210 },
  )
  expect(inForce, 'swaps that came into force on the way').toBeGreaterThan(5)
}, 60_000)

test('a hundred presses in a row of two who trade, and HR beside them', async () => {
  const mei = people[0] as StaffId
  const chen = people[1] as StaffId
  for (let n = 0; n < 8; n++)
    await Promise.all([
      doPress({ act: 'ask', a: 0, b: 1, back: true, anybody: true }),
      doPress({ act: 'ask', a: 1, b: 0, back: true, anybody: true }),
      doPress({ act: 'accept', a: 0, b: n % 2, back: n % 2 === 0, anybody: false }),
      doPress({ act: 'approve', a: 0, b: 0, back: n % 2 === 0, anybody: false }),
      doPress({ act: 'reverse', a: 0, b: n % 2, back: n % 2 === 0, anybody: false }),
    ])
  const stands = await database.db
    .selectFrom('shifts')
    .select('staff_id')
    .where('id', 'in', shifts.slice(0, 2))
    .execute()
  expect(new Set(stands.map(({ staff_id }) => staff_id))).toEqual(new Set([mei, chen]))
})
