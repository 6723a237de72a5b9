import { UnrecoverableError } from 'bullmq'
import { sql } from 'kysely'
import { pino } from 'pino'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { openLog } from '../../server/platform/log.ts'
import { openQueues, type QueuedJob } from '../../server/platform/queue.ts'
import { handSetClock, TWO_FOURTEEN } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'
import { testHouse } from '../support/house.ts'
import { hire } from '../support/people.ts'
import type { QuietHouse } from '../support/server.ts'
import { type Browser, signedIn } from '../support/staff.ts'

const database = testDatabase()
const clock = handSetClock()
const house = testHouse(database, clock)
let admin: Browser

beforeEach(async () => {
  clock.set(TWO_FOURTEEN)
  const lan = await hire(database.db, '兰芝', { roles: ['administrator'] })
  admin = await signedIn(house, lan, 'en')
})

const words = (html: string): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#x27;', "'")
    .replace(/\s+/g, ' ')
    .trim()

/** A process as it tells of itself. */
const atWork = (name: string, secondsAgo: number, late = 0) =>
  sql`insert into processes (name, role, version, runtime, started_at, seen_at, facts)
    values (${name}, 'web', '0.1.0', 'v24.0.0', ${clock.now()}, ${new Date(clock.now().getTime() - secondsAgo * 1000)},
      ${JSON.stringify({
        sockets: { chat: 41, desk: 7 },
        connections: { busy: 3, open: 20, waiting: 0 },
        redis: 'away',
        memoryMegabytes: 180,
        loopMilliseconds: 21,
        ticker: {
          lookedAt: clock.now().toISOString(),
          late: [{ kind: 'expire-offers', count: 12, milliseconds: late }],
        },
      })}::jsonb)`.execute(database.db)

describe('the operator’s page', () => {
  test('shows every process with its lines, its Redis, and when it fell silent', async () => {
    await atWork('web-1', 3)
    await atWork('web-2', 61)
    const text = words((await admin.get('/operation')).html)
    expect(text).toMatch(/web-1 pages .* Customers' lines 41 Staff's lines 7 Connections 3 \/ 20 Memory 180 MB/)
    expect(text).toMatch(/web-2 silent for 1 min/)
    expect(text).toContain('Redis does not answer')
  })

  test('says how late what was due was done, over all processes', async () => {
    await atWork('web-1', 3, 900)
    await atWork('web-2', 3, 2340)
    expect(words((await admin.get('/operation')).html)).toMatch(/Offers that ran out 24 2\.3 s/)
    await atWork('web-3', 3, 36 * 86_400_000)
    expect(words((await admin.get('/operation')).html)).toMatch(/Offers that ran out 36 864 h/)
  })

  test('says how much waits to be told, and since when', async () => {
    await sql`with e as (insert into events (at, name, actor, payload) values (now(), 'site.allowed', 'system', '{}') returning id)
      insert into outbox (event_id, about, at) select id, '{}', ${clock.now()} from e`.execute(database.db)
    clock.forward({ seconds: 9 })
    expect(words((await admin.get('/operation')).html)).toMatch(/Outbox oldest 9 s 1/)
  })

  test('is for administrators alone', async () => {
    const fang = await signedIn(house, await hire(database.db, '方晓', { roles: ['hr'] }), 'en')
    expect((await fang.get('/operation')).status).toBe(403)
    expect((await fang.post('/operation/jobs/repeat', { queue: 'due', job: 'x' })).status).toBe(403)
  })
})

describe('a job that has died', () => {
  async function withQueues(run: (job: QueuedJob) => Promise<void>) {
    const queues = await openQueues({ databaseUrl: database.url, redisUrl: undefined, log: openLog('silent') })
    onTestFinished(() => queues.close())
    queues.work('due', run, () => undefined)
    const app = buildApp({ ...house.deps, queues })
    return {
      queues,
      operator: await signedIn({ ...house, app }, await hire(database.db, '程野', { roles: ['administrator'] }), 'en'),
    }
  }

  test('stands on the page with its reason, and is tried again by one press', async () => {
    let broken = true
    let tries = 0
    const { queues, operator } = await withQueues(async () => {
      tries += 1
      if (broken) throw new UnrecoverableError('the mail server said no')
    })
    await queues.add('due', { name: 'send-mail', id: `send-mail-7-${process.pid}-${Date.now()}`, data: {} })
    await expect.poll(async () => (await queues.dead(10)).length).toBe(1)
    const { html } = await operator.get('/operation')
    expect(words(html)).toMatch(/Dead jobs 1 Sending mail Deadlines .* the mail server said no Try again/)
    broken = false
    const job = /name="job" value="([^"]+)"/.exec(html)?.[1] ?? ''
    expect(await operator.post('/operation/jobs/repeat', { queue: 'due', job })).toMatchObject({ status: 303 })
    await expect.poll(async () => (await queues.dead(10)).length).toBe(0)
    await expect.poll(() => tries).toBe(2)
    const { rows } = await sql<{ name: string }>`select name from events where name = 'job.repeated'`.execute(
      database.db,
    )
    expect(rows).toHaveLength(1)
    expect((await operator.post('/operation/jobs/repeat', { queue: 'due', job })).status).toBe(422)
  })

  test('that never was there, and one of a queue that is none, change nothing', async () => {
    const { operator } = await withQueues(async () => undefined)
    expect((await operator.post('/operation/jobs/repeat', { queue: 'due', job: 'nothing' })).status).toBe(422)
    expect((await operator.post('/operation/jobs/repeat', { queue: 'mail', job: 'nothing' })).status).toBe(400)
    expect((await sql`select from events where name = 'job.repeated'`.execute(database.db)).rows).toEqual([])
  })
})

describe('the figures for Prometheus', () => {
  const from = (remoteAddress: string, headers: Record<string, string> = {}) =>
    house.app.request('/metrics', { headers }, { incoming: { socket: { remoteAddress }, headers } })

  test('tell requests by route, the outbox, sockets and what runs here', async () => {
    await house.app.request('/sign-in')
    const answer = await from('127.0.0.1')
    expect(answer.headers.get('content-type')).toContain('text/plain')
    const text = await answer.text()
    expect(text).toMatch(
      /nightdesk_http_request_duration_seconds_count\{method="GET",route="\/sign-in",status="200"\} \d/,
    )
    expect(text).toMatch(/^nightdesk_outbox_rows 0$/m)
    expect(text).toMatch(/^nightdesk_sockets\{namespace="chat"\} 0$/m)
    expect(text).toMatch(/^nightdesk_info\{version="\d+\.\d+\.\d+",runtime="v24[^"]*"\} 1$/m)
  })

  test('are for this machine and private networks, whatever a caller writes into the headers', async () => {
    expect((await from('10.2.3.4')).status).toBe(200)
    expect((await from('203.0.113.9')).status).toBe(404)
    expect((await from('127.0.0.1', { 'x-forwarded-for': '203.0.113.9' })).status).toBe(404)
    expect((await from('127.0.0.1', { 'x-forwarded-for': '10.0.0.1, 203.0.113.9' })).status).toBe(404)
    expect((await from('127.0.0.1', { forwarded: 'for=203.0.113.9' })).status).toBe(404)
    expect((await from('127.0.0.1', { 'x-forwarded-for': '192.168.4.4' })).status).toBe(200)
  })
})

describe('the log', () => {
  function listening(): { app: QuietHouse['app']; lines: () => Record<string, unknown>[] } {
    const written: string[] = []
    const log = pino({ level: 'info', base: null }, { write: (line: string) => void written.push(line) })
    const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>)
    return { app: buildApp({ ...house.deps, log }), lines }
  }

  test('has one line a request, with its route, who asked, and the events it announced', async () => {
    const { app, lines } = listening()
    const lan = await hire(database.db, '兰若', { roles: ['administrator'] })
    const browser = await signedIn({ ...house, app }, lan)
    await browser.post('/settings/sites', { origin: 'https://shop.example' })
    const { rows } = await sql<{ id: string }>`select id::text from events where name = 'site.allowed'`.execute(
      database.db,
    )
    expect(lines()).toEqual([
      expect.objectContaining({
        msg: 'request',
        method: 'POST',
        route: '/settings/sites',
        status: 303,
        staff: lan,
        events: [rows[0]?.id],
      }),
    ])
  })

  test('holds neither the address of a private page nor what was searched', async () => {
    const { app, lines } = listening()
    await app.request('/requests/qx3Vb0Lw8mYtqx3Vb0Lw8mYtqx3Vb0Lw8mYtqx3Vb0L?word=secret')
    expect(lines()).toHaveLength(1)
    expect(JSON.stringify(lines())).not.toMatch(/qx3Vb0|secret/)
  })

  test('tells nothing of health checks and files', async () => {
    const { app, lines } = listening()
    await app.request('/healthz')
    await app.request('/app.css')
    expect(lines()).toEqual([])
  })
})

test('a database that lacks a migration is not ready, and says which', async () => {
  expect((await house.app.request('/readyz')).status).toBe(200)
  const { rows } = await sql<{ name: string; timestamp: string }>`
    delete from kysely_migration where name = '0040-operation' returning *`.execute(database.db)
  onTestFinished(async () => {
    await sql`insert into kysely_migration values (${rows[0]?.name}, ${rows[0]?.timestamp})`.execute(database.db)
  })
  const answer = await house.app.request('/readyz')
  expect(answer.status).toBe(503)
  expect(await answer.text()).toBe('not ready: the database lacks 0040-operation')
})

describe('behind a proxy that ends https', () => {
  const signInPage = (config: Record<string, string>, remoteAddress: string, headers: Record<string, string>) =>
    buildApp({ ...house.deps, config: readConfig({ DEMO: 'off', ...config }) }).request(
      '/sign-in',
      { headers },
      { incoming: { socket: { remoteAddress }, headers } },
    )

  test('cookies are Secure and __Host-, and browsers are asked to stay with https', async () => {
    for (const answer of [
      await signInPage({ PUBLIC_URL: 'https://help.example.com' }, '127.0.0.1', {}),
      await signInPage({ TRUSTED_PROXIES: '127.0.0.1' }, '127.0.0.1', { 'x-forwarded-proto': 'https' }),
    ]) {
      expect(answer.headers.get('set-cookie')).toMatch(/^__Host-nightdesk-pre[^=]*=.*; Secure/)
      expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=\d{7}/)
    }
  })

  test('a stranger’s word for https is not taken', async () => {
    const answer = await signInPage({}, '203.0.113.9', { 'x-forwarded-proto': 'https' })
    expect(answer.headers.get('set-cookie')).toMatch(/^nightdesk-pre[^=]*=/)
    expect(answer.headers.get('strict-transport-security')).toBeNull()
  })
})
