import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table departments (
      id bigint generated always as identity primary key,
      code text not null constraint departments_code_once unique,
      name jsonb not null,
      position integer not null default 0
    )`.execute(db)
  await sql`
    create table staff (
      id bigint generated always as identity primary key,
      number text not null constraint staff_number_once unique,
      login text not null constraint staff_login_once unique check (login = lower(login)),
      name text not null,
      name_en text not null,
      password_hash text not null,
      department_id bigint not null references departments,
      rank text not null check (rank in ('staff', 'supervisor', 'manager', 'vice_president')),
      standing_roles text[] not null default '{}',
      posts text[] not null default '{}',
      skills text[] not null default '{}',
      languages text[] not null default '{zh-CN}',
      phone text,
      language text,
      active boolean not null default true,
      created_at timestamptz not null
    )`.execute(db)
  await sql`
    create table sessions (
      id bigint generated always as identity primary key,
      token_hash bytea not null constraint sessions_token_once unique,
      staff_id bigint not null references staff,
      opened_at timestamptz not null,
      seen_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz,
      address text,
      browser text
    )`.execute(db)
  await sql`create index sessions_of_staff on sessions (staff_id) where ended_at is null`.execute(db)
  await sql`
    create table sign_in_failures (
      id bigint generated always as identity primary key,
      key text not null,
      at timestamptz not null
    )`.execute(db)
  await sql`create index sign_in_failures_by_key on sign_in_failures (key, at)`.execute(db)
}
