import { addDays } from '../../../server/kernel/time.ts'
import { system } from '../../../server/platform/actor.ts'
import { systemClock } from '../../../server/platform/clock.ts'
import { openDatabase, openPool } from '../../../server/platform/database.ts'
import { buildTransact } from '../../../server/platform/transaction.ts'
import { keepNight } from '../../../server/reports/periods/actions.ts'
import { listUncounted } from '../../../server/reports/periods/queries.ts'
import { keepMonth } from '../../../server/reports/satisfaction/keeping/actions.ts'
import { listUnkept } from '../../../server/reports/satisfaction/keeping/queries.ts'
import type { Database } from '../../../server/schema.ts'
import { fill, fillUnindexed, peopleOf, tokenOf } from '../company.ts'
import { moreHistory } from '../desk-history.ts'
import type { HttpJob, HttpRun } from '../load/http.ts'
import { atMost, type Measured, median, percentile } from '../rules.ts'
import type { Request } from '../wire.ts'
import { type Bench, interleaved } from './context.ts'

const ZONE = 'Asia/Shanghai'
/** Those of the loader's history. */
const AGENTS = 16
const NIGHTS = 730
const MONTH = 30
/** One in so many conversations is asked for a rating, half of them answer, and some say why. */
const ASKED = 8

/** The report, the satisfaction page and its lists over two years of nights, against the same over a month. */
export async function reportPart({ stage, pace, say, cost }: Bench): Promise<Measured[]> {
  const url = await stage.database('report')
  // Who starts first makes the tables.
  await (await stage.startProduct(url)).stop()
  say(`report: two years of nights, ${pace.tickets} tickets; this takes a while to fill`)
  await fill(url, [...peopleOf(AGENTS), `update staff set standing_roles = '{hr}' where id = 1`])
  await fillUnindexed(
    url,
    ['messages_words', 'customers_words'],
    moreHistory(1, pace.tickets, Math.ceil((NIGHTS * 86_400) / pace.tickets)),
  )
  await fill(url, [
    `insert into ratings (ticket_id, round, state, asked_at, handlers, service, product, reasons, comment, source, given_at)
      select id, 1, case when id % ${2 * ASKED} = 0 then 'given' else 'asked' end, closed_at,
        jsonb_build_array(jsonb_build_object('staffId', last_handler_id::text, 'shiftId', null, 'messages', 2, 'share', 1)),
        case when id % ${2 * ASKED} = 0 then 5 - id % 7 / 3 end, case when id % ${2 * ASKED} = 0 then 4 end,
        case when id % ${40 * ASKED} = 0 then '{price}'::text[] else '{}' end, case when id % ${8 * ASKED} = 0 then '讲得很清楚' end,
        case when id % ${2 * ASKED} = 0 then 'chat' end, case when id % ${2 * ASKED} = 0 then closed_at end
      from tickets where id % ${ASKED} = 0 order by id`,
    'vacuum analyze',
  ])
  const nights = await keepNights(url)
  say(`report: ${nights} nights are counted and kept`)
  const product = await stage.startProduct(url)
  const load = await stage.startWorker('load/http.ts', {})
  const today = new Date().toISOString().slice(0, 10)
  const over = (path: string, days: number) => () =>
    cost(product, () =>
      load.ask<HttpRun>({
        origin: product.url,
        connections: 1,
        milliseconds: pace.milliseconds,
        requests: [get(`${path}?from=${addDays(today, 1 - days)}&to=${today}`, product.url)],
        expect: 200,
      } satisfies HttpJob),
    )
  const figures: Measured[] = []
  for (const [name, path] of [
    ['report', '/reports'],
    ['report satisfaction', '/satisfaction'],
    ['report words', '/satisfaction/words'],
    ['report excluded', '/satisfaction/excluded'],
  ] as const) {
    say(`${name}: ${MONTH} days and ${NIGHTS}`)
    const runs = await interleaved(pace.rounds, over(path, MONTH), over(path, NIGHTS))
    figures.push(
      atMost(`${name} page over ${nights} nights, ${pace.tickets} tickets, p95`, 5, {
        value: median(runs.product.map(p95)),
        ceiling: median(runs.bare.map(p95)),
        unit: 'ms',
        of: `that over ${MONTH}`,
        wrong: [...runs.product, ...runs.bare].flatMap(({ failed }) => failed),
      }),
    )
  }
  await load.end()
  await product.stop()
  return figures
}

const p95 = ({ took }: HttpRun): number => percentile(took, 95)
const get = (path: string, origin: string): Request => ({
  method: 'GET',
  path,
  headers: { cookie: `nightdesk=${tokenOf('staff', 1)}`, origin, 'accept-language': 'zh-CN' },
})

/** Nights, and months of ratings, as the product does it, a few a second; here without its patience. */
async function keepNights(url: string): Promise<number> {
  const pool = openPool(url, { max: 2, kind: 'long' })
  const db = openDatabase<Database>(pool)
  const transact = buildTransact<Database>({ db, clock: systemClock, onCommit: () => undefined })
  try {
    const due = await listUncounted(db, systemClock.now(), 2 * NIGHTS, ZONE)
    for (const { id } of due) await transact(system, (tx) => keepNight(tx, id, ZONE))
    const months = await listUnkept(db, systemClock.now(), NIGHTS, ZONE)
    for (const { id } of months) await transact(system, (tx) => keepMonth(tx, id, ZONE))
    return due.length
  } finally {
    await pool.end()
  }
}
