/** The ten lines of a night, in their order. Seconds, per cent and counts; `less` says whether less is better. */
export const LINES = [
  { key: 'asked', unit: 'count', less: null },
  { key: 'first_answer', unit: 'seconds', less: true },
  { key: 'longest_wait', unit: 'seconds', less: true },
  { key: 'solved', unit: 'count', less: false },
  { key: 'not_taken', unit: 'count', less: true },
  { key: 'escalated', unit: 'count', less: null },
  { key: 'promises_broken', unit: 'count', less: true },
  { key: 'complaints', unit: 'count', less: true },
  { key: 'alarms', unit: 'count', less: true },
  { key: 'missing', unit: 'people', less: true },
] as const
export type LineKey = (typeof LINES)[number]['key']
export type Figures = Readonly<Record<LineKey, number | null>>
export type BriefLine = {
  readonly key: LineKey
  readonly tonight: number | null
  readonly before: number | null
  /** Mean of the nights of four weeks that had anything in them; null where there were fewer than three. */
  readonly norm: number | null
}

export const NORM_NIGHTS = 28
const FEWEST_NIGHTS = 3

/** Something happened: a night without content sends nothing. */
export const hasContent = (figures: Figures): boolean => LINES.some(({ key }) => (figures[key] ?? 0) > 0)

/** `before` and the rest, the latest first; tonight against last night and against the norm. */
export function linesOf(tonight: Figures, earlier: readonly Figures[]): BriefLine[] {
  const lived = earlier.filter(hasContent)
  return LINES.map(({ key }) => ({
    key,
    tonight: tonight[key],
    before: earlier[0]?.[key] ?? null,
    norm: lived.length < FEWEST_NIGHTS ? null : mean(lived.map((figures) => figures[key])),
  }))
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Whether a line asks for a word: clearly worse than the norm, or than the night before where there is no norm. */
export function toneOf({ key, tonight, before, norm }: BriefLine): 'ok' | 'bad' | 'quiet' {
  const { less } = LINES.find((line) => line.key === key) ?? { less: null }
  const usual = norm ?? before
  if (less === null || tonight === null || usual === null) return 'quiet'
  const worse = less ? tonight - usual : usual - tonight
  if (worse > Math.max(1, usual * 0.25)) return 'bad'
  return worse < -Math.max(1, usual * 0.25) ? 'ok' : 'quiet'
}

/** What an obligation about the brief of a night is about. */
export const briefSubject = (night: string): string => `brief:${night}`

/** From one time of the clock to the next time that it shows another, in minutes. */
export function minutesFrom(from: string, to: string): number {
  const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
  return (minutes(to) - minutes(from) + 1440) % 1440
}
