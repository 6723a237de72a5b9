import type { Deps } from '../../web/deps.ts'
import type { Insert } from '../../web/inserts.ts'
import { takesProof } from './queries.ts'

/** Under the settings of shifts: where neither a network nor a place is set up, that everybody checks in from anywhere. */
export const proofAside = async ({ db }: Deps): Promise<Insert> => ({
  view: 'attendance/proof',
  part: 'proof',
  values: { open: !(await takesProof(db)) },
})
