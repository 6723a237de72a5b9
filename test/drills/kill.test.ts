import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Line, violations } from '../support/history.ts'
import { agentOnPost } from './agent.ts'
import {
  complain,
  customerWith,
  historyOf,
  onShift,
  openWork,
  pause,
  prepare,
  randomFrom,
  shuffled,
  unfinished,
  until,
  wrongInTheHouse,
} from './night.ts'
import { startUnderFire } from './program-under-fire.ts'

const AGENTS = 2
const CUSTOMERS = 8
const KILLS = ['program', 'database', 'both', 'database'] as const

test('whatever is killed while 8 customers and 2 agents talk, every word is there once, and everybody sees the same', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = randomFrom(seed)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-drill-'))
  const fire = await startUnderFire(folder)
  onTestFinished(async () => {
    await fire.close()
    fs.rmSync(folder, { recursive: true, force: true })
  })
  await until('the company has moved in', async () => (await onShift(fire, AGENTS)).length === AGENTS)
  await prepare(fire)
  const logins = await onShift(fire, AGENTS)
  // The last one takes every offer, so that nobody is left without an agent.
  const agents = await Promise.all(
    logins.map((login, at) => agentOnPost(fire, { login, ignores: at < AGENTS - 1 ? 1 : 0, random })),
  )
  const colleagues = agents.map(({ staffId }) => staffId)
  let over = false
  const working = agents.map(async (agent) => {
    for (; !over; await pause(150)) await agent.work(colleagues)
  })
  const customers = await Promise.all(Array.from({ length: CUSTOMERS }, () => customerWith(fire.url)))
  const talking = customers.map(async ({ client }, who) => {
    for (let n = 1; !over; n++) {
      client.send(`word ${n} of ${who}`, 'none')
      await pause(150 + random() * 200)
    }
  })

  await until('each conversation has an agent', async () => (await openWork(fire)) === CUSTOMERS)
  const complaining = customers.map(async (customer) => {
    await pause(random() * 10_000)
    await until('a complaint is taken', () => complain(fire.url, customer))
  })
  for (const what of shuffled(KILLS, random)) {
    await pause(300 + random() * 1500)
    await fire.kill(what)
  }
  await Promise.all(complaining)
  await pause(1000)
  over = true
  await Promise.all([...working, ...talking])
  await until('everybody has sent everything', async () => {
    const settled = await Promise.all(agents.map((agent) => agent.settle()))
    await Promise.all(customers.map(({ client }) => client.settle()))
    return settled.every(Boolean) && customers.every(({ client }) => client.acknowledged.length >= client.sent.size)
  })
  for (const { client } of customers) await client.catchUp()
  for (const agent of agents) await agent.catchUp()
  await until('everything is told, reacted to, and no offer is overdue', async () => (await unfinished(fire)) === 0)

  for (const customer of customers) {
    const stored = await fire.ask<Line>(
      'select seq, client_id as "clientId", body from messages where ticket_id = $1 order by id',
      [customer.ticketId],
    )
    expect(violations(historyOf(customer, agents, stored)), `seed ${seed}`).toEqual([])
    expect(stored.length).toBeGreaterThan(20)
  }
  const refused = agents.flatMap((agent) => agent.refused.map(({ clientId }) => clientId))
  expect(await fire.ask('select id from messages where client_id = any($1::uuid[])', [refused])).toEqual([])
  expect(await wrongInTheHouse(fire), `seed ${seed}`).toEqual({})
  for (const { client } of customers) client.close()
  for (const agent of agents) agent.close()
  expect(await fire.stop(), fire.output()).toBe(0)
}, 400_000)
