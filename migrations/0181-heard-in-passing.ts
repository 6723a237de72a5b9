import { type Kysely, sql } from 'kysely'

/** `late`: its clocks were heard while somebody held the ticket, whose own countdown follows (server/tickets/sla/hearing). */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table ticket_sla add column late boolean not null default false`.execute(db)
  await sql`create index ticket_sla_late on ticket_sla (ticket_id) where late`.execute(db)
}
