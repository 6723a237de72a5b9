import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { openLine } from '../support/customer.ts'
import { ownDatabase } from '../support/database.ts'
import { type Line, violations } from '../support/history.ts'
import { freePort } from '../support/program.ts'
import { hasRedis, startRedis } from '../support/redis.ts'
import { agentOnPost } from './agent.ts'
import { startCluster } from './cluster.ts'
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

const CHECKOUT = path.resolve(import.meta.dirname, '../..')
const database = ownDatabase('redis')
const CUSTOMERS = 4
const FROZEN_MILLISECONDS = 5000

if (!hasRedis) console.warn('SKIPPED: a Redis that fails was not tried, because redis-server is not installed.')

test.runIf(hasRedis)(
  'Redis absent at the start, frozen, emptied and killed: talk, offers and clocks go on, clients are told and ask, and a rebuild leaves nothing out',
  async () => {
    const port = await freePort()
    const cluster = await startCluster({
      webs: 2,
      workers: 1,
      databaseUrl: database.url,
      redisUrl: `redis://127.0.0.1:${port}`,
      front: 'none',
    })
    const [customersDoor = ''] = cluster.urls
    const random = randomFrom(20_261_127)
    await until('the company has moved in', async () => (await onShift(cluster, 1)).length === 1)
    await prepare(cluster)
    const [login = ''] = await onShift(cluster, 1)
    const agent = await agentOnPost(cluster, { login, ignores: 0, random })
    let over = false
    const working = (async () => {
      for (; !over; await pause(300)) await agent.work([])
    })()
    const customers = await Promise.all(Array.from({ length: CUSTOMERS }, () => customerWith(customersDoor)))
    const [first] = customers
    if (!first) throw new Error('nobody asked')
    const told: boolean[] = []
    const onlooker = openLine(customersDoor, { token: first.token })
    onlooker.on('degraded', ({ on }: { on: boolean }) => told.push(on))
    const talking = customers.map(async ({ client }, who) => {
      for (let n = 1; !over; n++) {
        client.send(`word ${n} of ${who}`, 'none')
        await pause(400 + random() * 200)
      }
    })
    /** Customer and agent are at different processes: each still learns what the other says. */
    const talkGoesOn = async (when: string): Promise<void> => {
      const both = () => ({
        agent: agent.screens().get(first.ticketId)?.length ?? 0,
        customer: first.client.screen().length,
      })
      const before = both()
      await until(`both sides hear each other ${when}`, async () => {
        const now = both()
        return now.agent > before.agent + 3 && now.customer > before.customer + 3
      })
    }

    await until('offers go on without Redis', async () => (await openWork(cluster)) === CUSTOMERS)
    await talkGoesOn('without Redis')
    await until('clients are told that live words may be missing', async () => told.at(-1) === true)

    const redis = await startRedis({ port })
    await until('clients are told that Redis is there', async () => told.at(-1) === false)
    await talkGoesOn('with Redis')

    redis.process.kill('SIGSTOP')
    await until('clients are told of a frozen Redis', async () => told.at(-1) === true)
    await talkGoesOn('while Redis is frozen')
    await pause(FROZEN_MILLISECONDS)
    redis.process.kill('SIGCONT')
    await until('clients are told that it answers again', async () => told.at(-1) === false)

    const admin = new Redis(redis.url)
    await admin.flushall()
    await admin.quit()
    await talkGoesOn('after Redis was emptied')

    redis.process.kill('SIGKILL')
    await talkGoesOn('while Redis is dead')
    await startRedis({ port, folder: redis.folder })
    await until('clients are told that it is back', async () => told.at(-1) === false)
    await talkGoesOn('after Redis came back')

    over = true
    await Promise.all([working, ...talking])
    await until('everybody has sent everything', async () => {
      await Promise.all(customers.map(({ client }) => client.settle()))
      return (await agent.settle()) && customers.every(({ client }) => client.acknowledged.length >= client.sent.size)
    })
    for (const { client } of customers) await client.catchUp()
    await agent.catchUp()
    await until(
      'everything is told and reacted to',
      async () => (await unfinished({ ...cluster, url: customersDoor })) === 0,
    )
    const rebuilt = spawnSync(process.execPath, ['server/tools/rebuild.ts'], {
      cwd: CHECKOUT,
      env: { PATH: process.env.PATH, DATABASE_URL: database.url },
      encoding: 'utf8',
    })
    expect(rebuilt.stdout + rebuilt.stderr).toMatch(/^(Nothing|\d+ reactions) of the last 72 hours/)

    for (const customer of customers) {
      const stored = await cluster.ask<Line>(
        'select seq, client_id as "clientId", body from messages where ticket_id = $1 order by id',
        [customer.ticketId],
      )
      expect(violations(historyOf(customer, [agent], stored))).toEqual([])
    }
    expect(await wrongInTheHouse(cluster)).toEqual({})
    onlooker.close()
    for (const { client } of customers) client.close()
    agent.close()
    expect(new Set(await cluster.stop())).toEqual(new Set([0]))
  },
  400_000,
)
