import { giveWay } from '../../platform/giving-way.ts'
import type { Generated } from './generate.ts'
import type { Wanted } from './run.ts'

/** A program of its own (run.ts starts it): it is told a month once, says how far it has got, and ends with what it found. */
const told = new Promise<Wanted>((resolve) => process.once('message', resolve))
// Never without the program that started it; while it searches it hears nothing, and looks itself.
process.once('disconnect', () => process.exit(0))
const PARENT = process.ppid
// Before anything is loaded: that alone takes as long as ten pages.
giveWay('idle')
process.send?.({ found: await search(await told) }, () => process.exit(0))

async function search({ facts, before, seconds }: Wanted): Promise<Generated> {
  const [{ generate }, { openSolver }] = await Promise.all([import('./generate.ts'), import('./solver.ts')])
  const progress = (done: number): void => {
    if (process.ppid !== PARENT) process.exit(0)
    process.send?.({ progress: done })
  }
  return generate(facts, { before, seconds, solve: await openSolver(), progress })
}
