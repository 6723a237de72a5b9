import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { onTestFailed, onTestFinished } from 'vitest'
import { freePort, type Program, runProgram, stopProgram, untilReady } from '../support/program.ts'
import { zoneInTheMorning } from './program-under-fire.ts'

/** Debian's nginx; where it is missing, tests that need it are skipped and say so. */
export const hasNginx = spawnSync('nginx', ['-v']).status === 0

const READY_WITHIN_MILLISECONDS = 60_000

type Options = {
  readonly webs: number
  readonly workers: number
  readonly databaseUrl: string
  readonly redisUrl: string
  /** Without nginx each process is asked by its own address, and staff come to the last one. */
  readonly front?: 'nginx' | 'none'
  /** The company's, in which more people are on shift by night than by day. */
  readonly zone?: string
}
export type Cluster = Awaited<ReturnType<typeof startCluster>>

/** Web and worker processes on one database and one Redis, behind nginx that sends every request and socket to the next one. */
export async function startCluster(options: Options) {
  const { webs, workers, databaseUrl, redisUrl, front = 'nginx', zone = zoneInTheMorning() } = options
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-cluster-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  const ports: string[] = []
  for (let n = 0; n < webs; n++) ports.push(String(await freePort()))
  const door = front === 'nginx' ? await freePort() : Number(ports.at(-1))
  const url = `http://127.0.0.1:${door}`
  const shared = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    DATA_DIR: path.join(folder, 'data'),
    PUBLIC_URL: url,
    TRUSTED_PROXIES: '127.0.0.1',
    DEMO: 'on',
    COMPANY_TIME_ZONE: zone,
  }
  const running = new Map<string, Program>()
  let said = ''
  onTestFailed(() => {
    for (const [name, { process: child, errors }] of running)
      console.error(`${name}: code ${child.exitCode}, signal ${child.signalCode}\n${errors()}`)
  })
  onTestFinished(async () => {
    await Promise.all([...running.values()].map((program) => stopProgram(program, 'SIGKILL')))
  })
  const start = async (name: string): Promise<void> => {
    const port = ports[Number(name.replace('web', ''))]
    const own = name.startsWith('web') ? { ROLE: 'web', PORT: port ?? '' } : { ROLE: 'worker' }
    await runProgram({ ...shared, ...own }, (program) => running.set(name, program))
    const program = running.get(name)
    if (!program) return
    if (name.startsWith('web')) await untilReady(program, READY_WITHIN_MILLISECONDS)
    else await untilSaid(program, 'is at work')
  }
  const names = [...ports.map((_, n) => `web${n}`), ...Array.from({ length: workers }, (_, n) => `worker${n}`)]
  for (const name of names) await start(name)
  if (front === 'nginx') onTestFinished(stopped(runNginx(path.join(folder, 'nginx'), door, ports)))
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 })
  onTestFinished(() => pool.end())
  return {
    url,
    /** The web processes themselves, past nginx. */
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    names,
    ask: async <Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]> =>
      (await pool.query(sql, values)).rows,
    restart: async (name: string, signal: NodeJS.Signals): Promise<void> => {
      const program = running.get(name)
      if (program) await stopProgram(program, signal)
      said += program?.errors() ?? ''
      await start(name)
    },
    stop: (): Promise<(number | null)[]> => Promise.all([...running.values()].map((program) => stopProgram(program))),
    errors: (): string => said + [...running.values()].map((program) => program.errors()).join(''),
  }
}

async function untilSaid(program: Program, words: string): Promise<void> {
  const end = performance.now() + READY_WITHIN_MILLISECONDS
  while (!program.output().includes(words)) {
    if (performance.now() > end || program.process.exitCode !== null)
      throw new Error(program.output() + program.errors())
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const CONF = path.join(import.meta.dirname, '../../server/tools/deploy/nginx.conf')

/** As the deployment notes have it, without its certificate and with our ports. */
function runNginx(folder: string, door: number, ports: readonly string[]): ChildProcess {
  fs.mkdirSync(folder, { recursive: true })
  const site = fs
    .readFileSync(CONF, 'utf8')
    .replace(/listen .*;/, `listen 127.0.0.1:${door};`)
    .replace(/server_name .*;|ssl_.*;/g, '')
    .replace(
      /( +server 127\.0\.0\.1:\d+ .*;\n)+/,
      ports.map((port) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=2s;\n`).join(''),
    )
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${folder}/${what};`,
  )
  fs.writeFileSync(
    path.join(folder, 'nginx.conf'),
    `pid ${folder}/nginx.pid; error_log ${folder}/error.log; daemon off; events {}
     http { access_log off; ${scratch.join(' ')} ${site} }`,
  )
  return spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')], { stdio: 'ignore' })
}

const stopped = (child: ChildProcess) => () => void child.kill('SIGTERM')
