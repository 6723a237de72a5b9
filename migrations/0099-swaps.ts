import { type Kysely, sql } from 'kysely'

const OPEN = "('draft', 'awaiting_substitute', 'submitted', 'hr_review', 'approved')"

/**
 * One covers for another, or two trade (REGULATION rows 23 and 24). Shifts that change hands are written one after the
 * other, so that nobody stands in two at once is asked at the end of the transaction that trades them.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table swaps (
      id bigint generated always as identity primary key,
      state text not null constraint swaps_state check (state in ('draft', 'awaiting_substitute', 'submitted', 'hr_review',
        'approved', 'applied', 'substitute_declined', 'rules_failed', 'hr_rejected', 'withdrawn', 'expired', 'reversed')),
      requester_id bigint not null references staff,
      shift_id bigint not null,
      substitute_id bigint references staff,
      back_shift_id bigint,
      emergency boolean not null default false,
      reason text not null,
      proof_file text,
      proof_type text,
      proof_name text,
      findings jsonb not null default '[]',
      made_at timestamptz not null,
      asked_at timestamptz,
      accepted_at timestamptz,
      hr_by bigint references staff,
      hr_at timestamptz,
      manager_by bigint references staff,
      manager_at timestamptz,
      answer text,
      applied_at timestamptz,
      reversal_by bigint references staff,
      reversal_at timestamptz,
      ended_at timestamptz,
      next_at timestamptz,
      version integer not null default 0,
      constraint swaps_not_with_oneself check (substitute_id is null or substitute_id <> requester_id),
      constraint swaps_asked_of_somebody check (state = 'draft' or state = 'withdrawn' or state = 'expired' or substitute_id is not null),
      constraint swaps_two_decide check (hr_by is null or manager_by is null or hr_by <> manager_by)
    )`.execute(db)
  await sql.raw(`create unique index swaps_one_open on swaps (shift_id) where state in ${OPEN}`).execute(db)
  await sql
    .raw(`create index swaps_back on swaps (back_shift_id) where back_shift_id is not null and state in ${OPEN}`)
    .execute(db)
  await sql`create index swaps_of_requester on swaps (requester_id, id desc)`.execute(db)
  await sql`create index swaps_of_substitute on swaps (substitute_id, id desc) where substitute_id is not null`.execute(
    db,
  )
  await sql`create index swaps_next on swaps (next_at) where next_at is not null`.execute(db)
  await sql`create index swaps_in_review on swaps (id) where state = 'hr_review'`.execute(db)
  await sql`alter table shifts drop constraint shifts_no_overlap`.execute(db)
  await sql`
    alter table shifts add constraint shifts_no_overlap exclude using gist (staff_id with =, during with &&)
      deferrable initially immediate`.execute(db)
}
