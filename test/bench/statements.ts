import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { withDatabase } from '../../server/platform/database.ts'

/** What the server must be started with, so that `noteStatements` has something to note. */
export const COUNTING = [
  'shared_preload_libraries=pg_stat_statements',
  'pg_stat_statements.max=10000',
  'pg_stat_statements.track_planning=on',
].flatMap((setting) => ['-c', setting])

const MOST = 60
type Row = {
  readonly calls: string
  readonly total: number
  readonly mean: number
  readonly plans: string
  readonly planning: number
  readonly query: string
}

/** Tables that were read whole, and how many rows that took. */
const READ_WHOLE = `select relname as name, seq_scan as scans, seq_tup_read as rows from pg_stat_user_tables
  where seq_tup_read > 10000 order by seq_tup_read desc`

/** Leaves in `folder`, by database, what each statement cost since the last time: calls, milliseconds in all, milliseconds each, how often it was planned, milliseconds of that in all. */
export async function noteStatements(url: string, folder: string): Promise<void> {
  const admin = new pg.Client(withDatabase(url, 'postgres'))
  await admin.connect()
  try {
    await admin.query('create extension if not exists pg_stat_statements')
    const { rows } = await admin.query<Row & { database: string }>(`
      select d.datname as database, s.calls, s.total_exec_time as total, s.mean_exec_time as mean, s.plans, s.total_plan_time as planning, s.query
        from pg_stat_statements s join pg_database d on d.oid = s.dbid order by s.total_exec_time + s.total_plan_time desc`)
    await admin.query('select pg_stat_statements_reset()')
    const databases = Map.groupBy(rows, ({ database }) => database)
    fs.mkdirSync(folder, { recursive: true })
    for (const [database, of] of databases)
      fs.appendFileSync(
        path.join(folder, `statements-${database}.txt`),
        `${[...of.slice(0, MOST).map(lineOf), ...(await readWhole(withDatabase(url, database)))].join('\n')}\n\n`,
      )
  } finally {
    await admin.end()
  }
}

async function readWhole(url: string): Promise<string[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string; scans: string; rows: string }>(READ_WHOLE)
    return rows.map(({ name, scans, ...read }) => `${name} was read whole ${scans} times, ${read.rows} rows`)
  } finally {
    await client.end()
  }
}

const lineOf = ({ calls, total, mean, plans, planning, query }: Row): string =>
  `${calls.padStart(8)} ${total.toFixed(0).padStart(8)} ms ${mean.toFixed(3).padStart(9)} ms ${plans.padStart(8)} ${planning.toFixed(0).padStart(8)} ms  ${query.replace(/\s+/g, ' ').slice(0, 1000)}`
