import type { Generated, JSONColumnType } from 'kysely'

/** The event log, the outbox of what the relay has still to tell, the chain, and what reactions have done. */
export type PlatformTables = {
  events: {
    id: Generated<string>
    at: Date
    name: string
    actor: string
    payload: JSONColumnType<Record<string, unknown>>
  }
  outbox: { event_id: string; about: string[]; at: Date }
  event_chain: { n: string; event_id: string; hash: Buffer }
  processed: { key: string; at: Date }
  secrets: { name: string; value: Buffer }
}
