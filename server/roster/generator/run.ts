import { fork } from 'node:child_process'
import fs from 'node:fs'
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
/** After this share of its time it has its turns like everybody: on a machine that is never idle it would never end. */
const PATIENT_SHARE = 0.5

/**
 * Looks for a roster in a process of its own, which gives way to everybody else and can be ended at any moment; undefined
 * where it was cancelled. @throws where it fails or takes far too long
 */
export function generateAside(wanted: Wanted, { goesOn }: Watching): Promise<Generated | undefined> {
  return new Promise((resolve, reject) => {
    let done = 0
    const child = fork(PROGRAM, {
      // In a session of its own: Linux shares the processor between sessions first, so one that gives way in ours would run on our account.
      detached: true,
      env: {},
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const end = (act: () => void): void => {
      clearInterval(asking)
      clearTimeout(late)
      clearTimeout(lift)
      process.off('exit', gone)
      gone()
      act()
    }
    const fail = (reason: unknown): void => end(() => reject(reason))
    const gone = (): void => void child.kill('SIGKILL')
    process.once('exit', gone)
    const asking = setInterval(() => {
      goesOn(done).then((on) => on || end(() => resolve(undefined)), fail)
    }, ASKED_EVERY_MILLISECONDS)
    const late = setTimeout(fail, (wanted.seconds + GRACE_SECONDS) * 1000, new Error('no roster in time'))
    const lift = setTimeout(() => takeTurns(child.pid), wanted.seconds * PATIENT_SHARE * 1000)
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

/** Where there is nothing to write to it had its turns all along. */
function takeTurns(pid: number | undefined): void {
  try {
    fs.writeFileSync(`/proc/${pid}/autogroup`, '0', { flag: 'r+' })
  } catch {
    // Not this kind of machine, or it has just ended.
  }
}
