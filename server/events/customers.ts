import type { ContactId, CustomerId, VerificationId } from '../kernel/ids.ts'

export type CustomerEvents = {
  /** An address that nobody has proved is asked whose it is. */
  'contact.asked': { verificationId: VerificationId; contactId: ContactId }
  /** By its letter's link, or because they wrote to us from it. */
  'contact.verified': { contactId: ContactId; customerId: CustomerId }
}
