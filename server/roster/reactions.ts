import type { Reactions } from '../platform/reactions.ts'
import type { Database } from '../schema.ts'
import { releaseShifts } from './actions.ts'

export const rosterReactions: Reactions<Database> = {
  feature: 'roster',
  on: { 'person.deactivated': async (tx, { staffId }) => releaseShifts(tx, staffId) },
}
