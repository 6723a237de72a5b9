import { ask, fill, fillUnindexed, peopleOf, tokenOf } from '../company.ts'
import { deskHistory, moreHistory } from '../desk-history.ts'
import type { HttpJob, HttpRun } from '../load/http.ts'
import { atLeast, atMost, type Measured, median, percentile } from '../rules.ts'
import type { Product } from '../stage.ts'
import type { Request } from '../wire.ts'
import { type Bench, interleaved } from './context.ts'
import { searchFigures } from './search.ts'
import { waitFigures } from './wait.ts'

const AGENTS = 16
const TICKETS = 10_000

/** The desk as sixteen agents open it over ten thousand tickets and over a million, and words looked for among as many messages. */
export async function pagesPart({ stage, pace, say, cost }: Bench): Promise<Measured[]> {
  const url = await stage.database('desk')
  const product = await stage.startProduct(url)
  const bare = await stage.startWorker('bare/http.ts', { databaseUrl: await stage.database('bare') })
  const load = await stage.startWorker('load/http.ts', {})
  const origin = await bare.ask<string>({})
  await fill(url, [...peopleOf(AGENTS), ...deskHistory(TICKETS, AGENTS), 'vacuum analyze'])

  const drive = (job: Pick<HttpJob, 'origin' | 'requests'>, connections = AGENTS): Promise<HttpRun> =>
    load.ask({ ...job, connections, milliseconds: pace.milliseconds, expect: 200 } satisfies HttpJob)
  const desks = () => cost(product, () => drive({ origin: product.url, requests: deskOf(product) }))
  say(`queue: ${AGENTS} agents over ${TICKETS} tickets`)
  const many = await interleaved(pace.rounds, () => drive({ origin, requests: [get('/queue')] }), desks)
  say(`queue: and over ${pace.tickets}; this takes a while to fill`)
  await fillUnindexed(url, ['messages_words', 'customers_words'], moreHistory(TICKETS + 1, pace.tickets))
  await fill(url, ['vacuum analyze'])
  await drive({ origin: product.url, requests: deskOf(product) })
  const large: HttpRun[] = []
  for (let round = 0; round < pace.rounds; round++) large.push(await desks())
  const found = await searchFigures({ product, origin, drive, rounds: pace.rounds, say })
  const wrong = [...many.product, ...large].flatMap(({ failed }) => failed)
  const [{ count } = { count: 0 }] = await ask<{ count: number }>(url, 'select count(*)::integer as count from tickets')
  for (const one of [load, bare]) await one.end()
  await product.stop()
  return [
    atLeast(`queue page, ${AGENTS} agents over ${TICKETS} tickets`, 0.4, {
      value: median(many.product.map(perSecond)),
      ceiling: median(many.bare.map(perSecond)),
      unit: '/s',
      of: 'bare queue page',
      wrong,
    }),
    atMost(`queue page over ${count} tickets, p95`, 1.5, {
      value: median(large.map(p95)),
      ceiling: median(many.product.map(p95)),
      unit: 'ms',
      of: `that over ${TICKETS}`,
      wrong,
    }),
    ...waitFigures(),
    ...found,
  ]
}

const perSecond = ({ took, seconds }: HttpRun): number => took.length / seconds
const p95 = ({ took }: HttpRun): number => percentile(took, 95)
const get = (path: string, headers: Record<string, string> = {}): Request => ({ method: 'GET', path, headers })

/** Each agent's own desk, signed in. */
const deskOf = ({ url }: Product): Request[] =>
  Array.from({ length: AGENTS }, (_, n) =>
    get('/desk', { cookie: `nightdesk=${tokenOf('staff', n + 1)}`, origin: url, 'accept-language': 'zh-CN' }),
  )
