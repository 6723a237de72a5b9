import { expireEscalationOffer } from '../server/escalations/offers/actions.ts'
import { listExpired } from '../server/escalations/offers/queries.ts'
import type { EscalationOfferId } from '../server/kernel/ids.ts'
import { system } from '../server/platform/actor.ts'
import { dueJob } from './due-job.ts'

/** When the seconds of a technician's offer are over. Repeats safely: an offer ends once. */
export const expireEscalationOffers = dueJob(
  'expire-escalation-offers',
  listExpired,
  ({ transact }) =>
    (id) =>
      transact(system, (tx) => expireEscalationOffer(tx, id as EscalationOfferId)),
)
