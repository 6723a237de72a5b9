import type { StaffId } from '../../kernel/ids.ts'
import { dayNumber, groundOf } from '../checker/ground.ts'
import { pairKey, pairsOf } from '../checker/night.ts'
import { adding } from '../checker/rules.ts'
import type { Cell, MonthFacts, NightFacts } from '../facts.ts'
import type { Part } from './model.ts'

const PASSES = 3
/** A night alone between free days weighs as much as so many meetings of two who have met. */
const ALONE = 3

/**
 * Two exchange their nights where that leaves fewer nights alone between free days and brings together who has not met
 * (REGULATION 4, soft), and nothing gets worse by it: nights a person, weekends, holidays and wishes stay as they were found,
 * and what stood in the plan before is left alone. In the model both would cost a hundred times as long.
 */
export function exchangeNights(
  facts: MonthFacts,
  cells: readonly Cell[],
  { part, before }: { part: Part; before: readonly Cell[] },
): Cell[] {
  if (part.backup) return [...cells]
  const others = cells.filter((cell) => !isOf(cell, part))
  const floor = openFloor(
    facts,
    others,
    cells.filter((cell) => isOf(cell, part)),
  )
  const kept = new Set([...before, ...facts.fixed].map(keyOf))
  for (let pass = 0; pass < PASSES; pass++) if (!passOnce(floor, kept)) break
  return [...others, ...[...floor.nights.values()].flat()]
}

type Floor = {
  readonly facts: MonthFacts
  readonly others: readonly Cell[]
  readonly nights: Map<string, Cell[]>
  /** How often two have stood together, in six months and in this plan. */
  readonly together: Map<string, number>
  /** Days on which somebody stands a night, of this part and of all others. */
  readonly days: Map<StaffId, Set<number>>
}

function openFloor(facts: MonthFacts, others: readonly Cell[], mine: readonly Cell[]): Floor {
  const nights = new Map(facts.nights.map(({ night }) => [night, [] as Cell[]]))
  for (const cell of mine) nights.get(cell.night)?.push(cell)
  const together = new Map(facts.met.map(({ pair: [a, b], nights: met }) => [pairKey(a, b), met]))
  for (const on of nights.values()) for (const [a, b] of pairsOf(on)) meet(together, a.staffId, b.staffId, 1)
  const days = new Map<StaffId, Set<number>>()
  for (const { id } of facts.people) {
    const standing = groundOf(facts).standing.get(id) ?? []
    days.set(id, new Set(standing.flatMap(({ night }) => night ?? [])))
  }
  for (const { staffId, night, backup } of [...others, ...mine]) if (!backup) days.get(staffId)?.add(dayNumber(night))
  return { facts, others, nights, together, days }
}

/** Every two nights of one kind once; false where nothing became better. */
function passOnce(floor: Floor, kept: ReadonlySet<string>): boolean {
  let better = false
  const { nights } = floor.facts
  for (const [n, one] of nights.entries())
    for (const other of nights.slice(n + 1))
      if (one.weekend === other.weekend && one.holiday === other.holiday)
        better = exchangeOn(floor, [one, other], kept) || better
  return better
}

function exchangeOn(floor: Floor, [one, other]: [NightFacts, NightFacts], kept: ReadonlySet<string>): boolean {
  let better = false
  for (const a of [...(floor.nights.get(one.night) ?? [])])
    for (const b of floor.nights.get(other.night) ?? []) {
      if (a.staffId === b.staffId || kept.has(keyOf(a)) || kept.has(keyOf(b))) continue
      if (gain(floor, a, b) <= 0 || !mayExchange(floor, a, b)) continue
      carryOut(floor, a, b)
      better = true
      break
    }
  return better
}

/** By how much it is better afterwards; nothing where one of them stands on the other night already. */
function gain({ nights, together, days }: Floor, a: Cell, b: Cell): number {
  const [dayA, dayB] = [dayNumber(a.night), dayNumber(b.night)]
  const [daysA, daysB] = [days.get(a.staffId) ?? NONE, days.get(b.staffId) ?? NONE]
  if (daysA.has(dayB) || daysB.has(dayA)) return 0
  const without = (night: string, who: StaffId): Cell[] =>
    (nights.get(night) ?? []).filter(({ staffId }) => staffId !== who)
  const [withA, withB] = [without(a.night, a.staffId), without(b.night, b.staffId)]
  const met = (who: StaffId, others: readonly Cell[], already: 0 | 1): number =>
    others.reduce((sum, { staffId }) => sum + (together.get(pairKey(who, staffId)) ?? 0) - already, 0)
  const meetings =
    met(a.staffId, withA, 1) + met(b.staffId, withB, 1) - met(a.staffId, withB, 0) - met(b.staffId, withA, 0)
  const alone = aloneOf(daysA) + aloneOf(daysB) - aloneOf(moved(daysA, dayA, dayB)) - aloneOf(moved(daysB, dayB, dayA))
  return meetings + ALONE * alone
}

const NONE: ReadonlySet<number> = new Set()
const moved = (days: ReadonlySet<number>, from: number, to: number): Set<number> => {
  const after = new Set(days)
  after.delete(from)
  return after.add(to)
}
const aloneOf = (days: ReadonlySet<number>): number => {
  let alone = 0
  for (const day of days) if (!days.has(day - 1) && !days.has(day + 1)) alone += 1
  return alone
}

/** Neither breaks a rule by it, nor goes against a wish; managers of one department do not come one after the other. */
function mayExchange({ facts, others, nights }: Floor, a: Cell, b: Cell): boolean {
  const { people } = groundOf(facts)
  const wished = [a, b].some(({ staffId }) =>
    people.get(staffId)?.wishes.some(({ night }) => night === a.night || night === b.night),
  )
  const departments =
    a.post === 'manager' && people.get(a.staffId)?.departmentId !== people.get(b.staffId)?.departmentId
  if (wished || departments) return false
  const all = [...others, ...[...nights.values()].flat()]
  return [
    { cell: a, to: b.night },
    { cell: b, to: a.night },
  ].every(({ cell, to }) => {
    const rest = all.filter((one) => one.staffId === cell.staffId && one !== cell)
    return adding(facts, rest, { ...cell, night: to }).every(({ weight }) => weight === 'soft')
  })
}

function carryOut({ nights, together, days }: Floor, a: Cell, b: Cell): void {
  for (const [cell, to] of [
    [a, b.night],
    [b, a.night],
  ] as const) {
    const [from, on] = [nights.get(cell.night) ?? [], nights.get(to) ?? []]
    from.splice(from.indexOf(cell), 1)
    for (const { staffId } of from) meet(together, cell.staffId, staffId, -1)
    for (const { staffId } of on) meet(together, cell.staffId, staffId, 1)
    on.push({ ...cell, night: to })
    const theirs = days.get(cell.staffId)
    theirs?.delete(dayNumber(cell.night))
    theirs?.add(dayNumber(to))
  }
}

function meet(together: Map<string, number>, a: StaffId, b: StaffId, by: 1 | -1): void {
  const key = pairKey(a, b)
  together.set(key, (together.get(key) ?? 0) + by)
}
const isOf = (cell: Cell, { post, backup }: Part): boolean => cell.post === post && cell.backup === backup
const keyOf = ({ night, post, staffId, backup }: Cell): string => `${night} ${post} ${staffId} ${backup}`
