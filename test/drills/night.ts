import { deskReactions } from '../../server/desk/reactions.ts'
import { type Asked, aQuestion, call } from '../support/customer.ts'
import { faithfulClient } from '../support/faithful-client.ts'
import type { Line } from '../support/history.ts'
import type { Agent } from './agent.ts'
import type { Fire } from './program-under-fire.ts'

/** Everything that must not be, as the database tells it; a name is there only where something is wrong. */
export async function wrongInTheHouse({ ask }: Pick<Fire, 'ask'>): Promise<Record<string, object[]>> {
  // The demo company's own past is told in fewer words.
  const ours = `select id::text from tickets where channel = 'api'`
  const wrong: Record<string, string> = {
    'two owners at one instant': `
      select a.ticket_id, a.epoch from assignments a join assignments b on b.ticket_id = a.ticket_id and b.epoch > a.epoch
      where a.ended_at is null or a.ended_at > b.opened_at`,
    'an owner who came and went out of turn': `
      select * from (
        select e.id, e.name, lag(e.name) over (partition by e.payload->>'ticketId' order by e.id) as before
        from events e where e.name in ('ticket.assigned', 'assignment.ended') and e.payload->>'ticketId' in (${ours})) turn
      where name = before or (before is null and name <> 'ticket.assigned')`,
    'a number of messages that is not that of the ticket': `
      select t.id from tickets t where t.last_seq <> (select count(*) from messages m where m.ticket_id = t.id)`,
    'a message without its event, or with two': `
      select m.id from messages m left join events e on e.name = 'message.posted' and e.payload->>'messageId' = m.id::text
      where m.ticket_id::text in (${ours}) group by m.id having count(e.id) <> 1`,
    'an offer that ended twice, or not at all, or before its time': `
      select o.id, o.state, array_agg(e.name) as ends from offers o
      left join events e on e.payload->>'offerId' = o.id::text
        and e.name in ('offer.taken', 'offer.passed', 'offer.expired', 'offer.withdrawn')
      where o.ticket_id::text in (${ours}) group by o.id having count(e.id) <> case when o.state = 'made' then 0 else 1 end
        or bool_or(e.name = 'offer.expired' and e.at < o.expires_at)`,
    'an event that the chain lacks': `
      select e.id, e.name from events e where not exists (select from event_chain c where c.event_id = e.id)`,
    'an event whose reaction was lost': `
      select e.id, e.name from events e where e.name in (${Object.keys(deskReactions.on).map((name) => `'${name}'`)})
        and e.payload->>'ticketId' in (${ours})
        and not exists (select from processed p where p.key = 'desk:' || e.id)`,
    'a complaint that rings at nobody, or twice': `
      select e.payload->>'ticketId' as ticket from events e left join alarms a on a.kind = 'complaint' and a.ticket_id::text = e.payload->>'ticketId'
      where e.name = 'ticket.complained' and e.payload->>'ticketId' in (${ours}) group by 1 having count(distinct e.id) <> 1 or count(distinct a.id) <> 1`,
    'an alarm that a job has failed': `select * from alarms where kind = 'job_failed'`,
  }
  const found = await Promise.all(Object.entries(wrong).map(async ([what, sql]) => [what, await ask(sql)] as const))
  return Object.fromEntries(found.filter(([, rows]) => rows.length > 0))
}

export type Customer = Awaited<ReturnType<typeof customerWith>>

export const historyOf = ({ ticketId, question, seq, client }: Customer, agents: readonly Agent[], stored: Line[]) => {
  const ofThis = <T extends { ticketId: string }>(all: readonly T[]): T[] =>
    all.filter((one) => one.ticketId === ticketId)
  const kept = agents.flatMap((agent) => {
    const refused = new Set(agent.refused.map(({ clientId }) => clientId))
    return ofThis(agent.sent).filter(({ clientId }) => !refused.has(clientId))
  })
  return {
    sent: new Map([
      [question.clientId, question.question],
      ...client.sent,
      ...kept.map(({ clientId, body }) => [clientId, body] as const),
    ]),
    acknowledged: [
      { clientId: question.clientId, seq },
      ...client.acknowledged,
      ...agents.flatMap(({ acknowledged }) => ofThis(acknowledged)),
    ],
    stored,
    screens: [
      client.screen(),
      ...agents.flatMap((agent) => {
        const screen = agent.screens().get(ticketId)
        return screen ? [screen] : []
      }),
    ],
  }
}

/** A customer who has asked, and talks on. */
export async function customerWith(url: string, headers: Record<string, string> = {}) {
  const { token } = await taken<{ token: string }>(() =>
    call(url, 'POST', '/visitors', { headers, body: { language: 'en' } }),
  )
  const question = aQuestion()
  const body = await taken<Asked>(() => call(url, 'POST', '/tickets', { token, headers, body: question }))
  const ticketId = body.ticket.id
  return { token, ticketId, question, seq: body.message.seq, client: faithfulClient(url, token, ticketId, headers) }
}

/** Whoever is told that the house is busy asks again, as the protocol says: what comes twice is kept once. */
async function taken<Body>(ask: () => Promise<{ status: number; body: unknown }>): Promise<Body> {
  for (let attempt = 1; ; attempt++) {
    const { status, body } = await ask()
    if (status < 300) return body as Body
    if ((status !== 429 && status !== 503) || attempt === 20) throw new Error(`${status} ${JSON.stringify(body)}`)
    await pause(1000)
  }
}

/** Safe to press again, so it is pressed until it is answered. */
export const complain = async (url: string, { token, ticketId }: Customer): Promise<boolean> =>
  (await call(url, 'POST', `/tickets/${ticketId}/complaint`, { token })).status === 200

/** The least time that an offer may have, so that some run out, and room for all with three agents. */
export async function prepare({ ask }: Pick<Fire, 'ask'>): Promise<void> {
  for (const [key, value] of Object.entries({ offerSeconds: 5, capacity: 20, offerAgainMinutes: 1 }))
    await ask(`insert into settings (key, value, changed_at) values ($1, $2, now())`, [key, value])
}

export const onShift = async ({ ask }: Pick<Fire, 'ask'>, atMost: number): Promise<string[]> =>
  (
    await ask<{ login: string }>(
      `select p.login from shifts s join staff p on p.id = s.staff_id where s.during @> now() and s.post = 'service' order by 1 limit $1`,
      [atMost],
    )
  ).map(({ login }) => login)

export const openWork = async ({ ask }: Pick<Fire, 'ask'>): Promise<number> => {
  const [row] = await ask<{ n: number }>(
    `select count(*)::int as n from assignments a join tickets t on t.id = a.ticket_id where a.ended_at is null and t.channel = 'api'`,
  )
  return row?.n ?? 0
}

/**
 * A killed worker's job begins anew after some seconds: until then it counts as running. The events are counted before
 * and after the jobs: one that ended between the two looks may just have told something new.
 */
export const unfinished = async ({ ask, url }: Pick<Fire, 'ask' | 'url'>): Promise<number> => {
  const told = async () => {
    const [row] = await ask<{ n: number; last: string }>(
      `select (select count(*) from outbox)::int + (select count(*) from offers where state = 'made' and expires_at < now() - interval '2 s')::int as n,
        (select max(id) from events)::text as last`,
    )
    return row ?? { n: 1, last: '' }
  }
  const before = await told()
  const figures = await (await fetch(`${url}/metrics`)).text()
  const jobs = [...figures.matchAll(/^nightdesk_jobs\{queue="react",state="(?:waiting|active|delayed)"\} (\d+)$/gm)]
  if (jobs.length !== 3) throw new Error('the queues do not say what lies in them')
  const after = await told()
  return jobs.reduce((sum, [, n]) => sum + Number(n), before.n + after.n + (before.last === after.last ? 0 : 1))
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

export async function until(what: string, holds: () => Promise<boolean>, withinMilliseconds = 120_000): Promise<void> {
  const end = performance.now() + withinMilliseconds
  while (!(await holds().catch(() => false))) {
    if (performance.now() > end) throw new Error(`it did not come about that ${what}`)
    await pause(50)
  }
}

/** The same numbers for the same seed (mulberry32), so that a failure names what led to it. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const shuffled = <T>(all: readonly T[], random: () => number): T[] =>
  all
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
