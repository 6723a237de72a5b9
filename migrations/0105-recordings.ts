import { type Kysely, sql } from 'kysely'

/** Voicemail and recordings that a line has named, and short messages to whoever is called back. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table call_recordings (
      id bigint generated always as identity primary key,
      call_id bigint not null references calls,
      kind text not null constraint call_recordings_kind check (kind in ('voicemail', 'recording')),
      url text not null,
      url_key bytea not null,
      state text not null constraint call_recordings_state
        check (state in ('due', 'fetching', 'stored', 'refused', 'failed', 'over')),
      due_at timestamptz,
      attempts integer not null default 0,
      why text,
      file jsonb,
      name text,
      made_at timestamptz not null,
      settled_at timestamptz,
      constraint call_recordings_once unique (call_id, url_key)
    )`.execute(db)
  await sql`create index call_recordings_due on call_recordings (due_at) where due_at is not null`.execute(db)
  await sql`create index call_recordings_kept on call_recordings (settled_at) where state = 'stored'`.execute(db)
  await sql`
    create table customer_texts (
      id bigint generated always as identity primary key,
      callback_id bigint not null references callbacks,
      promise_id bigint not null constraint customer_texts_once unique references promises,
      number text not null,
      language text not null,
      promised_at timestamptz not null,
      state text not null constraint customer_texts_state
        check (state in ('pending', 'sending', 'sent', 'failed', 'unknown', 'dropped')),
      attempts integer not null default 0,
      due_at timestamptz,
      error text,
      page_id uuid not null default gen_random_uuid(),
      made_at timestamptz not null,
      settled_at timestamptz
    )`.execute(db)
  await sql`create index customer_texts_due on customer_texts (due_at) where due_at is not null`.execute(db)
}
