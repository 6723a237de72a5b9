/** The path of a small line over twelve values in a box of 100 × 28, high values up; flat where nothing varies. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 0)
  const step = values.length > 1 ? 100 / (values.length - 1) : 100
  const height = (value: number): number => Math.round((24 - (most > 0 ? (value / most) * 20 : 0)) * 10) / 10
  return values.map((value, n) => `${n === 0 ? 'M' : 'L'}${Math.round(n * step)} ${height(value)}`).join('')
}
