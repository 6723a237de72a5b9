import os from 'node:os'
import { expect, test } from 'vitest'
import { openPool } from '../../server/platform/database.ts'
import { sessionsGiveWay } from '../../server/platform/giving-way.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
const priorityOf = async (givesWay: boolean): Promise<number> => {
  const pool = openPool(database.url, { max: 1, kind: 'long' })
  try {
    if (givesWay) sessionsGiveWay(pool)
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
    return os.getPriority(rows[0]?.pid)
  } finally {
    await pool.end()
  }
}

test.runIf(process.platform === 'linux')(
  'the session of a pool that gives way comes after the sessions of all others',
  async () => {
    expect(await priorityOf(true)).toBeGreaterThan(await priorityOf(false))
  },
)
