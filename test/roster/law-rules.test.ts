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
import type { Stand } from '../../server/roster/judging.ts'
import { COLUMNS, readPlan } from '../../server/roster/months/sheets/reading.ts'
import { judgeMoves, type Move } from '../../server/roster/swaps/judging.ts'
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

test('row 24: a cover or a trade of days, and of a day for a night, that the rules let pass breaks no hard rule that was not broken before', () => {
  const dayShift = fc.record({
    on: fc.integer({ min: 2, max: 30 }),
    id: fc.constantFrom(...IDS),
    // Mostly at a post of theirs, and for somebody of the same.
    post: fc.option(fc.constantFrom<Post>(...POSTS), { nil: null, freq: 8 }),
    start: fc.integer({ min: 6, max: 14 }),
    hours: fc.integer({ min: 2, max: 9 }),
  })
  const crewOf = (id: number): number[] => IDS.filter((other) => postOf(other) === postOf(id))
  const passed = { cover: 0, days: 0, mixed: 0 }
  fc.assert(
    fc.property(
      facts,
      anyPlan,
      dayShift,
      fc.option(fc.oneof(dayShift, fc.nat()), { nil: null }),
      fc.nat(),
      (month, cells, one, back, taker) => {
        const standOf = ({ on, id, post, start, hours }: typeof one): Stand => ({
          from: at(on, start),
          to: plus(at(on, start), hours * HOUR),
          kind: 'day',
          staffId: String(id) as StaffId,
          post: post ?? postOf(id),
          night: nightOf(on),
        })
        const colleagues = crewOf(one.id)
        const colleague = colleagues[taker % colleagues.length] ?? one.id
        const nights = cells.filter(({ backup }) => !backup)
        const nightStand = (n: number): Stand | null => {
          const same = nights.filter(({ post }) => post === postOf(one.id))
          const mine = n % 5 === 0 ? nights[n % Math.max(1, nights.length)] : same[n % Math.max(1, same.length)]
          const window = month.nights.find(({ night }) => night === mine?.night)?.window
          return mine && window ? { ...mine, ...window, kind: 'night' } : null
        }
        const given = standOf(one)
        const other =
          back === null ? null : typeof back === 'number' ? nightStand(back) : standOf({ ...back, id: colleague })
        const to = other?.staffId ?? (String(colleague) as StaffId)
        if (to === given.staffId || (back !== null && !other)) return
        const moves: Move[] = [{ given, to }, ...(other ? [{ given: other, to: given.staffId }] : [])]
        const days = moves.filter((move) => move.given.kind === 'day')
        // What stands by day is one piece a person at a time, in the table as here.
        const isFree = ({ given: { from, to: until, staffId } }: Move): boolean =>
          month.standing.every((duty) => duty.staffId !== staffId || duty.to <= from || until <= duty.from)
        if (!days.every(isFree)) return
        const standing = days.map(({ given: { staffId, post, from, to: until } }) => ({
          ...{ staffId, post, from, to: until },
          kind: 'day' as const,
        }))
        const known = { ...month, standing: [...month.standing, ...standing] }
        if (judgeMoves({ facts: known, cells }, moves, month.month).length > 0) return
        passed[other === null ? 'cover' : other.kind === 'day' ? 'days' : 'mixed'] += 1
        const cellAt = (stand: Stand, staffId: StaffId): Cell => ({
          ...{ night: stand.night, post: stand.post, staffId, backup: false, locked: false },
          ...(stand.kind === 'day' ? { stretch: { from: stand.from, to: stand.to, kind: 'day' as const } } : {}),
        })
        const rest = cells.filter(
          (cell) => cell.backup || !moves.some((move) => move.given.kind === 'night' && sameCell(cell, move.given)),
        )
        const before = brokenRules(month, [...rest, ...moves.map((move) => cellAt(move.given, move.given.staffId))])
        const after = brokenRules(month, [...rest, ...moves.map((move) => cellAt(move.given, move.to))])
        const people = new Set(moves.map((move) => move.to))
        const counted = [...after].filter(
          (code) => !before.has(code) && (/ 2026-/.test(code) || [...people].some((id) => code.endsWith(` ${id}`))),
        )
        expect(counted).toEqual([])
      },
    ),
    { numRuns: 1500 },
  )
  // Some forty of each as a rule: far fewer would say that nothing is tried any more.
  for (const [kind, count] of Object.entries(passed))
    expect(count, `${kind} that the rules let pass`).toBeGreaterThan(10)
})
const postOf = (id: number): Post => (id < 10 ? 'manager' : id < 20 ? 'technician' : id < 30 ? 'service' : 'guard')
const sameCell = (cell: Cell, { night, post, staffId }: Stand): boolean =>
  cell.night === night && cell.post === post && cell.staffId === staffId

test('row 3: a shift put in by hand, by day or at hours of its own, breaks no hard rule that is not named', () => {
  const byHand = fc.record({
    on: day,
    id: fc.constantFrom(...IDS),
    post: fc.constantFrom<Post>(...POSTS),
    start: fc.integer({ min: 6, max: 29 }),
    hours: fc.integer({ min: 2, max: 13 }),
  })
  fc.assert(
    fc.property(facts, anyPlan, byHand, (month, cells, { on, id, post, start, hours }) => {
      const [from, to] = [at(on, start), plus(at(on, start), hours * HOUR)]
      const isNight = from < at(on, 30) && at(on, 22) < to
      const put = cell(on, id, post, { stretch: { from, to, kind: isNight ? 'night' : 'day' } })
      const named = new Set(
        judgeChange(month, cells, { out: [], in: [put] })
          .filter(({ weight }) => weight !== 'soft')
          .map(({ code, staffId }) => `${code} ${staffId}`),
      )
      const before = brokenRules(month, cells)
      const theirs = [...brokenRules(month, [...cells, put])].filter(
        (one) => !before.has(one) && one.endsWith(` ${put.staffId}`),
      )
      expect(theirs.filter((one) => !named.has(one))).toEqual([])
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
    // One without anybody is headings alone, which are refused: they would clear the month.
    fc.asyncProperty(
      anyPlan.filter(({ length }) => length > 0),
      async (cells) => {
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
      },
    ),
    { numRuns: 50 },
  )
})
