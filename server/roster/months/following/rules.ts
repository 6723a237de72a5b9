import type { StaffId } from '../../../kernel/ids.ts'
import type { differencesOf } from '../rules.ts'
import type { StoredCell } from '../tables.ts'

type Place = { readonly night: string; readonly staffId: StaffId }
const placeOf = ({ night, staffId }: Place): string => `${night} ${staffId}`
const byPlace = (cells: readonly StoredCell[]): Map<string, StoredCell> =>
  new Map(cells.map((cell) => [placeOf(cell), cell]))
const isSame = (a: StoredCell | undefined, b: StoredCell | undefined): boolean =>
  a?.post === b?.post && a?.backup === b?.backup

/** What was published, what HR has made of it since, and what stands in the shifts now. */
export type Three = {
  readonly published: readonly StoredCell[]
  readonly plan: readonly StoredCell[]
  readonly standing: readonly StoredCell[]
}

/**
 * The plan after somebody else has changed what it began from: where HR wrote something it stays, everywhere else the
 * plan says what stands now. Places are a person's night; locks are HR's.
 */
export function mergePlans({ published, plan, standing }: Three): StoredCell[] {
  const [base, mine, now] = [byPlace(published), byPlace(plan), byPlace(standing)]
  return [...new Set([...mine.keys(), ...now.keys()])].flatMap((place) => {
    const [was, wanted, stands] = [base.get(place), mine.get(place), now.get(place)]
    if (!isSame(wanted, was)) return wanted ?? []
    return stands ? [{ ...stands, locked: wanted?.locked ?? false }] : []
  })
}

/** What stands in the shifts, with the backups that were published: those have no shift, and whoever stands now is none. */
export const withBackups = (standing: readonly StoredCell[], published: readonly StoredCell[]): StoredCell[] => {
  const there = new Set(standing.map(placeOf))
  return [...standing, ...published.filter((cell) => cell.backup && !there.has(placeOf(cell)))]
}

/** Nights that had a named backup and have none any more (H1). Whoever leads the night in the manager's place was the backup. */
export function backupsLost(published: readonly StoredCell[], standing: readonly StoredCell[]): string[] {
  const there = new Set(standing.filter(({ backup }) => backup).map(({ night }) => night))
  const leads = new Set(standing.filter(({ post, backup }) => post === 'manager' && !backup).map(placeOf))
  const lost = published.filter((cell) => cell.backup && !there.has(cell.night) && !leads.has(placeOf(cell)))
  return [...new Set(lost.map(({ night }) => night))]
}

/** Nights and posts that both an open change of HR and what came between have touched: HR looks at these again. */
export function metOf(
  open: ReturnType<typeof differencesOf>,
  between: ReturnType<typeof differencesOf>,
): ReadonlySet<string> {
  const touched = (all: ReturnType<typeof differencesOf>): Set<string> =>
    new Set(all.flatMap(({ night, came, went }) => [...came, ...went].map(({ post }) => `${night} ${post}`)))
  const mine = touched(open)
  return new Set([...touched(between)].filter((one) => mine.has(one)).map((one) => one.slice(0, 10)))
}

/**
 * What an edit is taken back to: what stood there before it, or, where a newer version has changed that place since, what
 * is published there now.
 */
export function takenBack(
  before: readonly StoredCell[],
  touched: readonly Place[],
  { then, now }: { readonly then: readonly StoredCell[]; readonly now: readonly StoredCell[] },
): StoredCell[] {
  const [earlier, old, fresh] = [byPlace(before), byPlace(then), byPlace(now)]
  return [...new Set(touched.map(placeOf))].flatMap((place) => {
    const passed = !isSame(old.get(place), fresh.get(place))
    return (passed ? fresh.get(place) : earlier.get(place)) ?? []
  })
}
