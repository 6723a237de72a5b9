import { type Kysely, sql } from 'kysely'

/**
 * REGULATION row 58: whoever checks asks for records and documents, the person answers within workdays, and what was said
 * stays; a correction stands beside it with its reason. A record that is thought to be false is a case with a hearing.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table document_requests (
      id bigint generated always as identity primary key,
      staff_id bigint not null references staff,
      asked_by bigint not null references staff,
      asked_at timestamptz not null,
      purpose text not null constraint document_requests_purpose check (purpose in ('check', 'appraisal', 'incident', 'other')),
      words text not null,
      link text,
      state text not null constraint document_requests_state check (state in ('asked', 'answered', 'accepted', 'withdrawn')),
      round integer not null default 1,
      due_at timestamptz not null,
      version integer not null default 1,
      constraint document_requests_of_another check (asked_by <> staff_id)
    )`.execute(db)
  await sql`create index document_requests_of_staff on document_requests (staff_id, id desc)`.execute(db)
  await sql`create index document_requests_open on document_requests (due_at) where state in ('asked', 'answered')`.execute(
    db,
  )
  await sql`
    create table document_answers (
      id bigint generated always as identity primary key,
      request_id bigint not null references document_requests,
      kind text not null constraint document_answers_kind check (kind in ('answer', 'addition', 'back')),
      staff_id bigint not null references staff,
      said_at timestamptz not null,
      words text not null,
      links text[] not null,
      file text,
      file_type text,
      file_name text,
      constraint document_answers_file check ((file is null) = (file_name is null) and (file is null) = (file_type is null))
    )`.execute(db)
  await sql`create index document_answers_of on document_answers (request_id, id)`.execute(db)
  await sql`
    create function document_answers_stand() returns trigger language plpgsql as $$
    begin
      raise exception 'what was said about records stands: correct it by an addition';
    end $$`.execute(db)
  await sql`
    create trigger document_answers_stand before update or delete on document_answers
    for each row execute function document_answers_stand()`.execute(db)
  await sql`
    create table false_records (
      id bigint generated always as identity primary key,
      staff_id bigint not null references staff,
      opened_by bigint not null references staff,
      opened_at timestamptz not null,
      words text not null,
      links text[] not null,
      request_id bigint references document_requests,
      state text not null constraint false_records_state check (state in ('opened', 'proven', 'dismissed', 'objected', 'withdrawn')),
      statement text,
      stated_at timestamptz,
      statement_due_at timestamptz not null,
      weight text constraint false_records_weight check (weight in ('minor', 'general', 'serious')),
      decision text not null default '',
      decided_by bigint references staff,
      decided_at timestamptz,
      object_until timestamptz,
      objection text,
      objected_at timestamptz,
      review text not null default '',
      reviewed_by bigint references staff,
      reviewed_at timestamptz,
      version integer not null default 1,
      constraint false_records_by_others check (
        opened_by <> staff_id and decided_by is distinct from staff_id and reviewed_by is distinct from staff_id),
      constraint false_records_two_decide check (
        decided_by is distinct from opened_by and (reviewed_by is null or (reviewed_by <> decided_by and reviewed_by <> opened_by)))
    )`.execute(db)
  await sql`create index false_records_of_staff on false_records (staff_id, id desc)`.execute(db)
  await sql`create index false_records_decided on false_records (decided_at) where state in ('proven', 'objected')`.execute(
    db,
  )
}
