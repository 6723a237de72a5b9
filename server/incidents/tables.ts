import type { Generated } from 'kysely'
import type { IncidentKind, IncidentLevel, IncidentState } from './rules.ts'

export type IncidentTables = {
  incidents: {
    id: Generated<string>
    number: Generated<string>
    kind: IncidentKind
    level: IncidentLevel
    state: IncidentState
    ticket_id: string | null
    /** 1, and one more with each complaint about the same ticket after the last was closed. */
    opened_at: Date
    acknowledged_at: Date | null
    acknowledged_by: string | null
    resolved_at: Date | null
    resolved_by: string | null
    /** What was done, for the house. */
    measures: string | null
    /** What the customer was told. */
    for_customer: string | null
    closed_at: Date | null
    version: Generated<number>
  }
}
