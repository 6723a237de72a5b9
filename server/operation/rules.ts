/** A process that has not been heard of for so long is gone, or frozen: three missed beats. */
const SILENT_AFTER_MILLISECONDS = 16_000

export const isSilent = (seenAt: Date, now: Date): boolean =>
  now.getTime() - seenAt.getTime() > SILENT_AFTER_MILLISECONDS

/** What the outbox may hold for a moment; beyond, reactions and live pages are behind (RELIABILITY 18). */
const LAG_SECONDS = 5

export const lagTone = (oldestSeconds: number): 'ok' | 'bad' => (oldestSeconds > LAG_SECONDS ? 'bad' : 'ok')

/** A look each second; after this many without one, deadlines stand still. */
const LOOK_SECONDS = 5
/** In health nothing is later (DESIGN 3.5). */
const LATE_MILLISECONDS = 2000

type Facts = {
  readonly ticker: {
    readonly lookedAt: string | null
    readonly late: readonly { readonly kind: string; readonly count: number; readonly milliseconds: number }[]
  }
}

export type TickerView = {
  /** Seconds since any process looked at what is due; null where none has yet. */
  readonly ago: number | null
  readonly tone: 'ok' | 'bad'
  /** Over all processes, the latest first; `seconds` to a tenth. */
  readonly late: readonly {
    readonly kind: string
    readonly count: number
    readonly seconds: number
    readonly tone: 'ok' | 'lamp'
  }[]
}

export function tickerOf(processes: readonly { readonly facts: Facts }[], now: Date): TickerView {
  const looked = processes.map(({ facts }) => facts.ticker.lookedAt).filter((at) => at !== null)
  const newest = Math.max(...looked.map((at) => Date.parse(at)))
  const ago = looked.length === 0 ? null : Math.max(0, Math.round((now.getTime() - newest) / 1000))
  const kinds = Map.groupBy(
    processes.flatMap(({ facts }) => facts.ticker.late),
    ({ kind }) => kind,
  )
  const late = [...kinds].map(([kind, all]) => {
    const milliseconds = Math.max(...all.map((one) => one.milliseconds))
    return {
      kind,
      count: all.reduce((sum, one) => sum + one.count, 0),
      seconds: Math.round(milliseconds / 100) / 10,
      tone: milliseconds > LATE_MILLISECONDS ? ('lamp' as const) : ('ok' as const),
    }
  })
  return {
    ago,
    // Facts are up to one beat old.
    tone: ago === null || ago > LOOK_SECONDS + 5 ? 'bad' : 'ok',
    late: late.toSorted((a, b) => b.seconds - a.seconds),
  }
}
