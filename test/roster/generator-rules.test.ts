import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { StaffId } from '../../server/kernel/ids.ts'
import { instantOf } from '../../server/kernel/time.ts'
import { judge } from '../../server/roster/checker/rules.ts'
import type { Cell, MonthFacts } from '../../server/roster/facts.ts'
import { type Generated, generate, type Solve } from '../../server/roster/generator/generate.ts'
import { openSolver } from '../../server/roster/generator/solver.ts'
import { crew, monthOf, ZONE } from '../support/month.ts'

let solve: Solve
beforeAll(async () => {
  solve = await openSolver()
})

const found = (facts: MonthFacts, before: readonly Cell[] = []): Generated =>
  generate(facts, { before, seconds: 20, solve })
const plain = (cells: readonly Cell[]) =>
  cells.map(({ night, post, staffId, backup }) => `${night} ${post} ${staffId} ${backup}`).toSorted()
const hard = (facts: MonthFacts, cells: readonly Cell[]) =>
  judge(facts, cells).filter(({ weight }) => weight !== 'soft')

test('a month that can be filled is filled, breaks no rule, and spreads the nights of a post within one of each other', () => {
  const facts = monthOf(crew())
  const { cells, gaps } = found(facts)
  expect(gaps).toEqual([])
  expect(hard(facts, cells)).toEqual([])
  for (const post of ['technician', 'service', 'guard'] as const) {
    const nights = facts.people
      .filter(({ posts }) => posts.includes(post))
      .map(({ id }) => cells.filter((cell) => cell.staffId === id).length)
    expect(Math.max(...nights) - Math.min(...nights)).toBeLessThanOrEqual(1)
  }
})

test('whoever has stood more nights in the six months before stands fewer now', () => {
  const people = crew().map((one) =>
    one.id === '21' ? { ...one, history: { nights: 40, weekends: 0, holidays: 0, managerTurns: 0 } } : one,
  )
  const { cells } = found(monthOf(people))
  const of = (id: string) => cells.filter(({ staffId }) => staffId === id).length
  expect(of('21')).toBeLessThan(of('22'))
})

test('it is never infeasible: a night that cannot be filled lacks so many, because so many are away for this reason', () => {
  const away = { from: instantOf('2026-12-14', '12:00', ZONE), to: instantOf('2026-12-15', '12:00', ZONE) }
  const people = crew().map((one) => (one.posts.includes('guard') ? { ...one, leave: [away] } : one))
  const { gaps } = found(monthOf(people))
  expect(gaps).toEqual([
    { night: '2026-12-14', post: 'guard', backup: false, count: 1, because: [{ code: 'leave', people: 4 }] },
  ])
})

test('the same facts give the same roster; locked cells stay, and a person who leaves changes little else', () => {
  const facts = monthOf(crew())
  const first = found(facts)
  expect(plain(found(facts).cells)).toEqual(plain(first.cells))
  const locked: Cell = { night: '2026-12-24', post: 'service', staffId: '26' as StaffId, backup: false, locked: true }
  expect(plain(found(monthOf(crew(), { fixed: [locked] })).cells)).toContain('2026-12-24 service 26 false')
  const smaller = monthOf(crew().filter(({ id }) => id !== '31'))
  const again = found(smaller, first.cells)
  const others = plain(first.cells).filter((cell) => !cell.includes(' guard '))
  expect(plain(again.cells).filter((cell) => !cell.includes(' guard '))).toEqual(others)
})

test('each cell says why: the nights of whoever stands there, who was next, and what kept that one away', () => {
  const { cells } = found(monthOf(crew()))
  const cell = cells.find(({ post, backup }) => post === 'service' && !backup)
  expect(cell?.why).toMatchObject({ nights: 0, next: { staffId: expect.any(String) } })
})

test('departments take turns in leading, and few nights stand alone between free days', () => {
  const facts = monthOf(crew())
  const { cells } = found(facts)
  const soft = judge(facts, cells).map(({ code }) => code)
  expect(soft).not.toContain('manager_department')
  const alone = soft.filter((code) => code === 'isolated').length
  expect(alone).toBeLessThan(cells.length / 2)
})

test('people who have not met stand together rather than those who always do', () => {
  const met = [
    { pair: ['21', '22'] as [StaffId, StaffId], nights: 30 },
    { pair: ['23', '24'] as [StaffId, StaffId], nights: 30 },
  ]
  const { cells } = found(monthOf(crew(), { met }))
  const nights = Map.groupBy(
    cells.filter(({ post }) => post === 'service'),
    ({ night }) => night,
  )
  const again = [...nights.values()].filter((on) => {
    const ids = on
      .map(({ staffId }) => staffId)
      .toSorted()
      .join(' ')
    return ids === '21 22' || ids === '23 24'
  })
  // By chance it would be four of the thirty-one.
  expect(again.length).toBeLessThanOrEqual(1)
})

test('progress only grows, and what was not proven the best says how far from it it may be', () => {
  const told: number[] = []
  const hurried: Solve = (model, _seconds, tell) => ({ ...solve(model, 20, tell), distance: 0.04 })
  const { best, distance } = generate(monthOf(crew()), {
    before: [],
    seconds: 20,
    solve: hurried,
    progress: (done) => told.push(done),
  })
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(told.at(-1)).toBe(95)
  expect({ best, distance }).toEqual({ best: false, distance: 0.04 })
})

test('whatever leave, protection and wishes people have, no generated roster breaks a hard rule of a person', () => {
  const some = fc.record({
    leave: fc.option(fc.integer({ min: 1, max: 25 })),
    barred: fc.boolean(),
    wish: fc.option(fc.integer({ min: 1, max: 31 })),
    most: fc.option(fc.integer({ min: 0, max: 10 })),
  })
  fc.assert(
    fc.property(fc.array(some, { minLength: 21, maxLength: 21 }), (given) => {
      const day = (n: number) => `2026-12-${String(n).padStart(2, '0')}`
      const people = crew().map((one, n) => {
        const { leave = null, barred = false, wish = null, most = null } = given[n] ?? {}
        return {
          ...one,
          mostNights: most,
          leave: leave
            ? [{ from: instantOf(day(leave), '00:00', ZONE), to: instantOf(day(leave + 5), '00:00', ZONE) }]
            : [],
          notAtNight: barred && n % 5 === 0 ? [{ from: '2000-01-01', to: '2999-12-31' }] : [],
          wishes: wish ? [{ night: day(wish), wish: 'avoid' as const }] : [],
        }
      })
      const facts = monthOf(people)
      const { cells } = found(facts)
      expect(hard(facts, cells).filter(({ staffId }) => staffId !== null)).toEqual([])
    }),
    { numRuns: 6 },
  )
})
