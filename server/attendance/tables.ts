import type { Generated } from 'kysely'

export type AttendanceTables = {
  attendances: {
    id: Generated<string>
    shift_id: string
    staff_id: string
    checked_in_at: Date
    arrival: 'ready' | 'late_for_handover' | 'late'
    minutes_late: Generated<number>
    checked_out_at: Date | null
  }
  breaks: { id: Generated<string>; attendance_id: string; started_at: Date; ends_by: Date; ended_at: Date | null }
}
