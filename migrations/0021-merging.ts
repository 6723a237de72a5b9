import { type Kysely, sql } from 'kysely'

/** One request in another: a link that can be taken apart again. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table ticket_merges (
      id bigint generated always as identity primary key,
      from_id bigint not null references tickets,
      into_id bigint not null references tickets,
      state_before text not null,
      closes_before timestamptz,
      holds jsonb not null default '[]',
      promises bigint[] not null default '{}',
      visitor_moved boolean not null default false,
      merged_at timestamptz not null,
      merged_by bigint not null references staff,
      split_at timestamptz,
      split_by bigint references staff,
      constraint ticket_merges_not_itself check (from_id <> into_id)
    )`.execute(db)
  await sql`create unique index ticket_merges_one_open on ticket_merges (from_id) where split_at is null`.execute(db)
  await sql`create index ticket_merges_into on ticket_merges (into_id) where split_at is null`.execute(db)
  await sql`alter table assignments drop constraint assignments_end_reason_check`.execute(db)
  await sql`
    alter table assignments add constraint assignments_end_reason_known check (
      end_reason in ('resolved', 'transferred', 'returned', 'lease_lost', 'shift_over', 'spam', 'merged')) not valid`.execute(
    db,
  )
  await sql`alter table assignments validate constraint assignments_end_reason_known`.execute(db)
  // What a department was asked about goes along with the ticket; this is where it goes back to.
  await sql`alter table escalations add column origin_ticket_id bigint references tickets`.execute(db)
}
