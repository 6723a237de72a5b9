import { POSTS, type Post } from '../../../kernel/capabilities.ts'
import type { StaffId } from '../../../kernel/ids.ts'
import { weekdayOf } from '../../../kernel/time.ts'
import type { MonthFacts } from '../../facts.ts'
import type { StoredCell } from '../tables.ts'

type Named = { readonly name: string; readonly nameEn: string }
type Roster = { readonly cells: readonly StoredCell[]; readonly names: ReadonlyMap<StaffId, Named> }

export const PAPER_POSTS: readonly Post[] = ['manager', 'service', 'technician', 'guard']

/** A published month as it hangs on the wall: a line a night with everybody's name, what is missing, and a line a person. */
export function paperOf({ nights }: Pick<MonthFacts, 'nights'>, { cells, names }: Roster) {
  const byName = ({ staffId }: StoredCell): Named => names.get(staffId) ?? { name: '?', nameEn: '?' }
  const lines = nights.map(({ night, heads, weekend, holiday, gapReasons }) => {
    const on = cells.filter((cell) => cell.night === night)
    return {
      night,
      weekday: weekdayOf(night),
      rest: weekend || holiday,
      posts: PAPER_POSTS.map((post) => {
        const there = on.filter((cell) => cell.post === post && !cell.backup)
        return { post, people: there.map(byName), lacks: Math.max(0, heads[post] - there.length) }
      }),
      backup: on.filter(({ backup }) => backup).map(byName),
      reasons: gapReasons,
    }
  })
  const gaps = lines.flatMap(({ night, posts, reasons }) =>
    posts
      .filter(({ lacks }) => lacks > 0)
      .map(({ post, lacks }) => ({ night, post, lacks, reason: reasons[post] ?? null })),
  )
  return { lines, gaps, people: peopleOf(nights, { cells, names }) }
}

/** By post, then by name; a letter a night. */
function peopleOf(nights: MonthFacts['nights'], { cells, names }: Roster) {
  const mine = Map.groupBy(cells, ({ staffId }) => staffId)
  return [...mine]
    .map(([staffId, theirs]) => ({
      ...(names.get(staffId) ?? { name: '?', nameEn: '?' }),
      post: POSTS.find((post) => theirs.some((cell) => cell.post === post && !cell.backup)) ?? theirs[0]?.post,
      count: theirs.filter(({ backup }) => !backup).length,
      cells: nights.map(({ night, weekend, holiday }) => ({
        rest: weekend || holiday,
        cell: theirs.find((cell) => cell.night === night) ?? null,
      })),
    }))
    .toSorted((a, b) => orderOf(a.post) - orderOf(b.post) || a.name.localeCompare(b.name, 'zh-CN'))
}
const orderOf = (post: Post | undefined): number => (post ? PAPER_POSTS.indexOf(post) : PAPER_POSTS.length)
