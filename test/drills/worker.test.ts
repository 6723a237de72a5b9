import { expect, test } from 'vitest'
import { ownDatabase } from '../support/database.ts'
import { plainBrowser } from '../support/plain-browser.ts'
import { hasRedis, startRedis } from '../support/redis.ts'
import { agentOnPost } from './agent.ts'
import { type Cluster, startCluster } from './cluster.ts'
import {
  customerWith,
  onShift,
  openWork,
  pause,
  prepare,
  randomFrom,
  unfinished,
  until,
  wrongInTheHouse,
} from './night.ts'

const database = ownDatabase('worker')
const TICKETS = 6
const KILLS = 4
/** Research and development: two handlers, and a head who is one of them as well. */
const HANDLERS = 3

if (!hasRedis) console.warn('SKIPPED: no worker was killed, because redis-server is not installed.')

/** How a request goes: nobody takes it, it is answered too late, or in time. */
const WAYS = ['nobody', 'late', 'in time'] as const
type Way = (typeof WAYS)[number]
type Request = { readonly ticketId: string; readonly id: string; readonly way: Way }

test.runIf(hasRedis)(
  'whenever the worker is killed while requests go out, are accepted and answered, and letters and reminders are due: each once, and none forgotten',
  async () => {
    const redis = await startRedis()
    const cluster = await startCluster({
      webs: 1,
      workers: 1,
      databaseUrl: database.url,
      redisUrl: redis.url,
      front: 'none',
    })
    const random = randomFrom(Math.floor(Math.random() * 2 ** 31))
    await until('the company has moved in', async () => (await onShift(cluster, 1)).length === 1)
    await prepare(cluster)
    const [login = ''] = await onShift(cluster, 1)
    const agent = await agentOnPost(cluster, { login, ignores: 0, random })
    const customers = await Promise.all(Array.from({ length: TICKETS }, () => customerWith(cluster.url)))
    await until('each conversation has its agent', async () => {
      await agent.work([])
      return (await openWork(cluster)) === TICKETS
    })
    const people = { asks: await signedIn(cluster, login), answers: await signedIn(cluster, 'rd0501') }

    let over = false
    let kills = 0
    const killing = (async () => {
      for (; !over; kills++) {
        await pause(300 + random() * 1200)
        await cluster.restart('worker0', 'SIGKILL')
      }
    })()
    const requests: Request[] = []
    for (const [at, { ticketId }] of customers.entries()) {
      const way = WAYS[at % WAYS.length] ?? 'nobody'
      requests.push({ ticketId, id: await send(cluster, people.asks, ticketId), way })
      await pause(random() * 500)
    }
    await Promise.all(requests.map((request) => goOn(cluster, people, request)))
    await until('the worker has died often enough', async () => kills >= KILLS)
    over = true
    await killing
    await until(
      'nothing is due any more',
      async () => (await unfinished(cluster)) + (await owed(cluster)) === 0,
      30_000,
    )

    expect(await wrongWith(cluster, requests)).toEqual({})
    expect(await wrongInTheHouse(cluster)).toEqual({})
    agent.close()
    for (const { client } of customers) client.close()
  },
  120_000,
)

type Browser = ReturnType<typeof plainBrowser>
type People = { readonly asks: Browser; readonly answers: Browser }

async function signedIn({ url }: Pick<Cluster, 'url'>, login: string): Promise<Browser> {
  const form = plainBrowser(url)
  await form.read('/sign-in')
  await form.post('/sign-in', { login, password: 'nightdesk' })
  await form.read('/duty')
  return form
}

async function press(form: Browser, path: string, fields: Record<string, string>): Promise<string> {
  const answer = await form.post(path, fields)
  expect([path, answer.status]).toEqual([path, 303])
  return answer.headers.get('location') ?? ''
}

const epochOf = async ({ ask }: Pick<Cluster, 'ask'>, ticketId: string): Promise<string> => {
  const [row] = await ask<{ epoch: number }>(
    'select epoch from assignments where ticket_id = $1 and ended_at is null',
    [ticketId],
  )
  return String(row?.epoch)
}

/** Decided and handed over; its id. */
async function send(cluster: Cluster, asks: Browser, ticketId: string): Promise<string> {
  const epoch = await epochOf(cluster, ticketId)
  const [department] = await cluster.ask<{ id: string }>(`select id from departments where code = 'engineering'`)
  const decided = await press(asks, `/tickets/${ticketId}/escalations`, { epoch })
  const soon = new Date(Date.now() + 2 * 86_400_000).toISOString()
  const words = { need: 'back by eight', tried: 'restarted', contact: '138', date: soon.slice(0, 10), time: '08:00' }
  const target = { target: `department:${department?.id}`, person: '' }
  await press(asks, `${decided}/sending`, { epoch, ...target, ...words })
  return decided.split('/').at(-1) ?? ''
}

/** What time does to it, and people. Times come when the drill says so: nobody waits for half an hour here. */
async function goOn(cluster: Cluster, { asks, answers }: People, { ticketId, id, way }: Request): Promise<void> {
  const due = (sql: string) => cluster.ask(sql, [id])
  const reached = (what: string, sql: string) =>
    until(what, async () => (await cluster.ask<{ yes: boolean }>(sql, [id]))[0]?.yes ?? false, 30_000)
  const promise = `promises where ref = 'escalation:' || $1::text`
  if (way === 'nobody') {
    for (const step of [1, 2]) {
      await due(`update escalations set accept_due_at = now() where id = $1`)
      await reached('the next one up is told', `select step >= ${step} as yes from escalations where id = $1`)
    }
    return
  }
  // Who accepts before the letters are written needs none.
  if (way === 'late')
    await reached('its people are written to', `select letters = 1 as yes from escalations where id = $1`)
  await press(answers, `/escalations/${id}/acceptance`, {})
  await due(`update ${promise.replace('where', 'set remind_at = now() where')}`)
  // What has been answered needs no handler any more, so they are reminded first.
  const reminded = (kind: string) =>
    reached(
      'they are reminded',
      `select exists (select from reminders where escalation_id = $1 and kind = '${kind}' and part = 'handler') as yes`,
    )
  await reminded('promise_soon')
  if (way === 'late') {
    await due(`update ${promise.replace('where', 'set due_at = now() where')}`)
    await reminded('promise_broken')
  }
  await press(answers, `/escalations/${id}/answer`, { result: 'done', forCustomer: 'It works again.' })
  const clientId = crypto.randomUUID()
  const epoch = await epochOf(cluster, ticketId)
  await press(asks, `/escalations/${id}/telling`, { epoch, clientId, body: 'It works again.' })
}

/** What a clock still owes somebody. */
async function owed({ ask }: Pick<Cluster, 'ask'>): Promise<number> {
  const [row] = await ask<{ n: number }>(`
    select (select count(*) from escalations where state = 'sent' and accept_due_at <= now())
      + (select count(*) from escalations where state = 'sent' and department_id is not null and (letters = 0 or letters = 1 and step >= 2))
      + (select count(*) from promises where state = 'open' and (due_at <= now() or remind_at <= now() and reminded_at is null))
      + (select count(*) from reminders where mail = 'due')
      + (select count(*) from outgoing_mails where state in ('pending', 'sending')) as n`)
  return Number(row?.n)
}

/** Each effect against what has happened; a name is there only where they differ. */
async function wrongWith(
  { ask }: Pick<Cluster, 'ask'>,
  requests: readonly Request[],
): Promise<Record<string, unknown>> {
  const wrong: Record<string, unknown> = {}
  for (const { id, ticketId, way } of requests) {
    const happened = await ask<{ name: string; n: number }>(
      `select name || coalesce(':' || (payload->>'step'), '') as name, count(*)::int as n from events
        where payload->>'escalationId' = $1 and name like 'escalation.%'
        or payload->>'ticketId' = $2 and name like 'promise.%' group by 1`,
      [id, ticketId],
    )
    const letters = await ask<{ n: number }>(
      `select count(*)::int as n from outgoing_mails m join tickets t on m.subject like t.number || '%' where t.id = $1 and m.kind = 'escalation'`,
      [ticketId],
    )
    const reminders = await ask<{ what: string; n: number }>(
      `select kind || ':' || part as what, count(*)::int as n from reminders where ticket_id = $1 group by 1`,
      [ticketId],
    )
    const alarms = await ask<{ what: string; n: number }>(
      `select kind as what, count(*)::int as n from alarms where ticket_id = $1 and kind in ('escalation_unaccepted', 'promise_broken') group by 1`,
      [ticketId],
    )
    const found = {
      events: Object.fromEntries(happened.map(({ name, n }) => [name, n])),
      letters: letters[0]?.n,
      reminders: Object.fromEntries(reminders.map(({ what, n }) => [what, n])),
      alarms: Object.fromEntries(alarms.map(({ what, n }) => [what, n])),
    }
    const expected = { ...EXPECTED[way], events: { ...SENT, ...EXPECTED[way].events } }
    const accepted = way === 'in time' && found.letters === 0 ? { ...expected, letters: 0 } : expected
    if (!equal(found, accepted)) wrong[`${way} ${id}`] = { found, expected }
  }
  const mails = await ask(`
    select r.mail, count(*)::int from reminders r where r.mail = 'due' group by 1 union all
    select 'left without a letter, or with two', abs((select count(*) from reminders where mail = 'left') - (select count(*) from outgoing_mails where kind = 'reminder'))::int
    where (select count(*) from reminders where mail = 'left') <> (select count(*) from outgoing_mails where kind = 'reminder')`)
  if (mails.length > 0) wrong.letters = mails
  return wrong
}

const SENT = { 'escalation.decided': 1, 'escalation.sent': 1, 'promise.made': 1 }
const ANSWERED = { 'escalation.accepted': 1, 'escalation.answered': 1, 'escalation.told': 1, 'promise.due_soon': 1 }
const SOON = { 'promise_soon:owner': 1, 'promise_soon:handler': 1 }
const EXPECTED = {
  nobody: {
    events: { 'escalation.stepped_up:manager': 1, 'escalation.stepped_up:head': 1 },
    letters: HANDLERS + 1,
    // Whoever asked is told at both steps.
    reminders: { 'unaccepted:owner': 2, 'unaccepted:handler': HANDLERS, 'unaccepted:head': 1 },
    alarms: { escalation_unaccepted: 1 },
  },
  late: {
    events: { ...ANSWERED, 'promise.broken': 1 },
    letters: HANDLERS,
    reminders: { ...SOON, 'promise_broken:owner': 1, 'promise_broken:handler': 1, 'promise_broken:head': 1 },
    alarms: { promise_broken: 1 },
  },
  'in time': { events: { ...ANSWERED, 'promise.kept': 1 }, letters: HANDLERS, reminders: SOON, alarms: {} },
} satisfies Record<Way, object>

const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object'
    ? Object.entries(value)
        .toSorted(([a], [b]) => a.localeCompare(b))
        .map(([key, inner]) => [key, sorted(inner)])
    : value
const equal = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
