import { type Kysely, sql } from 'kysely'

/**
 * What colleagues are told, to whom, and through which channel with what became of it (RELIABILITY 7). A notice says what
 * it is about by `ref` and `path`; the words come from the dictionaries, so nothing here has to be forgotten.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table notices (
      id bigint generated always as identity primary key,
      kind text not null,
      importance text not null constraint notices_importance check (importance in ('info', 'important', 'duty')),
      ref text not null,
      path text not null,
      fold_key text not null,
      fold_until timestamptz,
      count integer not null default 1,
      made_at timestamptz not null,
      last_at timestamptz not null,
      settled_at timestamptz
    )`.execute(db)
  await sql`create index notices_folding on notices (fold_key) where settled_at is null`.execute(db)
  await sql`create index notices_by_ref on notices (ref) where settled_at is null`.execute(db)
  await sql`
    create table notice_people (
      id bigint generated always as identity primary key,
      notice_id bigint not null references notices,
      staff_id bigint not null references staff,
      part text not null constraint notice_people_part check (part in ('own', 'post', 'up')),
      page_id uuid not null,
      round integer not null default 1,
      wakes boolean not null,
      told_at timestamptz not null,
      seen_at timestamptz,
      read_at timestamptz,
      next_at timestamptz,
      up_at timestamptz,
      covered_by bigint references notices,
      constraint notice_people_once unique (notice_id, staff_id)
    )`.execute(db)
  await sql`create index notice_people_next on notice_people (next_at) where next_at is not null`.execute(db)
  await sql`create index notice_people_up on notice_people (up_at) where up_at is not null`.execute(db)
  await sql`create index notice_people_unseen on notice_people (staff_id) where seen_at is null and covered_by is null`.execute(
    db,
  )
  await sql`create index notice_people_of_staff on notice_people (staff_id, id desc)`.execute(db)
  await sql`
    create table hooks (
      id bigint generated always as identity primary key,
      channel text not null constraint hooks_channel check (channel in ('wecom', 'dingtalk', 'feishu', 'sms', 'voice')),
      department_id bigint references departments,
      address text not null,
      secret text,
      made_at timestamptz not null,
      made_by bigint references staff,
      removed_at timestamptz
    )`.execute(db)
  await sql`create unique index hooks_one on hooks (channel, coalesce(department_id, 0)) where removed_at is null`.execute(
    db,
  )
  await sql`
    create table deliveries (
      id bigint generated always as identity primary key,
      notice_id bigint not null references notices,
      staff_id bigint references staff,
      hook_id bigint references hooks,
      channel text not null constraint deliveries_channel
        check (channel in ('page', 'mail', 'push', 'sms', 'voice', 'wecom', 'dingtalk', 'feishu')),
      page_id uuid not null,
      state text not null constraint deliveries_state
        check (state in ('pending', 'sending', 'sent', 'seen', 'failed', 'unknown')),
      attempts integer not null default 0,
      error text,
      mail_id bigint references outgoing_mails,
      due_at timestamptz,
      made_at timestamptz not null,
      settled_at timestamptz,
      constraint deliveries_to_somebody check (staff_id is not null or hook_id is not null),
      constraint deliveries_once unique (page_id, channel)
    )`.execute(db)
  await sql`create index deliveries_due on deliveries (due_at, id) where state in ('pending', 'sending')`.execute(db)
  await sql`create index deliveries_of_notice on deliveries (notice_id, staff_id)`.execute(db)
  await sql`create index deliveries_of_mail on deliveries (mail_id) where mail_id is not null`.execute(db)
  await sql`create index deliveries_by_time on deliveries (made_at desc, id desc)`.execute(db)
  await sql`create index outgoing_mails_by_time on outgoing_mails (made_at desc, id desc)`.execute(db)
}
