import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { onTestFinished } from 'vitest'

const CHECKOUT = path.resolve(import.meta.dirname, '../..')

/** The real program, as `npm start` runs it. */
export type Program = {
  readonly url: string
  readonly process: ChildProcess
  readonly output: () => string
  readonly errors: () => string
  /** Resolves with the exit code, `null` after a signal. */
  readonly ended: Promise<number | null>
}

/** Starts `node server/main.ts` in a clean environment, on a free port unless one is given. It is stopped when the test ends. */
export async function runProgram(
  environment: Record<string, string>,
  keep?: (program: Program) => void,
): Promise<Program> {
  const port = environment.PORT ?? String(await freePort())
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: CHECKOUT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', DEMO: 'off', PORT: port, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const program = { url: `http://127.0.0.1:${port}`, process: child, output: () => output, errors: () => errors, ended }
  if (keep) keep(program)
  else onTestFinished(async () => void (await stopProgram(program)))
  return program
}

/** Waits for the first page; how long it took in milliseconds, or an error with what the program said. */
export async function untilReady(program: Program, withinMilliseconds = 30_000): Promise<number> {
  const start = performance.now()
  while (performance.now() - start < withinMilliseconds && program.process.exitCode === null) {
    const answer = await fetch(`${program.url}/readyz`).catch(() => undefined)
    if (answer?.ok) return performance.now() - start
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`the program is not ready:\n${program.output()}\n${program.errors()}`)
}

export async function stopProgram(program: Program, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  if (program.process.exitCode === null && program.process.signalCode === null) program.process.kill(signal)
  return program.ended
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
