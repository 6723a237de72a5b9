import type { EChartsOption } from 'echarts'
import { INK } from '../platform/drawing.ts'

/** Every chart of the house in one hand: few lines, one cool colour for what is meant, words in the paper's third voice. */
const FONT = { fontSize: 12, color: INK.text }
const AXIS = {
  axisLine: { lineStyle: { color: INK.line } },
  axisTick: { show: false },
  axisLabel: FONT,
  splitLine: { lineStyle: { color: INK.grid } },
  nameTextStyle: FONT,
}
const GRID = { left: 44, right: 16, top: 20, bottom: 28 }
export const WIDE = { width: 640, height: 240 }

export type Series = {
  readonly name: string
  readonly values: readonly (number | null)[]
  readonly ink?: keyof typeof INK
}

const legend = (series: readonly { name: string }[]) =>
  series.length > 1
    ? { legend: { top: 0, right: 8, textStyle: FONT, itemWidth: 12, itemHeight: 8, icon: 'rect' as const } }
    : {}

type Shape = {
  readonly labels: readonly string[]
  readonly series: readonly Series[]
  readonly percent?: boolean
  readonly stacked?: boolean
}
const INKS = ['moon', 'quiet', 'ok', 'bad'] as const

/** Counts or shares beside one another, or on top of one another. */
export const bars = ({ labels, series, percent = false, stacked = false }: Shape): EChartsOption => ({
  grid: { ...GRID, top: series.length > 1 ? 34 : 16 },
  ...legend(series),
  xAxis: { type: 'category', data: [...labels], ...AXIS, splitLine: { show: false } },
  yAxis: { type: 'value', ...AXIS, ...scale(percent) },
  series: series.map(({ name, values, ink }, at) => ({
    name,
    type: 'bar' as const,
    data: [...values],
    barMaxWidth: 28,
    ...(stacked ? { stack: 'all' } : {}),
    itemStyle: { color: INK[ink ?? INKS[at % INKS.length] ?? 'moon'] },
  })),
})

const scale = (percent: boolean) =>
  percent ? { min: 0, max: 100, axisLabel: { ...FONT, formatter: '{value}%' } } : { minInterval: 1 }

export const lines = ({ labels, series, percent = false }: Shape): EChartsOption => ({
  grid: { ...GRID, top: series.length > 1 ? 34 : 16 },
  ...legend(series),
  xAxis: { type: 'category', data: [...labels], boundaryGap: false, ...AXIS, splitLine: { show: false } },
  yAxis: { type: 'value', ...AXIS, ...scale(percent) },
  series: series.map(({ name, values, ink }, at) => ({
    name,
    type: 'line' as const,
    data: [...values],
    symbolSize: 5,
    showSymbol: labels.length <= 45,
    lineStyle: { color: INK[ink ?? INKS[at % INKS.length] ?? 'moon'], width: 2 },
    itemStyle: { color: INK[ink ?? INKS[at % INKS.length] ?? 'moon'] },
  })),
})

type Band = {
  readonly labels: readonly string[]
  readonly name: string
  readonly values: readonly (number | null)[]
  readonly low: readonly number[]
  readonly high: readonly number[]
}

/** A share over time with its interval behind it, in per cent. */
export function banded({ labels, name, values, low, high }: Band): EChartsOption {
  const hidden = { type: 'line' as const, stack: 'band', symbol: 'none', lineStyle: { opacity: 0 }, silent: true }
  return {
    grid: GRID,
    xAxis: { type: 'category', data: [...labels], boundaryGap: false, ...AXIS, splitLine: { show: false } },
    yAxis: { type: 'value', ...AXIS, ...scale(true) },
    series: [
      { ...hidden, data: [...low], lineStyle: { color: INK['moon-soft'], opacity: 0 } },
      {
        ...hidden,
        data: high.map((end, at) => end - (low[at] ?? 0)),
        lineStyle: { color: INK['moon-soft'], opacity: 0 },
        areaStyle: { color: INK['moon-soft'], opacity: 1 },
      },
      {
        name,
        type: 'line',
        data: [...values],
        symbolSize: 5,
        showSymbol: labels.length <= 45,
        connectNulls: false,
        lineStyle: { color: INK.moon, width: 2 },
        itemStyle: { color: INK.moon },
      },
    ],
  }
}

type Point = {
  readonly x: number
  readonly y: number
  readonly name: string
  readonly ink: keyof typeof INK
  readonly named: boolean
}
type Curve = { readonly x: number; readonly low: number; readonly high: number }

/** People against the norm: how many ratings across, how good they are up, limits of chance around. */
export function funnelPlot({
  points,
  norm,
  wide,
  narrow,
  across,
}: {
  points: readonly Point[]
  norm: number
  wide: readonly Curve[]
  narrow: readonly Curve[]
  across: string
}): EChartsOption {
  const curve = (of: readonly Curve[], end: 'low' | 'high', dashed: boolean) => ({
    type: 'line' as const,
    data: of.map((one) => [one.x, one[end]]),
    symbol: 'none',
    silent: true,
    lineStyle: { color: INK.line, width: 1.5, type: dashed ? ('dashed' as const) : ('solid' as const) },
  })
  const lowest = Math.min(norm, ...points.map(({ y }) => y), 60)
  const last = wide.at(-1)?.x ?? 1
  return {
    grid: { left: 44, right: 24, top: 16, bottom: 44 },
    xAxis: { type: 'value', min: 0, max: Math.ceil(last), name: across, nameLocation: 'middle', nameGap: 28, ...AXIS },
    yAxis: { type: 'value', min: Math.max(0, Math.floor((lowest - 10) / 10) * 10), max: 100, ...AXIS },
    series: [
      ...[
        curve(wide, 'low', false),
        curve(wide, 'high', false),
        curve(narrow, 'low', true),
        curve(narrow, 'high', true),
      ],
      {
        type: 'line',
        data: [
          [0, norm],
          [last, norm],
        ],
        symbol: 'none',
        silent: true,
        lineStyle: { color: INK.soft, width: 1.5 },
      },
      {
        type: 'scatter',
        symbolSize: 11,
        data: points.map(({ x, y, name, ink, named }) => ({
          value: [x, y],
          itemStyle: { color: INK[ink] },
          label: { show: named, formatter: plain(name), position: 'top' as const, color: INK.key, fontSize: 12 },
        })),
      },
    ],
  }
}

/** As text, where the library would read a placeholder. */
const plain = (name: string): string => name.replaceAll(/[{}|]/g, ' ')
