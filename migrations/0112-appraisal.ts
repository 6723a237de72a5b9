import { type Kysely, sql } from 'kysely'

/**
 * The month's appraisal (REGULATION rows 66–72): what it is weighed by, the month with its stages, one row a person, what
 * it was counted from, what people added, and every result that was ever published.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table appraisal_weights (
      version integer primary key,
      weights jsonb not null,
      why text not null,
      changed_by bigint not null references staff,
      changed_at timestamptz not null
    )`.execute(db)
  await sql`
    create table appraisal_months (
      id bigint generated always as identity primary key,
      month date not null constraint appraisal_months_once unique,
      state text not null constraint appraisal_months_state check (state in
        ('opening', 'contests', 'refreezing', 'comments', 'managers', 'review', 'signing', 'published', 'closed')),
      pass integer not null default 1,
      zone text not null,
      from_at timestamptz not null,
      to_at timestamptz not null,
      plan jsonb not null,
      due_at timestamptz,
      weights_version integer not null,
      weights jsonb not null,
      limits jsonb not null,
      norm jsonb not null,
      raters jsonb not null,
      rates jsonb not null,
      norms_pass integer not null default 0,
      opened_at timestamptz not null,
      frozen_at timestamptz,
      published_at timestamptz,
      closed_at timestamptz,
      version integer not null default 1
    )`.execute(db)
  await sql`create index appraisal_months_due on appraisal_months (due_at) where due_at is not null`.execute(db)
  await sql`
    create table appraisals (
      id bigint generated always as identity primary key,
      month_id bigint not null references appraisal_months,
      staff_id bigint not null references staff,
      state text not null constraint appraisals_state check (state in
        ('draft', 'commented', 'manager_scored', 'hr_reviewed', 'signed', 'published', 'acknowledged', 'appealed',
         'upheld', 'amended', 'deemed_received', 'closed', 'reopened')),
      revision integer not null default 1,
      pass integer not null default 0,
      posts jsonb not null,
      post text not null,
      trial boolean not null,
      result jsonb,
      score numeric(4, 1),
      grade text,
      review numeric(3, 1) not null default 0,
      review_why text not null default '',
      reviewed_by bigint references staff,
      reviewed_at timestamptz,
      signed_by bigint references staff,
      signed_at timestamptz,
      amendment numeric(3, 1) not null default 0,
      case_words text,
      case_link text,
      case_by bigint references staff,
      case_at timestamptz,
      reopened_by bigint references staff,
      reopened_why text,
      reopened_link text,
      published_at timestamptz,
      answer_due_at timestamptz,
      answered_at timestamptz,
      closed_at timestamptz,
      version integer not null default 1,
      constraint appraisals_once unique (month_id, staff_id),
      constraint appraisals_reviewed_by_another check (reviewed_by <> staff_id),
      constraint appraisals_signed_by_another check (signed_by <> staff_id)
    )`.execute(db)
  await sql`create index appraisals_of_staff on appraisals (staff_id, id desc)`.execute(db)
  await sql`create index appraisals_answer_due on appraisals (answer_due_at) where answer_due_at is not null`.execute(
    db,
  )
  await sql`
    create table appraisal_inputs (
      appraisal_id bigint not null references appraisals,
      revision integer not null,
      item text not null,
      subject text not null,
      facts jsonb not null,
      primary key (appraisal_id, revision, item)
    )`.execute(db)
  await sql`
    create table appraisal_results (
      appraisal_id bigint not null references appraisals,
      revision integer not null,
      result jsonb not null,
      score numeric(4, 1),
      grade text not null,
      why text not null,
      published_at timestamptz not null,
      published_by bigint references staff,
      primary key (appraisal_id, revision)
    )`.execute(db)
  await sql`
    create table appraisal_words (
      id bigint generated always as identity primary key,
      appraisal_id bigint not null references appraisals,
      kind text not null constraint appraisal_words_kind check (kind in ('comment', 'return')),
      staff_id bigint not null references staff,
      words text not null,
      said_at timestamptz not null
    )`.execute(db)
  await sql`create index appraisal_words_of on appraisal_words (appraisal_id, id)`.execute(db)
  await sql`
    create table appraisal_scores (
      id bigint generated always as identity primary key,
      appraisal_id bigint not null references appraisals,
      manager_id bigint references staff,
      shifts integer not null,
      moved jsonb,
      scored_by bigint references staff,
      scored_at timestamptz,
      constraint appraisal_scores_once unique nulls not distinct (appraisal_id, manager_id)
    )`.execute(db)
  await sql`create index appraisal_scores_of_manager on appraisal_scores (manager_id)`.execute(db)
  await sql`
    create table appraisal_objections (
      id bigint generated always as identity primary key,
      appraisal_id bigint not null references appraisals,
      revision integer not null,
      words text not null,
      made_at timestamptz not null,
      outcome text constraint appraisal_objections_outcome check (outcome in ('upheld', 'amended')),
      amendment numeric(3, 1) not null default 0,
      why text not null default '',
      decided_by bigint references staff,
      decided_at timestamptz,
      constraint appraisal_objections_once unique (appraisal_id, revision),
      constraint appraisal_objections_decided check ((outcome is null) = (decided_by is null))
    )`.execute(db)
  await sql`
    create table shift_notes (
      id bigint generated always as identity primary key,
      shift_id bigint not null references shifts on delete cascade,
      manager_id bigint not null references staff,
      reachable smallint not null,
      records smallint not null,
      courteous smallint not null,
      helpful smallint not null,
      words text not null,
      link text not null,
      noted_at timestamptz not null,
      constraint shift_notes_once unique (shift_id, manager_id),
      constraint shift_notes_marks check (
        least(reachable, records, courteous, helpful) >= 0 and greatest(reachable, records, courteous, helpful) <= 3)
    )`.execute(db)
  await sql`
    create table appraisal_measures (
      id bigint generated always as identity primary key,
      appraisal_id bigint not null references appraisals,
      staff_id bigint not null references staff,
      kind text not null constraint appraisal_measures_kind check (kind in
        ('bonus', 'award', 'promotion', 'coaching', 'talk', 'deduction', 'post_change')),
      state text not null constraint appraisal_measures_state check (state in
        ('proposed', 'pending', 'decided', 'executed', 'declined', 'withdrawn', 'objected', 'reviewed')),
      coefficient numeric(3, 2),
      why text not null default '',
      proposed_at timestamptz not null,
      edited_by bigint references staff,
      edited_at timestamptz,
      statement text,
      stated_at timestamptz,
      statement_due_at timestamptz,
      decided_by bigint references staff,
      decided_at timestamptz,
      decision text not null default '',
      executed_by bigint references staff,
      executed_at timestamptz,
      objection text,
      objected_at timestamptz,
      reviewed_by bigint references staff,
      reviewed_at timestamptz,
      review text not null default '',
      told_chief_at timestamptz,
      expires_at timestamptz,
      version integer not null default 1,
      constraint appraisal_measures_once unique (appraisal_id, kind),
      constraint appraisal_measures_decided_by_another check (decided_by <> staff_id)
    )`.execute(db)
  await sql`create index appraisal_measures_of on appraisal_measures (staff_id, id desc)`.execute(db)
  await sql`
    create index appraisal_measures_open on appraisal_measures (proposed_at)
    where state in ('proposed', 'pending') and told_chief_at is null`.execute(db)
  await sql`
    create table coaching_requests (
      id bigint generated always as identity primary key,
      staff_id bigint not null references staff,
      appraisal_id bigint references appraisals,
      indicator text,
      words text not null,
      state text not null constraint coaching_requests_state check (state in ('requested', 'scheduled', 'declined')),
      asked_at timestamptz not null,
      due_at timestamptz not null,
      answer text not null default '',
      answered_by bigint references staff,
      answered_at timestamptz
    )`.execute(db)
  await sql`create unique index coaching_requests_one_open on coaching_requests (staff_id) where state = 'requested'`.execute(
    db,
  )
}
