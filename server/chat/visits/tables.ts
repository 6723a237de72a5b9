export type VisitTables = {
  /** When the customer of a request last had it open: a live line, a poll or its page. */
  customer_visits: {
    ticket_id: string
    seen_at: Date
    /** Up to here the words stood on a page that was opened; without a script that is all that marks them as read. */
    shown_seq: number
  }
}
