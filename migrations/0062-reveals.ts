import { type Kysely, sql } from 'kysely'

/** Customers' data (REGULATION row 57): who looked at whom and why; what an erased customer leaves behind is marked. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table tickets add column erased_at timestamptz`.execute(db)
  await sql`alter table customers add column erased_at timestamptz`.execute(db)
  await sql`
    create table reveals (
      id bigint generated always as identity primary key,
      customer_id bigint not null references customers,
      ticket_id bigint references tickets,
      staff_id bigint not null references staff,
      reason text not null check (reason in ('call_back', 'identity', 'safety', 'complaint', 'their_wish', 'other')),
      words text not null,
      at timestamptz not null,
      until timestamptz not null,
      night date not null,
      unusual text[] not null default '{}',
      constraint reveals_other_has_words check (reason <> 'other' or words <> '')
    )`.execute(db)
  await sql`create index reveals_of_staff on reveals (staff_id, customer_id, until)`.execute(db)
  await sql`create index reveals_of_night on reveals (staff_id, night)`.execute(db)
  await sql`create index reveals_of_customer on reveals (customer_id)`.execute(db)
  // Letters quote customers: which conversation a letter is about is told by its row, not by its words.
  await sql`alter table outgoing_mails add column ticket_id bigint`.execute(db)
  await sql`
    update outgoing_mails m set ticket_id = t.id from tickets t
    where m.kind in ('escalation', 'reminder') and t.number = substring(m.subject || ' ' || m.text from 'NT-[0-9]+')`.execute(
    db,
  )
  await sql`alter table outgoing_mails add constraint outgoing_mails_ticket_id_fkey foreign key (ticket_id) references tickets not valid`.execute(
    db,
  )
  await sql`alter table outgoing_mails validate constraint outgoing_mails_ticket_id_fkey`.execute(db)
  await sql`create index outgoing_mails_of_ticket on outgoing_mails (ticket_id) where ticket_id is not null`.execute(db)
}
