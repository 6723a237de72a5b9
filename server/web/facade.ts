/** The house at night: a grid of windows with as many lit as people are awake. For customers the lamp means just that. */
export type Facade = {
  readonly box: string
  readonly width: number
  readonly height: number
  /** One tile of ten by ten windows, repeated over the wall. */
  readonly tile: readonly { readonly x: number; readonly y: number; readonly bright: boolean }[]
  readonly lit: readonly { readonly x: number; readonly y: number; readonly cx: number; readonly cy: number }[]
}

const STEP = 26
const TILE = 10
/** Where somebody is awake, spread so that halos do not touch; columns and rows of the grid. */
const LIT = [
  [12, 2],
  [13, 6],
  [11, 9],
  [9, 4],
  [14, 11],
  [8, 8],
  [10, 12],
  [6, 3],
] as const

const tile = Array.from({ length: TILE * TILE }, (_, n) => {
  const [column, row] = [n % TILE, Math.floor(n / TILE)]
  return { x: 4 + column * STEP, y: 4 + row * STEP, bright: (column * 7 + row * 11) % 13 === 0 }
})

/** A wall of so many columns and rows with one lit window a person, eight at most, moved by `shift`. */
export function facade(
  columns: number,
  rows: number,
  awake: number,
  shift: readonly [number, number] = [0, 0],
): Facade {
  const width = columns * STEP
  const height = rows * STEP
  const lit = LIT.slice(0, Math.max(0, awake)).map(([column, row]) => {
    const x = 4 + (column + shift[0]) * STEP
    const y = 4 + (row + shift[1]) * STEP
    return { x, y, cx: x + 9, cy: y + 9 }
  })
  return { box: `0 0 ${width} ${height}`, width, height, tile, lit }
}
