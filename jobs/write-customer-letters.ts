import { writeVerification } from '../server/customers/verification/letters.ts'
import { listToAsk } from '../server/customers/verification/queries.ts'
import type { CustomerLetterId, VerificationId } from '../server/kernel/ids.ts'
import { listMornings, tellTheMorning } from '../server/notifications/customers/morning/actions.ts'
import { listDueLetters } from '../server/notifications/customers/queries.ts'
import { writeCustomerLetter } from '../server/notifications/customers/writing.ts'
import { system } from '../server/platform/actor.ts'
import type { Deps } from '../server/web/deps.ts'
import { type DueJob, dueJob } from './due-job.ts'

const placeOf = ({ config }: Deps) => ({ publicUrl: config.publicUrl, zone: config.timeZone })

/** When a customer is to be told something by mail, or what waited for their address has waited long enough. Repeats safely. */
export const writeCustomerLetters = dueJob('write-customer-letters', listDueLetters, (deps) => {
  return (id) => deps.transact(system, (tx) => writeCustomerLetter(tx, id as CustomerLetterId, placeOf(deps)))
})

/** When an address that nobody has proved is to be asked. Repeats safely: one letter a question. */
export const writeVerifications = dueJob('write-verifications', listToAsk, (deps) => {
  return (id) => deps.transact(system, (tx) => writeVerification(tx, id as VerificationId, placeOf(deps)))
})

/** In the morning, at the time of the setting: who is to hear what was done at night. Repeats safely: once a day. */
export const tellMornings: DueJob = (deps) => {
  const zone = deps.config.timeZone
  return dueJob(
    'tell-the-morning',
    (db, now) => listMornings(db, now, zone),
    () => () => deps.transact(system, (tx) => tellTheMorning(tx, zone)),
  )(deps)
}
