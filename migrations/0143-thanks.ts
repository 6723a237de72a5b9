import { type Kysely, sql } from 'kysely'

/** Praise comes with the best mark, or is said in a conversation: then it rests on that message. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table praises alter column rating_id drop not null`.execute(db)
  await sql`
    alter table praises add column message_id bigint references messages constraint praises_of_message_once unique,
      add constraint praises_rest_on_one check ((rating_id is null) <> (message_id is null))`.execute(db)
}
