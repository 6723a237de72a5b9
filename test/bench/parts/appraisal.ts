import pg from 'pg'
import { firstOfLast } from '../../../server/appraisal/months/rules.ts'
import { ASKED, appraisalCompany, FORGOTTEN } from '../appraisal-company.ts'
import { fill, openConversations, peopleOf, visitors } from '../company.ts'
import type { AppraiseRun } from '../load/appraise.ts'
import type { TalkJob, TalkRun } from '../load/talk.ts'
import { familyOf, pssBytes } from '../processes.ts'
import { atMost, below, type Measured, median, percentile, round } from '../rules.ts'
import { WARM_UP_MILLISECONDS } from '../wire.ts'
import { CONVERSATIONS, EACH } from './ceilings.ts'
import { type Bench, FULL } from './context.ts'

const ZONE = 'Asia/Shanghai'
/** A desk that is busy and not at its limit: both cores have something left. */
const PER_SECOND = 200
/** A window of the desk holds one count from asked to counted, and so many windows some hundred of the slowest messages. */
const WINDOW_MILLISECONDS = 3000
const WINDOWS = 4
const MILLISECONDS_A_PERSON = 2
const SCANS = 20
const MEGABYTE = 2 ** 20
const SETTLED_MILLISECONDS = 1500
/** The ticker looks once a second. */
const TICK_MILLISECONDS = 1000

/**
 * A month of five hundred people counted in a process of its own, against a bare count of the same rows; and by the
 * product itself, beside a desk that goes on talking.
 */
export async function appraisalPart({ stage, pace, say, cost }: Bench): Promise<Measured[]> {
  const share = pace.tickets < FULL.tickets ? 0.1 : 1
  const size = { people: 500 * share, ratings: 60_000 * share, obligations: 250_000 * share }
  const first = firstOfLast(new Date().toISOString().slice(0, 10))
  const url = await stage.database('appraisal')
  // Who starts first makes the tables.
  await (await stage.startProduct(url)).stop()
  await fill(url, [
    ...peopleOf(CONVERSATIONS / EACH),
    ...visitors(1, CONVERSATIONS),
    ...openConversations(CONVERSATIONS, EACH),
    ...appraisalCompany({ ...size, first }),
    'vacuum analyze',
  ])
  const line = new pg.Client(url)
  await line.connect()

  const label = `${size.people} people, ${size.ratings} ratings, ${size.obligations} obligations`
  say(`appraisal: ${label}, in a process of its own`)
  const counting = await stage.startWorker('load/appraise.ts', { url, month: first, zone: ZONE })
  await counting.ask<AppraiseRun>({ does: 'open' })
  const asking = counting.process.pid ?? 0
  const peak = watchMemory(() => familyOf(asking).filter((pid) => pid !== asking))
  const alone: AppraiseRun[] = []
  const scans = [await scan(line)]
  for (let n = 0; n <= pace.rounds; n++) {
    alone.push(await counting.ask<AppraiseRun>({ does: 'count' }))
    scans.push(await scan(line))
    say(
      `  ${Math.round(alone.at(-1)?.milliseconds ?? 0)} ms; a count of the rows takes ${Math.round(scans.at(-1) ?? 0)} ms`,
    )
  }
  const megabytes = peak() / MEGABYTE
  await counting.end()

  say(`appraisal: and by the product, beside a desk of ${PER_SECOND} messages a second`)
  const product = await stage.startProduct(url)
  const talking = await stage.startWorker('load/talk.ts', {
    conversations: CONVERSATIONS,
    each: EACH,
    origin: product.url,
  })
  const paced: TalkJob = {
    does: 'pace',
    perSecond: PER_SECOND,
    milliseconds: Math.min(WINDOW_MILLISECONDS, pace.milliseconds),
  }
  const idle: TalkRun[] = []
  const beside: TalkRun[] = []
  const took: number[] = []
  await talking.ask<TalkRun>(paced)
  for (let n = 0; n < pace.rounds * WINDOWS; n++) {
    await forget(line)
    idle.push(await cost(product, () => talking.ask<TalkRun>(paced)))
    beside.push(await besideCounting(line, took, () => cost(product, () => talking.ask<TalkRun>(paced))))
  }
  const wrong = [...idle, ...beside].flatMap(({ failed }) => failed)
  await line.end()
  await talking.end()
  await product.stop()

  const scanned = median(scans)
  const most = SCANS * scanned + MILLISECONDS_A_PERSON * size.people
  const uncounted = alone.flatMap(({ people }) =>
    people === size.people ? [] : [`${people} of ${size.people} counted`],
  )
  const p99 = (runs: readonly TalkRun[]): number =>
    percentile(
      runs.flatMap(({ acknowledged }) => acknowledged),
      99,
    )
  const bound = `${SCANS} × ${round(scanned)} ms of scan + ${MILLISECONDS_A_PERSON} ms a person`
  return [
    below(
      `appraisal of ${label}: ${bound}`,
      round(most),
      { value: median(alone.slice(1).map(({ milliseconds }) => milliseconds)), unit: 'ms' },
      uncounted,
    ),
    below(
      `appraisal beside a desk, from asked to counted: ${bound} + the ticker's second`,
      round(most + TICK_MILLISECONDS),
      {
        value: median(took),
        unit: 'ms',
      },
    ),
    below('appraisal memory of the process that counts', 300, { value: megabytes, unit: 'MB' }),
    atMost('appraisal beside it, message p99', 1.5, {
      value: p99(beside),
      ceiling: p99(idle),
      unit: 'ms',
      of: 'idle',
      wrong,
    }),
  ]
}

/** Milliseconds for a bare count of the rows that the month is made from. */
async function scan(line: pg.Client): Promise<number> {
  const start = performance.now()
  await line.query('select count(*) from ratings')
  await line.query('select count(*) from obligations')
  return performance.now() - start
}

/** The load runs while the month is counted once; how long that took, from asked to counted, goes to `took`. */
async function besideCounting(line: pg.Client, took: number[], load: () => Promise<TalkRun>): Promise<TalkRun> {
  const counting = (async () => {
    await new Promise((resolve) => setTimeout(resolve, WARM_UP_MILLISECONDS))
    await line.query(ASKED)
    const start = performance.now()
    while ((await stateOf(line)) !== 'contests') await new Promise((resolve) => setTimeout(resolve, 20))
    took.push(performance.now() - start)
  })()
  const [run] = await Promise.all([load(), counting])
  return run
}

/** What only the bench does, taking a count back, is over and tidied up before anybody is timed, idle or not. */
async function forget(line: pg.Client): Promise<void> {
  for (const statement of FORGOTTEN) await line.query(statement)
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MILLISECONDS))
}

async function stateOf(line: pg.Client): Promise<string> {
  const { rows } = await line.query<{ state: string }>('select state from appraisal_months')
  return rows[0]?.state ?? 'none'
}

/** The most that processes held, looked at ten times a second. */
function watchMemory(pids: () => number[]): () => number {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, pssBytes(pids()))
  }, 100)
  return () => {
    clearInterval(timer)
    return most
  }
}
