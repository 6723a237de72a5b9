import type { Generated } from 'kysely'
import type { ReminderKind, ReminderPart } from '../../events/notifications.ts'

export type ReminderTables = {
  /** What somebody is reminded of, kept until they have read it. */
  reminders: {
    id: Generated<string>
    staff_id: string
    kind: ReminderKind
    /** Why this person: the ticket is theirs to follow up, they were asked, they head who was asked, or a second person is needed. */
    part: ReminderPart
    ticket_id: string
    promise_id: string | null
    escalation_id: string | null
    made_at: Date
    read_at: Date | null
    /** `due` until its letter is left. */
    mail: 'none' | 'due' | 'left'
  }
}
