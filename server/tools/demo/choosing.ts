import type { Post } from '../../kernel/capabilities.ts'
import type { StaffId } from '../../kernel/ids.ts'
import { addDays, DAY, HOUR, overlap, plus, type Window, weekdayOf } from '../../kernel/time.ts'
import type { Rostered } from '../../roster/queries.ts'

const REST_HOURS = 11
const REST_AFTER_RUN_HOURS = 24
const SHIFTS_A_WEEK = 5

/** Somebody stands there already. */
export type Taken = Window & { readonly staffId: StaffId; readonly night: string; readonly kind: 'night' | 'day' }
export type Choosing = {
  readonly people: readonly Pick<Rostered, 'id' | 'number' | 'posts'>[]
  readonly taken: readonly Taken[]
  readonly away: readonly (Window & { readonly staffId: StaffId })[]
}
type Place = Window & { readonly post: Post; readonly night: string; readonly kind: 'night' | 'day' }
type Person = Choosing['people'][number]

/**
 * Whoever may hold the post, the least loaded first: those whom no rule of the roster keeps away, and only where they are
 * not enough whoever has at least rested. Whoever leads is not also put on a post: supervisors only lead.
 */
export function choose({ people, taken, away }: Choosing, place: Place): Person[] {
  const mine = Map.groupBy(taken, ({ staffId }) => staffId)
  const of = ({ id }: Person): readonly Taken[] => mine.get(id) ?? []
  const fits = people
    .filter(({ posts }) => posts.includes(place.post) && (place.post === 'manager' || !posts.includes('manager')))
    .filter((person) => hasRested(of(person), place, REST_HOURS))
  const free = fits.filter((person) => {
    const isAway = away.some((leave) => leave.staffId === person.id && overlap(leave, place))
    return !isAway && mayStand(of(person), place)
  })
  const inOrder = (some: readonly Person[]): Person[] =>
    some
      .map((person, n) => ({ person, load: loadOf(of(person), place), turn: (n * 7 + dayOf(place.night) * 5) % 17 }))
      .toSorted((a, b) => a.load - b.load || a.turn - b.turn || a.person.number.localeCompare(b.person.number))
      .map(({ person }) => person)
  return [...inOrder(free), ...inOrder(fits.filter((person) => !free.includes(person)))]
}

/** Nights weigh most. */
const loadOf = (mine: readonly Taken[], { kind }: Place): number =>
  mine.length + (kind === 'night' ? NIGHT_WEIGHT * mine.filter((shift) => shift.kind === 'night').length : 0)
const NIGHT_WEIGHT = 10

const hasRested = (mine: readonly Taken[], { from, to }: Window, hours: number): boolean =>
  mine.every((shift) => shift.from >= plus(to, hours * HOUR) || shift.to <= plus(from, -hours * HOUR))

/** REGULATION 4, H4 and H5: two nights in four, three in seven, a day's rest after a run, five shifts a week. */
function mayStand(mine: readonly Taken[], place: Place): boolean {
  const week = addDays(place.night, 1 - weekdayOf(place.night))
  const thisWeek = mine.filter(({ night }) => night >= week && night < addDays(week, 7)).length
  if (thisWeek >= SHIFTS_A_WEEK) return false
  const nights = mine.filter(({ kind }) => kind === 'night').map(({ night }) => dayOf(night))
  const after = nights.filter((day) => day === dayOf(place.night) - 1 || day === dayOf(place.night) - 2)
  if (place.kind === 'day') return after.length < 2 || hasRested(mine, place, REST_AFTER_RUN_HOURS)
  return most(nights, dayOf(place.night), 4) < 2 && most(nights, dayOf(place.night), 7) < 3
}

/** Nights in the fullest stretch of so many days that holds this one. */
const most = (nights: readonly number[], day: number, length: number): number =>
  Math.max(
    ...Array.from({ length }, (_, back) => {
      const from = day - back
      return nights.filter((one) => one >= from && one < from + length).length
    }),
  )
const dayOf = (date: string): number => Date.parse(date) / DAY
