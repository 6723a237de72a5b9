import { type Kysely, sql } from 'kysely'

/**
 * The question at random whether somebody is at their post, and the case that follows where they were not: what was seen,
 * what the person says to it, and what somebody else decides with a reason (REGULATION row 55 and 2, SHIFT).
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table presence_questions (
    id bigint generated always as identity primary key,
    attendance_id bigint not null references attendances,
    ask_at timestamptz not null,
    state text not null default 'planned'
      constraint presence_questions_state check (state in ('planned', 'asked', 'answered', 'unanswered', 'dropped')),
    asked_at timestamptz, answer_by timestamptz, answered_at timestamptz,
    constraint presence_questions_asked check ((asked_at is null) = (answer_by is null) and (state not in ('asked', 'answered', 'unanswered') or asked_at is not null))
  )`,
  `create index presence_questions_planned on presence_questions (ask_at) where state = 'planned'`,
  `create unique index presence_questions_one_asked on presence_questions (attendance_id) where state = 'asked'`,
  `create index presence_questions_of on presence_questions (attendance_id)`,
  `create table post_cases (
    id bigint generated always as identity primary key,
    attendance_id bigint not null references attendances,
    origin text not null constraint post_cases_origin check (origin in ('presence', 'slip', 'left', 'manager')),
    question_id bigint references presence_questions,
    break_id bigint references breaks,
    opened_at timestamptz not null,
    opened_by bigint references staff,
    observed text constraint post_cases_observed check (length(observed) between 1 and 1000),
    visited_by bigint references staff, visited_at timestamptz,
    found text constraint post_cases_found check (found in ('there', 'not_there')),
    visit_note text constraint post_cases_visit_note check (length(visit_note) between 1 and 1000),
    statement_due_at timestamptz not null,
    statement text constraint post_cases_statement check (length(statement) between 1 and 2000), stated_at timestamptz,
    state text not null default 'suspected' constraint post_cases_state check (state in ('suspected', 'on_duty', 'left_post')),
    decided_by bigint references staff, decided_at timestamptz,
    decision text constraint post_cases_decision check (length(decision) between 1 and 1000),
    constraint post_cases_opened check ((origin = 'manager') = (opened_by is not null) and (origin = 'manager') = (observed is not null)),
    constraint post_cases_visited check ((visited_by is null) = (visited_at is null) and (visited_by is null) = (found is null)),
    constraint post_cases_stated check ((statement is null) = (stated_at is null)),
    constraint post_cases_decided check ((state = 'suspected') = (decided_by is null) and (decided_by is null) = (decided_at is null) and (decided_by is null) = (decision is null)),
    constraint post_cases_heard check (state <> 'left_post' or statement is not null or decided_at >= statement_due_at)
  )`,
  `create unique index post_cases_one_open on post_cases (attendance_id) where state = 'suspected'`,
  `create index post_cases_of on post_cases (attendance_id)`,
  `create index post_cases_newest on post_cases (opened_at)`,
]
