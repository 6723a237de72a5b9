import { type Kysely, sql } from 'kysely'

/** What somebody is reminded of, kept until they have read it; and the letter about it, left once. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table reminders (
      id bigint generated always as identity primary key,
      staff_id bigint not null references staff,
      kind text not null check (kind in ('promise_soon', 'promise_broken', 'follow_up', 'unaccepted')),
      part text not null check (part in ('owner', 'handler', 'head')),
      ticket_id bigint not null references tickets,
      promise_id bigint references promises,
      escalation_id bigint references escalations,
      made_at timestamptz not null,
      read_at timestamptz,
      mail text not null check (mail in ('none', 'due', 'left'))
    )`.execute(db)
  await sql`create index reminders_of_staff on reminders (staff_id, id desc)`.execute(db)
  await sql`create index reminders_unread on reminders (staff_id) where read_at is null`.execute(db)
  await sql`create index reminders_to_write on reminders (id) where mail = 'due'`.execute(db)
}
