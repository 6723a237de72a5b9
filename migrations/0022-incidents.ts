import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await sql`create sequence incident_numbers start 301`.execute(db)
  await sql`
    create table incidents (
      id bigint generated always as identity primary key,
      number text not null default 'IN-' || nextval('incident_numbers') constraint incidents_number_once unique,
      kind text not null check (kind in ('network', 'complaint', 'safety', 'other')),
      level text not null check (level in ('general', 'major')),
      state text not null check (state in ('open', 'acknowledged', 'resolved', 'closed')),
      ticket_id bigint references tickets,
      opened_at timestamptz not null,
      acknowledged_at timestamptz,
      acknowledged_by bigint references staff,
      resolved_at timestamptz,
      resolved_by bigint references staff,
      measures text,
      for_customer text,
      closed_at timestamptz,
      version integer not null default 1
    )`.execute(db)
  await sql`create unique index incidents_one_open_complaint on incidents (ticket_id) where kind = 'complaint' and state in ('open', 'acknowledged')`.execute(
    db,
  )
  await sql`create index incidents_by_state on incidents (state, opened_at)`.execute(db)
}
