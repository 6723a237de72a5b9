import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startEmbedded } from '../../server/platform/embedded.ts'

const FLAGS = ['-c', 'fsync=off']
const PROGRAM = path.resolve(import.meta.dirname, '../support/embedded-program.ts')
const isRoot = process.getuid?.() === 0
const NOBODY = { uid: 65_534, gid: 65_534 }

let dataDir: string
beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-embedded-'))
})
afterEach(async () => {
  const left = postmaster()
  if (left) {
    process.kill(left, 'SIGINT')
    await until(() => postmaster() === undefined)
  }
  fs.rmSync(dataDir, { recursive: true, force: true })
})

test('the first start makes a database that finds Chinese words, and the next one finds it again', async () => {
  const first = await start()
  expect(first.how).toBe('started')
  const [row] = await query(
    first.url,
    "create extension pg_trgm; create table kept (word text); insert into kept values ('宽带'); select similarity(word, '宽带断了') > 0.2 as found from kept",
  )
  expect(row).toEqual({ found: true })
  await first.stop()
  const second = await start()
  expect(second.how).toBe('started')
  expect(second.url).toBe(first.url)
  expect(await query(second.url, 'select word from kept')).toEqual([{ word: '宽带' }])
})

test('data carry checksums', async () => {
  const { url } = await start()
  expect(await query(url, 'show data_checksums')).toEqual([{ data_checksums: 'on' }])
})

test('after kill -9 of the program its database lives on, and the next start adopts it', async () => {
  const program = await runProgram()
  expect(program.said.how).toBe('started')
  await query(program.said.url, 'create table kept (n int); insert into kept values (1)')
  await kill(program.child)
  const again = await start()
  expect(again.how).toBe('adopted')
  expect(await query(again.url, 'select n from kept')).toEqual([{ n: 1 }])
})

test('after kill -9 of program and database the next start recovers what was committed', async () => {
  const program = await runProgram()
  await query(program.said.url, 'create table kept (n int); insert into kept values (1)')
  await kill(program.child)
  process.kill(postmaster() ?? 0, 'SIGKILL')
  const again = await start()
  expect(again.how).toBe('started')
  expect(await query(again.url, 'select n from kept')).toEqual([{ n: 1 }])
})

test('a pid file whose number now belongs to another program does not stop the start', async () => {
  const first = await start()
  const file = fs.readFileSync(path.join(dataDir, 'pg/postmaster.pid'), 'utf8')
  await first.stop()
  fs.writeFileSync(path.join(dataDir, 'pg/postmaster.pid'), file.replace(/^\d+/, String(process.pid)))
  expect((await start()).how).toBe('started')
})

test('a second program on the same folder is refused in one sentence, and the first goes on', async () => {
  const first = await runProgram()
  const second = await runProgram()
  expect(second.said.refused).toMatch(/^Another Nightdesk runs on the folder .*: stop it first, or /)
  expect(await query(first.said.url, 'select 1 as alive')).toEqual([{ alive: 1 }])
})

test('two starts at once on a new folder share one database', async () => {
  const [one, two] = await Promise.all([start(), start()])
  expect(one.url).toBe(two.url)
  expect([one.how, two.how].sort()).toEqual(['adopted', 'started'])
})

test('a database that dies while the program runs is started again where its clients look for it', async () => {
  const { url } = await start()
  const dead = postmaster() ?? 0
  process.kill(dead, 'SIGKILL')
  await until(() => postmaster() !== undefined && postmaster() !== dead)
  await until(async () => (await query(url, 'select 1 as alive').catch(() => [])).length === 1)
})

test('a folder that is no database of ours is refused, and left as it was', async () => {
  fs.mkdirSync(path.join(dataDir, 'pg'))
  fs.writeFileSync(path.join(dataDir, 'pg/PG_VERSION'), '14\n')
  await expect(startEmbedded(dataDir)).rejects.toThrow(
    /was not made by Nightdesk .*: set DATA_DIR to another folder\.$/,
  )
  expect(fs.readdirSync(path.join(dataDir, 'pg'))).toEqual(['PG_VERSION'])
})

test.runIf(isRoot)('root starts it in a folder that no other user can enter', async () => {
  const closed = path.join(dataDir, 'closed')
  fs.mkdirSync(closed, { mode: 0o700 })
  const embedded = await startEmbedded(path.join(closed, 'data'), { flags: FLAGS })
  expect(await query(embedded.url, 'select 1 as alive')).toEqual([{ alive: 1 }])
  await embedded.stop()
})

test.runIf(isRoot && othersReachUs())(
  'a normal user starts it in a folder of their own, and is told when it is not theirs',
  async () => {
    const foreign = await runProgram(NOBODY)
    expect(foreign.said.refused).toMatch(/belongs to another user: start Nightdesk as that user, or set DATA_DIR/)
    fs.chownSync(dataDir, NOBODY.uid, NOBODY.gid)
    const own = await runProgram(NOBODY)
    expect(own.said.how).toBe('started')
    await kill(own.child)
    // Root runs it as the owner of the folder, so that the files stay theirs.
    expect((await start()).how).toBe('adopted')
  },
)

async function start() {
  const embedded = await startEmbedded(dataDir, { flags: FLAGS })
  onTestFinished(() => embedded.stop())
  return embedded
}

type Said = { url: string; how?: string; refused?: string }

async function runProgram(who: { uid?: number; gid?: number } = {}): Promise<{ child: ChildProcess; said: Said }> {
  const child = spawn(process.execPath, [PROGRAM, dataDir], { ...who, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => kill(child))
  const [line] = await once(child.stdout, 'data')
  return { child, said: JSON.parse(String(line)) }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Process number of the server on this test's folder. */
function postmaster(): number | undefined {
  const file = path.join(dataDir, 'pg/postmaster.pid')
  return fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8').split('\n')[0]) || undefined : undefined
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  client.on('error', () => undefined) // the server is killed under some of these
  await client.connect()
  try {
    const results: unknown = await client.query(text)
    return ([results].flat().at(-1) as pg.QueryResult).rows
  } finally {
    await client.end()
  }
}

async function until(condition: () => boolean | Promise<boolean>, withinMilliseconds = 10_000): Promise<void> {
  const end = performance.now() + withinMilliseconds
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('what was waited for did not happen')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Whether another user could run this checkout at all. */
function othersReachUs(): boolean {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    if ((fs.statSync(folder).mode & 0o001) === 0) return false
    if (folder === path.dirname(folder)) return true
  }
}
