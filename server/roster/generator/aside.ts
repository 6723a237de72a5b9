import fs from 'node:fs'
import os from 'node:os'
import type { Generated } from './generate.ts'
import type { Wanted } from './run.ts'

const OWN_THREADS = '/proc/self/task'

/** A program of its own (run.ts starts it): it is told a month once, says how far it has got, and ends with what it found. */
const told = new Promise<Wanted>((resolve) => process.once('message', resolve))
// Never without the program that started it.
process.once('disconnect', () => process.exit(0))
// Before anything is loaded: that alone takes as long as ten pages.
stepBack()
process.send?.({ found: await search(await told) }, () => process.exit(0))

async function search({ facts, before, seconds }: Wanted): Promise<Generated> {
  const [{ generate }, { openSolver }] = await Promise.all([import('./generate.ts'), import('./solver.ts')])
  const progress = (done: number): void => void process.send?.({ progress: done })
  return generate(facts, { before, seconds, solve: await openSolver(), progress })
}

/** Whoever waits for a page or a word comes first: where threads have priorities of their own each of ours gives way. */
function stepBack(): void {
  const threads = fs.existsSync(OWN_THREADS) ? fs.readdirSync(OWN_THREADS).map(Number) : [0]
  for (const thread of threads) os.setPriority(thread, os.constants.priority.PRIORITY_LOW)
}
