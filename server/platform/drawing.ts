import { Worker } from 'node:worker_threads'
import type { EChartsOption } from 'echarts'
import { SECOND } from '../kernel/time.ts'

/**
 * Colours as options name them. None of them is ever seen: each becomes `data-fill` or `data-stroke` with its name, and
 * the style sheet says what that is by day and by night.
 */
export const INK = {
  text: '#0a0001',
  soft: '#0a0002',
  line: '#0a0003',
  grid: '#0a0004',
  moon: '#0a0005',
  'moon-soft': '#0a0006',
  ok: '#0a0007',
  bad: '#0a0008',
  lamp: '#0a0009',
  panel: '#0a000a',
  key: '#0a000b',
  quiet: '#0a000c',
} as const
const NAMES = new Map<string, string>(Object.entries(INK).map(([name, colour]) => [colour, name]))

/** A drawing made of nothing but shapes and words, for `{{drawing}}` in a template: no style, no script, no address. */
export class Drawing {
  readonly svg: string
  constructor(raw: string, { label, name }: { label: string; name: string }) {
    this.svg = strict(raw, label, name)
  }
}

const ELEMENTS = new Set([
  'svg',
  'g',
  'path',
  'text',
  'tspan',
  'rect',
  'circle',
  'line',
  'polyline',
  'polygon',
  'defs',
  'clipPath',
])
const NUMBERS = new Set(
  ['x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'width', 'height', 'dx', 'dy', 'opacity'].concat([
    'fill-opacity',
    'stroke-opacity',
    'stroke-width',
    'stroke-dashoffset',
    'stroke-miterlimit',
  ]),
)
const WORDS = new Set([
  'text-anchor',
  'dominant-baseline',
  'stroke-linecap',
  'stroke-linejoin',
  'transform',
  'd',
  'points',
  'stroke-dasharray',
  'viewBox',
])
const HARMLESS = /^[\w\s.,()+-]*$/
const TAG = /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>/g
const ATTRIBUTE = /([\w:-]+)="([^"]*)"/g

/** Keeps what is on the list and throws where anything else is left: a library's next version cannot slip something in. */
function strict(raw: string, label: string, name: string): string {
  const body = raw.replaceAll(/<style[\s\S]*?<\/style>/g, '').replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '')
  const rest = body.replaceAll(TAG, '')
  if (/[<>]/.test(rest)) throw new Error('a drawing holds what is no shape')
  return body
    .replaceAll(TAG, (_all, end: string, element: string, attributes: string, empty: string) => {
      if (!ELEMENTS.has(element)) throw new Error(`a drawing holds <${element}>`)
      if (end) return `</${element}>`
      if (element === 'svg') return root(attributes, label)
      return `<${element}${kept(attributes, name)}${empty}>`
    })
    .replaceAll(/>\s+</g, '><')
}

function root(attributes: string, label: string): string {
  const viewBox = /viewBox="([\d.\s]+)"/.exec(attributes)?.[1] ?? '0 0 640 240'
  return `<svg class="chart" role="img" aria-label="${escaped(label)}" viewBox="${viewBox}">`
}

function kept(attributes: string, name: string): string {
  let all = ''
  for (const [, key = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
    const size = key === 'style' ? /font-size:(\d+)px/.exec(value)?.[1] : undefined
    if (size) all += ` font-size="${size}"`
    if (key === 'style' && /font-weight:(bold|600)/.test(value)) all += ' font-weight="600"'
    if (key === 'fill' || key === 'stroke') all += colour(key, value)
    else if (key === 'id') all += ` id="${name}-${value.replaceAll(/[^\w-]/g, '')}"`
    else if (key === 'clip-path') all += clip(value, name)
    else if ((NUMBERS.has(key) || WORDS.has(key)) && HARMLESS.test(value)) all += ` ${key}="${value}"`
  }
  return all
}

function colour(key: 'fill' | 'stroke', value: string): string {
  const ink = NAMES.get(value)
  if (ink) return ` data-${key}="${ink}"`
  return ` ${key}="none"`
}
function clip(value: string, name: string): string {
  const id = /^url\(#([\w-]+)\)$/.exec(value)?.[1]
  return id ? ` clip-path="url(#${name}-${id})"` : ''
}
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

export type Wish = {
  readonly option: EChartsOption
  readonly width: number
  readonly height: number
  /** What somebody hears who does not see it; its table stands beside it. */
  readonly label: string
  /** Unlike that of any other drawing on the page. */
  readonly name: string
}

const IDLE_MILLISECONDS = 60 * SECOND
const PATIENCE_MILLISECONDS = 5 * SECOND

type Waiting = { resolve: (svg: string | undefined) => void; timer: NodeJS.Timeout }
type Bench = { worker: Worker; waiting: Map<number, Waiting>; idle?: NodeJS.Timeout | undefined }
let bench: Bench | undefined
let drawn = 0

/** Drawn by a thread that starts with the first wish and ends a minute after the last; null where it could not be: the table says it all. */
export async function draw({ option, width, height, label, name }: Wish): Promise<Drawing | null> {
  bench ??= openBench()
  const { worker, waiting } = bench
  clearTimeout(bench.idle)
  const id = ++drawn
  const svg = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => settle(waiting, id, undefined), PATIENCE_MILLISECONDS)
    timer.unref()
    waiting.set(id, { resolve, timer })
    worker.postMessage({ id, option, width, height })
  })
  if (bench && bench.waiting.size === 0) {
    clearTimeout(bench.idle)
    bench.idle = setTimeout(closeBench, IDLE_MILLISECONDS)
    bench.idle.unref()
  }
  return svg === undefined ? null : new Drawing(svg, { label, name })
}

function openBench(): Bench {
  const worker = new Worker(new URL('./drawing-worker.ts', import.meta.url))
  worker.unref()
  const waiting = new Map<number, Waiting>()
  worker.on('message', ({ id, svg }: { id: number; svg?: string }) => settle(waiting, id, svg))
  const lost = (): void => {
    if (bench?.worker === worker) bench = undefined
    for (const id of [...waiting.keys()]) settle(waiting, id, undefined)
  }
  worker.on('error', lost)
  worker.on('exit', lost)
  return { worker, waiting }
}

function settle(waiting: Map<number, Waiting>, id: number, svg: string | undefined): void {
  const one = waiting.get(id)
  if (!one) return
  waiting.delete(id)
  clearTimeout(one.timer)
  one.resolve(svg)
}

function closeBench(): void {
  void bench?.worker.terminate()
  bench = undefined
}
