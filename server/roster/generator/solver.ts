import highsLoader, { type Highs } from 'highs'
import type { Solve } from './generate.ts'

const OPTIONS = { random_seed: 1, output_flag: false, mip_rel_gap: 0.0001, mip_abs_gap: 0.5 }

/** HiGHS in WebAssembly: one thread, one seed, so that the same model has the same answer. It blocks its thread. */
export async function openSolver(): Promise<Solve> {
  // Its types say CommonJS; as a module it is the loader itself.
  const highs = await (highsLoader as unknown as () => Promise<Highs>)()
  const { mipInterrupt } = highs.constants.callbackType
  return ({ text }, seconds, told = () => undefined) =>
    highs.withModel({ format: 'lp', data: text }, (model) => {
      const limit = Math.max(1, seconds)
      model.options.set({ ...OPTIONS, time_limit: limit })
      model.run({
        [mipInterrupt]: ({ data }) => {
          told(Math.min(1, Number(data.running_time ?? 0) / limit))
          return undefined
        },
      })
      const values = Number.isFinite(model.getObjectiveValue()) ? model.getSolution().colValue : []
      const chosen = [...values.entries()].flatMap(([n, value]) => (value > 0.5 ? [model.getColName(n)] : []))
      return { chosen: chosen.filter((name) => name.startsWith('x')), distance: distanceOf(model.info.get('mip_gap')) }
    })
}

/** Nothing was found, or nothing is known of how good it is: as far as can be. */
const distanceOf = (gap: number | bigint): number => {
  const value = Number(gap)
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 1
}
