import { POSTS, type Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { weekdayOf } from '../../kernel/time.ts'
import type { Finding, MonthFacts, PersonFacts } from '../facts.ts'
import type { PlanCell } from './cells/queries.ts'

const ORDER: readonly Post[] = ['manager', 'service', 'technician', 'guard']
const WEIGHTS: readonly Finding['weight'][] = ['barred', 'hard', 'soft']

type Shown = {
  readonly tonight: string
  readonly post: Post | null
  /** The other spelling of names, for readers of English. */
  readonly namesEn: ReadonlyMap<StaffId, string>
}

/** The plan as its page shows it: what each night has and lacks on top, people below with a cell a night, and what is wrong in the cell where it is wrong. */
export function planGrid(
  facts: MonthFacts,
  cells: readonly PlanCell[],
  findings: readonly Finding[],
  { tonight, post, namesEn }: Shown,
) {
  const at = new Map(cells.map((cell) => [`${cell.night} ${cell.staffId}`, cell]))
  const inCell = Map.groupBy(findings, ({ night, staffId }) => `${night} ${staffId}`)
  const ofNight = Map.groupBy(
    findings.filter(({ staffId }) => staffId === null),
    ({ night }) => night,
  )
  const nights = facts.nights.map(({ night, weekend, holiday }) => ({
    date: night,
    day: Number(night.slice(8)),
    weekday: weekdayOf(night),
    rest: weekend || holiday,
    tonight: night === tonight,
    over: night < tonight,
    wrong: worst(ofNight.get(night) ?? []),
  }))
  const sums = ORDER.filter((one) => !post || one === post).map((one) => ({
    post: one,
    cells: facts.nights.map(({ night, heads, gapReasons, weekend, holiday }) => {
      const count = cells.filter((cell) => cell.night === night && cell.post === one && !cell.backup).length
      return {
        date: night,
        rest: weekend || holiday,
        count,
        heads: heads[one],
        gap: count < heads[one] && night >= tonight,
        said: Boolean(gapReasons[one]),
      }
    }),
  }))
  const rows = facts.people
    .filter(({ posts }) => !post || posts.includes(post))
    .map((person) => ({
      ...person,
      nameEn: namesEn.get(person.id) ?? '',
      main: mainPost(person),
      count: cells.filter((cell) => cell.staffId === person.id && !cell.backup).length,
      cells: facts.nights.map(({ night, window, weekend, holiday }) => {
        const cell = at.get(`${night} ${person.id}`)
        const wrong = inCell.get(`${night} ${person.id}`) ?? []
        return {
          date: night,
          rest: weekend || holiday,
          over: night < tonight,
          cell: cell ?? null,
          leave: person.leave.some((leave) => leave.from < window.to && window.from < leave.to),
          wish: person.wishes.find((one) => one.night === night)?.wish ?? null,
          wrong,
          worst: worst(wrong),
        }
      }),
    }))
    .toSorted((a, b) => ORDER.indexOf(a.main) - ORDER.indexOf(b.main))
  return { nights, sums, rows }
}

const mainPost = ({ posts }: Pick<PersonFacts, 'posts'>): Post => ORDER.find((one) => posts.includes(one)) ?? POSTS[0]
const worst = (findings: readonly Finding[]): Finding['weight'] | null =>
  WEIGHTS.find((weight) => findings.some((one) => one.weight === weight)) ?? null

/** What is wrong, the worst first and then by night: a list beside the grid. */
export const inOrder = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted(
    (a, b) => WEIGHTS.indexOf(a.weight) - WEIGHTS.indexOf(b.weight) || (a.night ?? '').localeCompare(b.night ?? ''),
  )
