import type { CustomerId, ErasureId, ExportId, RevealId, StaffId, TicketId } from '../kernel/ids.ts'

/** What happens with customers' data (REGULATION row 57). Reasons in words stand in the rows. */
export type PrivacyEvents = {
  'customer.revealed': {
    revealId: RevealId
    customerId: CustomerId
    ticketId: TicketId | null
    staffId: StaffId
    reason: 'call_back' | 'identity' | 'safety' | 'complaint' | 'their_wish' | 'other'
    /** More than is usual in a night, or not one of their own tickets: HR looks at it. */
    many: boolean
    notTheirs: boolean
  }
  'customer.exported': { exportId: ExportId; customerId: CustomerId; by: StaffId; rows: number; files: number }
  'erasure.asked': { erasureId: ErasureId; customerId: CustomerId; by: StaffId }
  'erasure.withdrawn': { erasureId: ErasureId; customerId: CustomerId; by: StaffId }
  /** `whole`: the customer and all that they said; else conversations whose time was over. */
  'customer.erased': {
    erasureId: ErasureId
    customerId: CustomerId
    by: StaffId | null
    whole: boolean
    tickets: number
    rows: number
    files: number
  }
  'retention.ran': {
    conversations: number
    files: number
    visitors: number
    letters: number
    incoming: number
    recordings: number
    calls: number
    notices: number
    reminders: number
  }
}
