import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { below, type Measured, median } from '../rules.ts'
import { freePort, untilReady } from '../stage.ts'
import type { Bench } from './context.ts'

const CHECKOUT = path.resolve(import.meta.dirname, '../../..')

/** `npm start` as a newcomer types it, with the demo company: into an empty folder, and once more into the same. */
export async function startPart({ pace, say }: Bench): Promise<Measured[]> {
  say('start: on an empty folder, and on the same again')
  const fresh: number[] = []
  const existing: number[] = []
  for (let round = 0; round < pace.rounds; round++) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-bench-start-'))
    try {
      fresh.push(await startOnce(folder))
      existing.push(await startOnce(folder))
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  }
  return [
    below('start on an empty folder', 5, { value: median(fresh), unit: 's' }),
    below('start on existing data', 3, { value: median(existing), unit: 's' }),
  ]
}

/** Seconds from typing to the first page that can be served. */
async function startOnce(folder: string): Promise<number> {
  const port = await freePort()
  const begin = performance.now()
  const npm = spawn('npm', ['start'], {
    cwd: CHECKOUT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', DATA_DIR: folder, PORT: String(port) },
    stdio: 'ignore',
    // A group of its own: npm and the program get the signal together, as from Ctrl+C.
    detached: true,
  })
  try {
    await untilReady(npm, `http://127.0.0.1:${port}`)
    return (performance.now() - begin) / 1000
  } finally {
    await interrupt(npm)
    await untilGone(path.join(folder, 'pg/postmaster.pid'))
  }
}

async function interrupt(npm: ChildProcess): Promise<void> {
  if (npm.exitCode !== null || npm.pid === undefined) return
  const gone = once(npm, 'exit')
  process.kill(-npm.pid, 'SIGINT')
  await gone
}

async function untilGone(file: string): Promise<void> {
  while (fs.existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20))
}
