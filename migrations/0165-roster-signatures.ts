import { type Kysely, sql } from 'kysely'

/**
 * What a leader was named for (REGULATION row 3): a version that breaks hard rules, or a shift put in, changed or taken out by
 * hand against them. The leader is told and says that they answer for it, or that they do not and why. The roster does not wait.
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table roster_signatures (
    id bigint generated always as identity primary key,
    leader_id bigint not null references staff,
    month text,
    version integer,
    exception_id bigint references roster_exceptions,
    named_by bigint references staff,
    named_at timestamptz not null,
    state text not null default 'named' constraint roster_signatures_state check (state in ('named', 'confirmed', 'objected')),
    words text constraint roster_signatures_words check (length(words) between 1 and 500),
    answered_at timestamptz,
    constraint roster_signatures_version foreign key (month, version) references roster_versions (month, version),
    constraint roster_signatures_of check ((month is not null and version is not null) <> (exception_id is not null)),
    constraint roster_signatures_answered check ((state = 'named') = (answered_at is null)),
    constraint roster_signatures_objected check ((state = 'objected') = (words is not null))
  )`,
  `create unique index roster_signatures_one_version on roster_signatures (month, version)`,
  `create unique index roster_signatures_one_exception on roster_signatures (exception_id)`,
  `create index roster_signatures_leader on roster_signatures (leader_id, id)`,
]
