import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, onTestFinished, test } from 'vitest'
import { withDatabase } from '../server/platform/database.ts'
import { administer, ownDatabase } from './support/database.ts'
import { freePort, type Program, runProgram, stopProgram, untilReady } from './support/program.ts'
import { hasRedis, startRedis } from './support/redis.ts'

const configured = ownDatabase('start')

let dataDir: string
beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-start-'))
})
afterEach(async () => {
  const left = postmaster()
  if (left) process.kill(left, 'SIGINT')
  while (postmaster()) await new Promise((resolve) => setTimeout(resolve, 20))
  fs.rmSync(dataDir, { recursive: true, force: true })
})

test('on an empty folder the first page is there with a demo company and its sign-ins', async () => {
  const program = await runProgram({ DATA_DIR: dataDir, DEMO: 'on' })
  await untilReady(program)
  await until(() =>
    /password nightdesk for all, at .*\/sign-in:\n(?:.* until \d\d:\d\d\n)+.*Administrator\n/s.test(program.output()),
  )
  expect(program.output()).toContain(`customers at ${program.url}/, staff at ${program.url}/desk`)
})

test('SIGTERM and Ctrl+C end program and database in order, with 0', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const program = await runProgram({ DATA_DIR: dataDir })
    await untilReady(program)
    expect(await stopProgram(program, signal)).toBe(0)
    expect(program.errors()).toBe('')
    expect(postmaster()).toBeUndefined()
  }
})

test('SIGTERM in the middle of the start leaves nothing running', async () => {
  const program = await runProgram({ DATA_DIR: dataDir })
  await until(() => postmaster() !== undefined)
  expect(await stopProgram(program)).toBe(0)
  expect(postmaster()).toBeUndefined()
})

test('after kill -9 the next start is ready again', async () => {
  const program = await runProgram({ DATA_DIR: dataDir })
  await untilReady(program)
  await stopProgram(program, 'SIGKILL')
  const again = await runProgram({ DATA_DIR: dataDir })
  await untilReady(again)
  expect(await stopProgram(again)).toBe(0)
})

test('a second program on the same folder is told so, and the first goes on', async () => {
  const first = await runProgram({ DATA_DIR: dataDir })
  await untilReady(first)
  await refused({ DATA_DIR: dataDir }, /^Another Nightdesk runs on the folder .*: stop it first, or/)
  await untilReady(first)
})

test('a taken port is named, and nothing is left running', async () => {
  const port = await freePort()
  const other = net.createServer().listen(port, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  await refused(
    { DATA_DIR: dataDir, PORT: String(port) },
    new RegExp(`^Port ${port} on 127.0.0.1 is taken .* set PORT to a free one`),
  )
  expect(postmaster()).toBeUndefined()
})

test('an unreachable database is named, without its password', async () => {
  const url = `postgres://desk:hunter2@127.0.0.1:${await freePort()}/nightdesk`
  const program = await refused(
    { DATABASE_URL: url },
    /^The database 127\.0\.0\.1:\d+\/nightdesk \(DATABASE_URL\) cannot be used .*: start it, or correct DATABASE_URL/,
  )
  expect(program.errors()).not.toContain('hunter2')
})

test('a database that is not there, and a wrong password, are named', async () => {
  await refused({ DATABASE_URL: withDatabase(inject('databaseUrl'), 'nowhere') }, /database "nowhere" does not exist/)
  const wrong = new URL(inject('databaseUrl'))
  wrong.password = 'hunter2'
  await refused({ DATABASE_URL: wrong.href }, /password authentication failed/)
})

test('a database that would not find a Chinese word is refused, with the way to make one', async () => {
  const name = `start_plain_${process.pid}`
  await administer(`create database ${name} template template0 locale_provider libc lc_ctype 'C' lc_collate 'C'`)
  onTestFinished(() => administer(`drop database ${name} with (force)`))
  await refused(
    { DATABASE_URL: withDatabase(inject('databaseUrl'), name) },
    /has encoding UTF8 and ctype C, .* lc_ctype 'C\.UTF-8'/,
  )
})

test('a bad variable is named', async () => {
  await refused(
    { COMPANY_TIME_ZONE: 'Mars/Olympus' },
    /^COMPANY_TIME_ZONE is "Mars\/Olympus", but it must be the name of a time zone/,
  )
  await refused({ ROLE: 'worker' }, /^ROLE=worker is one process of several and needs DATABASE_URL and REDIS_URL/)
})

test('a configured database is used, and lives on when the program ends', async () => {
  const program = await runProgram({ DATA_DIR: dataDir, DATABASE_URL: configured.url })
  await untilReady(program)
  expect(await stopProgram(program)).toBe(0)
  expect(fs.existsSync(path.join(dataDir, 'pg'))).toBe(false)
  const again = await runProgram({ DATA_DIR: dataDir, DATABASE_URL: configured.url })
  await untilReady(again)
})

test('what was asked before SIGTERM is answered before the end', async () => {
  const program = await runProgram({ DATABASE_URL: configured.url })
  await untilReady(program)
  const holder = new pg.Client(configured.url)
  await holder.connect()
  await holder.query("begin; select from secrets where name = 'ready' for update")
  const answer = fetch(`${program.url}/readyz`)
  await until(async () => (await waiting(holder)) > 0)
  program.process.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 300))
  await holder.query('commit')
  await holder.end()
  expect((await answer).status).toBe(200)
  expect(await program.ended).toBe(0)
})

test('a database that hangs does not hold the end for longer than 15 seconds', async () => {
  const program = await runProgram({ DATA_DIR: dataDir })
  await untilReady(program)
  const frozen = postmaster() ?? 0
  process.kill(-frozen, 'SIGSTOP')
  const start = performance.now()
  const code = await stopProgram(program)
  process.kill(-frozen, 'SIGCONT')
  expect(code).toBe(1)
  expect(performance.now() - start).toBeLessThan(16_000)
})

test.runIf(hasRedis)('web and worker are two processes on one database and one Redis', async () => {
  const redis = await startRedis()
  const shared = { DATABASE_URL: configured.url, REDIS_URL: redis.url, DATA_DIR: dataDir }
  const web = await runProgram({ ...shared, ROLE: 'web' })
  const worker = await runProgram({ ...shared, ROLE: 'worker' })
  await untilReady(web)
  await until(() => /is at work/.test(worker.output()))
  await expect(fetch(worker.url)).rejects.toThrow()
  expect(worker.output()).toContain('must be shared')
  expect(await Promise.all([stopProgram(web), stopProgram(worker)])).toEqual([0, 0])
})

test.runIf(hasRedis)('a Redis that dies takes nobody with it', async () => {
  const redis = await startRedis()
  const program = await runProgram({ DATABASE_URL: configured.url, REDIS_URL: redis.url })
  await untilReady(program)
  redis.process.kill('SIGKILL')
  await new Promise((resolve) => setTimeout(resolve, 3000))
  await untilReady(program)
  expect(await stopProgram(program)).toBe(0)
})

/** The program ends with 1 and one sentence, without a stack. */
async function refused(environment: Record<string, string>, sentence: RegExp): Promise<Program> {
  const program = await runProgram({ DATA_DIR: dataDir, ...environment })
  expect(await program.ended).toBe(1)
  expect(program.errors().trim()).toMatch(sentence)
  expect(program.errors().trim().split('\n'), program.errors()).toHaveLength(1)
  return program
}

function postmaster(): number | undefined {
  const file = path.join(dataDir, 'pg/postmaster.pid')
  return fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8').split('\n')[0]) || undefined : undefined
}

/** How many sessions of this database wait for a lock. */
async function waiting(client: pg.Client): Promise<number> {
  const { rows } = await client.query("select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'")
  return rows[0].n
}

async function until(condition: () => boolean | Promise<boolean>, withinMilliseconds = 20_000): Promise<void> {
  const end = performance.now() + withinMilliseconds
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('what was waited for did not happen')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
