import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { complaintsOf } from './complaints.ts'
import { INSPECTABLE } from './inspector.ts'

/** A job for a program of the bench, and what it answers: one at a time, both plain values. */
export type Worker = {
  readonly process: ChildProcess
  readonly ask: <Answer>(job: unknown) => Promise<Answer>
  readonly end: () => Promise<void>
}

/** No run takes longer, whatever hangs: the bench says so and goes on to its end. */
const LONGEST_MILLISECONDS = 120_000

/** Starts `test/bench/<file>` in a process of its own. */
export async function startWorker(file: string, setup: object): Promise<Worker> {
  const child = fork(path.join(import.meta.dirname, file), [JSON.stringify(setup)], {
    execPath: process.execPath,
    execArgv: [INSPECTABLE],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  const complaints = complaintsOf(child)
  await heard(child, file)
  return {
    process: child,
    ask: async <Answer>(job: unknown) => {
      child.send(job as object)
      return (await heard(child, file)) as Answer
    },
    end: async () => {
      await ended(child)
      complaints.tell()
    },
  }
}

async function heard(child: ChildProcess, file: string): Promise<unknown> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), LONGEST_MILLISECONDS)
  try {
    const answer = once(child, 'message', { signal: stop.signal }).then(([message]) => message as Said)
    const gone = once(child, 'exit', { signal: stop.signal }).then((): Said => ({ error: `${file} has ended` }))
    const said = await Promise.race([answer, gone])
    if ('error' in said) throw new Error(said.error)
    return said.answer
  } catch (error) {
    throw stop.signal.aborted ? new Error(`${file} did not answer within ${LONGEST_MILLISECONDS / 1000} s`) : error
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

type Said = { readonly answer: unknown } | { readonly error: string }

type Prepare<Setup> = (setup: Setup) => Promise<(job: never) => Promise<unknown>>

/** The other side: tells that it is ready, then answers each job. `setup` is what `startWorker` was given. */
export function beWorker<Setup>(prepare: Prepare<Setup>): void {
  // Once the whole file has been read: it calls what stands below.
  setImmediate(() => void begin(prepare))
}

async function begin<Setup>(prepare: Prepare<Setup>): Promise<void> {
  const say = (said: Said): void => void process.send?.(said)
  try {
    const work = await prepare(JSON.parse(process.argv[2] ?? '{}') as Setup)
    process.on('message', (job) => {
      work(job as never).then(
        (answer) => say({ answer }),
        (error) => say({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      )
    })
    say({ answer: 'ready' })
  } catch (error) {
    say({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
  // Never without the bench that started it.
  process.once('disconnect', () => process.exit(0))
}
