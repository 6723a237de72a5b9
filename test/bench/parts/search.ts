import { tokenOf } from '../company.ts'
import type { HttpJob, HttpRun } from '../load/http.ts'
import { atMost, type Measured, median, percentile } from '../rules.ts'
import type { Product } from '../stage.ts'
import type { Request } from '../wire.ts'
import { interleaved } from './context.ts'

type Searching = {
  readonly product: Product
  /** Of the bare pages. */
  readonly origin: string
  readonly drive: (job: Pick<HttpJob, 'origin' | 'requests'>, connections: number) => Promise<HttpRun>
  readonly rounds: number
  readonly say: (line: string) => void
}

/** Common and rare, alone and together. */
const WANTED = {
  Chinese: ['宽带', '红灯', '账单', '蓝鲸', '银杏', '域名 解析'],
  English: ['midnight', 'invoice', 'quartz', 'stutter', 'line down'],
}

/** The page of what was found, against one row read by its key; one person at a time. */
export async function searchFigures({ product, origin, drive, rounds, say }: Searching): Promise<Measured[]> {
  const figures: Measured[] = []
  for (const [language, words] of Object.entries(WANTED)) {
    say(`search: ${words.join(', ')}`)
    const keys = Array.from({ length: 100 }, (_, n): Request => ({ method: 'GET', path: `/read/${1 + n * 97}` }))
    const runs = await interleaved(
      rounds,
      () => drive({ origin, requests: keys }, 1),
      () => drive({ origin: product.url, requests: words.map(searchOf) }, 1),
    )
    figures.push(
      atMost(`search among the messages, ${language}, p95`, 20, {
        value: median(runs.product.map(p95)),
        ceiling: median(runs.bare.map(p95)),
        unit: 'ms',
        of: 'a read by primary key',
        wrong: runs.product.flatMap(({ failed }) => failed),
      }),
    )
  }
  return figures
}

const p95 = ({ took }: HttpRun): number => percentile(took, 95)

const searchOf = (words: string): Request => ({
  method: 'GET',
  path: `/tickets/search?q=${encodeURIComponent(words)}`,
  headers: { cookie: `nightdesk=${tokenOf('staff', 1)}`, 'hx-request': 'true', 'hx-request-type': 'partial' },
})
