import highsLoader, { type LegacyHighs } from 'highs'
import type { Solve } from './generate.ts'

/** HiGHS in WebAssembly: one thread, one seed, so that the same model has the same answer. It blocks its thread. */
export async function openSolver(): Promise<Solve> {
  // Its types say CommonJS; as a module it is the loader itself.
  const highs = await (highsLoader as unknown as () => Promise<LegacyHighs>)()
  return ({ text }, seconds) => {
    const solution = highs.solve(text, {
      time_limit: Math.max(1, seconds),
      random_seed: 1,
      threads: 1,
      output_flag: false,
      mip_rel_gap: 0.001,
    })
    const columns = Object.entries(solution.Columns as Readonly<Record<string, { Primal?: number }>>)
    const chosen = columns
      .filter(([name, { Primal = 0 }]) => name.startsWith('x') && Primal > 0.5)
      .map(([name]) => name)
    return { chosen, distance: solution.Status === 'Optimal' ? 0 : 1 }
  }
}
