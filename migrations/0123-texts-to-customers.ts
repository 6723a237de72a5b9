import { type Kysely, sql } from 'kysely'

/**
 * What customers are told by SMS goes out as everything else does, and stands on the Outgoing page; a number is proved by a
 * code. The old columns of `customer_texts` are left for programs that still run, and go with a later release.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table outgoing_mails drop constraint outgoing_mails_channel_check`.execute(db)
  await sql`
    alter table outgoing_mails add constraint outgoing_mails_channel_check check (channel in ('mail', 'sms')) not valid`.execute(
    db,
  )
  await sql`create index outgoing_mails_of_number on outgoing_mails (recipient, made_at) where channel = 'sms'`.execute(
    db,
  )
  await sql`alter table customer_texts add column mail_id bigint references outgoing_mails`.execute(db)
  for (const column of ['number', 'language', 'promised_at', 'state'])
    await sql`alter table customer_texts alter column ${sql.ref(column)} drop not null`.execute(db)
  await sql`create index customer_texts_of_mail on customer_texts (mail_id) where mail_id is not null`.execute(db)
  await sql`create index customer_texts_to_write on customer_texts (id) where mail_id is null`.execute(db)
  const { rows } = await sql<{ id: string }>`select id from customer_texts order by id`.execute(db)
  for (const { id } of rows) await moveText(db, id)
  await sql`alter table contact_verifications add column tries integer not null default 0`.execute(db)
  await sql`create index contact_verifications_asked on contact_verifications (asked_at)`.execute(db)
}

/** What was on its way stays unknown, and is never sent again by itself (RELIABILITY 7). */
const moveText = (db: Kysely<any>, id: string) =>
  sql`
    with old as (
      select x.*, b.ticket_id, b.customer_id from customer_texts x join callbacks b on b.id = x.callback_id where x.id = ${id}),
    moved as (
      insert into outgoing_mails (channel, kind, about, ticket_id, recipient, subject, text, link_until, state, attempts, error, due_at, made_at, settled_at)
      select 'sms', 'callback', 'customer:' || coalesce(customer_id, 0), ticket_id, number, '', '', promised_at,
        case when state in ('pending', 'sending') then 'unknown' else state end, attempts,
        case when state in ('pending', 'sending') then 'process_lost' else error end, null, made_at, coalesce(settled_at, made_at)
      from old returning id)
    update customer_texts x set mail_id = moved.id, due_at = null from moved where x.id = ${id}`.execute(db)
