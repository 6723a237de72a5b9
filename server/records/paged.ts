import type { Place, Wanted } from './rules.ts'

/** From which place on, and how many at the most. */
export type Page = { readonly place: Place | null; readonly limit: number }
type Halves<Row> = {
  /** What still waits for somebody, the next due on top. */
  readonly open: (limit: number) => Promise<Row[]>
  readonly over: (limit: number) => Promise<Row[]>
}

/** A page of what still waits for somebody and then of what is over; a place without a time is among the latter. */
export async function openFirst<Row>(
  { show }: Pick<Wanted, 'show'>,
  { place, limit }: Page,
  halves: Halves<Row>,
): Promise<Row[]> {
  const open = show === 'over' || (place && !place.due) ? [] : await halves.open(limit)
  const left = limit - open.length
  return show === 'open' || left === 0 ? open : [...open, ...(await halves.over(left))]
}
