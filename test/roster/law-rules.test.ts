import fc from 'fast-check'
import { strToU8 } from 'fflate'
import { beforeAll, expect, test } from 'vitest'
import type { Post } from '../../server/kernel/capabilities.ts'
import type { StaffId } from '../../server/kernel/ids.ts'
import { DAY, HOUR, instantOf, plus } from '../../server/kernel/time.ts'
import { judge, judgeChange } from '../../server/roster/checker/rules.ts'
import { substitutesFor } from '../../server/roster/checker/substitutes.ts'
import type { Cell, MonthFacts } from '../../server/roster/facts.ts'
import { generate, type Solve } from '../../server/roster/generator/generate.ts'
import { openSolver } from '../../server/roster/generator/solver.ts'
import { COLUMNS, readPlan } from '../../server/roster/months/sheets/reading.ts'
import { csvOf } from '../../server/web/sheet.ts'
import { cell, crew, monthOf, nightOf, ZONE } from '../support/month.ts'
import { brokenRules } from './law.ts'

let solve: Solve
beforeAll(async () => {
  solve = await openSolver()
})

const POSTS = ['manager', 'service', 'technician', 'guard'] as const
const IDS = crew().map(({ id }) => Number(id))
const day = fc.integer({ min: 1, max: 31 })

/** People with leave, protection, limits and training that runs out, and work that stands already: by day, and around the month. */
const facts: fc.Arbitrary<MonthFacts> = fc
  .record({
    away: fc.array(fc.record({ at: fc.nat(IDS.length - 1), from: day, days: fc.integer({ min: 1, max: 6 }) }), {
      maxLength: 5,
    }),
    barred: fc.array(fc.nat(IDS.length - 1), { maxLength: 2 }),
    trained: fc.array(fc.record({ at: fc.nat(IDS.length - 1), until: day }), { maxLength: 3 }),
    most: fc.array(fc.record({ at: fc.nat(IDS.length - 1), nights: fc.integer({ min: 0, max: 6 }) }), { maxLength: 3 }),
    standing: fc.array(
      fc.record({
        id: fc.constantFrom(...IDS),
        on: fc.integer({ min: -7, max: 37 }),
        start: fc.constantFrom(6, 8, 14),
        hours: fc.constantFrom(4, 8, 9),
      }),
      { maxLength: 30 },
    ),
    before: fc.array(fc.record({ id: fc.constantFrom(...IDS), on: fc.constantFrom(-3, -2, -1, 0, 32, 33) }), {
      maxLength: 8,
    }),
    reasons: fc.array(day, { maxLength: 3 }),
  })
  .map(({ away, barred, trained, most, standing, before, reasons }) => {
    const people = crew().map((person, n) => ({
      ...person,
      leave: away.filter(({ at }) => at === n).map(({ from, days }) => ({ from: at(from, 0), to: at(from + days, 0) })),
      notAtNight: barred.includes(n) ? [{ from: nightOf(5), to: nightOf(20) }] : [],
      trainedUntil: trained.find((one) => one.at === n)
        ? nightOf(trained.find((one) => one.at === n)?.until ?? 1)
        : '2027-12-31',
      mostNights: most.find((one) => one.at === n)?.nights ?? null,
    }))
    const month = monthOf(people)
    return {
      ...month,
      nights: month.nights.map((night) =>
        reasons.includes(Number(night.night.slice(8))) ? { ...night, gapReasons: { guard: 'quiet' } } : night,
      ),
      standing: [
        ...standing.map(({ id, on, start, hours }) => ({
          staffId: String(id) as StaffId,
          post: 'service' as const,
          kind: 'day' as const,
          from: at(on, start),
          to: plus(at(on, start), hours * HOUR),
        })),
        ...before.map(({ id, on }) => ({
          staffId: String(id) as StaffId,
          post: 'service' as const,
          kind: 'night' as const,
          from: at(on, 22),
          to: plus(at(on, 22), 8 * HOUR),
        })),
      ],
    }
  })
const at = (on: number, hour: number): Date =>
  plus(instantOf('2026-12-01', '00:00', ZONE), (on - 1) * DAY + hour * HOUR)

const someCell = fc.record({
  on: day,
  id: fc.constantFrom(...IDS, 99),
  post: fc.constantFrom<Post>(...POSTS),
  backup: fc.boolean(),
})
/** As HR's hand or a table that is brought may leave it: one cell a person and night, whatever it says. */
const anyPlan: fc.Arbitrary<Cell[]> = fc
  .uniqueArray(someCell, { selector: ({ on, id }) => `${on} ${id}`, maxLength: 120 })
  .map((all) => all.map(({ on, id, post, backup }) => cell(on, id, post, { backup: backup && post === 'manager' })))

/** Of each rule that is broken by the plan and not already without it: is it named? */
function unnamed(month: MonthFacts, cells: readonly Cell[]): string[] {
  const already = brokenRules(month, [])
  const named = new Set(
    judge(month, cells)
      .filter(({ weight }) => weight !== 'soft')
      .flatMap(({ code, staffId, night, post }) => [`${code} ${staffId}`, `${code} ${night} ${post}`]),
  )
  const byPlan = [...brokenRules(month, cells)].filter((one) => !already.has(one) || / 2026-/.test(one))
  return byPlan.filter((one) => !named.has(one))
}

test('no roster that somebody edited or brought breaks a hard rule that the checker does not name', () => {
  fc.assert(
    fc.property(facts, anyPlan, (month, cells) => {
      expect(unnamed(month, cells)).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('no roster that was generated breaks a hard rule of a person, and what it breaks of a night is a named gap', () => {
  fc.assert(
    fc.property(facts, (month) => {
      const { cells, gaps } = generate(month, { before: [], seconds: 20, solve })
      expect(unnamed(month, cells)).toEqual([])
      const already = new Set([...brokenRules(month, [])].filter((one) => !/ 2026-/.test(one)))
      const broken = [...brokenRules(month, cells)].filter((one) => !already.has(one))
      const named = new Set(
        gaps.map(({ night, post, backup }) => {
          const code = backup ? 'backup_none' : post === 'manager' ? 'manager_none' : 'heads_short'
          return `${code} ${night} ${post}`
        }),
      )
      expect(broken.filter((one) => !named.has(one))).toEqual([])
    }),
    { numRuns: 8 },
  )
})

test('a cover or a trade that the checker lets pass breaks no hard rule that was not broken before', () => {
  fc.assert(
    fc.property(facts, anyPlan, fc.nat(), fc.nat(), fc.boolean(), (month, cells, one, other, trade) => {
      const standing = cells.filter(({ backup }) => !backup)
      const [a, b] = [standing[one % Math.max(1, standing.length)], standing[other % Math.max(1, standing.length)]]
      if (!a || !b || a === b || a.staffId === b.staffId) return
      const change = trade
        ? {
            out: [a, b],
            in: [
              { ...a, staffId: b.staffId },
              { ...b, staffId: a.staffId },
            ],
          }
        : { out: [a], in: [{ ...a, staffId: b.staffId }] }
      if (judgeChange(month, cells, change).some(({ weight }) => weight !== 'soft')) return
      const after = [...cells.filter((each) => !change.out.includes(each)), ...change.in]
      const before = brokenRules(month, cells)
      expect([...brokenRules(month, after)].filter((each) => !before.has(each))).toEqual([])
    }),
    { numRuns: 400 },
  )
})

test('whoever is offered as a substitute breaks no hard rule by standing there', () => {
  fc.assert(
    fc.property(facts, anyPlan, fc.nat(), (month, cells, which) => {
      const standing = cells.filter(({ backup }) => !backup)
      const given = standing[which % Math.max(1, standing.length)]
      if (!given) return
      const before = brokenRules(month, cells)
      for (const { staffId } of substitutesFor(month, cells, given).eligible.slice(0, 3)) {
        const after = [...cells.filter((each) => each !== given), { ...given, staffId }]
        const fresh = [...brokenRules(month, after)].filter((each) => !before.has(each) && each.endsWith(` ${staffId}`))
        expect(fresh).toEqual([])
      }
    }),
    { numRuns: 100 },
  )
})

test('a plan that is taken away as a table and brought back is the same plan', async () => {
  await fc.assert(
    fc.asyncProperty(anyPlan, async (cells) => {
      const rows = cells.map(({ night, post, staffId, backup }) => [
        night,
        post,
        `n${staffId}`,
        '=林玫',
        backup ? 'yes' : '',
      ])
      const lines = await readPlan(strToU8(csvOf({ columns: COLUMNS, rows })))
      expect(lines.map(({ night, post, number, backup }) => [night, post, number, backup])).toEqual(
        cells.map(({ night, post, staffId, backup }) => [night, post, `n${staffId}`, backup]),
      )
    }),
    { numRuns: 50 },
  )
})
