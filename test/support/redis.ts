import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from './program.ts'

/** Debian's `redis-server`; where it is missing, tests that need it are skipped and say so. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

export type Redis = {
  readonly url: string
  readonly process: ChildProcess
  readonly port: number
  readonly folder: string
}

/** A Redis of this test alone, as RELIABILITY 9 wants it: append-only, nothing evicted; again on the port and folder of one that died. */
export async function startRedis(given: { port?: number; folder?: string } = {}): Promise<Redis> {
  const port = given.port ?? (await freePort())
  const folder = given.folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'nightdesk-redis-'))
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--maxmemory-policy',
    'noeviction',
  ]
  const server = spawn('redis-server', settings, { stdio: 'ignore' })
  onTestFinished(() => {
    server.kill('SIGKILL')
    fs.rmSync(folder, { recursive: true, force: true })
  })
  while (!(await accepts(port))) await new Promise((resolve) => setTimeout(resolve, 20))
  return { url: `redis://127.0.0.1:${port}`, process: server, port, folder }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
