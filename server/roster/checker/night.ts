import { isAtLeast } from '../../accounts/rules.ts'
import { POSTS, type Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { HOUR, type Window } from '../../kernel/time.ts'
import type { Cell, Finding, MonthFacts, NightFacts, PersonFacts } from '../facts.ts'
import { LEAST_RANK_OF_MANAGER } from '../rules.ts'
import { at, finding, tenths } from './finding.ts'
import type { Ground } from './ground.ts'

/** Heads a post, the one duty manager and the one named backup of a night (rows 8 and 20, H1, H2). */
export function nightFindings(ground: Ground, night: NightFacts, cells: readonly Cell[]): Finding[] {
  return POSTS.flatMap((post) => {
    const on = cells.filter((cell) => cell.post === post && !cell.backup)
    const heads = post === 'manager' ? managerFindings(night, cells) : headFindings(night, post, on.length)
    return on.length > 0 && post !== 'manager' && !on.some(({ staffId }) => isSenior(ground, staffId))
      ? [...heads, finding('no_senior', { night: night.night, post })]
      : heads
  })
}

function headFindings({ night, heads, gapReasons }: NightFacts, post: Post, count: number): Finding[] {
  const lacks = heads[post] - count
  const values = { count, heads: heads[post], lacks, by: Math.abs(lacks) }
  if (lacks < 0) return [finding('heads_over', { night, post }, { ...values, more: -lacks })]
  if (lacks === 0) return []
  const reason = gapReasons[post]
  return [
    reason
      ? finding('gap_explained', { night, post }, { ...values, reason })
      : finding('heads_short', { night, post }, values),
  ]
}

function managerFindings(whole: NightFacts, cells: readonly Cell[]): Finding[] {
  const { night, heads } = whole
  if (heads.manager === 0 && !cells.some(({ post }) => post === 'manager')) return []
  const managers = cells.filter(({ post, backup }) => post === 'manager' && !backup)
  const backups = cells.filter(({ post, backup }) => post === 'manager' && backup)
  const where = { night, post: 'manager' } as const
  const bare = bareHours(whole, cells, managers)
  return [
    ...(managers.length === 0 ? [finding('manager_none', where)] : []),
    ...(managers.length > 0 && bare > 0
      ? [finding('manager_part', where, { hours: tenths(bare), by: tenths(bare) })]
      : []),
    ...(managers.length > 1 ? [finding('manager_several', where, several(managers))] : []),
    ...(backups.length === 0 ? [finding('backup_none', where)] : []),
    ...(backups.length > 1 ? [finding('backup_several', where, several(backups))] : []),
  ]
}
/** Hours in which somebody stands and no duty manager does: whoever leads may have hours of their own. */
function bareHours({ window }: NightFacts, cells: readonly Cell[], managers: readonly Cell[]): number {
  const of = (some: readonly Cell[]) => some.map(({ stretch }) => stretch ?? window)
  const led = of(managers)
  const edges = [...new Set([...of(cells.filter(({ backup }) => !backup)), ...led].flatMap(edgesOf))].sort(
    (a, b) => a - b,
  )
  const others = of(cells.filter(({ backup, post }) => !backup && post !== 'manager'))
  const within = (one: Window, from: number, to: number): boolean =>
    one.from.getTime() <= from && to <= one.to.getTime()
  return edges.slice(1).reduce((hours, to, n) => {
    const from = edges[n] ?? to
    const bare = others.some((one) => within(one, from, to)) && !led.some((one) => within(one, from, to))
    return bare ? hours + (to - from) / HOUR : hours
  }, 0)
}
const edgesOf = ({ from, to }: Window): number[] => [from.getTime(), to.getTime()]
const several = ({ length }: readonly Cell[]) => ({ count: length, by: length - 1 })

function isSenior({ people, facts }: Ground, staffId: StaffId): boolean {
  const person = people.get(staffId)
  return person !== undefined && seniorOf(person, facts)
}

/** By rank, or by nights stood. */
export const seniorOf = ({ rank, history }: PersonFacts, { limits }: MonthFacts): boolean =>
  isAtLeast(rank, LEAST_RANK_OF_MANAGER) || history.nights >= limits.seniorNights

/** Pairs that stand together once more than they should, and managers of one department one after the other. */
export function monthFindings({ facts, people }: Ground, nights: ReadonlyMap<string, readonly Cell[]>): Finding[] {
  const findings: Finding[] = []
  const together = new Map<string, number>()
  let department: string | undefined
  for (const { night } of facts.nights) {
    const on = (nights.get(night) ?? []).filter(({ backup }) => !backup)
    for (const [one, other] of pairsOf(on)) {
      const key = pairKey(one.staffId, other.staffId)
      const count = (together.get(key) ?? 0) + 1
      together.set(key, count)
      if (count > facts.limits.pairNights)
        findings.push(finding('pair_again', at(one), { other: other.staffId, count, most: facts.limits.pairNights }))
    }
    const manager = on.find(({ post }) => post === 'manager')
    const from = manager && people.get(manager.staffId)?.departmentId
    if (manager && from === department) findings.push(finding('manager_department', at(manager)))
    department = from
  }
  return findings
}

export const pairKey = (a: StaffId, b: StaffId): string => (a < b ? `${a} ${b}` : `${b} ${a}`)

/** Everybody with everybody else of the same post. */
export function* pairsOf(cells: readonly Cell[]): Generator<[Cell, Cell]> {
  for (const [n, one] of cells.entries())
    for (const other of cells.slice(n + 1))
      if (one.post === other.post && one.staffId !== other.staffId) yield [one, other]
}
