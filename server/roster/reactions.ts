import type { Reactions } from '../platform/reactions.ts'
import type { Database } from '../schema.ts'
import { releaseShifts } from './actions.ts'

export const rosterReactions = (zone: string): Reactions<Database> => ({
  feature: 'roster',
  on: { 'person.deactivated': async (tx, { staffId }) => releaseShifts(tx, staffId, zone) },
})
