import type { Generated } from 'kysely'
import type { AlarmKind } from '../events/desk.ts'

export type DeskTables = {
  offers: {
    id: Generated<string>
    ticket_id: string
    staff_id: string
    round: number
    /** 1 for the first person asked in this round, and so on. */
    hop: number
    state: 'made' | 'taken' | 'passed' | 'expired' | 'withdrawn'
    made_at: Date
    expires_at: Date
    ended_at: Date | null
  }
  /** What each web process sees: when it last had a living socket of this person. */
  presence: { staff_id: string; process: string; seen_at: Date }
  /** Who has a conversation open, and to whom they write in it, as each web process sees it. */
  looks: {
    ticket_id: string
    staff_id: string
    process: string
    writing: 'customer' | 'colleagues' | null
    seen_at: Date
  }
  /** Who is busy with what is no conversation of the desk, and until when where that is known. */
  desk_engagements: { kind: 'call'; ref: string; staff_id: string; since: Date; until: Date | null }
  /** Published nights ahead that nobody leads, each told once; `code` is one of the checker's. */
  unled_nights: { night: string; code: string; since: Date; rung: Generated<boolean> }
  alarms: {
    id: Generated<string>
    kind: AlarmKind
    ticket_id: string | null
    subject: string | null
    raised_at: Date
    settled_at: Date | null
    settled_by: string | null
  }
}
