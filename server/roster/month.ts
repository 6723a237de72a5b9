import { POSTS, type Post } from '../kernel/capabilities.ts'
import { addDays, weekdayOf } from '../kernel/time.ts'
import type { Rostered, ShiftView } from './queries.ts'

/** Heads a night needs (REGULATION 4, H2), shown beside what is planned. */
export const HEADS: Readonly<Record<Post, number>> = { manager: 1, service: 4, technician: 3, guard: 2 }
const ORDER: readonly Post[] = ['manager', 'service', 'technician', 'guard']

/** `2026-11` → its dates. */
export function datesOf(month: string): string[] {
  const dates: string[] = []
  for (let date = `${month}-01`; date.startsWith(month); date = addDays(date, 1)) dates.push(date)
  return dates
}

export const neighbour = (month: string, by: 1 | -1): string =>
  (by === 1 ? addDays(`${month}-28`, 7) : addDays(`${month}-01`, -1)).slice(0, 7)

type Shown = { readonly month: string; readonly post: Post | null; readonly tonight: string }

/** The month as its page shows it: nights across, heads a post on top, people below with a cell a night. A past night lacks nobody any more. */
export function monthGrid({ month, post, tonight }: Shown, people: readonly Rostered[], shifts: readonly ShiftView[]) {
  const nights = datesOf(month).map((date) => ({
    date,
    day: Number(date.slice(8)),
    weekday: weekdayOf(date),
    rest: weekdayOf(date) > 5,
    tonight: date === tonight,
  }))
  const atNight = shifts.filter(({ kind }) => kind === 'night')
  const sums = ORDER.filter((one) => !post || one === post).map((one) => ({
    post: one,
    heads: HEADS[one],
    cells: nights.map(({ date, rest }) => {
      const count = atNight.filter((shift) => shift.night === date && shift.post === one).length
      return { date, rest, count, gap: date >= tonight && count < HEADS[one] }
    }),
  }))
  const rows = people
    .filter(({ posts }) => !post || posts.includes(post))
    .map((person) => {
      const mine = shifts.filter(({ staffId }) => staffId === person.id)
      return {
        ...person,
        main: mainPost(person.posts),
        count: mine.length,
        cells: nights.map(({ date, rest }) => ({ date, rest, shifts: mine.filter(({ night }) => night === date) })),
      }
    })
    .toSorted((a, b) => ORDER.indexOf(a.main) - ORDER.indexOf(b.main) || a.number.localeCompare(b.number))
  return { nights, sums, rows }
}

const mainPost = (posts: readonly Post[]): Post => ORDER.find((one) => posts.includes(one)) ?? POSTS[0]
