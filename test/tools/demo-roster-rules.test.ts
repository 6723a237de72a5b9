import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAtLeast } from '../../server/accounts/rules.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { covers, DAY, HOUR, localOf, MINUTE, overlap, plus } from '../../server/kernel/time.ts'
import { PEOPLE } from '../../server/tools/demo/people.ts'
import { planRoster } from '../../server/tools/demo/sweep.ts'

const people = PEOPLE.map((person, n) => ({ ...person, id: String(n + 1) as StaffId })).filter(
  ({ posts }) => posts.length > 0,
)
const byId = new Map(people.map((person) => [person.id, person]))
type Shift = ReturnType<typeof planRoster>[number]

const plan = (now: Date, zone: string, planned: readonly Shift[] = []) => planRoster({ people, planned, now, zone })
const heads = (roster: readonly Shift[], at: Date) => {
  const there = roster.filter((shift) => covers(shift, at))
  return Object.fromEntries(
    (['manager', 'service', 'technician', 'guard'] as const).map((post) => [
      post,
      there.filter((shift) => shift.post === post).length,
    ]),
  )
}
/** A whole night has ten; by day fewer are there. */
const complete = (at: Date, zone: string) => {
  const { time } = localOf(at, zone)
  if (time < '06:00' || time >= '22:00') return { manager: 1, service: 4, technician: 3, guard: 2 }
  return time < '14:00'
    ? { manager: 1, service: 2, technician: 1, guard: 1 }
    : { manager: 1, service: 3, technician: 2, guard: 1 }
}

const anyInstant = fc
  .integer({ min: Date.UTC(2024, 0, 1) / MINUTE, max: Date.UTC(2038, 0, 1) / MINUTE })
  .map((minutes) => new Date(minutes * MINUTE))
// With and without summer time, south of the equator, with half an hour in the offset, and on either side of the date line.
const anyZone = fc.constantFrom(
  'Asia/Shanghai',
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
)

test('whenever and wherever it begins, the roster is complete at that instant and at every one of the next two weeks', () => {
  fc.assert(
    fc.property(anyInstant, anyZone, fc.integer({ min: 0, max: 14 * 24 * 60 - 1 }), (now, zone, later) => {
      const roster = plan(now, zone)
      for (const at of [now, plus(now, later * MINUTE)]) expect(heads(roster, at)).toEqual(complete(at, zone))
    }),
    { numRuns: 25 },
  )
})

test('on every later day the sweep has gone on before the roster ends, also after the program stood still for a while', () => {
  fc.assert(
    fc.property(
      anyInstant,
      anyZone,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 3 }),
      (start, zone, days) => {
        let now = start
        let roster = plan(now, zone)
        for (const pause of days) {
          now = plus(now, pause * DAY + HOUR)
          roster = [...roster, ...plan(now, zone, roster)]
          expect(heads(roster, now)).toEqual(complete(now, zone))
        }
        expect(plan(now, zone, roster)).toEqual([])
      },
    ),
    { numRuns: 8 },
  )
})

/** What is wrong with a planned shift by itself. */
function wrong(shift: Shift, zone: string): string | undefined {
  const from = localOf(shift.from, zone)
  const person = byId.get(shift.staffId)
  const hours = (shift.to.getTime() - shift.from.getTime()) / HOUR
  if (!['22:00', '06:00', '14:00'].includes(from.time)) return `begins at ${from.time}`
  if ((shift.kind === 'night') !== (from.time === '22:00')) return `${shift.kind} at ${from.time}`
  // The night is the date on which it begins, and so is the day of the day desk.
  if (shift.night !== from.date) return `${shift.night} begins on ${from.date}`
  // Eight, and one less or more where the clock is put forward or back.
  if (hours < 7 || hours > 9) return `${hours} hours`
  if (!person?.posts.includes(shift.post)) return `${person?.name} as ${shift.post}`
  return shift.post === 'manager' && !isAtLeast(person.rank, 'supervisor') ? `${person.name} leads` : undefined
}

test('three shifts a day, 22 to 06 the night and the others the day desk’s, each with one duty manager of rank 主管 or above', () => {
  fc.assert(
    fc.property(anyInstant, anyZone, (now, zone) => {
      expect(plan(now, zone).flatMap((shift) => wrong(shift, zone) ?? [])).toEqual([])
    }),
    { numRuns: 10 },
  )
})

test('nobody is planned twice at once or without eleven hours of rest', () => {
  fc.assert(
    fc.property(anyInstant, anyZone, (now, zone) => {
      const tired = [...Map.groupBy(plan(now, zone), ({ staffId }) => staffId).values()].filter((mine) => {
        const inOrder = mine.toSorted((a, b) => a.from.getTime() - b.from.getTime())
        return inOrder.some(({ to }, n) => {
          const next = inOrder[n + 1]
          return next && next.from.getTime() - to.getTime() < 11 * HOUR
        })
      })
      expect(tired).toEqual([])
    }),
    { numRuns: 10 },
  )
})

test('hardly anybody stands more than two nights in four or three in seven, and the nights of a post are spread evenly', () => {
  fc.assert(
    fc.property(anyInstant, anyZone, (now, zone) => {
      const nights = plan(now, zone).filter(({ kind }) => kind === 'night')
      const tooMany = [...Map.groupBy(nights, ({ staffId }) => staffId).values()].flatMap((mine) => {
        const days = mine.map(({ night }) => Date.parse(night) / DAY)
        const within = (from: number, length: number) => days.filter((day) => day >= from && day < from + length).length
        return days.filter((day) => within(day, 4) > 2 || within(day, 7) > 3)
      })
      expect(tooMany.length).toBeLessThan(nights.length / 50)
      const agents = people.filter(({ posts }) => posts.join() === 'service')
      const counts = agents.map(({ id }) => nights.filter(({ staffId }) => staffId === id).length)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(3)
    }),
    { numRuns: 10 },
  )
})

test('a window that people have touched stays as they made it', () => {
  const now = new Date('2026-11-24T02:14:00+08:00')
  const [lead] = people.filter(({ posts }) => posts.includes('manager'))
  const theirs = {
    staffId: lead?.id as StaffId,
    post: 'manager',
    from: new Date('2026-11-30T20:00:00+08:00'),
    to: new Date('2026-12-01T04:00:00+08:00'),
    night: '2026-11-30',
    kind: 'night',
  } as const
  const added = plan(now, 'Asia/Shanghai', [theirs])
  expect(added.filter((shift) => overlap(shift, theirs))).toEqual([])
  expect(heads(added, now)).toEqual(complete(now, 'Asia/Shanghai'))
})
