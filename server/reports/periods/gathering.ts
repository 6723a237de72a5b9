import { addDays, nightOf } from '../../kernel/time.ts'
import type { Reader } from '../../schema.ts'
import type { Grain } from '../filters/rules.ts'
import { type Counted, countedNights, countNight, firstNight, listCounted } from './queries.ts'
import { add, type Facts, type Line, lineOf, nightsFrom, periodStart, type Slice } from './rules.ts'

type Asking = { readonly from: string; readonly to: string; readonly grain: Grain; readonly slice: Slice }
type At = { readonly db: Reader; readonly now: Date; readonly zone: string }

export type Report = {
  readonly whole: Facts
  readonly sums: Line
  /** Nights, weeks or months, the first first. */
  readonly lines: readonly (Line & { readonly start: string })[]
  /** Nights that are over and that the house has not got round to yet. */
  readonly uncounted: number
}

/** Read from the records while somebody waits; older ones come from what was kept. */
const MOST_LIVE = 2

/** A stretch of nights out of what was kept of each; tonight, and what was not kept yet, as it stands this moment. */
export async function gather({ db, now, zone }: At, { from, to, grain, slice }: Asking): Promise<Report> {
  const tonight = nightOf(now, zone)
  const first = (await firstNight(db, zone)) ?? tonight
  const span = { from: from < first ? first : from, to: to > tonight ? tonight : to }
  const [kept, counted] = await Promise.all([listCounted(db, span, slice), countedNights(db, span)])
  const missing = nightsFrom(span.from, span.to).filter((night) => night === tonight || !counted.has(night))
  const live = missing.slice(-MOST_LIVE)
  const fresh: Counted[] = []
  for (const night of live) {
    const rows = await countNight(db, night, now, zone)
    const mine = rows.find(({ cut, key }) => cut === slice.cut && key === slice.key)
    if (mine) fresh.push({ night, facts: mine.facts })
  }
  const all = [...kept.filter(({ night }) => !live.includes(night)), ...fresh]
  const parts = new Map<string, Facts>()
  for (const start of starts(span, grain)) parts.set(start, {})
  for (const { night, facts } of all) {
    const start = periodStart(night, grain)
    parts.set(start, add(parts.get(start) ?? {}, facts))
  }
  const whole = all.reduce<Facts>((sum, { facts }) => add(sum, facts), {})
  return {
    whole,
    sums: lineOf(whole),
    lines: [...parts]
      .map(([start, facts]) => ({ ...lineOf(facts), start }))
      .toSorted((a, b) => (a.start < b.start ? -1 : 1)),
    uncounted: missing.length - live.length,
  }
}

function starts({ from, to }: { from: string; to: string }, grain: Grain): Set<string> {
  return new Set(nightsFrom(from, to).map((night) => periodStart(night, grain)))
}

/** The stretch of the same length that ends the night before. */
export function before({ from, to }: { from: string; to: string }): { from: string; to: string } {
  const nights = nightsFrom(from, to).length
  return { from: addDays(from, -nights), to: addDays(from, -1) }
}
