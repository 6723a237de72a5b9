import { type Kysely, sql } from 'kysely'

/** The log of everything that happened, what is still to be told of it, and the chain that proves it was not changed. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`create extension if not exists btree_gist`.execute(db)
  await sql`create extension if not exists pg_trgm`.execute(db)
  await sql`
    create table events (
      id bigint generated always as identity primary key,
      at timestamptz not null,
      name text not null,
      actor text not null,
      payload jsonb not null
    )`.execute(db)
  await sql`
    create function refuse_change_of_events() returns trigger language plpgsql as $$
    begin
      raise exception 'events are insert-only' using errcode = 'restrict_violation';
    end $$`.execute(db)
  await sql`
    create trigger events_are_insert_only before update or delete or truncate on events
    for each statement execute function refuse_change_of_events()`.execute(db)
  await sql`
    create table outbox (
      event_id bigint primary key,
      about text[] not null,
      at timestamptz not null
    )`.execute(db)
  await sql`
    create table event_chain (
      n bigint primary key,
      event_id bigint not null constraint event_chain_each_event_once unique,
      hash bytea not null
    )`.execute(db)
  await sql`create table processed (key text primary key, at timestamptz not null)`.execute(db)
  await sql`create table secrets (name text primary key, value bytea not null)`.execute(db)
}
