import { expireOffer } from '../server/desk/offers/actions.ts'
import { listExpired } from '../server/desk/offers/queries.ts'
import type { OfferId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When an offer's seconds are over. Repeats safely: an offer ends once. */
export const expireOffers = dueJob(
  'expire-offers',
  listExpired,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => expireOffer(tx, id as OfferId)),
)
