import { expectedWait } from '../../../server/chat/rules.ts'
import { type Night, simulate, type Told } from '../nights.ts'
import { above, below, type Measured, median } from '../rules.ts'

/** Calm and busy nights, small and large houses, of which each is simulated so often. */
const NIGHTS: readonly Night[] = [
  { agents: 4, hands: 3, load: 1 },
  { agents: 4, hands: 3, load: 1.15 },
  { agents: 8, hands: 5, load: 1.05 },
  { agents: 2, hands: 3, load: 0.9 },
  { agents: 4, hands: 3, load: 0.6 },
]
const SEEDS = 8
/** Whoever is answered sooner stood in no line. */
const IN_LINE_MINUTES = 1.5

/** How often the wait that a customer is told covers what it took; and that it is no longer than it must be. */
export function waitFigures(): Measured[] {
  const told = NIGHTS.flatMap((night) =>
    Array.from({ length: SEEDS }, (_, seed) => simulate(seed + 1, night, expectedWait)).flat(),
  )
  const inLine = told.filter(({ waited }) => waited > IN_LINE_MINUTES)
  return [
    above('queue expected wait covers, all who were told one', 0.7, { value: covered(told), unit: 'of them' }),
    above('queue expected wait covers, those who stood in line', 0.7, { value: covered(inLine), unit: 'of them' }),
    below('queue expected wait over the real one, median', 2, { value: median(inLine.flatMap(over)), unit: '×' }),
  ]
}

function covered(told: readonly Told[]): number {
  const some = told.filter(({ minutes }) => minutes !== null)
  return some.filter(({ minutes, waited }) => waited <= (minutes ?? 0)).length / some.length
}

const over = ({ minutes, waited }: Told): number[] => (minutes === null ? [] : [minutes / waited])
