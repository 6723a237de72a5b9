import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { type Cluster, SURROUNDINGS } from './cluster.ts'
import { StartError } from './start-error.ts'

/** A running PostgreSQL server on our cluster. */
export type Postmaster = { readonly pid: number; readonly port: number; readonly how: 'adopted' | 'started' }

const LAUNCHES = 10
const START_WITHIN_MILLISECONDS = 60_000
const LOOK_EVERY_MILLISECONDS = 20
const LOG_BYTES = 5_000_000
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'synchronous_commit=on',
  'shared_buffers=64MB',
  'max_connections=200',
  'log_checkpoints=off',
  // Tables through which everything passes, such as the outbox, are empty and full of what has gone: looked at once a
  // minute, each reading of them wades through that, and what was planned when a table was empty stays planned so.
  'autovacuum_naptime=5s',
  'vacuum_truncate=off',
].flatMap((setting) => ['-c', setting])

/** Adopts the server that runs on this cluster, or starts one. After a crash PostgreSQL recovers by itself. */
export async function runPostmaster(cluster: Cluster, flags: readonly string[]): Promise<Postmaster> {
  const until = performance.now() + START_WITHIN_MILLISECONDS
  let launches = 0
  let started: number | undefined
  while (performance.now() < until) {
    const seen = readPidFile(cluster.dir)
    if (seen && isOurs(seen.pid, cluster.dir)) {
      if (seen.ready) return { pid: seen.pid, port: seen.port, how: seen.pid === started ? 'started' : 'adopted' }
    } else if (seen && hasNumber(seen.pid)) {
      if (!isMemoryHeld(seen.memory)) forget(cluster.dir)
    } else if (started === undefined || !hasNumber(started)) {
      if (launches === LAUNCHES) break
      await sleep(100 * launches++)
      started = await launch(cluster, flags)
    }
    await sleep(LOOK_EVERY_MILLISECONDS)
  }
  throw new StartError(
    `PostgreSQL does not start on ${cluster.dir} (${lastWords(cluster.log)}): mend what ${cluster.log} says, or set DATABASE_URL.`,
  )
}

/** Stops it in an orderly way: open transactions are rolled back, everything committed is on disk. */
export async function stopPostmaster({ pid }: Postmaster, { dir }: Cluster): Promise<void> {
  if (!isOurs(pid, dir)) return
  process.kill(pid, 'SIGINT')
  while (isOurs(pid, dir)) await sleep(LOOK_EVERY_MILLISECONDS)
}

/** Whether this process is a PostgreSQL on our folder: its number alone may since belong to another program. */
export function isOurs(pid: number, dir: string): boolean {
  if (!hasNumber(pid)) return false
  const args = process.platform === 'linux' ? readOrNothing(`/proc/${pid}/cmdline`).split('\0') : psArguments(pid)
  return args.some((arg, at) => arg === '-D' && args[at + 1] === dir)
}

async function launch({ dir, log, postgres, runAs }: Cluster, flags: readonly string[]): Promise<number> {
  const port = await rememberedPort(dir)
  const line = [...runAs.before, postgres, '-D', dir, '-p', String(port), ...SETTINGS, ...flags]
  const output = openLog(log)
  try {
    // A process group of its own: Ctrl+C in the terminal must not stop it before our transactions are done.
    const child = spawn(line[0] ?? postgres, line.slice(1), {
      ...runAs.owner,
      cwd: dir,
      detached: true,
      stdio: ['ignore', output, output],
      env: SURROUNDINGS,
    })
    child.unref()
    await once(child, 'spawn')
    if (child.pid === undefined) throw new Error('a spawned process has no number')
    return child.pid
  } finally {
    fs.closeSync(output)
  }
}

function openLog(file: string): number {
  if ((fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES) fs.renameSync(file, `${file}.1`)
  return fs.openSync(file, 'a', 0o600)
}

const lastWords = (log: string): string =>
  readOrNothing(log)
    .trim()
    .split('\n')
    .findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? 'without a word'

/** The port of last time, if it is free: clients of a server that is started again hold it. */
async function rememberedPort(dir: string): Promise<number> {
  const file = `${dir}.port`
  const port = (await tryListen(Number(readOrNothing(file)) || 0)) ?? (await tryListen(0))
  if (!port) throw new StartError('No port is free on 127.0.0.1 for the database: free one, or set DATABASE_URL.')
  fs.writeFileSync(file, String(port))
  return port
}

const tryListen = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const got = (server.address() as net.AddressInfo).port
      server.close(() => resolve(got))
    })
  })

const PID_FILE = 'postmaster.pid'
type PidFile = { pid: number; port: number; memory: string | undefined; ready: boolean }

/** Lines of postmaster.pid: 1 process, 4 port, 7 shared memory, 8 state; written in steps, so the later may be missing. */
function readPidFile(dir: string): PidFile | undefined {
  const lines = readOrNothing(path.join(dir, PID_FILE)).split('\n')
  const pid = Number(lines[0])
  if (!(pid > 0)) return undefined
  const memory = lines[6]?.trim().split(/\s+/)[1]
  return { pid, port: Number(lines[3]), memory, ready: lines[7]?.trim() === 'ready' }
}

// The number of a server that died belongs to another program now; PostgreSQL would take that program for a rival.
const forget = (dir: string): void => fs.rmSync(path.join(dir, PID_FILE), { force: true })

/** Whether a session of the dead server still writes: PostgreSQL asks the same, but only while it has the file. */
const isMemoryHeld = (memory: string | undefined): boolean =>
  readOrNothing('/proc/sysvipc/shm')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([, id, , , , , attached]) => id === memory && Number(attached) > 0)

function hasNumber(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function psArguments(pid: number): string[] {
  try {
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(' ')
  } catch {
    return [] // ps fails for a process that has just ended
  }
}

function readOrNothing(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return '' // not there, or it went away between two looks
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
