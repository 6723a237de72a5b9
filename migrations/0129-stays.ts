import { type Kysely, sql } from 'kysely'

/**
 * Relief is missing and somebody stays on after the end of their shift: until when they may, whether they said so themselves,
 * and how it ended (REGULATION row 26 and 2, SHIFT: on_duty, extended). `stays_until` is on the attendance, because whoever
 * asks who is on post asks it a thousand times a minute.
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table attendances add column stays_until timestamptz`,
  `create table stays (
    attendance_id bigint primary key references attendances,
    noted_at timestamptz not null,
    promised_at timestamptz,
    ended_at timestamptz,
    ended_why text constraint stays_ended_why check (ended_why in ('relieved', 'person', 'over')),
    constraint stays_ended check ((ended_at is null) = (ended_why is null))
  )`,
]
