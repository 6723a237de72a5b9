import { type Kysely, sql } from 'kysely'

/**
 * Whoever stands in a published shift is asked whether they can: 24 hours from the proof that the question arrived
 * (REGULATION row 22). A shift without a row was never published, and is planned. A letter may carry a file of ours.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table shift_confirmations (
      shift_id bigint primary key references shifts on delete cascade,
      staff_id bigint not null references staff,
      state text not null constraint shift_confirmations_state
        check (state in ('notified', 'confirmed', 'swap_needed', 'unconfirmed')),
      asked_at timestamptz not null,
      late_published boolean not null,
      delivered_at timestamptz,
      seen_at timestamptz,
      due_at timestamptz,
      nudges smallint not null default 0,
      next_at timestamptz,
      answered_at timestamptz,
      answered_by bigint references staff,
      how text constraint shift_confirmations_how check (how in ('person', 'check_in', 'hr')),
      cannot_reason text,
      version integer not null default 0
    )`.execute(db)
  await sql`create index shift_confirmations_next on shift_confirmations (next_at) where next_at is not null`.execute(
    db,
  )
  await sql`create index shift_confirmations_of_staff on shift_confirmations (staff_id, state)`.execute(db)
  await sql`
    alter table outgoing_mails add column file_name text, add column file_type text, add column file_text text`.execute(
    db,
  )
}
