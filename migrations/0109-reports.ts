import { type Kysely, sql } from 'kysely'

/** What each night came to, counted once and kept, so that two years are read like a month; and who gets it by mail. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table report_nights (
      night date primary key,
      counted_at timestamptz not null
    )`.execute(db)
  await sql`
    create table report_counts (
      night date not null references report_nights,
      cut text not null check (cut in ('all', 'channel', 'category', 'department')),
      key text not null,
      facts jsonb not null,
      constraint report_counts_once primary key (cut, key, night)
    )`.execute(db)
  await sql`
    create table report_subscriptions (
      id bigint generated always as identity primary key,
      staff_id bigint not null references staff,
      period text not null check (period in ('night', 'week', 'month')),
      cut text not null,
      key text not null,
      due_at timestamptz not null,
      made_at timestamptz not null,
      sent_at timestamptz,
      constraint report_subscriptions_once unique (staff_id, period, cut, key)
    )`.execute(db)
  await sql`create index report_subscriptions_due on report_subscriptions (due_at)`.execute(db)
}
