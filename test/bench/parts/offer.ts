import { ask, fill, newcomers, peopleOf, visitors } from '../company.ts'
import type { OfferJob, OfferRun } from '../load/offers.ts'
import { atMost, type Measured, median, percentile } from '../rules.ts'
import { liveP95, openBareLive } from './ceilings.ts'
import { type Bench, interleaved } from './context.ts'

const AGENTS = 20
const WAITING = 200
const QUESTIONS = 40

/**
 * Twenty agents with free hands, and two hundred customers who wait because all of them have just said no: a new question
 * is found behind them and shown to the right one.
 */
export async function offerPart({ stage, pace, say, cost }: Bench): Promise<Measured[]> {
  const url = await stage.database('offers')
  const product = await stage.startProduct(url)
  const count = pace.rounds > 1 ? QUESTIONS : QUESTIONS / 4
  await fill(url, [
    ...peopleOf(AGENTS),
    ...visitors(1, WAITING),
    newcomers(WAITING + 1, WAITING + QUESTIONS * (pace.rounds + 1)),
    ...WAIT_REFUSED,
    'analyze tickets, offers, visitors, staff, sessions, shifts, attendances',
  ])
  const bare = await openBareLive(stage)
  const desk = await stage.startWorker('load/offers.ts', { origin: product.url, agents: AGENTS, waiting: WAITING })
  say(`offer: ${AGENTS} agents, ${WAITING} waiting`)
  const runs = await interleaved(
    pace.rounds,
    () => bare.both(pace.milliseconds),
    (round) =>
      cost(product, () => desk.ask<OfferRun>({ first: WAITING + 1 + round * QUESTIONS, count } satisfies OfferJob)),
  )
  const wrong = [...runs.product.flatMap(({ failed }) => failed), ...(await historyOf(url, runs.product))]
  await desk.end()
  await bare.end()
  await product.stop()
  return [
    atMost('offer: from the question to the card on the right screen, p95', 10, {
      value: percentile(
        runs.product.flatMap(({ took }) => took),
        95,
      ),
      ceiling: median(runs.bare.map(liveP95)),
      unit: 'ms',
      of: '(bare echo p95 + bare message p95)',
      wrong,
    }),
  ]
}

/** Tickets 1..200 wait, and everybody was asked about each of them a moment ago. */
const WAIT_REFUSED = [
  `insert into tickets (state, customer_id, visitor_id, channel, language, subject, place_at, created_at, queued_at, last_message_at)
    select 'queued', n, n, 'web', 'zh-CN', '还没有人接 ' || n, now() - interval '1 hour' + n * interval '1 second',
      now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour' from generate_series(1, ${WAITING}) n`,
  // They are asked nothing again while the bench runs. Not as if in an hour: whoever was asked last is told by that time.
  `insert into settings (key, value, changed_at) values ('offerAgainMinutes', '60', now())`,
  `insert into offers (ticket_id, staff_id, round, hop, state, made_at, expires_at, ended_at)
    select t.id, s.staff_id, 1, 1, 'passed', now(), now(), now()
    from tickets t cross join shifts s where s.post = 'service'`,
]

/** Each card belongs to an offer to that very person, and the hands are asked in turn: who was asked longest ago is next. */
async function historyOf(url: string, runs: readonly OfferRun[]): Promise<string[]> {
  const rows = await ask<{ ticketId: string; staffId: string; times: number }>(
    url,
    `select ticket_id as "ticketId", min(staff_id)::text as "staffId", count(*)::integer as times from offers
     where ticket_id > ${WAITING} group by ticket_id`,
  )
  const made = new Map(rows.map((row) => [row.ticketId, row]))
  const wrong = runs.flatMap(({ shown }) =>
    shown.flatMap(({ ticketId, agent }) => {
      const offer = made.get(ticketId)
      if (!offer) return [`ticket ${ticketId} was shown and never offered`]
      return offer.times === 1 && offer.staffId === String(agent)
        ? []
        : [`ticket ${ticketId} was shown to agent ${agent} and offered ${offer.times} times, to ${offer.staffId}`]
    }),
  )
  const inTurn = runs.flatMap(({ shown }) =>
    shown.flatMap(({ agent }, at) =>
      shown.slice(Math.max(0, at - AGENTS / 2), at).some((before) => before.agent === agent)
        ? [`agent ${agent} was asked again while others had waited longer`]
        : [],
    ),
  )
  return [...wrong, ...inTurn]
}
