import type { Reactions } from '../../platform/reactions.ts'
import type { Database } from '../../schema.ts'
import { followClocks } from './actions.ts'
import { noteClocks } from './owing/actions.ts'

/** Clocks follow what is said and done, within a second and at its own instants. */
export const slaReactions: Reactions<Database> = {
  feature: 'sla',
  on: {},
  looks: {
    after: ['ticket.touched', 'ticket.queued', 'ticket.resolved', 'ticket.resolve_undone', 'ticket.marked_spam'],
    act: followClocks,
  },
}

/** What became of them is noted apart: nobody's clock waits for that. */
export const clockOwingReactions: Reactions<Database> = {
  feature: 'sla-owing',
  on: {},
  looks: { after: ['clock.breached', 'clock.ended'], act: noteClocks },
}
