import { type Kysely, sql } from 'kysely'

/**
 * What a month's ratings come to, counted once and kept, so that two years are read like a month. Whatever changes one of
 * them notes when it was, in the transaction of the change: that month is read from its records until it is counted anew.
 */
export async function up(db: Kysely<any>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const noting = (name: string, instants: string): string => `
  create function ${name}() returns trigger language plpgsql as $$
  begin
    insert into satisfaction_changes (at) select distinct at from (${instants}) as touched (at) where at is not null;
    return null;
  end $$`

const STATEMENTS = [
  `create table satisfaction_months (
    month date primary key,
    zone text not null,
    per_customer integer not null,
    counted_at timestamptz not null
  )`,
  `create table satisfaction_asked (
    month date not null references satisfaction_months,
    day date not null,
    hour smallint not null,
    channel text not null,
    category_id bigint,
    staff_id bigint,
    state text not null,
    service smallint,
    product smallint,
    reasons text[] not null,
    count integer not null
  )`,
  `create index satisfaction_asked_by_day on satisfaction_asked (month, day)`,
  `create index satisfaction_asked_reasons on satisfaction_asked (month, day) where reasons <> '{}'`,
  `create table satisfaction_people (
    month date not null references satisfaction_months,
    day date not null,
    channel text not null,
    category_id bigint,
    band smallint not null,
    staff_id bigint not null,
    service smallint not null,
    count integer not null
  )`,
  `create index satisfaction_people_by_day on satisfaction_people (month, day)`,
  `create table satisfaction_changes (
    id bigint generated always as identity primary key,
    at timestamptz not null
  )`,
  `create index satisfaction_changes_at on satisfaction_changes (at)`,
  noting(
    'note_changed_rating',
    'select unnest(array[old.asked_at, old.given_at]) union all select unnest(array[new.asked_at, new.given_at])',
  ),
  noting('note_changed_exclusion', 'select given_at from ratings where id in (old.rating_id, new.rating_id)'),
  noting('note_changed_conduct', 'select given_at from ratings where ticket_id in (old.ticket_id, new.ticket_id)'),
  noting('note_changed_ticket', 'select unnest(array[asked_at, given_at]) from ratings where ticket_id = new.id'),
  `create trigger satisfaction_of_rating
    after insert or delete or update of ticket_id, state, asked_at, handlers, service, product, reasons, given_at on ratings
    for each row execute function note_changed_rating()`,
  `create trigger satisfaction_of_exclusion after insert or delete or update on rating_exclusions
    for each row execute function note_changed_exclusion()`,
  `create trigger satisfaction_of_conduct after insert or delete or update on ticket_exclusions
    for each row execute function note_changed_conduct()`,
  `create trigger satisfaction_of_ticket after update of channel, category_id, customer_id on tickets
    for each row when (old.channel is distinct from new.channel or old.category_id is distinct from new.category_id
      or old.customer_id is distinct from new.customer_id)
    execute function note_changed_ticket()`,
]
