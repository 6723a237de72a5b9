import { violations } from '../../support/history.ts'
import { ask, fill, openConversations, peopleOf, visitors } from '../company.ts'
import type { TalkJob, TalkRun, Told } from '../load/talk.ts'
import { familyOf, pssBytes } from '../processes.ts'
import { atLeast, atMost, below, type Measured, median, percentile } from '../rules.ts'
import { CONVERSATIONS, EACH, liveP95, openBareLive, PER_SECOND } from './ceilings.ts'
import { type Bench, interleaved } from './context.ts'

/** From sending to the other side's screen, and as many as go through. */
export async function messagePart({ stage, pace, say, cost }: Bench): Promise<Measured[]> {
  const url = await stage.database('talk')
  const product = await stage.startProduct(url)
  await fill(url, [
    ...peopleOf(CONVERSATIONS / EACH),
    ...visitors(1, CONVERSATIONS),
    ...openConversations(CONVERSATIONS, EACH),
    'analyze tickets, visitors, staff, assignments, sessions, shifts, attendances',
  ])
  const bare = await openBareLive(stage)
  const setup = { conversations: CONVERSATIONS, each: EACH, origin: product.url }
  const talking = await stage.startWorker('load/talk.ts', setup)
  const { milliseconds } = pace
  const paced: TalkJob = { does: 'pace', perSecond: PER_SECOND, milliseconds }

  say(`message: ${PER_SECOND} a second on 200 sockets`)
  const even = await interleaved(
    pace.rounds,
    () => bare.both(milliseconds),
    () => cost(product, () => talking.ask<TalkRun>(paced)),
  )
  say('message: to saturation')
  const full = await interleaved(
    pace.rounds,
    () => bare.writing(milliseconds),
    () => cost(product, () => talking.ask<TalkRun>({ does: 'saturate', milliseconds } satisfies TalkJob)),
  )
  const runs = [...even.product, ...full.product]
  const told = await talking.ask<Told[]>({ does: 'tell' } satisfies TalkJob)
  const wrong = [...runs.flatMap(({ failed }) => failed), ...(await historyOf(url, told))]
  await bare.end()
  const families = [familyOf(product.pid), familyOf(stage.postmasterPid())]
  const [program = 0, database = 0] = families.map(pssBytes)
  say(
    `memory: the program ${megabytes(program)}, PostgreSQL ${megabytes(database)} in ${families[1]?.length} processes`,
  )
  await talking.end()
  await product.stop()
  return [
    atMost('message shown at the other side, p95', 4, {
      value: median(even.product.map(({ shown }) => percentile(shown, 95))),
      ceiling: median(even.bare.map(liveP95)),
      unit: 'ms',
      of: '(bare echo p95 + bare message p95)',
      wrong,
    }),
    atLeast('message throughput to saturation', 0.3, {
      value: median(full.product.map(({ acknowledged, seconds }) => acknowledged.length / seconds)),
      ceiling: median(full.bare.map(({ took, seconds }) => took.length / seconds)),
      unit: '/s',
      of: 'bare message',
      wrong,
    }),
    atMost('message acknowledged at saturation, p99', 30, {
      value: median(full.product.map(({ acknowledged }) => percentile(acknowledged, 99))),
      ceiling: median(full.bare.map(({ took }) => percentile(took, 99))),
      unit: 'ms',
      of: 'bare message p99',
      wrong,
    }),
    below('memory after the load, program and PostgreSQL with 128 MB of buffers', 450, {
      value: (program + database) / 1_000_000,
      unit: 'MB PSS',
    }),
  ]
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`

async function historyOf(url: string, told: readonly Told[]): Promise<string[]> {
  const rows = await ask<{ ticketId: string; seq: number; clientId: string; body: string }>(
    url,
    `select ticket_id as "ticketId", seq, client_id as "clientId", body from messages order by ticket_id, id`,
  )
  const stored = Map.groupBy(rows, ({ ticketId }) => ticketId)
  return told.flatMap(({ ticketId, ...history }) =>
    violations({ ...history, stored: stored.get(ticketId) ?? [] }).map((line) => `ticket ${ticketId}: ${line}`),
  )
}
