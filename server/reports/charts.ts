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
/** What a chart is drawn for, in pixels: a panel on a wide screen or on paper, or the width of a phone, where the wide one shrunk could not be read. */
export type Room = { readonly width: number; readonly height: number }
export const ROOMS: { readonly wide: Room; readonly narrow: Room } = {
  wide: { width: 640, height: 240 },
  narrow: { width: 320, height: 240 },
}
const isNarrow = ({ width }: Room): boolean => width < 480
const GRID = { left: 44, right: 24, top: 16, bottom: 28 }
/** Names of series, in one line or, where there is no room for three beside one another, one a line. */
const LINE = 20

export type Series = {
  readonly name: string
  readonly values: readonly (number | null)[]
  readonly ink?: keyof typeof INK
}

function headOf(series: readonly { name: string }[], room: Room): Pick<EChartsOption, 'grid' | 'legend'> {
  if (series.length < 2) return { grid: GRID }
  const under = isNarrow(room) && series.length > 2
  const side = isNarrow(room) ? { left: 0 } : { right: 8 }
  return {
    grid: { ...GRID, top: 14 + LINE * (under ? series.length : 1) },
    legend: {
      top: 0,
      ...side,
      orient: under ? 'vertical' : 'horizontal',
      itemGap: under ? LINE - FONT.fontSize : 10,
      textStyle: FONT,
      itemWidth: 12,
      itemHeight: 8,
      icon: 'rect',
    },
  }
}

type Shape = {
  readonly labels: readonly string[]
  readonly series: readonly Series[]
  readonly percent?: boolean
}
const INKS = ['moon', 'quiet', 'ok', 'bad'] as const

/** Counts or shares beside one another. */
export const bars = ({ labels, series, percent = false }: Shape, room: Room): EChartsOption => ({
  ...headOf(series, room),
  xAxis: { type: 'category', data: [...labels], ...AXIS, splitLine: { show: false } },
  yAxis: { type: 'value', ...AXIS, ...scale(percent) },
  series: series.map(({ name, values, ink }, at) => ({
    name,
    type: 'bar' as const,
    data: [...values],
    barMaxWidth: 28,
    itemStyle: { color: INK[ink ?? INKS[at % INKS.length] ?? 'moon'] },
  })),
})

const scale = (percent: boolean) =>
  percent ? { min: 0, max: 100, axisLabel: { ...FONT, formatter: '{value}%' } } : { minInterval: 1 }

export const lines = ({ labels, series, percent = false }: Shape, room: Room): EChartsOption => ({
  ...headOf(series, room),
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
    xAxis: {
      type: 'value',
      min: 0,
      max: Math.ceil(last),
      name: across,
      nameLocation: 'middle',
      nameGap: 28,
      ...AXIS,
      // The end of the line is no round number, and stands on the one before it where there is little room.
      axisLabel: { ...FONT, showMaxLabel: false },
    },
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
          // Near the end a name stands before its point, or it would be cut off.
          label: {
            show: named,
            formatter: plain(name),
            position: x > last * 0.8 ? ('left' as const) : ('top' as const),
            color: INK.key,
            fontSize: 12,
          },
        })),
      },
    ],
  }
}

/** As text, where the library would read a placeholder. */
const plain = (name: string): string => name.replaceAll(/[{}|]/g, ' ')
