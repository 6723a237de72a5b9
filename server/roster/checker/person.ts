import { isAtLeast } from '../../accounts/rules.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { type Cell, type Finding, isAtNight, type PersonFacts } from '../facts.ts'
import { LEAST_RANK_OF_MANAGER } from '../rules.ts'
import { at, finding } from './finding.ts'
import { type Duty, dutyOf, type Ground } from './ground.ts'
import { hoursFindings } from './hours.ts'
import { restFindings, runFindings } from './rest.ts'

/** All that is wrong with one person's month; `cells` are theirs. */
export function personFindings(ground: Ground, staffId: StaffId, cells: readonly Cell[]): Finding[] {
  const person = ground.people.get(staffId)
  if (!person) return cells.map((cell) => finding('gone', at(cell)))
  const known = cells.filter(({ night }) => ground.nights.has(night))
  const duties = dutiesOf(ground, staffId, known)
  return [
    ...cells.filter(({ night }) => !ground.nights.has(night)).map((cell) => finding('no_night', at(cell))),
    ...known.flatMap((cell) => cellFindings(ground, person, cell)),
    ...backupFindings(known),
    ...restFindings(ground, duties),
    ...runFindings(ground, duties),
    ...hoursFindings(ground, duties),
    ...mostFindings(person, known),
    ...softFindings(ground, person, known, duties),
  ]
}

/** What stands and what is planned, in the order of arrival. */
export function dutiesOf(ground: Ground, staffId: StaffId, cells: readonly Cell[]): Duty[] {
  const planned = cells.map((cell) => dutyOf(ground, cell)).filter((duty) => duty !== null)
  return [...(ground.standing.get(staffId) ?? []), ...planned].sort((a, b) => a.arrives - b.arrives || a.to - b.to)
}

/** Rank, post, training, leave, protection: what one cell alone can break. The named backup is held to the same. */
function cellFindings(ground: Ground, person: PersonFacts, cell: Cell): Finding[] {
  const findings: Finding[] = []
  const night = ground.nights.get(cell.night)
  if (!night) return []
  if (cell.post === 'manager' && !isAtLeast(person.rank, LEAST_RANK_OF_MANAGER))
    findings.push(finding(cell.backup ? 'backup_rank' : 'manager_rank', at(cell)))
  if (!person.posts.includes(cell.post)) findings.push(finding('post', at(cell)))
  if (!isTrained(ground, person, cell.night))
    findings.push(finding('training', at(cell), { until: person.trainedUntil ?? '' }))
  if (isAtNight(cell) && person.notAtNight.some(({ from, to }) => from <= cell.night && cell.night <= to))
    findings.push(finding('not_at_night', at(cell)))
  const window = cell.stretch ?? night.window
  const arrives = window.from.getTime() - ground.facts.limits.earlyMinutes * 60_000
  if (person.leave.some(({ from, to }) => from.getTime() < window.to.getTime() && arrives < to.getTime()))
    findings.push(finding('leave', at(cell)))
  return findings
}

/** A date that was entered holds; without one it is as the company says from when on it records training (row 52). */
function isTrained({ facts: { limits } }: Ground, { trainedUntil }: PersonFacts, night: string): boolean {
  if (trainedUntil !== null) return trainedUntil >= night
  return limits.trainingFrom === null || night < limits.trainingFrom
}

/** Whoever stands ready at home cannot stand on a post the same night, and is named once. */
function backupFindings(cells: readonly Cell[]): Finding[] {
  return cells
    .filter(
      (cell) => cell.backup && cells.some((other) => other !== cell && isAtNight(other) && other.night === cell.night),
    )
    .map((cell) => finding('backup_on_duty', at(cell)))
}

function mostFindings(person: PersonFacts, cells: readonly Cell[]): Finding[] {
  const nights = cells
    .filter((cell) => !cell.backup && isAtNight(cell))
    .toSorted((a, b) => a.night.localeCompare(b.night))
  const last = nights.at(-1)
  const most = person.mostNights
  if (most === null || !last || nights.length <= most) return []
  return [finding('most_nights', at(last), { count: nights.length, most, by: nights.length - most })]
}

function softFindings(ground: Ground, person: PersonFacts, cells: readonly Cell[], duties: readonly Duty[]): Finding[] {
  const mine = new Set(duties.map(({ night }) => night))
  const wished = new Map(person.wishes.map(({ night, wish }) => [night, wish]))
  const standing = cells.filter((cell) => !cell.backup && isAtNight(cell))
  return [
    ...standing.filter(({ night }) => wished.get(night) === 'avoid').map((cell) => finding('wish_avoid', at(cell))),
    ...person.wishes
      .filter(({ night, wish }) => wish === 'want' && ground.nights.has(night))
      .filter(({ night }) => !standing.some((cell) => cell.night === night))
      .map(({ night }) => finding('wish_want', { night, staffId: person.id })),
    ...duties.flatMap(({ night, cell }) =>
      cell && night !== null && !mine.has(night - 1) && !mine.has(night + 1) ? [finding('isolated', at(cell))] : [],
    ),
  ]
}
