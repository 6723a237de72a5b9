import type { StaffId } from '../../kernel/ids.ts'
import { type Cell, type Change, type Finding, isAtNight, type MonthFacts } from '../facts.ts'
import { finding, newly } from './finding.ts'
import { groundOf } from './ground.ts'
import { monthFindings, nightFindings } from './night.ts'
import { personFindings } from './person.ts'

const WEIGHTS: readonly Finding['weight'][] = ['barred', 'hard', 'soft']

/** Everything that is wrong with a plan, the worst first, then night by night. */
export function judge(facts: MonthFacts, cells: readonly Cell[]): Finding[] {
  const ground = groundOf(facts)
  const nights = Map.groupBy(cells.filter(isAtNight), ({ night }) => night)
  const people = Map.groupBy(cells, ({ staffId }) => staffId)
  // Somebody without a night may still have wished for one.
  for (const { id, wishes } of facts.people) if (wishes.length > 0 && !people.has(id)) people.set(id, [])
  const found = [
    ...headFindings(
      facts,
      facts.nights.map(({ night }) => night),
    ),
    ...facts.nights.flatMap((night) => nightFindings(ground, night, nights.get(night.night) ?? [])),
    ...[...people].flatMap(([staffId, theirs]) => personFindings(ground, staffId, theirs)),
    ...monthFindings(ground, nights),
    ...trainingFindings(facts, people),
    ...fixedFindings(facts, cells),
  ]
  return inOrder(found.map((one) => passed(facts, one)))
}

/** Nobody can mend a night that is over: that its manager, say, has left since is said there, and bars nothing that is still ahead. */
const passed = ({ over }: MonthFacts, one: Finding): Finding =>
  one.weight === 'barred' && one.night !== null && over.includes(one.night) ? { ...one, weight: 'soft' } : one

/** Row 5: without a 组长 nothing is published, and no night after the end of the last one's term. */
export function headFindings({ groupHasHead, headless }: MonthFacts, nights: readonly string[]): Finding[] {
  if (!groupHasHead) return [finding('group_headless', {})]
  return nights.filter((night) => headless.includes(night)).map((night) => finding('head_missing', { night }))
}

/** While training is not recorded whoever stands there without a date counts as trained, and that is said (row 52). */
function trainingFindings(
  { people, nights, limits }: MonthFacts,
  standing: ReadonlyMap<StaffId, readonly Cell[]>,
): Finding[] {
  if (limits.trainingFrom !== null && limits.trainingFrom <= (nights[0]?.night ?? '')) return []
  const count = people.filter(
    ({ id, trainedUntil }) => trainedUntil === null && (standing.get(id)?.length ?? 0) > 0,
  ).length
  return count > 0 ? [finding('training_unrecorded', {}, { count, by: count })] : []
}

/** What a move, a cover or a trade newly breaks, or breaks more. Published nights may change by it, locked cells may not. */
export function judgeChange(facts: MonthFacts, cells: readonly Cell[], change: Change): Finding[] {
  const places = new Set(change.out.map(placeKey))
  const open = { ...facts, fixed: facts.fixed.filter((cell) => cell.locked || !places.has(placeKey(cell))) }
  return newly(judge(open, cells), judge(open, changed(cells, change)))
}

export function changed(cells: readonly Cell[], change: Change): Cell[] {
  const out = new Set(change.out.map(keyOf))
  return [...cells.filter((cell) => !out.has(keyOf(cell))), ...change.in]
}

type Where = Pick<Cell, 'night' | 'post' | 'stretch'> & { readonly backup?: boolean }

/** Why this person cannot stand there besides what they stand already; empty where they can. */
export function whyNotOn(facts: MonthFacts, cells: readonly Cell[], staffId: StaffId, where: Where): Finding[] {
  const cell: Cell = { backup: false, ...where, staffId, locked: false }
  return adding(facts, cells, cell).filter(({ weight }) => weight !== 'soft')
}

/** What one more cell newly breaks for its person. */
export function adding(facts: MonthFacts, cells: readonly Cell[], cell: Cell): Finding[] {
  const ground = groundOf(facts)
  const theirs = cells.filter(({ staffId }) => staffId === cell.staffId)
  return newly(personFindings(ground, cell.staffId, theirs), personFindings(ground, cell.staffId, [...theirs, cell]))
}

/** Not to be published at all (rows 5 and 8), only with a reason and a leader's name (row 3), or as it is. */
export function whatPublishingNeeds(findings: readonly Finding[]): 'barred' | 'reason' | null {
  if (findings.some(({ weight }) => weight === 'barred')) return 'barred'
  return findings.some(({ weight }) => weight === 'hard') ? 'reason' : null
}

function fixedFindings(facts: MonthFacts, cells: readonly Cell[]): Finding[] {
  const there = new Set(cells.map(placeKey))
  return facts.fixed
    .filter((cell) => !there.has(placeKey(cell)))
    .map(({ night, post, staffId }) => finding('fixed_gone', { night, post, staffId }))
}

/** What is fixed is a place; hours of one's own do not make it another. */
const placeKey = ({ night, post, staffId, backup }: Cell): string => `${night}|${post}|${staffId}|${backup}`
export const keyOf = (cell: Cell): string => `${placeKey(cell)}|${cell.stretch?.from.getTime() ?? ''}`

const inOrder = (findings: Finding[]): Finding[] =>
  findings.sort(
    (a, b) => WEIGHTS.indexOf(a.weight) - WEIGHTS.indexOf(b.weight) || (a.night ?? '').localeCompare(b.night ?? ''),
  )
