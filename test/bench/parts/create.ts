import { violations } from '../../support/history.ts'
import { ask, everybodyIsSeen, fill, newcomers, peopleOf, tokenOf } from '../company.ts'
import type { HttpJob, HttpRun } from '../load/http.ts'
import { atLeast, atMost, type Measured, median, percentile } from '../rules.ts'
import type { Request } from '../wire.ts'
import { type Bench, interleaved } from './context.ts'

const AT_ONCE = 16
const AGENTS = 20
/** More than the product takes in a second; each question has a visitor of its own. */
const MOST_A_SECOND = 2500
const WORDS = '您好，我这边宽带从半夜开始就断了，光猫的 LOS 灯一直是红的，重启过两次也没有用，麻烦看一下。'
const JSON_BODY = { 'content-type': 'application/json' }

type Question = { readonly n: number; readonly clientId: string; readonly body: string }
/** What the product acknowledged, with what was asked. */
type Asked = Question & { readonly ticketId: string; readonly seq: number }

/** A customer's question with token, own origin, terms, audit events and the offer that follows, against three bare inserts. */
export async function createPart({ stage, pace, say, cost }: Bench): Promise<Measured[]> {
  const url = await stage.database('house')
  const product = await stage.startProduct(url)
  const bare = await stage.startWorker('bare/http.ts', { databaseUrl: await stage.database('bare') })
  const load = await stage.startWorker('load/http.ts', {})
  const bareUrl = await bare.ask<string>({})
  const inOneRun = Math.ceil((pace.milliseconds / 1000) * MOST_A_SECOND)
  await fill(url, [
    ...peopleOf(AGENTS),
    everybodyIsSeen,
    newcomers(1, inOneRun * (pace.rounds + 1) * 2),
    'analyze visitors, staff, sessions, shifts, attendances',
  ])

  const drive = (job: Omit<HttpJob, 'milliseconds' | 'expect'>): Promise<HttpRun> =>
    load.ask({ ...job, milliseconds: pace.milliseconds, expect: 201 } satisfies HttpJob)
  const asked: Asked[] = []
  let visitors = 0
  const bareRun = (connections: number) => () => drive({ origin: bareUrl, connections, requests: [BARE] })
  const productRun = (connections: number) => async () => {
    const questions = Array.from({ length: inOneRun }, () => questionOf(++visitors))
    const requests = questions.map((question) => requestOf(product.url, question))
    const run = await cost(product, () => drive({ origin: product.url, connections, requests, once: true }))
    for (const { n, body } of run.answers) asked.push(answered(questions[n], body))
    return run
  }

  say(`create: ${AT_ONCE} at once`)
  const many = await interleaved(pace.rounds, bareRun(AT_ONCE), productRun(AT_ONCE))
  say('create: one alone')
  const alone = await interleaved(pace.rounds, bareRun(1), productRun(1))
  const runs = [...many.product, ...alone.product]
  const wrong = [...runs.flatMap(({ failed }) => failed), ...(await historyOf(url, asked))]
  for (const one of [load, bare]) await one.end()
  await product.stop()
  return [
    atLeast('create throughput, 16 at once', 0.35, {
      value: median(many.product.map(perSecond)),
      ceiling: median(many.bare.map(perSecond)),
      unit: '/s',
      of: 'bare create',
      wrong,
    }),
    atMost('create p95, one alone', 5, {
      value: median(alone.product.map(p95)),
      ceiling: median(alone.bare.map(p95)),
      unit: 'ms',
      of: 'bare create alone',
      wrong,
    }),
  ]
}

const perSecond = ({ took, seconds }: HttpRun): number => took.length / seconds
const p95 = ({ took }: HttpRun): number => percentile(took, 95)

const BARE: Request = {
  method: 'POST',
  path: '/create',
  headers: JSON_BODY,
  body: JSON.stringify({ name: '陈伟', contact: '+8613800138000', question: WORDS }),
}

const questionOf = (n: number): Question => ({ n, clientId: crypto.randomUUID(), body: `${WORDS} ${n}` })

/** As a browser on our own page sends it; behind the proxy everybody has an address and a range of their own. */
const requestOf = (origin: string, { n, clientId, body }: Question): Request => ({
  method: 'POST',
  path: '/api/v1/tickets',
  headers: {
    ...JSON_BODY,
    origin,
    authorization: `Bearer ${tokenOf('visitor', n)}`,
    'accept-language': 'zh-CN',
    'x-forwarded-for': `10.${n & 255}.${(n >> 8) & 255}.7`,
  },
  body: JSON.stringify({
    clientId,
    termsVersion: 1,
    language: 'zh-CN',
    name: '陈伟',
    contact: `138${String(n).padStart(8, '0')}`,
    topicId: '3',
    question: body,
    channel: 'web',
  }),
})

function answered(question: Question | undefined, body: string): Asked {
  const { ticket, message } = JSON.parse(body) as { ticket: { id: string }; message: { seq: number } }
  if (!question) throw new Error('an answer to nothing')
  return { ...question, ticketId: ticket.id, seq: message.seq }
}

/** Each question that was acknowledged is a ticket of its own, once, with numbers 1..n. */
async function historyOf(url: string, asked: readonly Asked[]): Promise<string[]> {
  const rows = await ask<{ ticketId: string; seq: number; clientId: string; body: string }>(
    url,
    `select ticket_id as "ticketId", seq, client_id as "clientId", body from messages order by ticket_id, id`,
  )
  const stored = Map.groupBy(rows, ({ ticketId }) => ticketId)
  const twice = asked.length - new Set(asked.map(({ ticketId }) => ticketId)).size
  const known = new Set(asked.map(({ clientId }) => clientId))
  const unasked = rows.filter(({ seq, clientId }) => seq === 1 && !known.has(clientId)).length
  return [
    ...(twice > 0 ? [`${twice} questions share the ticket of another`] : []),
    ...(unasked > 0 ? [`${unasked} tickets are there that were not acknowledged`] : []),
    ...asked.flatMap(({ ticketId, clientId, body, seq }) =>
      violations({
        sent: new Map([[clientId, body]]),
        acknowledged: [{ clientId, seq }],
        stored: stored.get(ticketId) ?? [],
        screens: [],
      }).map((line) => `ticket ${ticketId}: ${line}`),
    ),
  ]
}
