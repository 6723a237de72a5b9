import type { StaffId } from '../../kernel/ids.ts'
import { dayNumber, type Ground, groundOf } from '../checker/ground.ts'
import { seniorOf } from '../checker/night.ts'
import { adding } from '../checker/rules.ts'
import type { Cell, MonthFacts, NightFacts, PersonFacts } from '../facts.ts'
import { Program } from './program.ts'

/** One part of a month: a post, or the backups of the duty managers; parts are solved one after the other (REGULATION 4). */
export type Part = { readonly post: Cell['post']; readonly backup: boolean }
export type Model = {
  /** CPLEX LP text; the same facts give the same text. */
  readonly text: string
  /** Which cell a variable stands for. */
  readonly cells: ReadonlyMap<string, Cell>
}

/**
 * REGULATION 4, soft weights, for each night that is one more than another has. A head that is missing outweighs every wish
 * of a month; departments and what stood before only decide between what is equal otherwise.
 */
const WEIGHTS = {
  gap: 20_000,
  load: 10,
  weekend: 8,
  holiday: 8,
  senior: 5,
  wish: 3,
  department: 2,
  kept: 1,
}
const MOST_NIGHTS = 31

type Mine = {
  readonly n: number
  readonly person: PersonFacts
  /** Variables of this person by the number of their night's day. */
  readonly on: ReadonlyMap<number, string>
  /** Days on which this person stands whatever is chosen here. */
  readonly stands: ReadonlySet<number>
}
type Building = {
  readonly facts: MonthFacts
  readonly part: Part
  readonly taken: readonly Cell[]
  readonly program: Program
  readonly cells: Map<string, Cell>
  readonly people: readonly Mine[]
}

/**
 * The part as a mixed integer program: who may stand where, the heads of each night with a named gap, the runs of nights,
 * and the load of six months spread evenly. `taken` are the cells that stand already: locked ones, and those of other parts.
 */
export function modelOf(facts: MonthFacts, part: Part, taken: readonly Cell[], before: readonly Cell[]): Model {
  const program = new Program()
  const cells = new Map<string, Cell>()
  const kept = new Set(before.map(keyOf))
  const people = facts.people
    .filter(({ posts }) => posts.includes(part.post))
    .map((person, n) => mineOf({ facts, part, taken, program, cells, kept }, person, n))
  const building = { facts, part, taken, program, cells, people }
  addNights(building)
  if (part.post === 'manager' && !part.backup) addDepartments(building)
  for (const mine of people) if (mine.on.size > 0) addPerson(building, mine)
  return { text: program.text(), cells }
}

type Choosing = Omit<Building, 'people'> & { readonly kept: ReadonlySet<string> }

/** The nights on which this person may stand: what the checker has something against is not even a choice. */
function mineOf({ facts, part, taken, program, cells, kept }: Choosing, person: PersonFacts, n: number): Mine {
  const theirs = taken.filter(({ staffId }) => staffId === person.id)
  const on = new Map<number, string>()
  for (const [m, { night }] of facts.nights.entries()) {
    const cell: Cell = { night, ...part, staffId: person.id, locked: false }
    if (theirs.some((one) => one.night === night)) continue
    if (adding(facts, theirs, cell).some(({ weight }) => weight !== 'soft')) continue
    const name = `x${n}_${m}`
    cells.set(name, cell)
    on.set(dayNumber(night), name)
    const wish = person.wishes.find((one) => one.night === night)?.wish
    const wished = wish === 'avoid' ? WEIGHTS.wish : wish === 'want' ? -WEIGHTS.wish : 0
    program.binary(name, wished - (kept.has(keyOf(cell)) ? WEIGHTS.kept : 0))
  }
  return { n, person, on, stands: standing(groundOf(facts), person.id, theirs) }
}

const standing = ({ standing: all }: Ground, id: StaffId, theirs: readonly Cell[]): Set<number> =>
  new Set([
    ...(all.get(id) ?? []).flatMap(({ night }) => (night === null ? [] : [night])),
    ...theirs.filter(({ backup }) => !backup).map(({ night }) => dayNumber(night)),
  ])

/** Heads with a named gap, and one senior among them where there is any. */
function addNights({ facts, part, taken, program, cells, people }: Building): void {
  for (const [m, { night, heads }] of facts.nights.entries()) {
    const there = taken.filter(
      (cell) => cell.night === night && cell.post === part.post && cell.backup === part.backup,
    ).length
    const wanted = (part.backup ? 1 : heads[part.post]) - there
    const names = people.flatMap(({ on }) => on.get(dayNumber(night)) ?? [])
    if (wanted <= 0) {
      if (names.length > 0) program.row(`c${m}`, names, { is: '=', to: 0 })
      continue
    }
    program.row(`c${m}`, [...names, `g${m}`], { is: '=', to: wanted })
    program.integer(`g${m}`, wanted, WEIGHTS.gap)
    if (part.backup || part.post === 'manager') continue
    const seniors = names.filter((name) => isSenior(facts, cells.get(name)?.staffId))
    if (seniors.length === 0) continue
    program.row(`s${m}`, [...seniors, `o${m}`], { is: '>=', to: 1 })
    program.amount(`o${m}`, WEIGHTS.senior, 1)
  }
}

/** The same department does not lead two nights in a row. */
function addDepartments({ facts, program, people }: Building): void {
  const departments = Map.groupBy(people, ({ person }) => person.departmentId)
  for (const [m, { night }] of facts.nights.entries())
    for (const [id, theirs] of departments) {
      const day = dayNumber(night)
      const both = theirs.flatMap(({ on }) => [on.get(day), on.get(day + 1)].filter((name) => name !== undefined))
      if (both.length < 2) continue
      program.row(`d${m}_${id}`, both, { minus: [`e${m}_${id}`], is: '<=', to: 1 })
      program.amount(`e${m}_${id}`, WEIGHTS.department, 1)
    }
}

function addPerson(building: Building, mine: Mine): void {
  const { facts, part, program, cells } = building
  const { n, person, on, stands } = mine
  const names = [...on.values()]
  const inMonth = facts.nights.filter(({ night }) => stands.has(dayNumber(night)))
  // A backup stays at home: it counts for nobody's rest and for nobody's nights.
  const most = person.mostNights === null || part.backup ? MOST_NIGHTS : person.mostNights - inMonth.length
  program.row(`m${n}`, names, { is: '<=', to: Math.max(0, most) })
  if (part.backup) {
    spread(program, `l${n}_`, names, { had: inMonth.length, weight: WEIGHTS.load })
    return
  }
  addRuns(building, mine)
  spread(program, `l${n}_`, names, { had: person.history.nights + inMonth.length, weight: WEIGHTS.load })
  for (const [prefix, is, had, weight] of [
    ['w', isWeekend, person.history.weekends, WEIGHTS.weekend],
    ['h', isHoliday, person.history.holidays, WEIGHTS.holiday],
  ] as const) {
    const rest = facts.nights.filter(is)
    const mineThen = rest.flatMap(({ night }) => on.get(dayNumber(night)) ?? []).filter((name) => cells.has(name))
    const stood = rest.filter(({ night }) => stands.has(dayNumber(night))).length
    if (mineThen.length > 0) spread(program, `${prefix}${n}_`, mineThen, { had: had + stood, weight })
  }
}

const isWeekend = ({ weekend }: NightFacts): boolean => weekend
const isHoliday = ({ holiday }: NightFacts): boolean => holiday

/** H4: so many nights within four and within seven, those of the months around counted. */
function addRuns({ facts: { limits }, program }: Building, { n, on, stands }: Mine): void {
  const days = [...on.keys()]
  for (const [length, most] of [
    [4, limits.nightsInFour],
    [7, limits.nightsInSeven],
  ] as const) {
    const first = Math.min(...days) - length + 1
    for (let from = first; from <= Math.max(...days); from++) {
      const inside = days.filter((day) => within(day, from, length)).map((day) => on.get(day) ?? '')
      const left = most - [...stands].filter((day) => within(day, from, length)).length
      if (inside.length > Math.max(0, left))
        program.row(`r${n}_${length}_${from - first}`, inside, { is: '<=', to: Math.max(0, left) })
    }
  }
}
const within = (day: number, from: number, length: number): boolean => day >= from && day < from + length

/** Each further night costs more than the one before, by what the person has had: so the least loaded is next. */
function spread(
  program: Program,
  prefix: string,
  names: readonly string[],
  { had, weight }: { had: number; weight: number },
): void {
  const steps = names.map((_, k) => `${prefix}${k}`)
  program.row(prefix, names, { minus: steps, is: '=', to: 0 })
  for (const [k, step] of steps.entries()) program.amount(step, (had + k + 1) * weight, 1)
}

const keyOf = ({ night, post, staffId, backup }: Cell): string => `${night} ${post} ${staffId} ${backup}`
const isSenior = (facts: MonthFacts, id: StaffId | undefined): boolean => {
  const person = id ? groundOf(facts).people.get(id) : undefined
  return person !== undefined && seniorOf(person, facts)
}
