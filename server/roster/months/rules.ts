import type { StaffId } from '../../kernel/ids.ts'
import { type Refusal, refusal } from '../../kernel/refusal.ts'
import { addDays, HOUR, instantOf, plus } from '../../kernel/time.ts'
import type { Cell, Finding } from '../facts.ts'

/** REGULATION 2, ROSTER. */
export type MonthState = 'draft' | 'ready' | 'published' | 'frozen'
export type VersionWhy = 'published' | 'changed' | 'left' | 'swap' | 'replaced'

export const isPublished = ({ state }: { state: MonthState }): boolean => state === 'published' || state === 'frozen'

/** A frozen month's roster is changed by nobody. */
export const whyNotEdit = (state: MonthState): Refusal | null =>
  state === 'frozen' ? refusal('roster.plan_frozen') : null

type Deadlines = { readonly inputBy: string; readonly publishBy: string; readonly hoursBefore: Date }
type Days = { readonly rosterInputDay: number; readonly rosterPublishDay: number; readonly rosterPublishHours: number }

/** Row 19: departments say until one day of the month before, it is published until another, and well before its first night. */
export function deadlinesOf(
  month: string,
  days: Days,
  { nightStart, zone }: { nightStart: string; zone: string },
): Deadlines {
  const before = addDays(`${month}-01`, -1).slice(0, 7)
  const day = (of: number): string => `${before}-${String(of).padStart(2, '0')}`
  return {
    inputBy: day(days.rosterInputDay),
    publishBy: day(days.rosterPublishDay),
    hoursBefore: plus(instantOf(`${month}-01`, nightStart, zone), -days.rosterPublishHours * HOUR),
  }
}

/** What a version breaks, and where that is a hard rule, why and who answers for it (row 3). */
export type Signature = {
  readonly reason: string | null
  readonly leaderId: StaffId | null
  readonly findings: readonly Finding[]
}

export type Signing = { readonly reason: string; readonly leader: string | null }

/**
 * Row 3: what breaks a hard rule is published with a reason and the name of a leader alone; without a 组长 (row 5) or
 * without a duty manager on every night (row 8) not at all.
 */
export function whyNotPublish(findings: readonly Finding[], { reason, leader }: Signing): Refusal | null {
  const barred = findings.find(({ weight }) => weight === 'barred')
  if (barred) return refusal('roster.barred', { count: count(findings, 'barred') })
  const hard = count(findings, 'hard')
  if (hard === 0) return null
  if (reason.trim() === '') return refusal('roster.reason_needed', { count: hard }, 'reason')
  return leader ? null : refusal('roster.leader_needed', { count: hard }, 'leader')
}
const count = (findings: readonly Finding[], weight: Finding['weight']): number =>
  findings.filter((one) => one.weight === weight).length

type Plain = Pick<Cell, 'night' | 'post' | 'staffId' | 'backup'>
export type Difference = { readonly night: string; readonly came: Plain[]; readonly went: Plain[] }

const keyOf = ({ night, post, staffId, backup }: Plain): string => `${night} ${post} ${staffId} ${backup}`

/** What one version says and the other does not, night by night. */
export function differencesOf(before: readonly Plain[], after: readonly Plain[]): Difference[] {
  const [was, is] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))]
  const went = before.filter((cell) => !is.has(keyOf(cell)))
  const came = after.filter((cell) => !was.has(keyOf(cell)))
  const nights = [...new Set([...went, ...came].map(({ night }) => night))].toSorted()
  return nights.map((night) => ({
    night,
    came: came.filter((cell) => cell.night === night),
    went: went.filter((cell) => cell.night === night),
  }))
}
