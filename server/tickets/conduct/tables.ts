export type ConductTables = {
  /** Tickets that do not count for or against those who handled them; the statistic of the team keeps them. */
  ticket_exclusions: {
    ticket_id: string
    reason: 'abuse'
    /** The case that it was decided in. */
    ref: string
    excluded_by: string
    excluded_at: Date
  }
}
