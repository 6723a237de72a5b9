import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort } from 'node:worker_threads'
import type { EChartsOption, EChartsType } from 'echarts'

/** Draws in a thread of its own, so that loading the library and a large chart hold up nobody's message. */
type Wish = { id: number; option: EChartsOption; width: number; height: number }
type Library = {
  init: (
    dom: null,
    theme: null,
    how: { renderer: 'svg'; ssr: true; width: number; height: number },
  ) => Pick<EChartsType, 'setOption' | 'dispose'> & { renderToSVGString: () => string }
}

// One file instead of a thousand: loads in a tenth of the time and a fifth of the memory.
const file = path.join(path.dirname(createRequire(import.meta.url).resolve('echarts')), 'echarts.esm.min.mjs')
const echarts = (await import(pathToFileURL(file).href)) as Library

parentPort?.on('message', ({ id, option, width, height }: Wish) => {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ animation: false, ...option })
    parentPort?.postMessage({ id, svg: chart.renderToSVGString() })
  } catch (error) {
    parentPort?.postMessage({ id, reason: String(error) })
  } finally {
    chart.dispose()
  }
})
