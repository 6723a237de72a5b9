import { Worker } from 'node:worker_threads'
import type { Cell, MonthFacts } from '../facts.ts'
import type { Generated } from './generate.ts'

type Wanted = { readonly facts: MonthFacts; readonly before: readonly Cell[]; readonly seconds: number }
type Watching = {
  /** Told in per cent; false ends it, and nothing is found. */
  readonly goesOn: (progress: number) => Promise<boolean>
}
const ASKED_EVERY_MILLISECONDS = 500
/** Loading and mending beyond what the solver is given. */
const GRACE_SECONDS = 30

/** Looks for a roster in a thread of its own; undefined where it was cancelled. @throws where the thread fails or takes far too long */
export function generateAside(
  { facts, before, seconds }: Wanted,
  { goesOn }: Watching,
): Promise<Generated | undefined> {
  return new Promise((resolve, reject) => {
    let done = 0
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { facts, before, seconds } })
    const end = (act: () => void): void => {
      clearInterval(asking)
      clearTimeout(late)
      void worker.terminate()
      act()
    }
    const asking = setInterval(() => {
      goesOn(done).then(
        (on) => on || end(() => resolve(undefined)),
        (error) => end(() => reject(error)),
      )
    }, ASKED_EVERY_MILLISECONDS)
    const late = setTimeout(() => end(() => reject(new Error('no roster in time'))), (seconds + GRACE_SECONDS) * 1000)
    worker.on('message', (message: { progress?: number; found?: Generated }) => {
      done = message.progress ?? done
      const { found } = message
      if (found) end(() => resolve(found))
    })
    worker.on('error', (error) => end(() => reject(error)))
    worker.on('exit', () => end(() => reject(new Error('the thread ended without a roster'))))
  })
}
