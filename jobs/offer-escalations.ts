import { offerToPosts } from '../server/escalations/offers/actions.ts'
import { isAnythingWaiting } from '../server/escalations/offers/queries.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** Each second while something waits for a post without an offer: somebody has come back, or may be asked again. In the ticker itself. */
export const offerEscalations = dueJob(
  'offer-escalations',
  async (db, now) => ((await isAnythingWaiting(db)) ? [{ id: 'queue', version: now.getTime() }] : []),
  ({ transact }) =>
    () =>
      transact(system, offerToPosts),
  { direct: true },
)
