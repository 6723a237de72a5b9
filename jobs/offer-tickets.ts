import { offerNext } from '../server/desk/offers/actions.ts'
import { isAnyoneWaiting } from '../server/desk/offers/waiting/queries.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** Each second while something waits without an offer: somebody has come back, or may be asked again. In the ticker itself. */
export const offerTickets = dueJob(
  'offer-tickets',
  async (db, now) => ((await isAnyoneWaiting(db)) ? [{ id: 'queue', version: now.getTime() }] : []),
  ({ transact }) =>
    () =>
      transact(system, offerNext),
  { direct: true },
)
