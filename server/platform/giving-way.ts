import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import type pg from 'pg'

const OWN_THREADS = '/proc/self/task'
const OWN_SESSION = '/proc/self/autogroup'
/** Of util-linux: makes a process one that runs only while nobody else wants to. */
const CHRT = '/usr/bin/chrt'

/**
 * How far a program steps back behind those that people wait for. `idle`: it runs only while nobody else wants to, for what
 * can be given up at any moment. `seldom`: a tenth of the turns that another gets, for what holds rows that somebody may want.
 */
export type GivingWay = 'idle' | 'seldom'
const PRIORITY = { idle: os.constants.priority.PRIORITY_LOW, seldom: 10 }

/**
 * Where threads have priorities of their own each of this process gives way, and of sessions its own, which whoever starts it
 * has made for it (`detached`). Best before anything is loaded.
 */
export function giveWay(how: GivingWay): void {
  const threads = fs.existsSync(OWN_THREADS) ? fs.readdirSync(OWN_THREADS).map(Number) : [0]
  for (const thread of threads) os.setPriority(thread, PRIORITY[how])
  // Without this it would have as large a share as a whole other program.
  try {
    fs.writeFileSync(OWN_SESSION, String(PRIORITY[how]), { flag: 'r+' })
  } catch {
    // A machine that does not share by sessions: there is nothing to come last among.
  }
  // Even the lowest priority takes its turns. Where this is not there or not allowed, it stays with that.
  if (how === 'idle')
    spawnSync(CHRT, ['--all-tasks', '--idle', '--pid', '0', String(process.pid)], { stdio: 'ignore', timeout: 1000 })
}

/**
 * The server's end of each connection gives way too, where it runs on this machine and is ours to tell; elsewhere nothing
 * changes. A session's title says which port it serves, so no other process is ever taken for it.
 */
export function sessionsGiveWay(pool: pg.Pool): void {
  pool.on('connect', (client) => {
    const { processID, connection } = client as unknown as Connected
    try {
      const title = fs.readFileSync(`/proc/${processID}/cmdline`, 'utf8')
      if (title.startsWith('postgres: ') && title.includes(`(${connection.stream.localPort}) `))
        os.setPriority(processID, PRIORITY.seldom)
    } catch {
      // Another machine's, or somebody else's.
    }
  })
}
/** What pg knows of its connection and does not declare. */
type Connected = {
  readonly processID: number
  readonly connection: { readonly stream: { readonly localPort?: number } }
}
