import { violations } from '../../support/history.ts'
import { ask, fill, openConversations, peopleOf, visitors } from '../company.ts'
import type { TalkJob, TalkRun, Told } from '../load/talk.ts'
import { atLeast, atMost, type Measured, median, percentile } from '../rules.ts'
import { type Bench, interleaved } from './context.ts'

/** 160 customers and 40 agents with four conversations each: 200 sockets. */
const CONVERSATIONS = 160
const EACH = 4
const PER_SECOND = 1000

type BareMessage = { readonly took: number[]; readonly seconds: number }

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
  const echo = await stage.startWorker('bare/echo.ts', {})
  const bare = await stage.startWorker('bare/message.ts', {
    databaseUrl: await stage.database('bare'),
    conversations: CONVERSATIONS,
  })
  const setup = { conversations: CONVERSATIONS, each: EACH }
  const echoing = await stage.startWorker('load/talk.ts', { ...setup, origin: await echo.ask({}), echo: true })
  const talking = await stage.startWorker('load/talk.ts', { ...setup, origin: product.url })
  const { milliseconds } = pace
  const paced: TalkJob = { does: 'pace', perSecond: PER_SECOND, milliseconds }

  say(`message: ${PER_SECOND} a second on 200 sockets`)
  const even = await interleaved(
    pace.rounds,
    async () => ({ echo: await echoing.ask<TalkRun>(paced), write: await bare.ask<BareMessage>({ milliseconds }) }),
    () => cost(product, () => talking.ask<TalkRun>(paced)),
  )
  say('message: to saturation')
  const full = await interleaved(
    pace.rounds,
    () => bare.ask<BareMessage>({ milliseconds }),
    () => cost(product, () => talking.ask<TalkRun>({ does: 'saturate', milliseconds } satisfies TalkJob)),
  )
  const runs = [...even.product, ...full.product]
  const told = await talking.ask<Told[]>({ does: 'tell' } satisfies TalkJob)
  const wrong = [...runs.flatMap(({ failed }) => failed), ...(await historyOf(url, told))]
  for (const one of [talking, echoing, bare, echo]) await one.end()
  await product.stop()

  const bareP95 = median(even.bare.map((run) => percentile(run.echo.acknowledged, 95) + percentile(run.write.took, 95)))
  return [
    atMost('message shown at the other side, p95', 4, {
      value: median(even.product.map(({ shown }) => percentile(shown, 95))),
      ceiling: bareP95,
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
  ]
}

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
