import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Cell, MonthFacts } from '../facts.ts'
import type { Generated } from './generate.ts'

export type Wanted = { readonly facts: MonthFacts; readonly before: readonly Cell[]; readonly seconds: number }
type Watching = {
  /** Told in per cent; false ends it, and nothing is found. */
  readonly goesOn: (progress: number) => Promise<boolean>
}
const PROGRAM = fileURLToPath(new URL('./aside.ts', import.meta.url))
const ASKED_EVERY_MILLISECONDS = 500
/** Loading and mending beyond what the solver is given. */
const GRACE_SECONDS = 30

/**
 * Looks for a roster in a process of its own, which gives way to everybody else and can be ended at any moment; undefined
 * where it was cancelled. @throws where it fails or takes far too long
 */
export function generateAside(wanted: Wanted, { goesOn }: Watching): Promise<Generated | undefined> {
  return new Promise((resolve, reject) => {
    let done = 0
    const child = fork(PROGRAM, {
      env: {},
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const end = (act: () => void): void => {
      clearInterval(asking)
      clearTimeout(late)
      child.kill('SIGKILL')
      act()
    }
    const fail = (reason: unknown): void => end(() => reject(reason))
    const asking = setInterval(() => {
      goesOn(done).then((on) => on || end(() => resolve(undefined)), fail)
    }, ASKED_EVERY_MILLISECONDS)
    const late = setTimeout(fail, (wanted.seconds + GRACE_SECONDS) * 1000, new Error('no roster in time'))
    child.on('message', (message: { progress?: number; found?: Generated }) => {
      done = message.progress ?? done
      const { found } = message
      if (found) end(() => resolve(found))
    })
    child.on('error', fail)
    child.on('exit', (code, signal) => fail(new Error(`the search ended with ${code ?? signal} and without a roster`)))
    child.send(wanted, (error) => error && fail(error))
  })
}
