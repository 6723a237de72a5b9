import { cpuMilliseconds, familyOf } from '../processes.ts'
import { type Measured, round } from '../rules.ts'
import type { Product, Stage } from '../stage.ts'

/** What every part of the bench gets. */
export type Bench = {
  readonly stage: Stage
  /** How long one run of load lasts, and how many runs of the product there are between runs of the ceiling. */
  readonly pace: Pace
  readonly say: (line: string) => void
  /** Runs load on a product and says what each answer cost: processor time tells more than the clock on a busy machine. */
  readonly cost: <Run extends Costly>(product: Product, run: () => Promise<Run>) => Promise<Run>
}
type Costly = { readonly seconds: number } & ({ readonly took: number[] } | { readonly acknowledged: number[] })
export type Pace = {
  readonly milliseconds: number
  readonly rounds: number
  readonly tickets: number
  readonly sockets: number
}

export const FULL: Pace = { milliseconds: 6000, rounds: 3, tickets: 1_000_000, sockets: 2000 }
/** A minute: good for a first look, not for a judgement. */
export const QUICK: Pace = { milliseconds: 1500, rounds: 1, tickets: 100_000, sockets: 500 }

export type RunPart = (bench: Bench) => Promise<Measured[]>

/**
 * Ceiling and product in turn, A B A B … A, so that a neighbour's noise on the machine hits both; what each of the runs
 * gave, in order. The first run of each warms up code, connections and caches, and is thrown away.
 */
export async function interleaved<Bare, Run>(
  rounds: number,
  bare: () => Promise<Bare>,
  product: (round: number) => Promise<Run>,
): Promise<{ bare: Bare[]; product: Run[] }> {
  await bare()
  await product(0)
  const runs = { bare: [await bare()], product: [] as Run[] }
  for (let round = 1; round <= rounds; round++) {
    runs.product.push(await product(round))
    runs.bare.push(await bare())
  }
  return runs
}

export const costing =
  (stage: Stage, say: Bench['say']): Bench['cost'] =>
  async (product, run) => {
    const used = () => ({
      program: cpuMilliseconds(familyOf(product.pid)),
      database: cpuMilliseconds(familyOf(stage.postmasterPid())),
    })
    const before = used()
    const done = await run()
    const after = used()
    const answers = 'took' in done ? done.took.length : done.acknowledged.length
    const each = (what: 'program' | 'database') => `${round((after[what] - before[what]) / answers)} ms`
    const speed = `${round(answers / done.seconds)}/s`
    say(`  ${speed}; an answer costs the program ${each('program')}, PostgreSQL ${each('database')} of processor time`)
    return done
  }
