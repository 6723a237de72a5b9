/** What one row of the table and of `.data/bench.json` says. */
export type Figure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What the same machine does without the product, in the same unit; null where the goal is a plain number. */
  readonly ceiling: number | null
  readonly ratio: number | null
  readonly goal: string
  readonly met: boolean
}

/** A figure as it was measured, with what was wrong with the history of the run behind it. */
export type Measured = { readonly figure: Figure; readonly wrong: readonly string[] }

/** The names that every figure begins with; also what can be asked for alone. */
export const PARTS = [
  'create',
  'queue',
  'message',
  'offer',
  'widget',
  'memory',
  'socket',
  'start',
  'search',
  'roster',
  'appraisal',
  'report',
] as const
export type Part = (typeof PARTS)[number]

type Values = { readonly value: number; readonly unit: string }
/** Bounds on the ratio of product to ceiling. */
type Share = Values & { readonly ceiling: number; readonly of: string; readonly wrong?: readonly string[] }

/** The product reaches at least this share of the ceiling. */
export const atLeast = (name: string, least: number, { of, ...share }: Share): Measured =>
  judge(name, `≥ ${least} × ${of}`, share, (ratio) => ratio >= least)

/** The product takes at most this many times as long as the ceiling. */
export const atMost = (name: string, most: number, { of, ...share }: Share): Measured =>
  judge(name, `≤ ${most} × ${of}`, share, (ratio) => ratio <= most)

/** A plain bound. */
export const below = (
  name: string,
  most: number,
  { value, unit }: Values,
  wrong: readonly string[] = [],
): Measured => ({
  figure: {
    name,
    value: round(value),
    unit,
    ceiling: null,
    ratio: null,
    goal: `≤ ${most} ${unit}`,
    met: value <= most && wrong.length === 0,
  },
  wrong,
})

/** A plain bound from below. */
export const above = (name: string, least: number, { value, unit }: Values): Measured => ({
  figure: {
    name,
    value: round(value),
    unit,
    ceiling: null,
    ratio: null,
    goal: `≥ ${least} ${unit}`,
    met: value >= least,
  },
  wrong: [],
})

function judge(
  name: string,
  goal: string,
  { value, unit, ceiling, wrong = [] }: Omit<Share, 'of'>,
  isReached: (ratio: number) => boolean,
): Measured {
  const ratio = value / ceiling
  return {
    figure: {
      name,
      value: round(value),
      unit,
      ceiling: round(ceiling),
      ratio: round(ratio),
      goal,
      // A fast program that loses something is no program: the history decides first.
      met: Number.isFinite(ratio) && isReached(ratio) && wrong.length === 0,
    },
    wrong,
  }
}

/** The value below which so many per cent lie; nearest rank. NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
}

/** The middle of several runs: one that a neighbour on the machine disturbed does not decide. */
export const median = (values: readonly number[]): number => {
  if (values.length === 0) return Number.NaN
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Three digits that mean something. */
export const round = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(3)) : value)

/** Parts named on the command line in the order of the table; all where none is named. Throws on a name that is none. */
export function chosenParts(names: readonly string[]): Part[] {
  const unknown = names.filter((name) => !PARTS.some((part) => part === name))
  if (unknown.length > 0) throw new Error(`there is no figure ${unknown.join(', ')}: choose from ${PARTS.join(' ')}`)
  return PARTS.filter((part) => names.length === 0 || names.includes(part))
}

/** What was asked for, in the order of the table; a run may measure more on its way. */
export const inOrder = (measured: readonly Measured[], parts: readonly Part[]): Measured[] =>
  parts.flatMap((part) => measured.filter(({ figure }) => figure.name.split(/[ :]/)[0] === part))

const HEADINGS = ['figure', 'value', 'ceiling', 'ratio', 'goal', ''] as const

/** The table as text, columns aligned, and under it what was wrong with each run that failed its history check. */
export function tableOf(measured: readonly Measured[]): string {
  const cells = measured.map(({ figure: { name, value, unit, ceiling, ratio, goal, met } }) => [
    name,
    `${value} ${unit}`,
    ceiling === null ? '' : `${ceiling} ${unit}`,
    ratio === null ? '' : String(ratio),
    goal,
    met ? 'met' : 'MISSED',
  ])
  const rows = [[...HEADINGS], ...cells]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const failed = measured
    .filter(({ wrong }) => wrong.length > 0)
    .map(({ figure: { name }, wrong }) => `THE HISTORY OF "${name}" IS WRONG:\n${listed(wrong)}`)
  return [...lines, ...failed].join('\n')
}

const SHOWN = 10
const listed = (wrong: readonly string[]): string =>
  [...wrong.slice(0, SHOWN), ...(wrong.length > SHOWN ? [`and ${wrong.length - SHOWN} more`] : [])]
    .map((line) => `  ${line}`)
    .join('\n')

/** What `.data/bench.json` holds. */
export const reportOf = (measured: readonly Measured[]): string =>
  `${JSON.stringify({ figures: measured.map(({ figure }) => figure) }, null, 2)}\n`
