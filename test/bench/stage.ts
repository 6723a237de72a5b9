import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { withDatabase } from '../../server/platform/database.ts'
import { startEmbedded } from '../../server/platform/embedded.ts'
import { startWorker, type Worker } from './child.ts'
import { complaintsOf } from './complaints.ts'
import { INSPECTABLE } from './inspector.ts'
import { COUNTING, noteStatements } from './statements.ts'

const CHECKOUT = path.resolve(import.meta.dirname, '../..')
const READY_WITHIN_MILLISECONDS = 60_000
const BUFFERS = ['-c', 'shared_buffers=128MB']

/**
 * What the bench plays on: one real PostgreSQL in a folder of its own, flushed to disk at each commit as in production,
 * for product and ceilings alike. Everything that is opened here is closed with it.
 */
export type Stage = {
  /** A database of the run; made where it is not there yet. */
  readonly database: (name: string) => Promise<string>
  readonly startProduct: (databaseUrl: string) => Promise<Product>
  readonly startWorker: (file: string, setup: object) => Promise<Worker>
  /** The server's own process: its children are the sessions. */
  readonly postmasterPid: () => number
  readonly close: () => Promise<void>
}
export type Product = {
  readonly url: string
  readonly process: ChildProcess
  readonly pid: number
  readonly stop: () => Promise<void>
}

export async function openStage(): Promise<Stage> {
  const opened = new AsyncDisposableStack()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-bench-'))
  opened.defer(() => fs.rmSync(folder, { recursive: true, force: true }))
  const profiles = profilesFolder()
  const embedded = await startEmbedded(folder, { flags: profiles ? [...BUFFERS, ...COUNTING] : BUFFERS })
  opened.defer(() => embedded.stop())
  if (profiles) opened.defer(() => noteStatements(embedded.url, profiles))
  return {
    database: async (name) => {
      await administer(embedded.url, name)
      return withDatabase(embedded.url, name)
    },
    startProduct: async (databaseUrl) => {
      const product = await startProduct({ DATABASE_URL: databaseUrl, DATA_DIR: folder })
      opened.defer(() => product.stop())
      return product
    },
    startWorker: async (file, setup) => {
      const worker = await startWorker(file, setup)
      opened.defer(() => worker.end())
      return worker
    },
    postmasterPid: () => Number(fs.readFileSync(path.join(folder, 'pg/postmaster.pid'), 'utf8').split('\n')[0]),
    close: () => opened.disposeAsync(),
  }
}

/** `node server/main.ts` as in production; behind a proxy, so that each simulated customer has an address of their own. */
export async function startProduct(environment: Record<string, string>): Promise<Product> {
  const port = await freePort()
  const child = spawn(process.execPath, [...asStarted(), INSPECTABLE, ...profiling(), 'server/main.ts'], {
    cwd: CHECKOUT,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      NODE_ENV: 'production',
      NODE_OPTIONS: process.env.NODE_OPTIONS ?? '',
      TRUSTED_PROXIES: '127.0.0.1',
      PORT: String(port),
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const complaints = complaintsOf(child)
  const url = `http://127.0.0.1:${port}`
  await untilReady(child, url)
  const stop = async (): Promise<void> => {
    await stopChild(child)
    complaints.tell()
  }
  return { url, process: child, pid: child.pid ?? 0, stop }
}

/** The flags of `npm start`. */
const asStarted = (): string[] => {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(CHECKOUT, 'package.json'), 'utf8')) as {
    scripts: { start: string }
  }
  return scripts.start.split(' ').filter((word) => word.startsWith('--'))
}

/** `BENCH_PROFILE=<folder>` leaves a CPU profile of each product that was started there, and what each statement cost. */
const profilesFolder = (): string | undefined => {
  const { BENCH_PROFILE } = process.env
  return BENCH_PROFILE ? path.resolve(BENCH_PROFILE) : undefined
}
const profiling = (): string[] => {
  const folder = profilesFolder()
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
}

/** Waits for `/readyz`. */
export async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const until = performance.now() + READY_WITHIN_MILLISECONDS
  while (performance.now() < until && child.exitCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('the product does not get ready')
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

async function administer(url: string, name: string): Promise<void> {
  const admin = new pg.Client(withDatabase(url, 'postgres'))
  await admin.connect()
  try {
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0) await admin.query(`create database ${name} template nightdesk`)
  } finally {
    await admin.end()
  }
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
