import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { freePort, type Program, runProgram, stopProgram, untilReady } from '../support/program.ts'

/** The real program with its embedded database on one folder and one port, to be killed and started again. */
export type Fire = {
  readonly url: string
  /** The database as an onlooker sees it; fails while it is down. */
  readonly ask: <Row extends pg.QueryResultRow>(sql: string, values?: unknown[]) => Promise<Row[]>
  readonly kill: (what: 'program' | 'database' | 'both') => Promise<void>
  /** Of the program that runs now. */
  readonly pid: () => number | undefined
  readonly output: () => string
  /** SIGTERM; the exit code. */
  readonly stop: () => Promise<number | null>
  readonly close: () => Promise<void>
}

/** Others may use the machine too. */
const READY_WITHIN_MILLISECONDS = 60_000

export async function startUnderFire(folder: string, more: Record<string, string> = {}): Promise<Fire> {
  const environment = {
    DATA_DIR: folder,
    DEMO: 'on',
    PORT: String(await freePort()),
    COMPANY_TIME_ZONE: zoneInTheMorning(),
    ...more,
  }
  let program: Program
  const start = async (): Promise<void> => {
    await runProgram(environment, (started) => {
      program = started
    })
    await untilReady(program, READY_WITHIN_MILLISECONDS)
  }
  await start()
  const pool = new pg.Pool({ connectionString: addressOf(folder), max: 4, connectionTimeoutMillis: 2000 })
  pool.on('error', () => undefined) // it is killed on purpose
  pool.on('connect', (client) => client.on('error', () => undefined))
  const killDatabase = (): void => {
    const pid = postmasterOf(folder)
    if (pid) process.kill(pid, 'SIGKILL')
  }
  return {
    url: `http://127.0.0.1:${environment.PORT}`,
    ask: async (sql, values) => (await pool.query(sql, values)).rows,
    kill: async (what) => {
      if (what !== 'program') killDatabase()
      if (what === 'database') return void (await untilReady(program, READY_WITHIN_MILLISECONDS))
      await stopProgram(program, 'SIGKILL')
      await start()
    },
    pid: () => program.process.pid,
    output: () => program.output() + program.errors(),
    stop: async () => {
      await pool.end()
      return stopProgram(program)
    },
    close: async () => {
      await stopProgram(program, 'SIGKILL')
      killDatabase()
    },
  }
}

/** Zones in which it is between 8 and 9, or 1 and 2, now: far from the ends of the demo shifts, whenever this runs. */
export const zoneInTheMorning = (): string => zoneAt(8)
export const zoneAtNight = (): string => zoneAt(1)

function zoneAt(hour: number): string {
  const ahead = hour - new Date().getUTCHours()
  const hours = ahead < -12 ? ahead + 24 : ahead
  return hours === 0 ? 'Etc/GMT' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`
}

const addressOf = (folder: string): string => {
  const read = (file: string): string => fs.readFileSync(path.join(folder, file), 'utf8')
  return `postgres://nightdesk:${read('pg/nightdesk.secret')}@127.0.0.1:${read('pg.port')}/nightdesk`
}

function postmasterOf(folder: string): number | undefined {
  const file = path.join(folder, 'pg/postmaster.pid')
  return fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8').split('\n')[0]) || undefined : undefined
}
