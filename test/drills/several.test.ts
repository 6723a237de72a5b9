import { expect, test } from 'vitest'
import { ownDatabase } from '../support/database.ts'
import { type Line, violations } from '../support/history.ts'
import { hasRedis, startRedis } from '../support/redis.ts'
import { agentOnPost } from './agent.ts'
import { hasNginx, startCluster } from './cluster.ts'
import {
  customerWith,
  historyOf,
  onShift,
  openWork,
  pause,
  prepare,
  randomFrom,
  unfinished,
  until,
  wrongInTheHouse,
} from './night.ts'
import { zoneAtNight } from './program-under-fire.ts'

const database = ownDatabase('several')
// The whole measure of the issue takes a machine for itself: `DRILLS=on npm test -- test/drills/several.test.ts`.
const WHOLE = process.env.DRILLS === 'on'
const CUSTOMERS = WHOLE ? 50 : 10
const SECONDS = WHOLE ? 300 : 35
const RESTART_EVERY_SECONDS = 10
const AGENTS = WHOLE ? 4 : 2

if (!hasRedis || !hasNginx)
  console.warn('SKIPPED: several machines were not tried, because redis-server and nginx are not both installed.')

test.runIf(hasRedis && hasNginx)(
  `three web and two worker processes, one of them restarted every ${RESTART_EVERY_SECONDS} s: no page fails, no word is lost, doubled or out of order, nobody loses work`,
  async () => {
    const redis = await startRedis()
    const cluster = await startCluster({
      webs: 3,
      workers: 2,
      databaseUrl: database.url,
      redisUrl: redis.url,
      zone: zoneAtNight(),
    })
    const { url } = cluster
    const random = randomFrom(20_261_126)
    await until('the company has moved in', async () => (await onShift(cluster, AGENTS)).length === AGENTS)
    await prepare(cluster)
    await pause(3000) // every process has read that by itself
    const agents = await Promise.all(
      (await onShift(cluster, AGENTS)).map((login) => agentOnPost(cluster, { login, ignores: 0, random })),
    )
    const colleagues = agents.map(({ staffId }) => staffId)
    let over = false
    const working = agents.map(async (agent) => {
      for (; !over; await pause(300)) await agent.work(colleagues)
    })
    const from = (who: number) => ({ 'x-forwarded-for': `10.1.${who >> 8}.${who & 255}` })
    const customers = await Promise.all(Array.from({ length: CUSTOMERS }, (_, who) => customerWith(url, from(who))))
    const talking = customers.map(async ({ client }, who) => {
      for (let n = 1; !over; n++) {
        client.send(`word ${n} of ${who}`, 'none')
        await pause(800 + random() * 400)
      }
    })
    await until('each conversation has an agent', async () => (await openWork(cluster)) === CUSTOMERS)
    const failed: string[] = []
    const reading = ['/', '/sign-in', '/readyz'].map(async (page) => {
      for (; !over; await pause(150)) {
        const answer = await fetch(url + page).catch((error) => ({ status: String(error.cause ?? error) }))
        if (answer.status !== 200) failed.push(`${page} ${answer.status}`)
      }
    })

    const end = performance.now() + SECONDS * 1000
    for (let n = 0; performance.now() < end; n++) {
      const began = performance.now()
      await cluster.restart(cluster.names[n % cluster.names.length] ?? 'web0', n % 2 === 0 ? 'SIGTERM' : 'SIGKILL')
      await pause(Math.max(0, RESTART_EVERY_SECONDS * 1000 - (performance.now() - began)))
    }
    over = true
    await Promise.all([...working, ...talking, ...reading])
    await until('everybody has sent everything', async () => {
      await Promise.all(customers.map(({ client }) => client.settle()))
      const settled = await Promise.all(agents.map((agent) => agent.settle()))
      return settled.every(Boolean) && customers.every(({ client }) => client.acknowledged.length >= client.sent.size)
    })
    for (const { client } of customers) await client.catchUp()
    for (const agent of agents) await agent.catchUp()
    const [one = ''] = cluster.urls
    await until('everything is told and reacted to', async () => (await unfinished({ ...cluster, url: one })) === 0)

    expect(failed).toEqual([])
    for (const customer of customers) {
      const stored = await cluster.ask<Line>(
        'select seq, client_id as "clientId", body from messages where ticket_id = $1 order by id',
        [customer.ticketId],
      )
      expect(violations(historyOf(customer, agents, stored))).toEqual([])
      expect(stored.length).toBeGreaterThan(SECONDS / 3)
    }
    expect(
      await cluster.ask(
        `select id, payload from events where name = 'assignment.ended' and payload->>'why' = 'lease_lost'`,
      ),
    ).toEqual([])
    expect(await wrongInTheHouse(cluster)).toEqual({})
    for (const { client } of customers) client.close()
    for (const agent of agents) agent.close()
    expect(new Set(await cluster.stop())).toEqual(new Set([0]))
  },
  WHOLE ? 900_000 : 400_000,
)
