import { isAtLeast } from '../../accounts/rules.ts'
import { POSTS, type Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import type { Cell, Finding, MonthFacts, NightFacts, PersonFacts } from '../facts.ts'
import { LEAST_RANK_OF_MANAGER } from '../rules.ts'
import { at, finding } from './finding.ts'
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

function managerFindings({ night, heads }: NightFacts, cells: readonly Cell[]): Finding[] {
  if (heads.manager === 0 && !cells.some(({ post }) => post === 'manager')) return []
  const managers = cells.filter(({ post, backup }) => post === 'manager' && !backup)
  const backups = cells.filter(({ post, backup }) => post === 'manager' && backup)
  const where = { night, post: 'manager' } as const
  return [
    ...(managers.length === 0 ? [finding('manager_none', where)] : []),
    ...(managers.length > 1 ? [finding('manager_several', where, several(managers))] : []),
    ...(backups.length === 0 ? [finding('backup_none', where)] : []),
    ...(backups.length > 1 ? [finding('backup_several', where, several(backups))] : []),
  ]
}
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
