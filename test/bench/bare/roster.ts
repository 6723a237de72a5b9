// What the solver alone takes for a month, split by post: heads, runs of nights and an even load, and nothing of the product.
import highsLoader, { type Highs } from 'highs'
import { beWorker } from '../child.ts'

/** Of each post: heads a night, and of each person the nights they have had and the days on which they are away. */
export type BareMonth = {
  readonly nights: number
  readonly posts: readonly {
    readonly heads: number
    readonly people: readonly { readonly had: number; readonly away: readonly number[] }[]
  }[]
}

beWorker(async () => {
  const highs = await (highsLoader as unknown as () => Promise<Highs>)()
  /** Seconds. */
  return async (month: BareMonth): Promise<number> => {
    const start = performance.now()
    for (const post of month.posts) {
      const solution = highs.solve(modelOf(month.nights, post), {
        output_flag: false,
        random_seed: 1,
        mip_rel_gap: 0.0001,
      })
      if (solution.Status !== 'Optimal') throw new Error(`the bare model of a post ended as ${solution.Status}`)
    }
    return (performance.now() - start) / 1000
  }
})

function modelOf(nights: number, { heads, people }: BareMonth['posts'][number]): string {
  const days = Array.from({ length: nights }, (_, day) => day)
  const rows: string[] = []
  const costs: string[] = []
  const bounds: string[] = []
  const binaries: string[] = []
  const on = people.map(({ away }, n) =>
    days.filter((day) => !away.includes(day)).map((day) => ({ day, name: `x${n}_${day}` })),
  )
  for (const day of days) {
    const names = on.flatMap((mine) => mine.filter((one) => one.day === day).map(({ name }) => name))
    rows.push(`${[...names, `g${day}`].join(' + ')} = ${heads}`)
    costs.push(`20000 g${day}`)
  }
  for (const [n, mine] of on.entries()) {
    binaries.push(...mine.map(({ name }) => name))
    for (const [length, most] of [
      [4, 2],
      [7, 3],
    ] as const)
      for (let from = 0; from + length <= nights; from++) {
        const inside = mine.filter(({ day }) => day >= from && day < from + length).map(({ name }) => name)
        if (inside.length > most) rows.push(`${inside.join(' + ')} <= ${most}`)
      }
    const steps = mine.map((_, k) => `l${n}_${k}`)
    rows.push(`${mine.map(({ name }) => name).join(' + ')} - ${steps.join(' - ')} = 0`)
    for (const [k, step] of steps.entries()) {
      costs.push(`${((people[n]?.had ?? 0) + k + 1) * 10} ${step}`)
      bounds.push(`${step} <= 1`)
    }
  }
  return `Minimize\n obj: ${costs.join(' + ')}\nSubject To\n ${rows.map((row, n) => `c${n}: ${row}`).join('\n ')}\nBounds\n ${bounds.join('\n ')}\nBinary\n ${binaries.join(' ')}\nEnd`
}
