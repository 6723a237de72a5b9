import type { StaffId } from '../../kernel/ids.ts'
import { dayNumber, groundOf } from '../checker/ground.ts'
import { adding } from '../checker/rules.ts'
import type { Cell, MonthFacts, PersonFacts } from '../facts.ts'

/** One part of a month: a post, or the backups of the duty managers; parts are solved one after the other (REGULATION 4). */
export type Part = { readonly post: Cell['post']; readonly backup: boolean }
export type Model = {
  /** CPLEX LP text; the same facts give the same text. */
  readonly text: string
  /** Which cell a variable stands for. */
  readonly cells: ReadonlyMap<string, Cell>
}

/** REGULATION 4, soft weights. A head that is missing outweighs every wish of a month. */
const WEIGHTS = { gap: 5000, load: 10, weekend: 8, senior: 5, wish: 3, stability: 1 }
const MOST_NIGHTS = 31

/**
 * The part as a mixed integer program: who may stand where, the heads of each night with a named gap, the runs of nights,
 * and the load of six months spread evenly. `taken` are the cells that stand already: locked ones, and those of other parts.
 */
export function modelOf(facts: MonthFacts, part: Part, taken: readonly Cell[], before: readonly Cell[]): Model {
  const ground = groundOf(facts)
  const cells = new Map<string, Cell>()
  const of = new Map<StaffId, string[]>()
  const at = new Map<string, string[]>()
  const kept = new Set(before.map(keyOf))
  const objective: string[] = []
  const rows: string[] = []
  const people = facts.people.filter(({ posts }) => posts.includes(part.post))
  for (const [n, person] of people.entries()) {
    const theirs = taken.filter(({ staffId }) => staffId === person.id)
    for (const [m, { night }] of facts.nights.entries()) {
      const cell: Cell = { night, ...part, staffId: person.id, locked: false }
      if (facts.fixed.some((one) => one.night === night && one.staffId === person.id)) continue
      if (adding(facts, theirs, cell).some(({ weight }) => weight !== 'soft')) continue
      const name = `x${n}_${m}`
      cells.set(name, cell)
      of.set(person.id, [...(of.get(person.id) ?? []), name])
      at.set(night, [...(at.get(night) ?? []), name])
      const wish = person.wishes.find((one) => one.night === night)?.wish
      const cost =
        (wish === 'avoid' ? WEIGHTS.wish : wish === 'want' ? -WEIGHTS.wish : 0) -
        (kept.has(keyOf(cell)) ? WEIGHTS.stability : 0)
      if (cost !== 0) objective.push(term(cost, name))
    }
  }
  const integers: string[] = []
  const bounds: string[] = []
  for (const [m, { night, heads }] of facts.nights.entries()) {
    const there = taken.filter(
      (cell) => cell.night === night && cell.post === part.post && cell.backup === part.backup,
    ).length
    const wanted = (part.backup ? 1 : heads[part.post]) - there
    const names = at.get(night) ?? []
    if (wanted <= 0) {
      if (names.length > 0) rows.push(`c${m}: ${names.join(' + ')} = 0`)
      continue
    }
    rows.push(`c${m}: ${[...names, `g${m}`].join(' + ')} = ${wanted}`)
    objective.push(term(WEIGHTS.gap, `g${m}`))
    bounds.push(`g${m} <= ${wanted}`)
    integers.push(`g${m}`)
    const seniors = names.filter((name) => isSenior(facts, cells.get(name)?.staffId))
    if (!part.backup && part.post !== 'manager' && seniors.length > 0) {
      rows.push(`s${m}: ${[...seniors, `o${m}`].join(' + ')} >= 1`)
      objective.push(term(WEIGHTS.senior, `o${m}`))
    }
  }
  for (const [n, person] of people.entries()) {
    const names = of.get(person.id) ?? []
    if (names.length === 0) continue
    const theirs = taken.filter(({ staffId, backup }) => staffId === person.id && !backup)
    // A backup stays at home: it counts for nobody's rest.
    if (!part.backup)
      rows.push(...runRows(facts, { n, person, names, cells, theirs, standing: ground.standing.get(person.id) ?? [] }))
    const most =
      person.mostNights === null || part.backup ? MOST_NIGHTS : Math.max(0, person.mostNights - theirs.length)
    rows.push(`m${n}: ${names.join(' + ')} <= ${most}`)
    spread(`l${n}_`, names, person.history.nights + theirs.length, WEIGHTS.load)
    const rest = names.filter((name) => isRest(facts, cells.get(name)?.night))
    if (rest.length > 0) spread(`w${n}_`, rest, person.history.weekends, WEIGHTS.weekend)
  }
  return {
    text: [
      'Minimize',
      ` obj: ${objective.join(' ') || '0 g0'}`,
      'Subject To',
      ...rows.map((row) => ` ${row}`),
      'Bounds',
      ...bounds.map((bound) => ` ${bound}`),
      'General',
      ` ${integers.join(' ')}`,
      'Binary',
      ` ${[...cells.keys()].join(' ')}`,
      'End',
    ].join('\n'),
    cells,
  }

  /** Each further night costs more than the one before, by what the person has had: so the least loaded is next. */
  function spread(prefix: string, names: readonly string[], had: number, weight: number): void {
    const steps = names.map((_, k) => `${prefix}${k}`)
    rows.push(`${prefix}: ${names.join(' + ')} - ${steps.join(' - ')} = 0`)
    for (const [k, step] of steps.entries()) {
      objective.push(term(((had + k + 1) * weight) / 10, step))
      bounds.push(`${step} <= 1`)
    }
  }
}

type Running = {
  readonly n: number
  readonly person: PersonFacts
  readonly names: readonly string[]
  readonly cells: ReadonlyMap<string, Cell>
  readonly theirs: readonly Cell[]
  readonly standing: readonly { readonly night: number | null }[]
}

/** H4: so many nights within four and within seven, those of the months around counted. */
function runRows({ limits }: MonthFacts, { n, names, cells, theirs, standing }: Running): string[] {
  const days = new Map(names.map((name) => [name, dayNumber(cells.get(name)?.night ?? '')]))
  const stands = [
    ...standing.flatMap(({ night }) => (night === null ? [] : [night])),
    ...theirs.map(({ night }) => dayNumber(night)),
  ]
  const rows: string[] = []
  for (const [length, most] of [
    [4, limits.nightsInFour],
    [7, limits.nightsInSeven],
  ] as const) {
    const first = Math.min(...days.values()) - length + 1
    for (let from = first; from <= Math.max(...days.values()); from++) {
      const inside = names.filter((name) => within(days.get(name) ?? 0, from, length))
      const left = most - stands.filter((day) => within(day, from, length)).length
      if (inside.length > left)
        rows.push(`r${n}_${length}_${from - first}: ${inside.join(' + ')} <= ${Math.max(0, left)}`)
    }
  }
  return rows
}
const within = (day: number, from: number, length: number): boolean => day >= from && day < from + length

const term = (cost: number, name: string): string => `${cost < 0 ? '-' : '+'} ${Math.abs(cost)} ${name}`
const keyOf = ({ night, post, staffId, backup }: Cell): string => `${night} ${post} ${staffId} ${backup}`
const isRest = ({ nights }: MonthFacts, night: string | undefined): boolean =>
  nights.some((one) => one.night === night && (one.weekend || one.holiday))
const isSenior = ({ people, limits }: MonthFacts, id: StaffId | undefined): boolean =>
  people.some((one) => one.id === id && (one.rank !== 'staff' || one.history.nights >= limits.seniorNights))
